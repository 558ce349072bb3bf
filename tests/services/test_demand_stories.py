"""Whole stories of demands, from the phone to the end, told through the surfaces people use."""

from __future__ import annotations

import datetime as dt

import pytest
from flask.testing import FlaskClient

from server.database import Database
from server.domain.demand_acts import Action
from server.domain.people import SYSTEM
from server.domain.work_calendar import end_of_day
from server.figures import case_story, open_cases
from server.services.demands import acts, closing, dispatch, triage
from server.storage.case_filter import UNRESOLVED_GROUPS, CaseFilter, Timing
from server.storage.demands import Demand
from tests.conftest import Clock
from tests.demands import Story, finding, intake
from tests.factories import County


@pytest.fixture
def story(client: FlaskClient, county: County, database: Database, clock: Clock) -> Story:
    return Story(client, county, database, clock)


def unresolved(story: Story, name: str = "cadre") -> int:
    with story.reading(name) as reading:
        return open_cases.count(reading, CaseFilter(groups=UNRESOLVED_GROUPS))


def told(story: Story, demand: Demand) -> list[str]:
    """What the page of the demand tells happened, oldest first."""
    with story.reading() as reading:
        return [entry.what for entry in case_story.story(reading, story.demand(demand.id))]


def test_a_dark_lamp_seen_on_patrol_is_mended_by_the_village_and_nobody_needs_telling(story: Story) -> None:
    story.patrol(finding())
    demand = story.only_demand()
    assert unresolved(story) == 1

    with story.office() as work:
        triage.register(work, demand.id)
        triage.classify(work, demand.id, "COMMUNITY")
        dispatch.assign(
            work,
            demand.id,
            story.county.accounts["worker"],
            measure="换灯泡",
            deadline=dt.date(2026, 10, 23),
        )
    story.pass_days(1)
    story.say(demand, "progress", words="灯泡已买", ask_until="2026-10-30")
    story.pass_days(1)
    story.say(demand, "same", words=None)
    story.pass_days(1)
    demand = story.say(demand, "done", words="换好了", told="nobody")
    assert (demand.key, demand.outcome) == ("done", "done")
    assert demand.original_due_at == end_of_day(dt.date(2026, 10, 23))  # asking for more time moves nothing
    assert unresolved(story) == 0

    with story.office() as work:
        closing.feed_back(work, demand.id, words="已换灯泡")
    assert story.demand(demand.id).key == "closed"
    assert told(story, demand) == [
        "点单（巡查发现）",
        "登记",
        "分单：小事（村（社区）的事）",
        "派单给王秀英，10月23日到期",
        "进展：有进展",
        "申请延期到10月30日",
        "进展：进展同昨日",
        "办结",
        "点对点反馈，没有可以告诉的反映人，销号",
    ]


def test_a_promise_on_the_spot_stays_open_until_it_is_kept(story: Story) -> None:
    promise = {"answer": "promised", "promised_on": "2026-10-22"}
    story.send("demand_intake", intake(reply=promise), by="worker")
    demand = story.only_demand()
    assert (demand.key, demand.handler_id) == ("promised", story.county.accounts["worker"])
    assert unresolved(story) == 1
    assert unresolved(story, "official") == 1


def test_a_broken_promise_is_overdue_and_ends_when_the_reporter_was_told(
    story: Story, database: Database
) -> None:
    promise = {"answer": "promised", "promised_on": "2026-10-22"}
    story.send("demand_intake", intake(reply=promise))
    demand = story.only_demand()
    story.pass_days(3)
    with story.reading() as reading:
        (late,) = open_cases.every_case(reading, CaseFilter(timing=Timing.OVERDUE))
    assert (late.demand.id, late.over) == (demand.id, 1)

    demand = story.say(demand, "done", words="修好了", told="yes")
    assert demand.key == "done"  # the worker's own word does not stand for the village's answer
    with story.office() as work:
        closing.feed_back(work, demand.id, words="修好了，耽误您了", means="phone")
    assert story.demand(demand.id).key == "fed_back"

    story.pass_days(8)
    with database.transaction(SYSTEM) as work:
        acts.perform(work, work.session.get_one(Demand, demand.id), Action.AUTO_CLOSE)
    assert story.demand(demand.id).key == "auto_closed"


