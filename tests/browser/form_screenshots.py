"""The pictures of the manual (/help) of how a form is changed; `make screenshots` takes them too. It leaves no draft."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
from playwright.sync_api import Browser, Page

SIZE = {"width": 1366, "height": 768}
_NEW_VERSION = "2099010101"


def take(browser: Browser, account: dict[str, str], *, base_url: str, folder: Path) -> None:
    """Take both pictures as the county's administrator: a file with faults, and the same file mended."""
    context = browser.new_context(viewport=SIZE, locale="zh-CN", timezone_id="Asia/Shanghai")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{base_url}/sign-in")
    page.fill("input[name=username]", account["username"])
    page.fill("input[name=password]", account["password"])
    page.click("main button[type=submit]")
    page.goto(f"{base_url}/form-drafts/new")
    address = page.get_by_role("link", name="每日巡查").get_attribute("href")
    book = openpyxl.load_workbook(io.BytesIO(page.request.get(f"{base_url}{address}").body()))
    _write(book, "survey", name="水位", type="integer")
    _upload(page, book)
    page.screenshot(path=folder / "forms-faults.png")
    _write(book, "survey", at=book["survey"].max_row, name="water_level")
    _write(book, "settings", at=2, version=_NEW_VERSION)
    _upload(page, book)
    page.screenshot(path=folder / "forms-draft.png")
    page.get_by_text("放弃草稿", exact=True).click()
    page.get_by_role("button", name="放弃", exact=True).click()
    context.close()


def _write(book: openpyxl.Workbook, sheet: str, *, at: int | None = None, **texts: str) -> None:
    heads = [head.value for head in book[sheet][1]]
    row = at or book[sheet].max_row + 1
    label = next((head for head in heads if head.startswith("label")), None)
    texts |= {label: "河边水位（厘米）"} if at is None and label else {}
    for head, text in texts.items():
        book[sheet].cell(row, heads.index(head) + 1).value = text


def _upload(page: Page, book: openpyxl.Workbook) -> None:
    packed = io.BytesIO()
    book.save(packed)
    sheet = {"name": "每日巡查.xlsx", "mimeType": "application/octet-stream", "buffer": packed.getvalue()}
    page.locator("input[type=file]").first.set_input_files(sheet)  # type: ignore[arg-type]
    page.get_by_role("button", name="上传并检查").click()
    page.wait_for_load_state("networkidle")
