"""The queue of what is overdue or soon will be: its order in working days, what holds each up, 催办 and 督办."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from server.database import Database
from server.domain.demand_clock import is_due_soon, is_overdue
from server.domain.demand_states import StateKey
from server.domain.people import SYSTEM
from server.domain.work_calendar import WorkCalendar, end_of_day
from server.figures import attention
from server.figures.open_cases import mechanism
from server.storage.demands import Demand
from tests.conftest import Clock
from tests.demands import Story, finding, intake
from tests.factories import NOW, OTHER_GRID, County
from tests.pages import cells, read, sign_in, words


@pytest.fixture
def story(client: FlaskClient, county: County, database: Database, clock: Clock) -> Story:
    return Story(client, county, database, clock)


@pytest.fixture
def calendar(story: Story) -> WorkCalendar:
    with story.reading("assessor") as reading:
        return mechanism(reading)[1]


def rows(client: FlaskClient, path: str = "/queue") -> list[dict[str, str]]:
    """The rows of the queue itself, above the supervised ones."""
    table = read(client, path).find(".//table")
    if table is None or "超期和将到期" not in words(table.find("caption")):
        return []
    return [cells(row) for row in table.iterfind(".//tbody/tr")]


def put(database: Database, like: Demand, **changed: object) -> Demand:
    """A demand like another, but for what is `changed`."""
    with database.transaction(SYSTEM) as work:
        names = [each.key for each in sa.inspect(Demand).column_attrs if each.key not in ("id", "number")]
        number = work.session.scalar(sa.select(sa.func.count()).select_from(Demand)) or 0
        copy = {name: getattr(like, name) for name in names} | {"submission_id": None} | changed
        row = Demand(id=uuid.uuid4(), number=f"509901250101{number:06d}", **copy)
        work.session.add(row)
    return row


def at_work(database: Database, like: Demand, due: dt.date, **changed: object) -> Demand:
    """A demand being handled that is due at the end of a day."""
    more = {"key": StateKey.IN_PROGRESS.value, "due_at": end_of_day(due), "class_": "COMMUNITY"}
    return put(database, like, **more | changed)


@pytest.mark.parametrize(
    ("due", "said"),
    [
        (
            dt.date(2026, 9, 30),
            "超期 20 天（10 个工作日）",
        ),  # the holiday is not worked, the Saturday after it is
        (dt.date(2026, 10, 16), "超期 4 天（2 个工作日）"),
        (dt.date(2026, 10, 18), "超期 2 天（2 个工作日）"),
        (dt.date(2026, 10, 19), "超期 1 天（1 个工作日）"),
        (dt.date(2026, 10, 20), "今天到期"),
        (dt.date(2026, 10, 21), "还有 1 个工作日"),
        (None, ""),
    ],
)
def test_a_breach_is_counted_in_days_and_the_working_days_among_them(
    due: dt.date | None, said: str, calendar: WorkCalendar
) -> None:
    assert attention.breach(due, today=NOW.date(), calendar=calendar) == said


def test_what_fell_due_before_days_off_is_over_by_no_working_day(calendar: WorkCalendar) -> None:
    friday, sunday = dt.date(2026, 10, 16), dt.date(2026, 10, 18)
    assert attention.breach(friday, today=sunday, calendar=calendar) == "超期 2 天（都是休息日）"


def test_the_longest_over_come_first_and_the_numbers_are_those_of_all_rows(
    story: Story, client: FlaskClient, database: Database, calendar: WorkCalendar
) -> None:
    story.patrol(finding())
    like = story.only_demand()
    for n in range(130):
        due = dt.date(2026, 10, 24) - dt.timedelta(days=n * 7 % 50)
        at_work(
            database, like, due, key=StateKey.SUSPENDED.value if n % 9 == 0 else StateKey.IN_PROGRESS.value
        )
    sign_in(client, "official")
    seen, path = [], "/queue"
    while path:
        page = read(client, path)
        seen += [cells(row) for row in page.find(".//table").iterfind(".//tbody/tr")]
        following = page.find(".//a[@rel='next']")
        path = "" if following is None else following.get("href")
    open_ = [each.state for each in story.demands()]
    overdue = sum(is_overdue(each, as_of=NOW) for each in open_)
    soon = sum(is_due_soon(each, as_of=NOW, calendar=calendar) for each in open_)
    assert f"超期 {overdue} 件，下一个工作日前到期 {soon} 件" in words(read(client, "/queue"))
    assert len(seen) == overdue + soon > 100
    days = [each["时限"].rpartition(" ")[2] for each in seen]
    assert days == sorted(
        days, key=lambda day: [int(part) for part in day.rstrip("日到期").replace("年", "月").split("月")]
    )


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"key": StateKey.RETURNED.value, "returns": 1}, "退回来了，等重新派"),
        ({"returns": 2}, "退回过 2 次"),
        ({"key": StateKey.ESCALATED.value}, "报上去了，等上级安排"),
        ({"asked": "extension"}, "申请延期，等上级同意"),
        ({"asked_upward": True}, "承办人说办不了，等定"),
        ({"key": StateKey.ASSIGNED.value}, "派出去了，还没接"),
        ({"key": StateKey.CLASSIFIED.value}, "还没派出去"),
        ({"last_event_at": NOW - dt.timedelta(days=9)}, "9 天没有进展"),
        ({}, "办理中"),
    ],
)
def test_a_row_says_what_holds_it_up(
    story: Story, client: FlaskClient, database: Database, changed: dict[str, object], said: str
) -> None:
    story.patrol(finding(handled="fixed"))
    at_work(database, story.only_demand(), dt.date(2026, 10, 16), **{"last_event_at": NOW} | changed)
    sign_in(client, "cadre")
    (row,) = rows(client)
    assert said in row["卡在哪里"]


def test_a_township_urges_once_by_one_click(story: Story, client: FlaskClient, database: Database) -> None:
    story.patrol(finding(handled="fixed"))
    demand = at_work(database, story.only_demand(), dt.date(2026, 10, 16))
    sign_in(client, "official")
    form = read(client, "/queue").find(".//form[@class='push-act']")
    said = {each.get("name"): each.get("value") for each in form.iterfind(".//input")}
    for _ in range(2):
        assert client.post(form.get("action"), data=said).status_code == 303
    assert "刚" in client.get("/queue").text
    assert story.demand(demand.id).urged == 1
    (row,) = rows(client)
    assert row["催办、督办"].startswith("催过 1 次")


def test_what_is_supervised_is_a_list_of_its_own(
    story: Story, client: FlaskClient, database: Database
) -> None:
    story.patrol(finding(handled="fixed"))
    demand = at_work(database, story.only_demand(), dt.date(2026, 11, 30))
    sign_in(client, "official")
    path = f"/queue/{demand.id}/supervise"
    assert "现在没有督办的。" in client.get("/queue").text
    client.post(path, data={"until": "2026-10-26"})
    assert "有几项填得不对" in client.get("/queue").text
    assert story.demand(demand.id).supervised_at is None
    client.post(path, data={"until": "2026-10-26", "words": "<b>月底前</b>修好"})
    page = read(client, "/queue")
    assert "督办中（1 件）" in words(page)
    assert "2026年10月26日" in words(page.find(".//section[@id='supervised']//tbody"))
    client.post(f"/queue/{demand.id}/let-go")
    assert "督办中（0 件）" in client.get("/queue").text


def test_a_suspended_matter_comes_back_on_its_day(
    story: Story, client: FlaskClient, database: Database
) -> None:
    story.patrol(finding(handled="fixed"))
    like = story.only_demand()
    for day in (21, 30):
        at_work(
            database,
            like,
            dt.date(2026, 10, 1),
            key=StateKey.SUSPENDED.value,
            review_on=dt.date(2026, 10, day),
        )
    sign_in(client, "cadre")
    assert "该再看一次（1 件）" in words(read(client, "/queue"))
    assert rows(client) == []


def test_a_reader_sees_his_divisions_and_no_private_matter(
    story: Story, client: FlaskClient, database: Database
) -> None:
    story.patrol(finding(handled="fixed"))
    like = story.only_demand()
    at_work(database, like, dt.date(2026, 10, 16))
    at_work(database, like, dt.date(2026, 10, 16), jurisdiction=OTHER_GRID)
    at_work(
        database,
        like,
        dt.date(2026, 10, 16),
        class_="PRIVATE",
        supervised_at=NOW,
        supervised_until=NOW.date(),
    )
    for name, number in (("cadre", 2), ("other_cadre", 1), ("official", 2), ("worker", 2)):
        sign_in(client, name)
        assert len(rows(client)) == number, name
        client.post("/sign-out")


def test_a_grid_worker_urges_nobody(story: Story, client: FlaskClient, database: Database) -> None:
    story.send("demand_intake", intake())
    demand = at_work(database, story.only_demand(), dt.date(2026, 10, 16))
    sign_in(client, "worker")
    assert "催办</button>" not in client.get("/queue").text
    assert client.post(f"/queue/{demand.id}/urge").status_code == 403
    assert client.post(f"/queue/{uuid.uuid4()}/urge").status_code == 404
