"""What a leader waits for: a map page of the demo county in a headless Chromium, its bytes and its seconds."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Request, StorageState, ViewportSize, sync_playwright

from tests.live import LiveServer, start_demo

FOLDER = Path(__file__).parents[2] / ".bench" / "demo"
"""Kept between runs: inventing the county takes longer than measuring it."""

_MOST_KILOBYTES = 300.0
_MOST_SECONDS = 2.0
_MAPS = ("patrols", "visits", "cases")
_PATHS = {"patrols": "/maps/patrols", "visits": "/maps/visits", "cases": "/cases"}
_DESK = ViewportSize(width=1366, height=768)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]


def figures() -> Iterator[tuple[str, float, float]]:
    """kB over the wire and seconds until the grids are drawn, of each map's first view by a county's reader."""
    server = start_demo(FOLDER)
    try:
        facts = json.loads((FOLDER / "demo.json").read_text(encoding="utf-8"))
        account = next(each for each in facts["accounts"] if each["role"] == "county_assessor")
        with sync_playwright() as playwright:
            chromium = os.environ.get("WANGGE_TEST_CHROMIUM") or shutil.which("chromium")
            browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
            for name in _MAPS:
                _view(
                    browser, server, account, _PATHS[name]
                )  # the server's own first time is not the reader's
                kilobytes, seconds = _view(browser, server, account, _PATHS[name])
                yield f"map of {name}: first view (kB gzip)", kilobytes, _MOST_KILOBYTES
                yield f"map of {name}: drawn after (s)", seconds, _MOST_SECONDS
            browser.close()
    finally:
        server.stop()


def _view(browser: Browser, server: LiveServer, account: dict[str, str], path: str) -> tuple[float, float]:
    """One visit with an empty cache: kB received and seconds until the map's grids are there."""
    context = browser.new_context(storage_state=_signed_in(browser, server, account), viewport=_DESK)
    page = context.new_page()
    requests: list[Request] = []
    page.on("requestfinished", lambda request: requests.append(request))
    begun = time.perf_counter()
    page.goto(server.url + path)
    page.frame_locator("iframe").locator("canvas.leaflet-tile-loaded").first.wait_for(state="attached")
    seconds = time.perf_counter() - begun
    page.wait_for_load_state("networkidle")
    received = sum(request.sizes()["responseBodySize"] for request in requests)
    context.close()
    return received / 1000, seconds


def _signed_in(browser: Browser, server: LiveServer, account: dict[str, str]) -> StorageState:
    """The cookies of a reader, without anything his browser has kept."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{server.url}/sign-in")
    page.fill("input[name=username]", account["username"])
    page.fill("input[name=password]", account["password"])
    page.click("main button[type=submit]")
    page.wait_for_load_state("networkidle")
    state = context.storage_state()
    context.close()
    return state
