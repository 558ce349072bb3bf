"""Orders of another platform: looked at, taken in once, given back in the platform's own columns."""

from __future__ import annotations

import base64
import csv
import io
import uuid
from collections.abc import Sequence

import openpyxl
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from lxml import html

from server.database import Database
from server.domain.people import SYSTEM
from server.services.demands import closing, dispatch, triage
from server.storage.events import EventRow
from server.storage.outer_orders import OuterOrder
from tests.conftest import Clock
from tests.demands import Story, intake
from tests.factories import County
from tests.pages import cells, read, sign_in, words

TITLES = (
    "工单编号",
    "受理时间",
    "来电人",
    "来电号码",
    "工单内容",
    "所属社区",
    "诉求地址",
    "办结时限",
    "办理结果",
)
ONE = (
    "12345-0001",
    "2026-10-19 08:30:00",
    "张三",
    "13900000000",
    "路灯不亮",
    "石桥村",
    "1组12号",
    "2026-10-26",
    "",
)
TWO = ("12345-0002", "2026/10/19", "李四", "13800000000", "=HYPERLINK(1)<b>路面</b>", "", "", "", "")


@pytest.fixture
def story(client: FlaskClient, county: County, database: Database, clock: Clock) -> Story:
    return Story(client, county, database, clock)


def as_csv(*rows: Sequence[str], titles: Sequence[str] = TITLES) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([titles, *rows])
    return text.getvalue().encode("gb18030")


def as_xlsx(*rows: Sequence[object], titles: Sequence[str] = TITLES) -> bytes:
    book, content = openpyxl.Workbook(), io.BytesIO()
    for row in (titles, *rows):
        book.active.append(list(row))
    for cell in book.active[3]:
        cell.data_type = "s"  # as a platform writes a text that begins like a formula
    book.save(content)
    return content.getvalue()


def looked_at(
    client: FlaskClient, content: bytes, *, name: str = "工单.csv", status: int = 200
) -> dict[str, str]:
    """Choose a file; the fields of the page that shows what it holds."""
    sent = {"file": (io.BytesIO(content), name), "channel": "hotline"}
    answer = client.post("/orders", data=sent, content_type="multipart/form-data")
    assert answer.status_code == status, answer.text
    form = html.fromstring(answer.text).find(".//form[@action='/orders']")
    return dict(form.form_values())  # type: ignore[attr-defined]


def taken_in(client: FlaskClient, content: bytes, *, name: str = "工单.csv") -> None:
    answer = client.post("/orders/take-in", data=looked_at(client, content, name=name))
    assert answer.status_code == 303, answer.text


def given_back(client: FlaskClient) -> list[dict[str, object]]:
    """The newest list as it goes back."""
    path = read(client, "/orders").xpath("//form[contains(@action, '/return')]/@action")[0]
    answer = client.post(path)
    assert answer.status_code == 200
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    titles = [cell.value for cell in sheet[1]]
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    return [
        dict(zip(titles, [cell.value for cell in row], strict=True)) for row in sheet.iter_rows(min_row=2)
    ]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_every_order_becomes_a_demand_with_all_it_says(story: Story, client: FlaskClient, kind: str) -> None:
    sign_in(client, "official")
    content = as_csv(ONE, TWO) if kind == "csv" else as_xlsx(ONE, TWO)
    fields = looked_at(client, content, name=f"工单.{kind}")
    assert (fields["column-number"], fields["column-words"], fields["column-result"]) == (
        "工单编号",
        "工单内容",
        "办理结果",
    )
    assert story.demands() == []
    taken_in(client, content, name=f"工单.{kind}")
    one, two = sorted(story.demands(), key=lambda each: each.outer_number or "")
    assert (one.channel, one.outer_number, one.reporter_name, one.reporter_phone, one.address) == (
        "hotline",
        "12345-0001",
        "张三",
        "13900000000",
        "1组12号",
    )
    assert one.words == "路灯不亮（平台要求 10月26日前办结）"
    assert str(one.raised_on) == "2026-10-19"
    assert one.jurisdiction.startswith("509901101001")
    assert (two.jurisdiction, two.key) == ("509901101", "submitted")


