"""What a grid worker waits for: the phone's page of the demo county on a processor slowed four times, and 22 photos on a slow line."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from server.database import Database
from server.domain.people import SYSTEM
from server.storage import migrations
from tests.bench.pages import ARGUMENTS, FOLDER
from tests.browser.working_day import photographs
from tests.factories import found_county, found_households
from tests.live import LiveServer, serving, start_demo

_DIST = Path(__file__).parents[2] / "static" / "form-client" / "dist"
_HAND = {"width": 390, "height": 844}
_SLOWED = 4
_PHOTOS = 22
_BYTES_PER_SECOND = 5_000_000 / 8


def figures() -> Iterator[tuple[str, float, float]]:
    """kB of the first page, seconds of the first page and of a form, megabytes of heap, seconds of 22 photos."""
    yield "phone: first page (kB gzip)", _shell_kilobytes(), 150.0
    server = start_demo(FOLDER)
    try:
        facts = json.loads((FOLDER / "demo.json").read_text(encoding="utf-8"))
        chromium = os.environ.get("WANGGE_TEST_CHROMIUM") or shutil.which("chromium")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
            with _phone(browser, server, facts["app_users"][0]["phone_url"]) as (page, tools):
                yield from _slow_and_offline(page, tools)
            with _phone(browser, server, facts["app_users"][1]["phone_url"]) as (page, tools):
                yield f"phone: {_PHOTOS} photos sent at 5 Mbit/s (s)", _send_photos(page, tools), 60.0
            yield from _large_village(browser)
            browser.close()
    finally:
        server.stop()


def _large_village(browser: Browser) -> Iterator[tuple[str, float, float]]:
    """2,000 households on one phone, CPU ×4, without a network."""
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/village.sqlite"
        migrations.upgrade(url)
        database = Database(url)
        county = found_county(database)
        with database.transaction(SYSTEM) as work:
            found_households(work, 2000)
        database.close()
        with (
            serving(data_dir=Path(folder), database_url=url) as server,
            _phone(browser, server, f"#{county.keys['worker']}") as (page, tools),
        ):
            page.context.set_offline(True)
            tools.send("Emulation.setCPUThrottlingRate", {"rate": _SLOWED})
            begun = time.perf_counter()
            page.reload()
            page.get_by_role("heading", name="该走访的 2000 户").wait_for()
            yield "phone: first page with 2000 households, CPU ×4 (s)", time.perf_counter() - begun, 3.0
            page.locator("nav button", has_text="走访").click()
            search = page.get_by_role("searchbox")
            search.wait_for()
            begun = time.perf_counter()
            search.fill("1999号")
            page.get_by_text("石桥村40组1999号").first.wait_for()
            yield "phone: one of 2000 households found, CPU ×4 (s)", time.perf_counter() - begun, 2.0


def _shell_kilobytes() -> float:
    """What the first page names, compressed; the form engine comes later."""
    index = (_DIST / "index.html").read_text(encoding="utf-8")
    named = [path for path in (_DIST / "assets").iterdir() if path.name in index]
    return sum(len(gzip.compress(path.read_bytes())) for path in [*named, _DIST / "index.html"]) / 1000


@contextmanager
def _phone(browser: Browser, server: LiveServer, address: str) -> Iterator[tuple[Page, CDPSession]]:
    context = browser.new_context(viewport=_HAND, has_touch=True, is_mobile=True, locale="zh-CN")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{server.url}/w/#{address.partition('#')[2]}")
    page.get_by_role("heading", name="该走访的").wait_for()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.get_by_text("正在把名单和表格存到手机上").wait_for(state="hidden")
    yield page, context.new_cdp_session(page)
    context.close()


def _slow_and_offline(page: Page, tools: CDPSession) -> Iterator[tuple[str, float, float]]:
    page.context.set_offline(True)
    tools.send("Emulation.setCPUThrottlingRate", {"rate": _SLOWED})
    begun = time.perf_counter()
    page.reload()
    page.get_by_role("heading", name="该走访的").wait_for()
    yield "phone: first page offline, CPU ×4 (s)", time.perf_counter() - begun, 3.0
    begun = time.perf_counter()
    page.locator('section[aria-label="该走访的"] li button').first.click()
    page.get_by_text("无人在家").wait_for()
    yield "phone: a form opens, CPU ×4 (s)", time.perf_counter() - begun, 4.5
    tools.send("HeapProfiler.collectGarbage")
    heap = tools.send("Runtime.getHeapUsage")["usedSize"]
    yield "phone: heap with a form open (MB)", heap / 1_000_000, 60.0


def _send_photos(page: Page, tools: CDPSession) -> float:
    """Fill one patrol with 22 findings' photos without a network, then let them go."""
    photos = photographs(page, _PHOTOS)
    page.context.set_offline(True)
    page.get_by_role("button", name="开始巡查").or_(page.get_by_role("button", name="再巡一次")).first.click()
    page.locator("label.value-option", has_text="有发现").click()
    for number, photo in enumerate(photos):
        finding = page.locator(".is-repeat").nth(number)
        if number:
            page.get_by_role("button", name="再加发现").click()
        finding.locator("label.value-option", has_text="道路交通").click()
        with page.expect_file_chooser() as choosing:
            finding.get_by_role("button", name="拍照").first.click()
        choosing.value.set_files([{"name": "IMG.jpg", "mimeType": "image/jpeg", "buffer": photo}])
        finding.locator("img").first.wait_for()
    page.get_by_role("button", name="填好了，发送").click()
    page.get_by_role("heading", name="今日巡查").first.wait_for()
    page.context.set_offline(False)
    tools.send("Network.enable")
    line = {
        "offline": False,
        "latency": 120,
        "downloadThroughput": _BYTES_PER_SECOND,
        "uploadThroughput": _BYTES_PER_SECOND,
    }
    tools.send("Network.emulateNetworkConditions", line)
    begun = time.perf_counter()
    page.locator("nav button", has_text="发送箱").click()
    button = page.get_by_role("button", name="现在发", exact=True)
    if button.count() and button.is_enabled():
        button.click()
    page.locator('section[aria-label="已传"]').wait_for(timeout=180_000)
    return time.perf_counter() - begun
