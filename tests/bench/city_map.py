"""What the map of a city costs: 20,000 grids and 200,000 open cases in a headless Chromium, on a server that is awake."""

from __future__ import annotations

import json
import os
import re
import shutil
import statistics
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Frame, Page, Request, StorageState, sync_playwright

from tests.bench import city
from tests.bench.pages import ARGUMENTS
from tests.browser.conftest import PATIENCE_MS, said
from tests.factories import PASSWORD

_MAPS = {"cases": "/cases", "patrols": "/maps/patrols"}
_MOST_KILOBYTES, _MOST_SECONDS = 300.0, 2.0
_MOST_RECOLOUR_MS, _MOST_TILE_MS = 50.0, 100.0
_ANSWERS = {
    "home": ("/", 0.5),
    "layer of ages": ("/maps/layers/values?layer=ageing", 0.7),
    "layer of deadlines": ("/maps/layers/values?layer=deadlines", 0.7),
}
"""What is asked of the server alone, and how many seconds of its CPU it may take."""
_VIEWS = 4
"""Of a map: the first is the server's own first time, not the reader's, and does not count."""
_WINDOW_MS = 1_500
"""A new window of Chromium first builds its own address bar."""
_TIMES = 9
_FROM_GRIDS = 11.0
_TILE = "canvas.leaflet-tile-loaded"
_MARK = """code => {
  const begun = performance.now();
  const data = { type: "mark", code };
  window.dispatchEvent(new MessageEvent("message", { source: window.parent, data }));
  return performance.now() - begun;
}"""

Figure = tuple[str, float, float]


def figures() -> Iterator[Figure]:
    """kB and seconds of first views, milliseconds to colour all grids anew and of a tile, seconds of home and of layers."""
    with (
        tempfile.TemporaryDirectory() as name,
        city.serving(Path(name)) as server,
        sync_playwright() as playwright,
    ):
        chromium = os.environ.get("WANGGE_TEST_CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        reader = _signed_in(browser, server)
        for what, path in _MAPS.items():
            yield from _first_view(browser, server, reader, what, path)
        yield from _under_the_hand(browser, server, reader)
        yield from _answered(browser, server, reader)
        browser.close()


def _first_view(
    browser: Browser, server: str, reader: StorageState, what: str, path: str
) -> Iterator[Figure]:
    drawn_after = []
    for _ in range(_VIEWS):
        context = browser.new_context(storage_state=reader)
        page = context.new_page()
        page.wait_for_timeout(_WINDOW_MS)
        requests: list[Request] = []
        page.on("requestfinished", lambda request, kept=requests: kept.append(request))
        begun = time.perf_counter()
        _open(page, server + path)
        drawn_after.append(time.perf_counter() - begun)
        page.wait_for_load_state("networkidle")
        own = [request for request in requests if "/static/vendor/" not in request.url]
        received = sum(request.sizes()["responseBodySize"] for request in own)
        context.close()
    yield f"city, map of {what}: first view beside vendored files (kB gzip)", received / 1000, _MOST_KILOBYTES
    yield f"city, map of {what}: drawn after (s)", statistics.median(drawn_after[1:]), _MOST_SECONDS


def _under_the_hand(browser: Browser, server: str, reader: StorageState) -> Iterator[Figure]:
    context = browser.new_context(storage_state=reader)
    page = context.new_page()
    frame = _open(page, f"{server}{_MAPS['patrols']}")
    page.wait_for_load_state("networkidle")
    config = re.search(r'id="wangge-map-config">(.*?)</script>', frame.content())
    assert config is not None
    frame.evaluate("zoom => window.wanggeMap.setZoom(zoom, { animate: false })", _FROM_GRIDS)
    page.wait_for_load_state("networkidle")
    marked = [city.codes()[number] for number in range(_TIMES)]
    recoloured = statistics.median(frame.evaluate(_MARK, code) for code in marked)
    yield "city: all grids in sight coloured anew (ms)", recoloured, _MOST_RECOLOUR_MS
    address = json.loads(config[1])["tiles"].format(z=11, x=1630, y=851)
    yield "city: a tile that is kept (ms)", _fetched_ms(server + address), _MOST_TILE_MS
    context.close()


def _answered(browser: Browser, server: str, reader: StorageState) -> Iterator[Figure]:
    context = browser.new_context(storage_state=reader)

    def once(address: str) -> float:
        begun = time.process_time()  # the server's threads are this process's
        context.request.get(address)
        return time.process_time() - begun

    for what, (path, most) in _ANSWERS.items():
        yield f"city, {what}: answered (s CPU)", min(once(server + path) for _ in range(_TIMES)), most
    context.close()


def _fetched_ms(address: str) -> float:
    def once() -> float:
        begun = time.perf_counter()
        with urllib.request.urlopen(address) as answer:
            answer.read()
        return (time.perf_counter() - begun) * 1000

    once()
    return statistics.median(once() for _ in range(_TIMES))


def _open(page: Page, address: str) -> Frame:
    page.set_default_timeout(PATIENCE_MS)
    page.goto(address)
    page.frame_locator("iframe.map-frame").locator(_TILE).first.wait_for(state="attached")
    said(page, "图上")
    return next(frame for frame in page.frames if "/maps/frame/" in frame.url)


def _signed_in(browser: Browser, server: str) -> StorageState:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{server}/sign-in?next=/help")
    page.fill("input[name=username]", "assessor")
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_load_state("networkidle")
    state = context.storage_state()
    context.close()
    return state
