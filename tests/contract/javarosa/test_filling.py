"""The engine of ODK Collect fills the forms, and what it wrote is understood (FORMS, OPENROSA §5.5, §7, §11)."""

from __future__ import annotations

import csv
import datetime as dt

import pytest
import sqlalchemy as sa
from shapely import Point

from forms import catalogue
from server.domain.people import SYSTEM
from server.services import forms
from server.storage.demands import Demand
from server.storage.patrols import Finding, Patrol
from server.storage.visits import Visit, VisitPerson
from tests.contract.javarosa.conftest import Village
from tests.contract.javarosa.own_forms import MEASURES
from tests.contract.javarosa.phone import HERE, Phone
from tests.factories import GRID, SHANGHAI, household, person

pytestmark = pytest.mark.java

FOUND = {"result": "found", "finding/what/kind": "facility", "finding/what/words": "路灯不亮"}
INTAKE = {
    "session/channel": "walkin",
    "matter/kind": "road",
    "matter/words": "路面坑洼",
    "location/place_how": "map",
    "location/place": HERE,
    "reporter/reporter_kind": "named",
    "reporter/reporter_name": "李强",
    "reporter/reporter_phone": "19900001234",
}


def test_a_clear_patrol_is_a_patrol_of_the_workers_grid(phone: Phone, village: Village) -> None:
    phone.fetch("patrol")
    record = phone.fill("patrol", {"result": "clear"})
    assert [answer.status for answer in phone.send(record)] == [201]
    received = village.received(record)
    assert (received.state, received.projection_error) == ("received", None)
    assert (received.flags, received.located_grid) == ([], GRID)
    with village.database.read(SYSTEM) as reading:
        query = sa.select(Patrol.grid_then).where(Patrol.submission_id == received.id)
        assert reading.session.scalars(query).all() == [GRID]


def test_a_patrol_in_the_countys_own_words_is_a_patrol_all_the_same(phone: Phone, village: Village) -> None:
    reworded = catalogue.source("patrol").replace("| | 每日巡查 | patrol |", "| | 转一圈 | round |")
    with village.database.transaction(SYSTEM) as work:
        forms.publish(work, reworded, stands_for="patrol")
    phone.fetch("round")
    record = phone.fill("round", {"result": "clear"})
    assert phone.forms["round"].title == "转一圈"
    phone.send(record)
    with village.database.read(SYSTEM) as reading:
        query = sa.select(Patrol.grid_then).where(Patrol.submission_id == village.received(record).id)
        assert reading.session.scalars(query).all() == [GRID]


def test_a_visit_counts_for_the_household_and_the_person_seen(phone: Phone, village: Village) -> None:
    with village.database.transaction(SYSTEM) as work:
        home = household(work, address="石桥村2组1号")
        who = person(work, home).id
        key = home.id
    phone.fetch("household_visit")
    answers = {"door/household": str(key), "door/outcome": "met", "people/seen": str(who)}
    record = phone.fill("household_visit", {**answers, "people/condition": "ok"})
    phone.send(record)
    received = village.received(record)
    assert received.projection_error is None
    with village.database.read(SYSTEM) as reading:
        query = (
            sa.select(Visit.household_id, Visit.outcome, VisitPerson.person_id)
            .join(VisitPerson, VisitPerson.visit_id == Visit.id)
            .where(Visit.submission_id == received.id)
        )
        assert reading.session.execute(query).all() == [(key, "met", who)]


def test_a_demand_taken_in_is_followed_up_from_the_list_of_open_cases(phone: Phone, village: Village) -> None:
    phone.fetch("demand_intake")
    promised_on = f"{dt.datetime.now(SHANGHAI).date() + dt.timedelta(days=5)}"
    record = phone.fill(
        "demand_intake", {**INTAKE, "reply/answer": "promised", "reply/promised_on": promised_on}
    )
    phone.send(record)
    number = village.received(record).id
    with village.database.read(SYSTEM) as reading:
        demand = reading.session.scalars(sa.select(Demand).where(Demand.submission_id == number)).one()
    phone.fetch("case_followup")
    told = {"which/case_list": str(demand.id), "progress/step": "progress", "progress/words": "材料已到"}
    phone.send(phone.fill("case_followup", told))
    with village.database.read(SYSTEM) as reading:
        assert reading.session.get_one(Demand, demand.id).key == "in_progress"


