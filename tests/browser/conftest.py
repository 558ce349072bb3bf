"""A real Chromium that may reach the server under test and nothing else."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Frame,
    Page,
    Playwright,
    Request,
    Route,
    expect,
    sync_playwright,
)

from tests.live import start_demo

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
DESK = {"width": 1366, "height": 768}
HAND = {"width": 390, "height": 844}
PATIENCE_MS = 120_000
_POLLED_MS = 100
expect.set_options(timeout=PATIENCE_MS)


@dataclass
class Visitor:
    """Somebody with a browser: his page, and everything that went wrong in it."""

    page: Page
    base_url: str
    faults: list[str] = field(default_factory=list)

    def sign_in(self, username: str, password: str) -> None:
        """登录."""
        self.page.goto(f"{self.base_url}/sign-in")
        self.page.fill("input[name=username]", username)
        self.page.fill("input[name=password]", password)
        self.page.click("main button[type=submit]")
        self.page.wait_for_load_state("networkidle")

    def goto(self, path: str) -> None:
        """Open a page of the server and wait until it is quiet."""
        self.page.goto(f"{self.base_url}{path}")
        self.page.wait_for_load_state("networkidle")


def said(page: Page, words: str) -> None:
    """Wait until every map of a page says under itself what begins with `words`."""
    for status in page.locator("[data-map-status]").all():
        status.and_(page.get_by_text(re.compile(f"^{words}"))).wait_for()


def holds(frame: Page | Frame, expression: str) -> None:
    """Wait until JavaScript says so. Chromium's own waiting polls by eval(), which our policies forbid."""
    for _ in range(PATIENCE_MS // _POLLED_MS):
        if frame.evaluate(expression):
            return
        frame.wait_for_timeout(_POLLED_MS)
    raise AssertionError(f"never came true: {expression}")


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """What drives browsers: one for a whole run, for there can be no second beside it."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=os.environ["WANGGE_TEST_CHROMIUM"], args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Callable[..., Visitor]]:
    """Open a browser for somebody: `visit(base_url, viewport=HAND)`."""
    contexts: list[BrowserContext] = []

    def open_browser(base_url: str, viewport: dict[str, int] = DESK) -> Visitor:
        context = chromium.new_context(viewport=viewport, locale="zh-CN", timezone_id="Asia/Shanghai")  # type: ignore[arg-type]
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        visitor = Visitor(context.new_page(), base_url)
        context.route("**/*", lambda route, request: _only_here(route, request, visitor))
        context.on("console", lambda message: _console(message, visitor))
        visitor.page.on("pageerror", lambda error: visitor.faults.append(f"script error: {error}"))
        visitor.page.on(
            "dialog", lambda dialog: (visitor.faults.append(f"dialog: {dialog.message}"), dialog.dismiss())
        )
        return visitor

    yield open_browser
    for context in contexts:
        context.close()


def _only_here(route: Route, request: Request, visitor: Visitor) -> None:
    if request.url.startswith((visitor.base_url, "data:", "blob:")):
        route.continue_()
        return
    visitor.faults.append(f"another host was asked: {request.url}")
    route.abort()


def _console(message: ConsoleMessage, visitor: Visitor) -> None:
    if message.type == "error":
        visitor.faults.append(f"console: {message.text} ({message.location.get('url', '')})")


@dataclass
class Demo:
    """The running demo county and what its demo.json says."""

    url: str
    facts: dict[str, Any]

    def account(self, role: str) -> dict[str, Any]:
        """An account of a role."""
        return next(each for each in self.facts["accounts"] if each["role"] == role)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """`wangge demo` as a stranger starts it; WANGGE_TEST_DEMO=<address>,<demo.json> names one that runs already."""
    if running := os.environ.get("WANGGE_TEST_DEMO"):
        url, _, written = running.partition(",")
        yield Demo(url, json.loads(Path(written).read_text(encoding="utf-8")))
        return
    folder = tmp_path_factory.mktemp("demo")
    server = start_demo(folder)
    yield Demo(server.url, json.loads((folder / "demo.json").read_text(encoding="utf-8")))
    server.stop()