def test_what_is_found_and_mended_at_once_is_over_at_once(story: Story) -> None:
    story.patrol(finding("sanitation", "litter", handled="fixed"))
    demand = story.only_demand()
    assert (demand.key, demand.outcome, demand.resolved_at) == ("closed", "fixed", story.clock.now)
    assert unresolved(story) == 0
    assert told(story, demand) == ["点单（巡查发现）", "办结"]


def test_a_look_shows_that_it_is_not_so_and_only_the_registrar_may_end_it(story: Story) -> None:
    story.send("demand_intake", intake())
    demand = story.only_demand()
    with story.office() as work:
        triage.register(work, demand.id)
        closing.ask_to_look(work, demand.id, story.county.accounts["worker"])
    demand = story.say(demand, "not_true", words="灯是亮的")
    assert (demand.key, demand.looked) == ("registered", "not_true")
    assert unresolved(story) == 1
    assert told(story, demand)[-1] == "核实：不属实"


def test_what_cannot_be_done_below_waits_for_the_villages_decision_with_its_clock_running(
    story: Story,
) -> None:
    story.patrol(finding("road", "village_road"))
    demand = story.only_demand()
    with story.office() as work:
        triage.register(work, demand.id)
        triage.classify(work, demand.id, "COMMUNITY")
        dispatch.assign(
            work,
            demand.id,
            story.county.accounts["worker"],
            measure="填坑",
            deadline=dt.date(2026, 10, 23),
        )
    due = story.demand(demand.id).due_at
    demand = story.say(demand, "cannot", words=None, cannot_reason="money", tried="找过施工队")
    assert (demand.asked_upward, demand.due_at, demand.key) == (True, due, "in_progress")
    assert [note.words for note in story.notes(demand)][-1] == "找过施工队"
    with story.reading("official") as reading:
        asked = CaseFilter(asked_upward=True, groups=UNRESOLVED_GROUPS)
        assert open_cases.count(reading, asked) == 1


def test_seven_days_of_the_same_are_a_standstill(story: Story) -> None:
    story.send("demand_intake", intake(reply={"answer": "promised", "promised_on": "2026-11-30"}))
    demand = story.only_demand()
    for _ in range(7):
        story.pass_days(1)
        story.say(demand, "same", words=None)
    with story.reading() as reading:
        assert open_cases.count(reading, CaseFilter(timing=Timing.STALLED)) == 1
    story.say(demand, "progress", words="材料到了")
    with story.reading() as reading:
        assert open_cases.count(reading, CaseFilter(timing=Timing.STALLED)) == 0


def test_what_is_only_partly_done_goes_back_to_whoever_did_it(story: Story) -> None:
    story.send("demand_intake", intake(reply={"answer": "promised", "promised_on": "2026-10-25"}))
    demand = story.say(story.only_demand(), "done", words="修好了")
    with story.office() as work:
        closing.ask_to_check(work, demand.id, story.county.accounts["cadre"])
    demand = story.say(demand, "fixed_no", by="cadre", words="灯还是不亮")
    assert (demand.key, demand.resolved_at, demand.checker_id) == ("in_progress", None, None)
    demand = story.say(demand, "done", words="这次修好了")
    assert demand.key == "done"


def test_a_private_matter_of_the_village_is_nobodys_above_it(story: Story) -> None:
    matter = {"kind": "welfare", "detail": "care", "words": "请人送餐"}
    story.send("demand_intake", intake(matter=matter), by="cadre")
    assert unresolved(story) == 1
    assert unresolved(story, "official") == 0
    assert unresolved(story, "assessor") == 0
    assert unresolved(story, "other_cadre") == 0
