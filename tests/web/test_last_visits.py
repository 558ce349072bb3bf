"""Importing last visits on a page: the columns are guessed, the whole file is looked at, and it is all or nothing."""

from __future__ import annotations

import csv
import datetime as dt
import io

import openpyxl
import pytest
from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

from server.database import Database
from server.domain.people import SYSTEM
from server.storage.events import EventRow
from server.storage.households import Household, number_of
from server.storage.visits import Visit, VisitPerson
from tests.factories import OTHER_GRID, County, household, person
from tests.pages import cells, sign_in, words
from tests.phones import rows

PAGE = "/register/last-visits"


@pytest.fixture
def desk(client: FlaskClient, county: County, database: Database) -> FlaskClient:
    with database.transaction(SYSTEM) as work:
        home = household(work, outer_key="1001")
        person(work, home, name="王桂兰")
        household(work, address="石桥村1组13号")
        household(work, grid=OTHER_GRID, outer_key="2001")
    sign_in(client, "cadre")
    return client


def upload(client: FlaskClient, content: bytes, name: str = "走访台账.csv") -> TestResponse:
    head = f'--cut\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    body = head.encode() + content + b"\r\n--cut--\r\n"
    return client.post(PAGE, data=body, content_type="multipart/form-data; boundary=cut")


def form_of(answer: TestResponse) -> dict[str, str]:
    """The form a browser would send next."""
    (form,) = (each for each in html.fromstring(answer.text).forms if "content" in each.fields)
    return {name: value for name, value in form.form_values() if name != "csrf_token"}


def problems(answer: TestResponse) -> list[dict[str, str]]:
    return [cells(row) for row in html.fromstring(answer.text).xpath("//tbody/tr")]


def test_a_clean_list_is_looked_at_first_and_then_taken_as_a_whole(
    desk: FlaskClient, database: Database
) -> None:
    with database.read(SYSTEM) as reading:
        plain = next(row for row in reading.session.query(Household) if row.outer_key is None)
    content = f"户编号,走访日期,见谁,备注\n1001,2026/6/3,王桂兰,好\n{number_of(plain.id)},2026年6月4日,,\n"
    answer = upload(desk, content.encode("gb18030"))
    assert answer.status_code == 200
    assert "检查过了，没有问题：可以导入 2 次走访" in answer.text
    assert rows(database, Visit) == []
    given = form_of(answer)
    assert (given["key"], given["day"], given["person"]) == ("户编号", "走访日期", "见谁")
    assert desk.post(f"{PAGE}/import", data=given).status_code == 303
    assert [(row.day, row.source, row.outcome) for row in rows(database, Visit)] == [
        (dt.date(2026, 6, 3), "import", "met"),
        (dt.date(2026, 6, 4), "import", "met"),
    ]
    assert len(rows(database, VisitPerson)) == 1
    assert [row.details["rows"] for row in rows(database, EventRow) if row.kind == "register.imported"] == [2]
    desk.post(f"{PAGE}/import", data=given)
    assert len(rows(database, Visit)) == 2


def test_one_wrong_cell_and_nothing_is_written(desk: FlaskClient, database: Database) -> None:
    content = "编号,日期,姓名\n1001,2026-06-03,王桂兰\n1001,2026-13-03,\n9999,2026-06-03,\n2001,2026-06-03,\n1001,2027-01-01,<b>\n,2026-06-03,\n"
    answer = upload(desk, content.encode())
    assert "有 6 处不对，什么都没有导入" in answer.text
    assert [(line["行"], line["哪一项"], line["问题"]) for line in problems(answer)] == [
        ("3", "日期", "日期应写成 2026-10-01 的样子"),
        ("4", "编号", "名册里没有这个编号"),
        ("5", "编号", "名册里没有这个编号"),
        ("6", "日期", "不能晚于今天"),
        ("6", "姓名", "这一户没有这个人"),
        ("7", "编号", "必须填写"),
    ]
    assert "/import" not in answer.text
    refused = desk.post(f"{PAGE}/import", data=form_of(answer))
    assert refused.status_code == 400
    assert "什么都没有导入" in refused.text
    assert rows(database, Visit) == []


def test_columns_with_other_names_are_chosen_on_the_page(desk: FlaskClient, database: Database) -> None:
    book = openpyxl.Workbook()
    book.active.append(["门牌本", "哪天去的"])
    book.active.append([1001, dt.datetime(2026, 6, 3)])  # noqa: DTZ001 - a spreadsheet knows no zones
    content = io.BytesIO()
    book.save(content)
    answer = upload(desk, content.getvalue(), "台账.xlsx")
    assert answer.status_code == 400
    assert "缺少编号、日期，请说明是哪一列" in answer.text
    chosen = form_of(answer) | {"key": "门牌本", "day": "哪天去的"}
    answer = desk.post(PAGE, data=chosen)
    assert "可以导入 1 次走访" in answer.text
    assert desk.post(f"{PAGE}/import", data=form_of(answer)).status_code == 303
    assert [row.day for row in rows(database, Visit)] == [dt.date(2026, 6, 3)]


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "", "文件读不懂"),
        (b"\x00\xff\xfe", "a.csv", "文件读不懂"),
        (b"PK no zip", "a.xlsx", "文件读不懂"),
        (b"x" * 1_000_001, "a.csv", "文件超过 1 兆"),
    ],
)
def test_what_is_no_list_is_refused(
    desk: FlaskClient, database: Database, content: bytes, name: str, said: str
) -> None:
    answer = upload(desk, content, name)
    assert answer.status_code == 400
    assert said in words(html.fromstring(answer.text))


def test_the_list_of_the_page_comes_back_filled_in(desk: FlaskClient, database: Database) -> None:
    """What a secretary exports, writes days into and gives back is understood as it is."""
    exported = desk.get("/visits/list.csv?duty=resident_half_year").text.removeprefix("\ufeff")
    lines = list(csv.DictReader(io.StringIO(exported)))
    filled = io.StringIO()
    writer = csv.DictWriter(filled, ["户编号", "上次走访日期"], extrasaction="ignore")
    writer.writeheader()
    writer.writerows(line | {"上次走访日期": "2026-06-30"} for line in lines)
    answer = upload(desk, filled.getvalue().encode())
    assert "可以导入 2 次走访" in answer.text


def test_only_offices_import(client: FlaskClient, county: County) -> None:
    sign_in(client, "worker")
    assert client.get(PAGE).status_code == 403
    assert upload(client, b"a").status_code == 403
    sign_in(client, "official")
    assert client.get(PAGE).status_code == 200
