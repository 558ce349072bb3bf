"""The pictures of the README, taken from a running demo: `make screenshots` (the demo must be up).

Of another demo: python tests/browser/screenshots.py http://127.0.0.1:8300 elsewhere/demo.json
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import form_screenshots
import phone_screenshots
from playwright.sync_api import Browser, Page, sync_playwright

BASE_URL, FACTS = "http://127.0.0.1:8000", "data/demo.json"
FOLDER = Path(__file__).parents[2] / "static" / "screenshots"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]


@dataclass(frozen=True)
class Shot:
    """One picture: who looks at which page through a window of what size."""

    name: str
    role: str
    path: str
    width: int
    height: int


def _pair(name: str, role: str, path: str) -> tuple[Shot, Shot]:
    return Shot(f"{name}-desk", role, path, 1366, 768), Shot(f"{name}-hand", role, path, 390, 844)


SHOTS = (
    *_pair("home", "village_cadre", "/"),
    *_pair("visits", "village_cadre", "/maps/visits"),
    *_pair("patrols", "county_assessor", "/maps/patrols"),
    *_pair("cases", "township_official", "/cases"),
    Shot("office-inbox", "village_cadre", "/inbox", 390, 844),
    Shot("office-queue", "village_cadre", "/queue", 390, 844),
    *(
        Shot(f"map-{layer}", "county_assessor", f"/maps/layers?layer={layer}", 1366, 768)
        for layer in ("ageing", "deadlines", "hot", "patrols", "unseen", "vacancies", "sizes")
    ),
    Shot("map-compare", "county_assessor", "/maps/compare?layer=deadlines", 1366, 768),
    Shot("office-records", "village_cadre", "/submissions?form=patrol", 1366, 768),
    Shot("map-wall", "county_assessor", "/wall", 1366, 768),
)


def main() -> None:
    """Take every picture."""
    base_url, written = sys.argv[1:] or (BASE_URL, FACTS)
    facts = json.loads(Path(written).read_text(encoding="utf-8"))
    accounts = {each["role"]: each for each in reversed(facts["accounts"])}
    chromium = os.environ.get("WANGGE_TEST_CHROMIUM") or shutil.which("chromium")
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=ARGUMENTS, env={**os.environ, "LANGUAGE": "zh_CN"}
        )
        for shot in SHOTS:
            _take(browser, base_url, accounts[shot.role], shot)
        _take_without_account(browser, "unit-orders", facts["units"][0]["url"])
        _take_without_account(browser, "resident-report", facts["residents"]["url"])
        form_screenshots.take(browser, accounts["admin"], base_url=base_url, folder=FOLDER)
        phone_screenshots.take(browser, facts, base_url=base_url, folder=FOLDER)
        browser.close()


def _take(browser: Browser, base_url: str, account: dict[str, str], shot: Shot) -> None:
    context = browser.new_context(
        viewport={"width": shot.width, "height": shot.height}, locale="zh-CN", timezone_id="Asia/Shanghai"
    )
    page = context.new_page()
    _sign_in(page, base_url, account)
    page.goto(base_url + shot.path)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(800)  # the map's tiles of labels settle after the last request
    page.screenshot(path=FOLDER / f"{shot.name}.png")
    context.close()


def _take_without_account(browser: Browser, name: str, address: str) -> None:
    """What a unit's link or a grid's poster opens, on a phone."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, locale="zh-CN", timezone_id="Asia/Shanghai"
    )
    page = context.new_page()
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / f"{name}.png")
    context.close()


def _sign_in(page: Page, base_url: str, account: dict[str, str]) -> None:
    page.goto(f"{base_url}/sign-in")
    page.fill("input[name=username]", account["username"])
    page.fill("input[name=password]", account["password"])
    page.click("main button[type=submit]")
    page.wait_for_load_state("networkidle")


if __name__ == "__main__":
    main()
