"""The weekly meeting's sheet: what is on it and why, whose it is, and what was agreed kept with each demand (ZX-15)."""

from __future__ import annotations

import datetime as dt
import re
import uuid

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from server.database import Database
from server.domain.demand_states import StateKey
from server.domain.people import SYSTEM
from server.domain.work_calendar import end_of_day
from server.figures import weekly_sheet
from server.storage.demands import Demand
from tests.conftest import Clock
from tests.demands import Story, finding
from tests.factories import NOW, OTHER_GRID, VILLAGE, County
from tests.pages import cells, read, sign_in, words


@pytest.fixture
def story(client: FlaskClient, county: County, database: Database, clock: Clock) -> Story:
    return Story(client, county, database, clock)


@pytest.fixture
def like(story: Story) -> Demand:
    """A demand that is over and done with, for others to be copied from."""
    story.patrol(finding(handled="fixed"))
    return story.only_demand()


def put(database: Database, like: Demand, **changed: object) -> Demand:
    """A demand in hand that nothing has to be said about, but for what is `changed`."""
    usual = {
        "key": StateKey.IN_PROGRESS.value,
        "class_": "COMMUNITY",
        "due_at": end_of_day(dt.date(2026, 12, 31)),
        "last_event_at": NOW,
        "submission_id": None,
    }
    with database.transaction(SYSTEM) as work:
        names = [each.key for each in sa.inspect(Demand).column_attrs if each.key not in ("id", "number")]
        number = work.session.scalar(sa.select(sa.func.count()).select_from(Demand)) or 0
        copy = {name: getattr(like, name) for name in names} | usual | changed
        row = Demand(id=uuid.uuid4(), number=f"509901250101{number:06d}", **copy)
        work.session.add(row)
    return row


def sheet(client: FlaskClient, path: str = "/weekly") -> dict[str, list[dict[str, str]]]:
    """The rows of the sheet under their headings."""
    return {
        words(share.find("h2")): [cells(row) for row in share.iterfind(".//tbody/tr")]
        for share in read(client, path).iterfind(".//section[@class='weekly-share']")
    }


@pytest.mark.parametrize(
    ("changed", "standing"),
    [
        ({"due_at": end_of_day(dt.date(2026, 10, 16))}, "超期"),
        ({"due_at": end_of_day(dt.date(2026, 10, 27))}, "一周内到期"),
        ({"due_at": end_of_day(dt.date(2026, 10, 28))}, None),
        ({"last_event_at": NOW - dt.timedelta(days=7)}, "卡住"),
        ({"asked_upward": True, "due_at": end_of_day(dt.date(2026, 10, 16))}, "要定、要上报"),
        ({"key": StateKey.RETURNED.value}, "要定、要上报"),
        ({"key": StateKey.SUSPENDED.value, "due_at": end_of_day(dt.date(2026, 10, 16))}, None),
        ({"key": StateKey.FED_BACK.value, "due_at": end_of_day(dt.date(2026, 10, 16))}, None),
        ({"class_": "PRIVATE", "due_at": end_of_day(dt.date(2026, 10, 16))}, None),
    ],
)
def test_what_is_gone_through_and_why(
    client: FlaskClient, database: Database, like: Demand, changed: dict[str, object], standing: str | None
) -> None:
    put(database, like, **changed)
    sign_in(client, "cadre")
    found = [row["为什么过会"] for rows in sheet(client).values() for row in rows]
    assert [words.split(" ")[0] for words in found] == ([] if standing is None else [standing])


def test_what_is_overdue_and_to_be_decided_too_is_told_so_that_the_sheet_and_the_queue_agree(
    client: FlaskClient, database: Database, like: Demand
) -> None:
    over = end_of_day(dt.date(2026, 10, 16))
    for more in ({}, {}, {"asked_upward": True}):
        put(database, like, due_at=over, **more)
    sign_in(client, "cadre")
    said = "要定、要上报 1 件（其中超期的 1 件），超期 2 件（不算要定的），"
    assert said in words(read(client, "/weekly"))
    assert "超期 3 件" in words(read(client, "/queue"))
    assert "超期 4 天（2 个工作日）" in words(read(client, "/queue"))
    assert "超期4天" in words(read(client, "/cases"))


