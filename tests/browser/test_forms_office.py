"""A clerk who knows only Excel adds a question, sees what is wrong, mends it; the phone asks it, and the answer is exported."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest

from server.database import Database
from server.settings import Settings
from tests.browser.conftest import HAND, Visitor
from tests.browser.handsets import Handset, in_hand
from tests.factories import PASSWORD, County

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

QUESTION = "水井水位正常吗"


@pytest.fixture
def handset(
    database: Database, county: County, settings: Settings, visit: Callable[..., Visitor]
) -> Iterator[Handset]:
    with in_hand(visit, database, settings) as phone:
        phone.page.context.grant_permissions(["geolocation"])
        phone.page.context.set_geolocation({"latitude": 30.005, "longitude": 108.005, "accuracy": 8})
        phone.open(county.keys["worker"])
        yield phone


def changed(workbook: bytes, *, kind: str, version: str) -> bytes:
    """The workbook with one question more, at the end of the survey."""
    book = openpyxl.load_workbook(io.BytesIO(workbook))
    survey, settings = book["survey"], book["settings"]
    row = survey.max_row + 1
    heads = [head.value for head in survey[1]]
    for column, text in {"type": kind, "name": "well_level", "label::中文 (zh)": QUESTION}.items():
        survey.cell(row, heads.index(column) + 1).value = text
    settings.cell(2, [head.value for head in settings[1]].index("version") + 1).value = version
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def upload(clerk: Visitor, name: str, content: bytes) -> None:
    """Choose the file and send it; the draft's page comes."""
    chosen = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    clerk.page.get_by_label("选择文件").set_input_files(chosen)  # type: ignore[arg-type]
    clerk.page.get_by_role("button", name="上传并检查").click()
    clerk.page.wait_for_url("**/form-drafts/*-*")


def downloaded(visitor: Visitor, act: Callable[[], None]) -> bytes:
    with visitor.page.expect_download() as download:
        act()
    return Path(download.value.path()).read_bytes()


def test_a_clerk_adds_a_question_and_its_answer_is_exported(
    handset: Handset, visit: Callable[..., Visitor]
) -> None:
    clerk = visit(handset.line.url)
    clerk.sign_in("official", PASSWORD)
    clerk.goto("/forms")
    clerk.page.get_by_role("link", name="改表或新建").click()
    shipped = downloaded(clerk, lambda: clerk.page.get_by_role("link", name="每日巡查").first.click())

    upload(clerk, "巡查.xlsx", changed(shipped, kind="select_one level", version="2026102001"))
    wrong = clerk.page.get_by_role("row").filter(has_text="错误").first
    assert "survey" in wrong.inner_text()
    assert str(openpyxl.load_workbook(io.BytesIO(shipped))["survey"].max_row + 1) in wrong.inner_text()
    draft = clerk.page.url
    upload(clerk, "巡查.xlsx", changed(shipped, kind="text", version="2026102001"))
    assert clerk.page.url == draft
    clerk.page.get_by_text(f"新增「{QUESTION}」").wait_for()
    clerk.page.get_by_text("请县里的管理员").wait_for()
    assert clerk.faults == []

    county = visit(handset.line.url)
    county.sign_in("admin", PASSWORD)
    county.goto(draft.removeprefix(handset.line.url))
    county.page.get_by_text("发布到手机").click()
    county.page.get_by_role("button", name="发布", exact=True).click()
    county.page.get_by_text("已发布 patrol，版本 2026102001").wait_for()
    assert county.faults == []

    with handset.page.expect_response("**/patrol/2026102001.xml"):
        handset.again()
    handset.page.get_by_role("heading", name="今日巡查").wait_for()
    handset.page.get_by_role("button", name="开始巡查").click()
    handset.choose("今日无异常")
    handset.page.get_by_label(QUESTION).fill("正常，=1+1")
    handset.tap("填好了，发送")
    handset.page.get_by_role("heading", name="今日巡查").wait_for()
    handset.wait_for_news(lambda: len(handset.arrived()) == 1)
    (record,) = handset.arrived()
    assert (record.form_version, record.values["well_level"]) == ("2026102001", "正常，=1+1")
    assert record.projection_error is None

    clerk.goto("/submissions/export/patrol")
    clerk.page.get_by_label("存成哪种文件").select_option("csv")
    clerk.page.get_by_label("导出原因").fill("月底汇总")
    table = downloaded(clerk, lambda: clerk.page.get_by_role("button", name="导出").click()).decode(
        "utf-8-sig"
    )
    assert QUESTION in table.splitlines()[0]
    assert "正常，=1+1" in table


def test_a_draft_is_filled_on_the_screen_and_nothing_is_sent(
    handset: Handset, visit: Callable[..., Visitor]
) -> None:
    form = (
        "| survey |\n| | type | name | label | required | relevant |\n"
        "| | select_one yes_no | dry | 井干了吗 | yes | |\n| | text | since | 从哪天起 | yes | ${dry} = 'yes' |\n"
        "| choices |\n| | list_name | name | label |\n| | yes_no | yes | 干了 |\n| | yes_no | no | 没有干 |\n"
        "| settings |\n| | form_title | form_id | version |\n| | 看井 | wells | 2026102001 |\n"
    )
    clerk = visit(handset.line.url, viewport=HAND)
    clerk.sign_in("official", PASSWORD)
    clerk.goto("/form-drafts/new")
    upload(clerk, "看井.md", form.encode())
    clerk.goto(f"{clerk.page.url.removeprefix(handset.line.url)}/preview")
    clerk.page.get_by_text("填的内容不保存、不发送").wait_for()
    clerk.page.locator("label.value-option", has_text="干了").first.click()
    clerk.page.get_by_role("button", name="填好了，发送").click()
    clerk.page.get_by_text("还有1题要填或要改").wait_for()
    clerk.page.get_by_label("从哪天起").fill("上周")
    clerk.page.get_by_role("button", name="填好了，发送").click()
    clerk.page.get_by_role("heading", name="填完了，没有发送").wait_for()
    assert handset.arrived() == []
    assert clerk.faults == []