def test_three_findings_are_three_problems_of_one_patrol(phone: Phone, village: Village) -> None:
    phone.fetch("patrol")
    kinds = ("facility", "road", "fire")
    rounds = {f"finding[{place}]/what/kind": kind for place, kind in enumerate(kinds, start=1)}
    record = phone.fill("patrol", {"result": "found", **rounds, "finding[3]/what/handled": "fixed"})
    phone.send(record)
    with village.database.read(SYSTEM) as reading:
        query = sa.select(Finding.kind, Finding.handled).order_by(Finding.position)
        query = query.where(Finding.submission_id == village.received(record).id)
        found = [tuple(row) for row in reading.session.execute(query)]
    assert found == [("facility", "report"), ("road", "report"), ("fire", "fixed")]


def test_a_constraint_refuses_and_says_why_in_chinese(phone: Phone) -> None:
    phone.fetch("demand_intake")
    stopped = phone.try_to_fill("demand_intake", {**INTAKE, "reporter/reporter_phone": "123"}).stopped
    assert stopped == ("reporter/reporter_phone", "constraint", "电话是7到12位数字")


def test_a_required_question_left_empty_lets_no_record_be_finished(phone: Phone) -> None:
    phone.fetch("patrol")
    filling = phone.try_to_fill("patrol", {})
    assert filling.stopped is not None
    assert filling.stopped[:2] == ("result", "required")
    assert filling.xml == b""


def test_what_is_not_relevant_is_neither_asked_nor_sent(phone: Phone, village: Village) -> None:
    phone.fetch("patrol")
    record = phone.fill("patrol", {"result": "clear"})
    assert not [path for path in record.filling.asked if path.startswith("finding")]
    assert b"<finding" not in record.filling.xml
    assert b"<finding" in record.filling.draft
    phone.send(record)
    assert village.received(record).values["finding"] == []


def test_a_list_from_a_file_offers_what_its_filter_leaves(phone: Phone) -> None:
    phone.fetch("patrol")
    with (phone.forms["patrol"].media / "details.csv").open(encoding="utf-8-sig", newline="") as file:
        of_kind = [row["name"] for row in csv.DictReader(file) if row["kind"] == "facility"]
    assert phone.try_to_fill("patrol", FOUND).choices["finding/what/detail"] == of_kind != []


def test_the_last_answer_stays_on_the_phone_that_gave_it(phone: Phone) -> None:
    phone.fetch("demand_intake")
    nobody_came = {"session/channel": "stand", "session/tally": "none"}
    phone.fill("demand_intake", nobody_came)
    again = phone.fill("demand_intake", {"session/tally": "none"})
    assert b"<channel>stand</channel>" in again.filling.xml
    manifest = phone.listed()["demand_intake"]["manifestUrl"]
    assert b"last-saved" not in phone.line.get(manifest)


def test_chinese_answers_come_through_to_the_letter(phone: Phone, village: Village) -> None:
    words = "𠮷家 & <巷口>“三号”，'左'手边\n第二行：㐂事 😀 —— 100％"
    phone.fetch("patrol")
    record = phone.fill("patrol", {**FOUND, "finding/what/words": words})
    phone.send(record)
    (finding,) = village.received(record).values["finding"]
    assert finding["what"]["words"] == words


def test_numbers_days_and_positions_arrive_as_the_phone_wrote_them(phone: Phone, village: Village) -> None:
    with village.database.transaction(SYSTEM) as work:
        forms.publish(work, MEASURES)
    phone.fetch("well_measures")
    line = "30.001 108.001 0 5; 30.002 108.002 0 5"
    record = phone.fill(
        "well_measures",
        {
            "wells": "3",
            "depth": "12.50",
            "dug_on": "2026-02-28",
            "seen_at": "09:30:00.000+08:00",
            "tested_at": "2026-10-20T16:05:00.000+08:00",
            "uses": "drink water",
            "well": "30.005 108.005 251.5 4.5",
            "pipe": line,
            "field": f"{line}; 30.003 108.001 0 5; 30.001 108.001 0 5",
        },
    )
    assert record.filling.name == "3口井"
    phone.send(record)
    received = village.received(record)
    assert received.values == {
        "wells": "3",
        "depth": "12.5",
        "dug_on": "2026-02-28",
        "seen_at": "09:30:00.000+08:00",
        "tested_at": "2026-10-20T16:05:00.000+08:00",
        "uses": "drink water",
        "words": None,
        "well": "30.005 108.005 251.5 4.5",
        "pipe": "30.001 108.001 0.0 5.0; 30.002 108.002 0.0 5.0",
        "field": "30.001 108.001 0.0 5.0; 30.002 108.002 0.0 5.0; 30.003 108.001 0.0 5.0; 30.001 108.001 0.0 5.0",
    }
    assert (received.point, received.accuracy) == (Point(108.005, 30.005), 4.5)