def test_what_ran_out_an_hour_of_today_is_not_said_to_be_due_today(
    client: FlaskClient, database: Database, like: Demand
) -> None:
    put(database, like, due_at=NOW - dt.timedelta(hours=1))
    sign_in(client, "cadre")
    assert next(iter(sheet(client).values()))[0]["完成时限"] == "2026年10月20日 已过时限"
    assert "已过时限 2026年10月20日到期" in words(read(client, "/queue"))


def test_each_person_answers_for_his_own_and_what_nobody_has_comes_first(
    story: Story, client: FlaskClient, database: Database, like: Demand
) -> None:
    worker, cadre = story.county.accounts["worker"], story.county.accounts["cadre"]
    over = end_of_day(dt.date(2026, 10, 16))
    for holder in (worker, worker, cadre, None):
        put(database, like, handler_id=holder, due_at=over)
    sign_in(client, "cadre")
    assert [(head, len(rows)) for head, rows in sheet(client).items()] == [
        ("还没派人的（1 件）", 1),
        ("王秀英（2 件）", 2),
        ("赵支书（1 件）", 1),
    ]
    numbers = [row["序号"] for rows in sheet(client).values() for row in rows]
    assert numbers == ["1", "2", "3", "4"]


def test_what_was_agreed_is_in_the_story_and_is_the_last_word_next_time(
    client: FlaskClient, database: Database, story: Story, like: Demand
) -> None:
    one = put(database, like, due_at=end_of_day(dt.date(2026, 10, 16)))
    other = put(database, like, due_at=end_of_day(dt.date(2026, 10, 16)))
    sign_in(client, "cadre")
    fields = [each.get("name") for each in read(client, "/weekly").iterfind(".//textarea")]
    assert set(fields) == {f"agreed-{one.id}", f"agreed-{other.id}"}
    answer = client.post(
        "/weekly", data={f"agreed-{one.id}": "周五前换灯，<b>老王</b>负责", f"agreed-{other.id}": " "}
    )
    assert answer.status_code == 303
    assert "记下了 1 件的议定事项" in client.get("/weekly").text
    page = client.get(f"/cases/{one.id}").text
    assert "周五前换灯，&lt;b&gt;老王&lt;/b&gt;负责" in page
    assert "周例会议定" in page
    said = {row["上次说到"] for rows in sheet(client).values() for row in rows}
    assert any("周五前换灯" in each for each in said)
    assert story.demand(one.id).state == one.state
    assert story.notes(other) == []


def test_one_that_cannot_be_kept_keeps_none_and_loses_no_word(
    client: FlaskClient, database: Database, story: Story, like: Demand
) -> None:
    one = put(database, like, due_at=end_of_day(dt.date(2026, 10, 16)))
    other = put(database, like, due_at=end_of_day(dt.date(2026, 10, 16)))
    sign_in(client, "cadre")
    answer = client.post("/weekly", data={f"agreed-{one.id}": "换灯", f"agreed-{other.id}": "长" * 2001})
    assert answer.status_code == 400
    assert "换灯" in answer.text
    assert story.notes(one) == []
    assert client.post("/weekly", data={"agreed-nothing": "换灯"}).status_code == 400


def test_nobody_minutes_what_is_not_his(
    client: FlaskClient, database: Database, story: Story, like: Demand
) -> None:
    over = {"due_at": end_of_day(dt.date(2026, 10, 16))}
    elsewhere = put(database, like, jurisdiction=OTHER_GRID, **over)
    sign_in(client, "cadre")
    assert sheet(client) == {}
    assert client.post("/weekly", data={f"agreed-{elsewhere.id}": "换灯"}).status_code == 404
    sign_in(client, "worker")
    assert client.get("/weekly").status_code == 403
    assert client.post("/weekly", data={f"agreed-{elsewhere.id}": "换灯"}).status_code == 403


def test_more_than_a_meeting_can_go_through_are_not_listed(
    client: FlaskClient, database: Database, like: Demand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weekly_sheet, "MOST", 3)
    for _ in range(4):
        put(database, like, due_at=end_of_day(dt.date(2026, 10, 16)))
    sign_in(client, "official")
    page = client.get(f"/weekly?area={VILLAGE}").text
    assert "只列出最急的 3 件" in page
    assert len(re.findall("<textarea", page)) == 3