def test_a_category_of_the_platform_becomes_a_kind_of_ours_and_stays_so(
    story: Story, client: FlaskClient
) -> None:
    sign_in(client, "official")
    titles = (*TITLES, "诉求类型")
    fields = looked_at(client, as_csv((*ONE, "市政设施"), (*TWO, "环境卫生"), titles=titles))
    assert fields["column-category"] == "诉求类型"
    assert (fields["kind-市政设施"], fields["kind-环境卫生"]) == ("other", "sanitation")
    answer = client.post("/orders/take-in", data=fields | {"kind-市政设施": "facility"})
    assert answer.status_code == 303
    found = {each.outer_number: each.kind for each in story.demands()}
    assert found == {ONE[0]: "facility", TWO[0]: "sanitation"}
    later = looked_at(client, as_csv(("12345-0003", *ONE[1:], "市政设施"), titles=titles))
    assert later["kind-市政设施"] == "facility"


@pytest.mark.parametrize(
    ("stated", "said"),
    [({"kind-市政设施": "nothing"}, "没有这一类"), ({"column-category": "工单编号"}, "不像类别")],
)
def test_what_is_no_kind_and_what_is_no_category_is_said(
    client: FlaskClient, county: County, stated: dict[str, str], said: str
) -> None:
    sign_in(client, "official")
    rows = [(f"12345-{number}", *ONE[1:], "市政设施") for number in range(61)]
    fields = looked_at(client, as_csv(*rows, titles=(*TITLES, "诉求类型")))
    answer = client.post("/orders", data=fields | stated)
    assert answer.status_code == 400
    assert said in words(html.fromstring(answer.text))


def test_an_order_is_taken_in_once_however_often_its_list_comes(story: Story, client: FlaskClient) -> None:
    sign_in(client, "official")
    taken_in(client, as_csv(ONE))
    taken_in(client, as_csv(ONE, TWO, TWO))
    assert len(story.demands()) == 2
    page = client.post("/orders", data=looked_at(client, as_csv(ONE, TWO, TWO))).text
    assert "可以导入 0 件；3 件原来就有，不会重复登记" in page
    first = next(each for each in story.demands() if each.outer_number == ONE[0])
    assert first.number in page
    assert ">导入 " not in page


def test_an_order_twice_in_a_file_is_shown_as_such(story: Story, client: FlaskClient) -> None:
    sign_in(client, "official")
    page = client.post("/orders", data=looked_at(client, as_csv(ONE, ONE))).text
    assert "可以导入 1 件；1 件原来就有" in page
    assert "同一个文件里出现两次" in page


def test_an_order_typed_in_before_is_not_registered_again_but_goes_back_with_the_list(
    story: Story, client: FlaskClient
) -> None:
    story.send("demand_intake", intake(channel="hotline", session={"outer_number": ONE[0]}))
    typed = story.only_demand()
    sign_in(client, "official")
    taken_in(client, as_csv(ONE))
    assert story.only_demand().id == typed.id
    assert given_back(client)[0]["承办编号"] == typed.number


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        (("", *ONE[1:]), "工单号", "必须填写"),
        ((*ONE[:4], "", *ONE[5:]), "诉求内容", "必须填写"),
        ((*ONE[:4], "长" * 2001, *ONE[5:]), "诉求内容", "超过 2000 个字"),
        ((*ONE[:5], "没有的村", *ONE[6:]), "村（社区）", "您的管辖范围里没有“没有的村”"),
        ((ONE[0], "昨天", *ONE[2:]), "受理日期", "日期应写成"),
    ],
)
def test_a_wrong_cell_keeps_the_whole_list_out(
    story: Story, client: FlaskClient, row: Sequence[str], field: str, reason: str
) -> None:
    sign_in(client, "official")
    fields = looked_at(client, as_csv(TWO, row), status=400)
    answer = client.post("/orders/take-in", data=fields)
    assert answer.status_code == 400
    wrong = [
        cells(each) for each in html.fromstring(answer.text).iterfind(".//tbody/tr") if "问题" in cells(each)
    ]
    assert [(each["行"], each["哪一项"]) for each in wrong] == [("3", field)]
    assert reason in wrong[0]["问题"]
    assert story.demands() == []


