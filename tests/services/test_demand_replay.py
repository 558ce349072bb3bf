"""What is recorded of each act gives a demand's state back, however long its story was."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from server.domain.demand_replay import ActRecord, begun, evolve
from server.domain.demand_states import DemandState
from server.domain.roles import Function
from server.jobs.sweeping import sweep
from server.services import units as unit_services
from server.services.demands import attention, closing, dispatch, handling, rating, triage
from server.services.demands.acts import profile_of
from server.services.demands.handling import Word
from server.storage import events
from server.storage.demands import Demand
from server.storage.profiles import calendar_of
from tests.offices import COUNTY, TOWNSHIP, Office, reporter_of


def replayed(office: Office, key: uuid.UUID) -> DemandState:
    """Fold everything that was recorded of a demand, from nothing."""
    with office.reading() as reading:
        demand = reading.session.get_one(Demand, key)
        profile = profile_of(reading, demand)
        state = begun(demand.received_at)
        for row in events.of_subject(reading.session, "demand", key):
            if "facts" in row.details:
                act = ActRecord.of(
                    action=row.details.get("action", "take_in"),
                    at=dt.datetime.fromisoformat(row.details["acted_at"]),
                    by_id=row.actor_id,
                    by_level=row.details["by_level"],
                    kept=row.details["facts"],
                )
                state = evolve(state, act, profile=profile, calendar=calendar_of(profile))
        return state


def assert_replayed(office: Office, key: uuid.UUID) -> None:
    assert replayed(office, key) == office.demand(key).state


def test_a_long_way_through_two_levels_a_unit_and_a_second_handling_is_replayed(office: Office) -> None:
    office.post("assessor", Function.DISPATCHER, COUNTY)
    office.post("official", Function.ARBITER, TOWNSHIP)
    unit = office.unit()
    member = unit_services.actor_of(unit)
    key = office.take_in()
    with office.as_("cadre") as work:
        triage.register(work, key)
        triage.ask_info(work, key, words="是哪一盏灯？")
    office.pass_days(1)
    with office.as_(reporter_of(office.demand(key))) as work:
        triage.supply(work, key, words="桥头那一盏")
    assert_replayed(office, key)
    with office.as_("cadre") as work:
        triage.classify(work, key, "GOVERNMENT", words="要县里出钱")
        dispatch.escalate(work, key, reason="money", words="村里没有这笔钱")
    with office.as_("official") as work:
        dispatch.send_down(work, key, words="先问一下维修基金")
    with office.as_("cadre") as work:
        dispatch.escalate(work, key, reason="money", words="问过了，没有")
    assert_replayed(office, key)
    with office.as_("official") as work:
        dispatch.assign(work, key, unit_id=unit.id, measure="换变压器", deadline=dt.date(2026, 11, 10))
        attention.supervise(work, key, words="县里关注", until=dt.date(2026, 11, 30))
    with office.as_(member) as work:
        handling.return_order(work, key, reason="not_ours", words="归供电公司管，见三定方案")
    with office.as_("official") as work:
        dispatch.assign(work, key, unit_id=unit.id, measure="会同供电公司换", deadline=dt.date(2026, 11, 10))
    with office.as_(member) as work:
        handling.accept(work, key)
        handling.start(work, key)
        handling.ask(work, key, request="suspension", until=dt.date(2026, 11, 5), words="等停电检修的日子")
    assert_replayed(office, key)
    with office.as_("assessor") as work:
        handling.approve(work, key, words="同意")
    assert office.demand(key).key == "suspended"
    office.pass_days(17)
    assert sweep(office.database) >= 1
    assert office.demand(key).key == "in_progress"
    with office.as_(member) as work:
        handling.say(work, key, Word(step="done", words="换好了"))
    with office.as_("cadre") as work:
        closing.feed_back(work, key, words="换好了，您看看")
    assert_replayed(office, key)
    office.pass_days(1)
    with office.as_(reporter_of(office.demand(key))) as work:
        rating.rate(work, key, stars=1, words="又灭了")
    assert office.demand(key).key == "rework"
    with office.as_("cadre") as work:
        closing.call_back(work, key, words="已听他说了")
    with office.as_(member) as work:
        handling.say(work, key, Word(step="done", words="线也换了"))
    with office.as_("cadre") as work:
        closing.feed_back(work, key, words="线也换了")
    office.pass_days(30)
    sweep(office.database)
    assert office.demand(key).key == "auto_closed"
    assert_replayed(office, key)


@pytest.mark.parametrize("class_", ["GRID", "COMMUNITY", "PRIVATE"])
def test_an_ordinary_way_is_replayed_for_every_class(office: Office, class_: str) -> None:
    key = office.assigned(class_=class_)
    office.pass_days(1)
    with office.as_("worker") as work:
        handling.say(work, key, Word(step="progress", words="看过了", ask_until=None))
        handling.say(work, key, Word(step="done", words="好了", how_solved="self"))
    with office.as_("cadre") as work:
        closing.feed_back(work, key, words="好了")
    with office.as_("cadre") as work:
        rating.rate(work, key, stars=5, words="电话里说的", by_proxy=True)
    office.pass_days(30)
    sweep(office.database)
    assert office.demand(key).key == "closed"
    assert_replayed(office, key)
