"""入户走访: a visit from a phone becomes a row, proposals and demands, once, whatever is sent again or corrected."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from shapely import Point

from server.database import Database
from server.domain.people import SYSTEM
from server.services.submissions.rows import reproject
from server.storage.demands import Demand
from server.storage.events import EventRow
from server.storage.households import AwaySpell, Household, HouseholdMove, RegisterChange
from server.storage.patrols import Pass
from server.storage.submissions import Submission
from server.storage.visits import Visit, VisitPerson
from tests import factories
from tests.factories import GRID, NOW, OTHER_GRID, VACANT_GRID, County
from tests.instances import instance, visit
from tests.phones import Phone, rows


@pytest.fixture
def phone(client: FlaskClient, county: County) -> Phone:
    return Phone(client, county)


@pytest.fixture
def home(database: Database, county: County) -> uuid.UUID:
    with database.transaction(SYSTEM) as work:
        return factories.household(work, point=Point(108.004, 30.004), telephone="13900000000").id


@pytest.fixture
def granny(database: Database, home: uuid.UUID) -> uuid.UUID:
    with database.transaction(SYSTEM) as work:
        return factories.person(work, work.session.get_one(Household, home)).id


def send(phone: Phone, answers: dict[str, Any], **more: Any) -> None:
    assert phone.send(instance("household_visit", answers, **more)) == 201


def kinds(database: Database) -> list[str]:
    return [row.kind for row in rows(database, EventRow)]


def failure(database: Database) -> str | None:
    return rows(database, Submission)[-1].projection_error


def found(*changes: str, words: str = "") -> dict[str, Any]:
    return {"people": {"changes": " ".join(changes), "change_words": words, "raised": "no"}}


def test_a_visit_is_a_row_with_the_person_seen(
    phone: Phone, database: Database, home: uuid.UUID, granny: uuid.UUID
) -> None:
    send(phone, visit(home, NOW - dt.timedelta(hours=1), seen=[granny]))
    assert failure(database) is None
    (row,) = rows(database, Visit)
    assert (row.household_id, row.grid_then, row.day, row.outcome) == (home, GRID, NOW.date(), "met")
    assert (row.condition, row.roles, row.source) == ("ok", ["grid_worker"], "phone")
    assert [each.person_id for each in rows(database, VisitPerson)] == [granny]
    assert [each.grid_then for each in rows(database, Pass)] == [GRID]
    assert rows(database, Submission)[0].jurisdiction == GRID
    assert kinds(database).count("visit.recorded") == 1
    assert rows(database, RegisterChange) == []


def test_only_people_of_that_household_can_be_seen_there(
    phone: Phone, database: Database, home: uuid.UUID, granny: uuid.UUID
) -> None:
    with database.transaction(SYSTEM) as work:
        stranger = factories.person(work, factories.household(work, address="石桥村1组13号"), name="李四").id
    send(phone, visit(home, NOW, seen=[granny, stranger, uuid.uuid4()]))
    assert [each.person_id for each in rows(database, VisitPerson)] == [granny]


@pytest.mark.parametrize("where", [OTHER_GRID, None])
def test_a_household_that_is_not_the_senders_keeps_the_raw_and_says_why(
    phone: Phone, database: Database, where: str | None
) -> None:
    key = uuid.uuid4()
    if where is not None:
        with database.transaction(SYSTEM) as work:
            factories.household(work, grid=where, id=key)
    send(phone, visit(key, NOW))
    assert failure(database) == "ValueError: 名册里没有这一户，或不在发送人的管辖范围"
    assert rows(database, Visit) == []


def test_a_visit_keeps_the_grid_the_household_lived_in_that_day(
    phone: Phone, database: Database, home: uuid.UUID
) -> None:
    with database.transaction(SYSTEM) as work:
        work.session.get_one(Household, home).grid_code = GRID
        moved_on = NOW.date() - dt.timedelta(days=1)
        work.session.add(
            HouseholdMove(
                household_id=home, from_grid=VACANT_GRID, to_grid=GRID, moved_on=moved_on, known_at=NOW
            )
        )
    send(phone, visit(home, NOW - dt.timedelta(days=2)))
    send(phone, visit(home, NOW))
    assert [row.grid_then for row in rows(database, Visit)] == [VACANT_GRID, GRID]


@pytest.mark.parametrize(
    ("outcome", "change"), [("moved", "moved_out"), ("vacant", "vacant"), ("away", "away")]
)
def test_an_outcome_about_the_register_is_only_proposed(
    phone: Phone, database: Database, home: uuid.UUID, outcome: str, change: str
) -> None:
    send(phone, visit(home, NOW, outcome))
    (row,) = rows(database, RegisterChange)
    assert (row.change, row.state, row.details) == (
        change,
        "proposed",
        {"whole": True, "since": "2026-10-20"},
    )
    stays = rows(database, Household)[0]
    assert (stays.occupancy, stays.exited_at) == ("occupied", None)


def test_a_household_already_marked_away_is_not_proposed_again(
    phone: Phone, database: Database, home: uuid.UUID
) -> None:
    with database.transaction(SYSTEM) as work:
        work.session.add(AwaySpell(household_id=home, since=dt.date(2026, 9, 1)))
    send(phone, visit(home, NOW, "away"))
    assert rows(database, RegisterChange) == []


def test_every_change_reported_is_a_proposal_with_its_words(
    phone: Phone, database: Database, home: uuid.UUID
) -> None:
    send(phone, visit(home, NOW, **found("death", "phone", words="爷爷上月走了；号码换了")))
    said = [(row.change, row.words, row.details["whole"]) for row in rows(database, RegisterChange)]
    assert sorted(said) == [
        ("death", "爷爷上月走了；号码换了", False),
        ("phone", "爷爷上月走了；号码换了", False),
    ]


def test_an_edit_corrects_the_visit_and_withdraws_what_it_no_longer_says(
    phone: Phone, database: Database, home: uuid.UUID, granny: uuid.UUID
) -> None:
    first = f"uuid:{uuid.uuid4()}"
    send(phone, visit(home, NOW, seen=[granny]) | found("moved_in", "birth"), instance_id=first)
    send(phone, visit(home, NOW, "not_home"), deprecated_id=first)
    (row,) = rows(database, Visit)
    assert row.outcome == "not_home"
    assert rows(database, VisitPerson) == []
    assert {change.state for change in rows(database, RegisterChange)} == {"withdrawn"}
    assert kinds(database).count("visit.recorded") == 1


def test_an_edit_leaves_alone_what_a_second_person_decided(
    phone: Phone, database: Database, home: uuid.UUID
) -> None:
    first = f"uuid:{uuid.uuid4()}"
    send(phone, visit(home, NOW, "vacant"), instance_id=first)
    with database.transaction(SYSTEM) as work:
        decided = work.session.scalars(sa.select(RegisterChange)).one()
        decided.state, decided.decided_at = "confirmed", NOW
    send(phone, visit(home, NOW, "not_home"), deprecated_id=first)
    assert [change.state for change in rows(database, RegisterChange)] == ["confirmed"]


def test_making_the_rows_again_changes_nothing(
    phone: Phone, database: Database, home: uuid.UUID, granny: uuid.UUID
) -> None:
    answers = visit(home, NOW, seen=[granny])
    answers["people"] |= {
        "condition": "help",
        "condition_words": "摔了一跤",
        "changes": "birth",
        "raised": "yes",
    }
    answers["demand"] = [{"ask": {"kind": "road", "words": "路灯不亮", "answer": "later", "anonymous": "no"}}]
    send(phone, answers)
    tables = (Visit, VisitPerson, RegisterChange, Demand, Pass)
    before = [len(rows(database, table)) for table in tables]
    with database.transaction(SYSTEM) as work:
        assert reproject(work, work.session.scalars(sa.select(Submission)).one()) is None
    assert [len(rows(database, table)) for table in tables] == before == [1, 1, 1, 2, 1]
    said = kinds(database)
    assert [said.count(kind) for kind in ("visit.recorded", "visit.help_needed", "demand.taken_in")] == [
        1,
        1,
        2,
    ]


def test_whoever_needs_help_now_makes_an_urgent_private_demand(
    phone: Phone, database: Database, home: uuid.UUID, granny: uuid.UUID
) -> None:
    answers = visit(home, NOW, seen=[granny])
    answers["people"] |= {"condition": "help", "condition_words": "没人做饭"}
    send(phone, answers)
    (demand,) = rows(database, Demand)
    assert (demand.urgent, demand.suggested_class, demand.words) == (True, "PRIVATE", "没人做饭")
    assert (demand.household_id, demand.grid_then, demand.point) == (home, GRID, None)


def test_concern_proposes_to_come_more_often(
    phone: Phone, database: Database, home: uuid.UUID, granny: uuid.UUID
) -> None:
    answers = visit(home, NOW, seen=[granny])
    answers["people"] |= {"condition": "concern", "condition_words": "腿脚不便"}
    send(phone, answers)
    (row,) = rows(database, RegisterChange)
    assert (row.change, row.person_id, row.words) == ("shorter_interval", granny, "腿脚不便")


def test_a_demand_raised_on_a_visit_names_the_household_unless_asked_not_to(
    phone: Phone, database: Database, home: uuid.UUID
) -> None:
    answers = visit(home, NOW)
    answers["demand"] = [
        {"ask": {"kind": "road", "words": "路灯不亮", "answer": "later", "anonymous": "no"}},
        {"ask": {"kind": "order", "words": "邻居吵", "answer": "later", "anonymous": "yes"}},
    ]
    send(phone, answers)
    open_one, nameless = sorted(rows(database, Demand), key=lambda demand: demand.position)
    assert (open_one.reporter_name, open_one.household_id, open_one.place_source) == (
        "王家",
        home,
        "register",
    )
    assert (nameless.reporter_name, nameless.household_id, nameless.point, nameless.address) == (None,) * 4
    assert nameless.reporter_kind == "anonymous"


def new_household(key: uuid.UUID, address: str = "新房1号") -> dict[str, Any]:
    answers = visit(key, NOW)
    answers["door"] = {
        "show": "new",
        "new_address": address,
        "new_head": "陈家",
        "new_people": "3",
        "outcome": "met",
    }
    return answers


def test_a_household_not_on_the_list_waits_for_approval_with_its_visit(
    phone: Phone, database: Database, county: County
) -> None:
    key = uuid.uuid4()
    send(phone, new_household(key) | {"wrap_up": {"door_point": "30.006 108.006 0 5"}})
    (row,) = rows(database, Household)
    assert (row.id, row.state, row.grid_code, row.address, row.people) == (key, "pending", GRID, "新房1号", 3)
    assert row.point == Point(108.006, 30.006)
    assert [change.change for change in rows(database, RegisterChange)] == ["new_household"]
    assert [each.household_id for each in rows(database, Visit)] == [key]


def test_a_new_household_edited_is_the_same_household(
    phone: Phone, database: Database, county: County
) -> None:
    key, first = uuid.uuid4(), f"uuid:{uuid.uuid4()}"
    send(phone, new_household(key), instance_id=first)
    send(phone, new_household(key, "新房2号"), deprecated_id=first)
    assert [(row.address, row.state) for row in rows(database, Household)] == [("新房2号", "pending")]


def test_a_new_household_cannot_take_the_key_of_another(
    phone: Phone, database: Database, home: uuid.UUID
) -> None:
    send(phone, new_household(home))
    assert failure(database) == "ValueError: 新登记的一户用了别人的编号"
    assert rows(database, Household)[0].address == "石桥村1组12号"


def test_the_door_of_a_household_without_a_position_is_kept(
    phone: Phone, database: Database, county: County
) -> None:
    with database.transaction(SYSTEM) as work:
        key = factories.household(work).id
    send(phone, visit(key, NOW, wrap_up={"door_point": "30.002 108.003 0 6"}))
    (row,) = rows(database, Household)
    assert (row.point, row.version) == (Point(108.003, 30.002), 2)


def test_words_are_kept_as_they_are_however_hostile(
    phone: Phone, database: Database, home: uuid.UUID
) -> None:
    words = "<script>alert(1)</script>'; DROP TABLE visits;-- \u202e=1+1"
    send(phone, visit(home, NOW, **found("phone", words=words)))
    assert rows(database, RegisterChange)[0].words == words
