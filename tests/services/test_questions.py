"""查一查: what is asked, whom it is put to, what he can answer, and that it never touches a figure (METRICS Q)."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from flask import Flask
from flask.testing import FlaskClient
from shapely import Point

from server.database import Database
from server.domain.people import SYSTEM
from server.services.demands.intake import Raised, raise_demand
from server.storage.events import EventRow
from server.storage.households import Person
from server.storage.questions import QuestionAnswer
from server.storage.ratings import Rating
from server.work import Work
from tests.conftest import Clock
from tests.demands import Story
from tests.factories import GRID, SHANGHAI, VILLAGE, County, household, person
from tests.instances import instance, patrol, visit
from tests.pages import cells, read, sign_in, words
from tests.phones import Phone, rows

MORNING = dt.datetime(2026, 10, 19, 9, 0, tzinfo=SHANGHAI)
TRACK = "30.001 108.001 0 5; 30.002 108.002 0 5; 30.003 108.003 0 5"


@pytest.fixture
def phone(client: FlaskClient, county: County) -> Phone:
    return Phone(client, county)


@pytest.fixture
def homes(database: Database, county: County) -> list[uuid.UUID]:
    """Six homes with somebody in special need each, half a kilometre from where visits are recorded."""
    with database.transaction(SYSTEM) as work:
        found = [
            household(work, address=f"石桥村1组{n}号", point=Point(108.001, 30.001 + n / 10_000))
            for n in range(6)
        ]
        for home in found:
            person(work, home, name="王桂兰")
        return [home.id for home in found]


def people_of(database: Database, home: uuid.UUID) -> list[str]:
    return [str(each.id) for each in rows(database, Person) if each.household_id == home]


def walk(phone: Phone, start: dt.datetime, at: str | None = "30.005 108.005 0 8", **more: object) -> None:
    assert phone.send(instance("patrol", patrol(GRID, start, at=at, **more))) == 201


def asked(client: FlaskClient, query: str = "") -> list[dict[str, str]]:
    return [cells(row) for row in read(client, f"/questions{query}").iterfind(".//tbody/tr")]


def kinds(client: FlaskClient, query: str = "") -> list[str]:
    return [row["问什么"] for row in asked(client, query)]


def signed_in(app: Flask, name: str) -> FlaskClient:
    client = app.test_client()
    sign_in(client, name)
    return client


def test_an_ordinary_day_gives_nothing_to_ask(phone: Phone, app: Flask) -> None:
    walk(phone, MORNING, "30.005 108.005 0 8", wrap_up={"track": TRACK})
    walk(phone, MORNING + dt.timedelta(days=1, hours=-1), "30.0051 108.005 0 8")
    assert kinds(signed_in(app, "cadre")) == []
    assert "没有等着回答的问题" in words(read(signed_in(app, "cadre"), "/questions"))


def test_a_position_without_an_error_is_asked_about(phone: Phone, app: Flask) -> None:
    walk(phone, MORNING, "30.005 108.005 0 0")
    (row,) = asked(signed_in(app, "cadre"))
    assert row["问什么"] == "定位精度为零"
    assert row["看到的"].startswith("这个月有 1 份记录的定位没有误差")
    assert "在地图上点的位置" in row["平常的原因"]


def test_five_records_alike_to_the_last_digit_are_one_question(phone: Phone, app: Flask) -> None:
    for day in range(5):
        walk(phone, MORNING - dt.timedelta(days=day))
    assert kinds(signed_in(app, "cadre")) == ["几次定位分毫不差"]


def test_a_jump_no_car_could_make_is_asked_about(phone: Phone, app: Flask) -> None:
    walk(phone, MORNING, "30.005 108.005 0 8")
    walk(phone, MORNING + dt.timedelta(minutes=1), "30.105 108.005 0 8")
    (row,) = asked(signed_in(app, "cadre"))
    assert (row["问什么"], "相隔约 1 分钟" in row["看到的"]) == ("两次记录隔得太远太快", True)


def test_the_same_track_twice_is_asked_about_once(phone: Phone, app: Flask) -> None:
    walk(phone, MORNING, None, wrap_up={"track": TRACK})
    walk(phone, MORNING - dt.timedelta(days=1), None, wrap_up={"track": TRACK})
    walk(phone, MORNING - dt.timedelta(days=2), None, wrap_up={"track": TRACK.replace("002", "004")})
    assert kinds(signed_in(app, "cadre")) == ["两次巡查的轨迹一模一样"]


def test_five_homes_visited_at_one_spot_are_asked_about(
    phone: Phone, app: Flask, database: Database, homes: list[uuid.UUID]
) -> None:
    for n, home in enumerate(homes[:5]):
        answers = visit(home, MORNING + dt.timedelta(minutes=9 * n), seen=people_of(database, home))
        answers["fix_start"] = f"30.0050{n} 108.005 0 8"
        assert phone.send(instance("household_visit", answers)) == 201
    (row,) = asked(signed_in(app, "cadre"))
    assert (row["问什么"], row["在哪里"]) == ("几户的走访记在同一处", "石桥村第1网格 王秀英填的")
    assert row["看到的"].startswith("5 户的走访记在 30 米以内的同一处")


def test_the_same_words_or_picture_in_five_records_are_asked_about_without_quoting(
    phone: Phone, app: Flask
) -> None:
    finding = {"what": {"kind": "road", "words": "桥头塌了一块", "handled": "watch", "photo": "a.jpg"}}
    for n in range(5):
        xml = instance(
            "patrol",
            patrol(GRID, MORNING - dt.timedelta(days=n), at=None, result="found", finding=[finding]),
        )
        assert phone.send(xml, {"a.jpg": b"one picture"}) == 201
    page = read(signed_in(app, "cadre"), "/questions")
    assert [row["问什么"] for row in map(cells, page.iterfind(".//tbody/tr"))] == [
        "几份记录的话一样",
        "几份记录的照片一样",
    ]
    assert "桥头" not in words(page)


def test_visits_crowded_into_the_last_three_days_and_telephones_are_asked_about_at_the_end(
    phone: Phone, app: Flask, database: Database, homes: list[uuid.UUID], clock: Clock
) -> None:
    clock.now = dt.datetime(2026, 10, 31, 20, 0, tzinfo=SHANGHAI)
    for n, home in enumerate(homes):
        answers = visit(
            home,
            dt.datetime(2026, 10, 31, 9 + n, 0, tzinfo=SHANGHAI),
            seen=people_of(database, home),
        )
        answers["fix_start"] = f"30.001{n} 108.001 0 8"
        assert phone.send(instance("household_visit", answers)) == 201
    (row,) = asked(signed_in(app, "cadre"), "?month=2026-10-01")
    assert row["看到的"].startswith("6 次算数的走访里，6 次在最后 3 天。")


@pytest.mark.parametrize(("ratings", "is_asked"), [(5, True), (4, False)])
def test_five_ratings_within_ten_minutes_are_asked_about_once_none_can_be_changed(
    client: FlaskClient,
    app: Flask,
    database: Database,
    county: County,
    clock: Clock,
    ratings: int,
    is_asked: bool,
) -> None:
    rated_at = clock.now - dt.timedelta(days=7)
    with Story(client, county, database, clock).office("official") as work:
        for n in range(ratings):
            rated(work, rated_at + dt.timedelta(minutes=2.5 * n), settled_at=clock.now)
        rated(work, rated_at + dt.timedelta(minutes=11), settled_at=clock.now)
        rated(work, rated_at, settled_at=clock.now, by_proxy=True)
        rated(work, rated_at, settled_at=clock.now, who="work_group")
    clock.now -= dt.timedelta(minutes=1)
    assert kinds(signed_in(app, "cadre")) == []
    clock.now += dt.timedelta(minutes=1)
    found = asked(signed_in(app, "cadre"))
    assert [(row["问什么"], row["在哪里"]) for row in found] == [
        ("几件的评价一起来", "云溪镇石桥村")
    ] * is_asked
    assert all("10 月 13 日有 5 个评价在 10 分钟以内给出" in row["看到的"] for row in found)
    assert kinds(signed_in(app, "worker")) == kinds(signed_in(app, "other_cadre")) == []


def rated(
    work: Work, at: dt.datetime, *, settled_at: dt.datetime, who: str = "reporter", by_proxy: bool = False
) -> None:
    demand = raise_demand(
        work,
        Raised(
            raised_on=at.date(),
            received_at=at,
            channel="walkin",
            kind="facility",
            detail="lamp",
            words="路灯不亮",
            division=VILLAGE,
            grid=GRID,
            place=None,
            reporter=None,
        ),
    )
    work.session.add(
        Rating(
            demand_id=demand.id,
            round=1,
            who=who,
            stars=5,
            given_at=at,
            window_until=settled_at,
            by_proxy=by_proxy,
        )
    )


def test_it_is_shown_to_the_village_and_to_whom_it_is_about_and_to_nobody_else(
    phone: Phone, app: Flask
) -> None:
    walk(phone, MORNING, "30.005 108.005 0 0")
    assert kinds(signed_in(app, "cadre")) == ["定位精度为零"]
    assert kinds(signed_in(app, "worker")) == ["定位精度为零"]
    assert kinds(signed_in(app, "other_cadre")) == []
    assert kinds(signed_in(app, "other_worker")) == []
    for name in ("official", "assessor", "admin"):
        assert signed_in(app, name).get("/questions").status_code == 403


def test_the_worker_explains_and_the_cadre_checks(phone: Phone, app: Flask, database: Database) -> None:
    walk(phone, MORNING, "30.005 108.005 0 0")
    worker, cadre = signed_in(app, "worker"), signed_in(app, "cadre")
    (form,) = read(worker, "/questions").xpath("//form[contains(@action, '/answer')]")
    assert form.xpath(".//input[@name='answer']/@value") == ["explained"]
    path = form.get("action")
    refused = worker.post(path, data={"answer": "checked", "words": "没问题"})
    assert "核对由别人来" in worker.get(refused.location).text
    refused = worker.post(path, data={"answer": "explained", "words": " "})
    assert "请写一句怎么回事" in worker.get(refused.location).text
    worker.post(path, data={"answer": "explained", "words": "在图上点的"})
    cadre.post(path, data={"answer": "checked", "words": "问过了"})
    assert asked(cadre) == []
    (row,) = asked(cadre, "?all=yes")
    assert "说明 在图上点的 王秀英" in row["回答"]
    assert "已核对 问过了 赵支书" in row["回答"]
    assert [each.answer for each in rows(database, QuestionAnswer)] == ["explained", "checked"]
    noted = [row.details for row in rows(database, EventRow) if row.kind == "question.answered"]
    assert noted == [
        {"asked": "accuracy_zero", "answer": "explained"},
        {"asked": "accuracy_zero", "answer": "checked"},
    ]


def test_an_answer_holds_while_further_records_join_the_question(phone: Phone, app: Flask) -> None:
    walk(phone, MORNING, "30.005 108.005 0 0")
    cadre = signed_in(app, "cadre")
    (form,) = read(cadre, "/questions").xpath("//form[contains(@action, '/answer')]")
    cadre.post(form.get("action"), data={"answer": "no_question"})
    walk(phone, MORNING + dt.timedelta(hours=2), "30.006 108.006 0 0")
    assert asked(cadre) == []


def test_what_one_is_not_shown_one_does_not_answer(phone: Phone, app: Flask, database: Database) -> None:
    walk(phone, MORNING, "30.005 108.005 0 0")
    (form,) = read(signed_in(app, "cadre"), "/questions").xpath("//form[contains(@action, '/answer')]")
    other = signed_in(app, "other_cadre")
    refused = other.post(form.get("action"), data={"answer": "no_question"})
    assert "没有这个问题" in other.get(refused.location).text
    assert rows(database, QuestionAnswer) == []
    assert signed_in(app, "official").post(form.get("action"), data={}).status_code == 403


def test_a_question_removes_nothing_from_a_figure(phone: Phone, app: Flask) -> None:
    walk(phone, MORNING, "30.005 108.005 0 0")
    walked = read(signed_in(app, "cadre"), "/maps/patrols/rows?figure=P1&part=n&period=month")
    assert [row["日期"] for row in map(cells, walked.iterfind(".//tbody/tr"))] == ["2026年10月19日 星期一"]
