"""What the clock brings about: each once, in time, whoever sweeps and however often."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections import Counter

import pytest
import sqlalchemy as sa

from server.database import Database
from server.domain.demand_acts import Action
from server.domain.demand_states import StateKey
from server.domain.events.demands import DemandMoved, ReminderDue
from server.domain.people import SYSTEM
from server.domain.problems import Conflict
from server.jobs import sweeping
from server.jobs.sweeping import sweep
from server.services.demands import closing, dispatch, handling, lapsing, rating, triage
from server.services.demands.handling import Word
from server.storage import due
from server.storage.demands import Demand
from server.work import Work
from tests.conftest import Clock
from tests.factories import NOW
from tests.offices import Office, reporter_of


def acts(office: Office, key: uuid.UUID) -> list[str]:
    return [row.details["action"] for row in office.events_of(key, DemandMoved)]


def swept(office: Office) -> list[str]:
    """What the system did, over all demands."""
    with office.reading() as reading:
        keys = reading.session.scalars(sa.select(Demand.id)).all()
    return [
        row.details["action"]
        for key in keys
        for row in office.events_of(key, DemandMoved)
        if row.actor_id is None
    ]


def test_what_nobody_rated_closes_after_the_window_without_stars(office: Office) -> None:
    key = office.told()
    office.pass_days(6)
    sweep(office.database)
    assert office.demand(key).key == "fed_back"
    office.pass_days(3)
    assert sweep(office.database) == 1
    demand = office.demand(key)
    assert (demand.key, demand.stars, demand.closed_by) == ("auto_closed", None, "unrated")


def test_what_is_swept_twice_is_done_once(office: Office) -> None:
    office.told()
    office.pass_days(9)
    assert [sweep(office.database) for _ in range(3)] == [1, 0, 0]
    assert swept(office) == ["auto_close"]


def test_silence_on_what_was_asked_ends_with_an_explanation(office: Office) -> None:
    key = office.take_in()
    with office.as_("cadre") as work:
        triage.register(work, key)
        triage.ask_info(work, key, words="哪一盏？")
    office.pass_days(9)
    sweep(office.database)
    assert office.demand(key).key == "explained"


def test_a_refusal_closes_once_told_and_not_appealed_against(office: Office) -> None:
    key = office.take_in()
    with office.as_("cadre") as work:
        triage.register(work, key)
        triage.reject(work, key, reason="unreasonable", words="不合情理")
    office.pass_days(30)
    sweep(office.database)
    assert office.demand(key).key == "rejected"
    with office.as_("cadre") as work:
        closing.feed_back(work, key, words="这件事不予受理，因为不合情理")
    office.pass_days(8)
    sweep(office.database)
    assert office.demand(key).key == "closed"


def test_a_low_rating_without_rounds_left_waits_for_the_call_back_and_not_for_the_clock(
    office: Office,
) -> None:
    key = office.told()
    for _ in range(2):
        with office.as_(reporter_of(office.demand(key))) as work:
            rating.rate(work, key, stars=1, words="没好")
        if office.demand(key).key == "rework":
            with office.as_("worker") as work:
                handling.say(work, key, Word(step="done", words="又修了"))
            with office.as_("cadre") as work:
                closing.feed_back(work, key, words="又修了")
    office.pass_days(60)
    sweep(office.database)
    assert office.demand(key).key == "rated"


def test_what_nobody_claims_goes_to_whoever_offered_it(office: Office) -> None:
    office.follow("longli")
    key = office.classified()
    with office.as_("cadre") as work:
        dispatch.offer(work, key, words="谁愿意去")
    office.pass_days(6)
    sweep(office.database)
    demand = office.demand(key)
    assert (demand.key, demand.handler_id) == ("assigned", office.county.accounts["cadre"])
    assert acts(office, key)[-1] == "assign"


def test_whoever_holds_it_is_reminded_before_the_date_and_when_it_has_passed(office: Office) -> None:
    key = office.assigned()
    with office.as_("worker") as work:
        handling.accept(work, key)

    def reminded() -> list[str]:
        sweep(office.database)
        return [row.details["what"] for row in office.events_of(key, ReminderDue)]

    office.pass_days(2)
    assert reminded() == []
    office.pass_days(1)
    assert reminded() == ["soon"]
    assert reminded() == ["soon"]
    office.pass_days(1)
    assert reminded() == ["soon", "over"]
    office.pass_days(10)
    assert reminded() == ["soon", "over"]


def test_a_reminder_leaves_the_page_somebody_has_open_good(office: Office) -> None:
    key = office.assigned()
    seen = office.demand(key).version
    office.pass_days(3)
    assert sweep(office.database) == 1
    with office.as_("worker") as work:
        handling.accept(work, key, seen=seen)


def test_one_that_fails_keeps_no_other_waiting(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, whole = office.told(), office.told()
    office.pass_days(9)
    perform = lapsing.perform

    def stumble(work: Work, demand: Demand, action: Action) -> None:
        if demand.id == broken:
            demand.words = "half done"
            raise Conflict("demand.step_not_allowed")
        perform(work, demand, action)

    monkeypatch.setattr(lapsing, "perform", stumble)
    assert sweep(office.database) == 1
    assert (office.demand(broken).key, office.demand(whole).key) == ("fed_back", "auto_closed")
    assert office.demand(broken).words == "路灯不亮"
    monkeypatch.undo()
    assert sweep(office.database) == 1
    assert office.demand(broken).key == "auto_closed"


def test_two_workers_at_once_do_everything_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [office.told() for _ in range(12)]
    office.pass_days(9)
    monkeypatch.setattr(sweeping, "BATCH", 3)
    other = Database(office.database.engine.url.render_as_string(hide_password=False), clock=office.clock)
    done: list[int] = []
    workers = [
        threading.Thread(target=lambda base=base: done.append(sweep(base)))
        for base in (office.database, other)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    other.close()
    sweep(office.database)  # what one passed over while the other held it
    assert Counter(swept(office)) == {"auto_close": len(keys)}
    assert sum(done) <= len(keys)
    assert {office.demand(key).key for key in keys} == {"auto_closed"}


def test_what_is_due_is_found_by_an_index(database: Database, clock: Clock) -> None:
    heard: list[tuple[str, object]] = []

    def listen(_c: object, _cursor: object, statement: str, parameters: object, *_rest: object) -> None:
        heard.append((statement, parameters))

    with database.transaction(SYSTEM) as work:
        sa.event.listen(database.engine, "before_cursor_execute", listen)
        mark = due.Mark(clock.now - dt.timedelta(days=1), uuid.uuid4())
        due.lapsing(StateKey.FED_BACK, work.session, by=NOW, after=mark, limit=10)
        due.to_remind(work.session, by=NOW, after=None, limit=10)
        sa.event.remove(database.engine, "before_cursor_execute", listen)
        connection = work.session.connection()
        explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        plans = [
            " ".join(str(row) for row in connection.exec_driver_sql(f"{explain} {said}", given))  # type: ignore[arg-type]
            for said, given in heard
            if said.startswith("SELECT")
        ]
    for plan, index in zip(plans, ("state_key_step_due_at", "remind_at"), strict=True):
        assert f"ix_demands_{index}" in plan
        assert "SCAN demands" not in plan
        assert "Seq Scan" not in plan
