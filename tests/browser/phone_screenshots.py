"""The pictures of the manual (/help), taken on a worker's phone from a running demo; `make screenshots` takes them too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

SIZE = {"width": 390, "height": 844}
_FINISH = "填好了，发送"


def take(browser: Browser, facts: dict[str, Any], *, base_url: str, folder: Path) -> None:
    """Take every picture, as the first worker of the demo; he reports one patrol."""
    key = facts["app_users"][0]["openrosa_url"].split("/key/")[1].split("/")[0]

    def shoot(page: Page, name: str) -> None:
        page.get_by_text("没填完的已存在手机上").wait_for(state="hidden")
        page.wait_for_timeout(800)  # until nothing moves any more
        page.screenshot(path=folder / f"phone-{name}.png")

    with _phone(browser) as page:
        page.goto(f"{base_url}/w/")
        page.get_by_role("heading", name="网格手机端").wait_for()
        shoot(page, "sign-in")
        page.goto("about:blank")
        page.goto(f"{base_url}/w/#{key}")
        page.get_by_role("heading", name="该走访的").wait_for()
        shoot(page, "home")
        for name, screen in _SCREENS.items():
            _turn_to(page, "首页")
            screen(page)
            shoot(page, name)
            if page.get_by_role("button", name="返回").count():
                page.get_by_role("button", name="返回").first.click()


@contextmanager
def _phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        viewport=SIZE,  # type: ignore[arg-type]
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        has_touch=True,
        is_mobile=True,
        permissions=["geolocation"],
        geolocation={"latitude": 30.0, "longitude": 108.0, "accuracy": 6},
    )
    yield context.new_page()
    context.close()


def _turn_to(page: Page, tab: str) -> None:
    page.locator("nav button", has_text=tab).click()


def _answer(page: Page, words: str) -> None:
    page.locator("label.value-option", has_text=words).first.click()


def _open_patrol(page: Page) -> None:
    page.get_by_role("button", name="开始巡查").or_(page.get_by_role("button", name="再巡一次")).first.click()
    page.get_by_role("button", name=_FINISH).wait_for()


def _find(page: Page) -> None:
    page.get_by_role("button", name="接着巡查").or_(page.get_by_role("button", name="再巡一次")).first.click()
    page.get_by_role("button", name=_FINISH).wait_for()
    _answer(page, "有发现")
    _answer(page, "道路交通")
    page.locator(".is-repeat").first.scroll_into_view_if_needed()
    page.evaluate("document.querySelector('.is-repeat').scrollIntoView()")


def _visit(page: Page) -> None:
    page.locator('section[aria-label="该走访的"] li button', has_text="要见到").first.click()
    page.get_by_role("button", name=_FINISH).wait_for()
    _answer(page, "见到人")


def _urgent(page: Page) -> None:
    page.get_by_role("button", name="发现急事").click()
    page.get_by_role("button", name=_FINISH).wait_for()


def _outline(page: Page) -> None:
    _turn_to(page, "走访")
    page.get_by_role("button", name="看图").click()


def _suggestion(page: Page) -> None:
    page.get_by_role("button", name="意见建议").click()


def _settings(page: Page) -> None:
    page.get_by_role("button", name="设置").click()


def _track(page: Page) -> None:
    page.get_by_role("button", name="记录轨迹（自愿）").click()
    page.get_by_text("正在记录轨迹").wait_for()


def _outbox(page: Page) -> None:
    page.get_by_role("button", name="结束").click()
    page.get_by_role("button", name="今日无异常").first.click()
    _turn_to(page, "发送箱")
    page.get_by_text("已传").first.wait_for()


_SCREENS: dict[str, Callable[[Page], None]] = {
    "track": _track,
    "outbox": _outbox,
    "visits": lambda page: _turn_to(page, "走访"),
    "outline": _outline,
    "cases": lambda page: _turn_to(page, "办理"),
    "patrol": _open_patrol,
    "finding": _find,
    "visit": _visit,
    "urgent": _urgent,
    "suggestion": _suggestion,
    "settings": _settings,
}
