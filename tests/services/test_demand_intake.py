"""Raising a demand: its number, its place, its class as suggested, and what was answered on the spot."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from server.database import Database
from server.domain.demand_states import StateKey
from server.domain.people import SYSTEM, Actor
from server.domain.problems import NotFound
from server.services import actors
from server.services.demands.intake import Place, Raised, Reporter, raise_demand, suggested_class
from server.storage.demands import Demand
from server.storage.events import EventRow
from server.storage.posts import Account
from server.storage.submissions import Submission
from server.work import Work
from tests.factories import GRID, NOW, OTHER_GRID, VILLAGE, County


def actor_of(database: Database, county: County, name: str) -> Actor:
    with database.read(SYSTEM) as reading:
        actor = actors.of_key(reading.session, county.keys[name], now=reading.now)
        assert actor is not None
        return actor


def raised(**more: Any) -> Raised:
    known = {
        "raised_on": NOW.date(),
        "received_at": NOW,
        "channel": "walkin",
        "kind": "facility",
        "detail": "lamp",
        "words": "路灯不亮",
        "division": VILLAGE,
        "reporter": Reporter(kind="named", name="张三", phone="13900000000"),
    }
    return Raised(**(known | more))


@pytest.fixture
def worker(database: Database, county: County) -> Actor:
    return actor_of(database, county, "worker")


def test_a_demand_gets_its_number_and_waits_to_be_registered(database: Database, worker: Actor) -> None:
    with database.transaction(worker) as work:
        first, second = raise_demand(work, raised()), raise_demand(work, raised())
    assert (first.number, second.number) == ("509901261020000001", "509901261020000002")
    assert first.state.key is StateKey.SUBMITTED
    assert first.suggested_class == "COMMUNITY"
    assert first.first_asked_id == worker.id
    assert first.version == 1


def test_a_demand_lies_in_the_grid_of_its_place_else_the_one_chosen_else_the_division(
    database: Database, worker: Actor
) -> None:
    place = Place(lon=108.025, lat=30.005, source="map")
    outside = Place(lon=110.0, lat=31.0, source="map")
    with database.transaction(worker) as work:
        by_place = raise_demand(work, raised(place=place, grid=GRID))
        chosen = raise_demand(work, raised(grid=GRID))
        neither = raise_demand(work, raised(place=outside, grid="509901101001099"))
    assert (by_place.jurisdiction, by_place.grid_then) == (OTHER_GRID, OTHER_GRID)
    assert (chosen.jurisdiction, chosen.grid_then) == (GRID, GRID)
    assert (neither.jurisdiction, neither.grid_then) == (VILLAGE, None)
    assert neither.point is not None


def test_the_same_submission_again_corrects_what_was_said_and_raises_nothing(
    database: Database, worker: Actor
) -> None:
    with database.transaction(worker) as work:
        submission = _submission(work)
        place = Place(lon=108.005, lat=30.005, source="here")
        demand = raise_demand(work, raised(submission_id=submission, answer="fixed", place=place))
    with database.transaction(worker) as work:
        again = raise_demand(work, raised(submission_id=submission, answer="fixed", place=place))
        assert (again.id, again.version) == (demand.id, demand.version)
        again = raise_demand(work, raised(submission_id=submission, words="路灯不亮，两盏"))
        assert (again.words, again.version, again.state.key) == ("路灯不亮，两盏", 3, StateKey.DONE)
        assert work.session.scalar(sa.select(sa.func.count()).select_from(Demand)) == 1


def test_two_rounds_of_one_submission_are_two_demands(database: Database, worker: Actor) -> None:
    with database.transaction(worker) as work:
        submission = _submission(work)
        one = raise_demand(work, raised(submission_id=submission, position=0))
        two = raise_demand(work, raised(submission_id=submission, position=1))
    assert one.id != two.id


def test_what_is_answered_promised_or_mended_on_the_spot_moves_at_once(
    database: Database, worker: Actor
) -> None:
    day = dt.date(2026, 10, 25)
    with database.transaction(worker) as work:
        answered = raise_demand(work, raised(answer="answered", answer_words="明天来修"))
        promised = raise_demand(work, raised(answer="promised", promised_on=day))
        mended = raise_demand(work, raised(answer="fixed"))
        found = raise_demand(work, raised(answer="fixed", channel="patrol", reporter=None))
    assert answered.state.key is StateKey.ANSWERED
    assert (promised.state.key, promised.promised_on, promised.handler_id) == (
        StateKey.PROMISED,
        day,
        worker.id,
    )
    assert mended.state.key is StateKey.DONE
    assert found.state.key is StateKey.CLOSED


@pytest.mark.parametrize("answer", ["answered", "promised"])
def test_an_answer_without_words_and_a_promise_without_a_day_are_none(
    database: Database, worker: Actor, answer: Any
) -> None:
    with database.transaction(worker) as work:
        assert raise_demand(work, raised(answer=answer)).state.key is StateKey.SUBMITTED


def test_an_anonymous_reporter_leaves_neither_name_nor_telephone(database: Database, worker: Actor) -> None:
    reporter = Reporter(kind="anonymous", name="张三", phone="13900000000")
    with database.transaction(worker) as work:
        demand = raise_demand(work, raised(reporter=reporter))
    assert (demand.reporter_kind, demand.reporter_name, demand.reporter_phone) == ("anonymous", None, None)


def test_taking_in_is_in_the_audit_trail_without_words_or_names(database: Database, worker: Actor) -> None:
    with database.transaction(worker) as work:
        demand = raise_demand(work, raised(answer="answered", answer_words="明天来修"))
    with database.read(worker) as reading:
        rows = reading.session.scalars(
            sa.select(EventRow).where(EventRow.subject_id == str(demand.id)).order_by(EventRow.id)
        ).all()
    assert [row.kind for row in rows] == ["demand.taken_in", "demand.moved"]
    assert rows[1].details["note_kept"] is True
    assert "张三" not in str([row.details for row in rows])
    assert "明天" not in str([row.details for row in rows])


def test_where_no_mechanism_is_in_force_nothing_is_taken_in(database: Database, worker: Actor) -> None:
    with pytest.raises(NotFound) as refusal, database.transaction(worker) as work:
        raise_demand(work, raised(division="610100"))
    assert refusal.value.code == "profile.none"


def test_only_a_detail_suggests_a_class() -> None:
    assert suggested_class("dispute", "family") == "PRIVATE"
    assert suggested_class("dispute", None) is None
    assert suggested_class("other", "lamp") is None


def _submission(work: Work) -> int:
    account = work.session.scalars(sa.select(Account)).first()
    assert account is not None
    row = Submission(
        form_id="patrol",
        form_version="1",
        instance_id="uuid:1",
        root_instance_id="uuid:1",
        state="received",
        xml=b"<data/>",
        sha256="0" * 64,
        values={},
        account_id=account.id,
        role="grid_worker",
        received_at=work.now,
        day=NOW.date(),
        jurisdiction=GRID,
        boundary_version=1,
    )
    work.session.add(row)
    work.session.flush()
    return row.id