def test_columns_nobody_recognises_are_named_once_and_remembered(story: Story, client: FlaskClient) -> None:
    sign_in(client, "official")
    titles = ("甲", "乙")
    fields = looked_at(client, as_csv(("X-1", "路灯不亮"), titles=titles), status=400)
    assert client.post("/orders/take-in", data=fields).status_code == 400
    named = fields | {"column-number": "甲", "column-words": "乙"}
    assert client.post("/orders/take-in", data=named).status_code == 303
    again = looked_at(client, as_csv(("X-2", "路面有坑"), titles=titles))
    assert (again["column-number"], again["column-words"]) == ("甲", "乙")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("工单.xlsx", b"not a workbook"),
        ("工单.csv", b""),
        ("工单.csv", b"\xff\xfe\x00\x81"),
        ("工单.xlsx", b"PK\x03\x04"),
    ],
)
def test_what_is_no_list_is_said_to_be_none(
    client: FlaskClient, story: Story, name: str, content: bytes
) -> None:
    sign_in(client, "official")
    sent = {"file": (io.BytesIO(content), name), "channel": "hotline"}
    answer = client.post("/orders", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 400
    assert "文件读不懂" in answer.text
    chosen = {"name": name, "content": base64.b64encode(b"junk"), "channel": "nowhere"}
    assert client.post("/orders/take-in", data=chosen).status_code == 400


def test_the_list_goes_back_in_the_platforms_columns_with_what_was_done(
    story: Story, client: FlaskClient, database: Database
) -> None:
    sign_in(client, "cadre")
    taken_in(client, as_csv(ONE))
    demand = story.only_demand()
    with story.office() as work:
        triage.register(work, demand.id)
        triage.classify(work, demand.id, "COMMUNITY")
        dispatch.assign(
            work,
            demand.id,
            story.county.accounts["worker"],
            measure="换灯",
            deadline=story.clock.now.date(),
        )
    (row,) = given_back(client)
    assert (row["办理状态"], row["办结日期"], row["办理结果"]) == ("正在办理", None, None)
    story.say(demand, "done", words="灯换好了")
    with story.office() as work:
        closing.feed_back(work, demand.id, words="路灯已修好，请放心使用", means="phone")
    (row,) = given_back(client)
    assert list(row)[: len(TITLES)] == list(TITLES)
    assert row["工单编号"] == ONE[0]
    assert row["办理结果"] == "路灯已修好，请放心使用"
    assert row["办理状态"] == "已办结，正在答复"
    assert str(row["办结日期"]).startswith("2026-10-20")
    assert row["承办编号"] == demand.number
    assert (row["来电人"], row["来电号码"]) == ("张三", "13900000000")
    with database.read(SYSTEM) as reading:
        kinds = set(reading.session.scalars(sa.select(EventRow.kind)))
    assert {"order_list.taken_in", "order_list.returned"} <= kinds


def test_names_are_kept_with_the_demand_alone_and_go_back_only_from_who_sees_them(
    story: Story, client: FlaskClient, database: Database
) -> None:
    sign_in(client, "official")
    taken_in(client, as_csv(ONE))
    with database.read(SYSTEM) as reading:
        kept = reading.session.scalars(sa.select(OuterOrder)).one().cells
    assert "张三" not in str(kept)
    assert "13900000000" not in str(kept)
    (row,) = given_back(client)
    assert (row["来电人"], row["来电号码"]) == (None, None)


def test_of_a_matter_of_one_household_only_how_it_stands_goes_back(
    story: Story, client: FlaskClient, database: Database
) -> None:
    sign_in(client, "cadre")
    taken_in(client, as_csv(ONE))
    demand = story.only_demand()
    with story.office() as work:
        triage.register(work, demand.id)
        triage.classify(work, demand.id, "PRIVATE")
    (row,) = given_back(client)
    assert row["办理结果"] is None
    assert row["办理状态"] == "已受理，正在安排"


def test_a_list_is_seen_and_given_back_where_it_was_taken_in(story: Story, client: FlaskClient) -> None:
    sign_in(client, "cadre")
    taken_in(client, as_csv(ONE))
    path = read(client, "/orders").xpath("//form[contains(@action, '/return')]/@action")[0]
    sign_in(client, "other_cadre")
    assert client.post(path).status_code == 404
    assert "回传表" not in client.get("/orders").text
    sign_in(client, "worker")
    assert client.get("/orders").status_code == 403
    assert client.post(path).status_code == 403
    assert client.post(f"/orders/{uuid.uuid4()}/return").status_code == 403


def test_hostile_cells_are_only_text(story: Story, client: FlaskClient) -> None:
    sign_in(client, "cadre")
    titles = ("工单号", "诉求内容", "<b>{{7*7}}")
    content = as_csv(("<i>1</i>", "{{7*7}}<script>", "=1+1"), titles=titles)
    page = client.post("/orders", data=looked_at(client, content, name="<u>.csv")).text
    assert "<script>" not in page.partition("<main")[2]
    assert "<u>" not in page
    assert "<b>" not in page
    taken_in(client, content)
    (row,) = given_back(client)
    assert row["<b>{{7*7}}"] == "=1+1"
    assert words(read(client, f"/cases/{story.only_demand().id}")).count("{{7*7}}") >= 1
