import dataclasses
import datetime as dt
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

import server
from server.domain.demand import decide, may_be_point, open_acts, take_in, treated_as_private
from server.domain.demand_acts import Action, Facts
from server.domain.demand_clock import (
    age_band,
    age_in_days,
    is_due_soon,
    is_due_today,
    is_overdue,
    is_stalled,
)
from server.domain.demand_states import DemandState, StateKey
from server.domain.mechanism import parse_profile
from server.domain.people import SYSTEM, Actor, ActorKind, scope_of
from server.domain.problems import Conflict, Forbidden, Invalid
from server.domain.roles import Function, Post, Role
from server.domain.work_calendar import SHANGHAI, end_of_day

PROFILES = Path(server.__file__).parent / "profiles"
PROFILE = parse_profile((PROFILES / "zhongxian.toml").read_text("utf-8"))
FREE = PROFILE.model_copy(
    update={
        "classes": tuple(
            own.model_copy(update={"required_on_assign": ("person",)})
            if "GOVERNMENT" in own.canonical
            else own
            for own in PROFILE.classes
        )
    }
)
"""The same mechanism where a big matter is given without a day."""
CALENDAR = PROFILE.work_calendar(path.read_text("utf-8") for path in PROFILES.glob("holidays/*.toml"))

VILLAGE = "500233100001"
GRID = VILLAGE + "001"
FACTS = Facts(place=GRID, channel="visit", reporter_reachable=True)
START = dt.date(2026, 10, 19)


def person(number: int, role: Role, *posts: Post, kind: ActorKind = ActorKind.APP_USER) -> Actor:
    home = VILLAGE if role is not Role.TOWNSHIP_OFFICIAL else VILLAGE[:9]
    return Actor(kind, UUID(int=number), f"人员{number}", role, scope_of(role, home=home, posts=posts), posts)


def grid_post(**changes: Any) -> Post:
    return dataclasses.replace(Post(Function.GRID_WORKER, GRID, dt.date(2026, 1, 1)), **changes)


WORKER = person(1, Role.GRID_WORKER, grid_post())
OTHER_WORKER = person(2, Role.GRID_WORKER, Post(Function.GRID_WORKER, VILLAGE + "002", dt.date(2026, 1, 1)))
STAND_IN = person(3, Role.GRID_WORKER, grid_post(stand_in_for=WORKER.id))
CADRE = person(4, Role.VILLAGE_CADRE, kind=ActorKind.ACCOUNT)
STRANGER = dataclasses.replace(CADRE, scope=scope_of(Role.VILLAGE_CADRE, home="500233100002", posts=()))


def at(day: int, hour: int = 9) -> dt.datetime:
    """Day 0 is Monday 19 October 2026."""
    return dt.datetime.combine(START, dt.time(hour), tzinfo=SHANGHAI) + dt.timedelta(days=day)


def midnight(day: int) -> dt.datetime:
    return end_of_day(START + dt.timedelta(days=day))


def act(state: DemandState, action: Action, actor: Actor, *, day: int = 0, **stated: Any) -> DemandState:
    return decide(
        state,
        action,
        actor=actor,
        facts=dataclasses.replace(FACTS, **stated),
        profile=FREE,
        calendar=CALENDAR,
        now=at(day),
    )


def taken_in() -> DemandState:
    return take_in(actor=WORKER, facts=FACTS, profile=PROFILE, calendar=CALENDAR, now=at(0))


def registered() -> DemandState:
    return act(taken_in(), Action.REGISTER, CADRE)


def classified(class_: str = "COMMUNITY") -> DemandState:
    return act(registered(), Action.CLASSIFY, CADRE, class_=class_)


def assigned(class_: str = "COMMUNITY", **stated: Any) -> DemandState:
    agreed = {"measure": "换灯", "deadline": START + dt.timedelta(days=4)} if class_ == "COMMUNITY" else {}
    return act(
        classified(class_),
        Action.ASSIGN,
        CADRE,
        handler_id=WORKER.id,
        handler_level="grid",
        **(agreed | stated),
    )


def done() -> DemandState:
    return act(assigned(), Action.FINISH, WORKER, day=2)


def test_what_is_taken_in_waits_a_day_to_be_registered() -> None:
    state = taken_in()
    assert (state.key, state.due_at, state.original_due_at) == (StateKey.SUBMITTED, at(1), None)


def test_a_matter_goes_its_whole_way_to_the_end() -> None:
    state = done()
    assert (state.key, state.outcome, state.resolved_at) == (StateKey.DONE, "done", at(2))
    state = act(state, Action.CHECK, OTHER_WORKER, day=2, result="fixed_ok")
    assert state.key is StateKey.VERIFIED
    assert state.step_due_at == midnight(3)
    state = act(state, Action.FEED_BACK, CADRE, day=3)
    assert (state.key, state.told_at) == (StateKey.FED_BACK, at(3))
    state = act(state, Action.AUTO_CLOSE, SYSTEM, day=11)
    assert (state.key, state.step_due_at) == (StateKey.AUTO_CLOSED, None)


def test_each_step_before_assigning_has_its_own_day() -> None:
    assert registered().due_at == midnight(1)
    assert classified().due_at == midnight(1)


def test_a_small_matter_is_given_with_person_measure_and_deadline() -> None:
    with pytest.raises(Invalid) as refusal:
        act(classified(), Action.ASSIGN, CADRE)
    assert refusal.value.details["fields"] == ["handler_id", "handler_level", "measure", "deadline"]
    state = assigned()
    assert state.due_at == state.original_due_at == midnight(4)
    assert (state.handler_id, state.level, state.highest_level) == (WORKER.id, "grid", "grid")
    assert state.step_due_at == midnight(1)


def test_a_big_matter_without_a_deadline_has_fifteen_working_days() -> None:
    assert assigned("GOVERNMENT").due_at == end_of_day(dt.date(2026, 11, 9))


def test_an_order_of_the_hotline_has_five_working_days_from_assigning() -> None:
    assert assigned("GOVERNMENT", channel="hotline").due_at == midnight(7)


def test_a_deadline_in_the_past_is_refused() -> None:
    with pytest.raises(Invalid) as refusal:
        assigned(deadline=START - dt.timedelta(days=1))
    assert refusal.value.code == "demand.deadline_past"


def test_a_private_matter_has_a_first_contact_and_a_weekly_word_but_no_date_of_solution() -> None:
    state = classified("PRIVATE")
    assert (state.due_at, state.step_due_at) == (None, midnight(1))
    state = assigned("PRIVATE")
    assert (state.due_at, state.step_due_at) == (None, midnight(3))
    state = act(state, Action.PROGRESS, WORKER, day=1, result="progress")
    assert (state.due_at, state.step_due_at) == (None, midnight(8))
    assert not is_overdue(state, as_of=at(300))
    with pytest.raises(Invalid):
        act(state, Action.FINISH, WORKER, day=2)
    assert act(state, Action.FINISH, WORKER, day=2, how_solved="self").key is StateKey.DONE


def test_a_corrected_class_gets_back_a_due_date() -> None:
    state = act(classified("PRIVATE"), Action.CLASSIFY, CADRE, day=1, class_="GRID")
    assert (state.class_, state.due_at, state.step_due_at) == ("GRID", midnight(2), None)


def test_correcting_the_class_gives_no_more_time() -> None:
    assert act(classified(), Action.CLASSIFY, CADRE, day=1, class_="GRID").due_at == midnight(1)


def test_an_answer_on_the_spot_is_resolved_and_needs_its_words() -> None:
    with pytest.raises(Invalid):
        act(taken_in(), Action.ANSWER, WORKER)
    state = act(taken_in(), Action.ANSWER, WORKER, words="每月五号收")
    assert (state.key, state.outcome) == (StateKey.ANSWERED, "answered")
    assert act(state, Action.FEED_BACK, CADRE).key is StateKey.FED_BACK


def test_a_promise_stays_open_until_the_promised_day_and_belongs_to_the_one_who_made_it() -> None:
    state = act(taken_in(), Action.PROMISE, WORKER, promised_on=START + dt.timedelta(days=5))
    assert (state.key, state.handler_id, state.level) == (StateKey.PROMISED, WORKER.id, "grid")
    assert state.due_at == state.original_due_at == midnight(5)
    assert act(state, Action.PROGRESS, WORKER, result="progress").key is StateKey.IN_PROGRESS
    assert act(state, Action.FINISH, WORKER).key is StateKey.DONE


def test_a_promise_handed_over_keeps_its_day() -> None:
    promised = act(taken_in(), Action.PROMISE, WORKER, promised_on=START + dt.timedelta(days=5))
    state = act(promised, Action.REGISTER, CADRE)
    assert (state.handler_id, state.level, state.highest_level) == (None, None, "grid")
    state = act(state, Action.CLASSIFY, CADRE, class_="GOVERNMENT")
    state = act(state, Action.ASSIGN, CADRE, handler_id=CADRE.id, handler_level="village")
    assert state.due_at == midnight(5)
    assert state.highest_level == "village"


def test_a_promised_day_holds_again_when_a_matter_turns_out_not_to_be_private() -> None:
    promised = act(taken_in(), Action.PROMISE, WORKER, promised_on=START + dt.timedelta(days=5))
    state = act(act(promised, Action.REGISTER, CADRE), Action.CLASSIFY, CADRE, class_="PRIVATE")
    assert state.due_at is None
    assert act(state, Action.CLASSIFY, CADRE, class_="GRID").due_at == midnight(5)


def test_what_staff_found_and_mended_is_closed_without_a_rating() -> None:
    state = act(taken_in(), Action.FINISH, WORKER, raised_by_resident=False)
    assert (state.key, state.outcome, state.closed_by) == (StateKey.CLOSED, "fixed", "staff")


def test_what_a_resident_told_and_was_mended_at_once_is_still_reported_back() -> None:
    state = act(taken_in(), Action.FINISH, WORKER)
    assert (state.key, state.outcome, state.step_due_at) == (StateKey.DONE, "fixed", midnight(1))


def test_where_nobody_can_be_told_the_report_back_closes() -> None:
    state = act(done(), Action.FEED_BACK, CADRE, day=2, reporter_reachable=False)
    assert (state.key, state.told_at) == (StateKey.CLOSED, None)


@pytest.mark.parametrize("action", [Action.PROGRESS, Action.CANNOT])
def test_the_first_word_of_the_handler_includes_accepting_and_starting(action: Action) -> None:
    state = act(assigned(), action, WORKER, result="progress", reason="money", words="问过三家")
    assert state.key is StateKey.IN_PROGRESS
    assert state.asked_upward == (action is Action.CANNOT)
    assert state.due_at == assigned().due_at


def test_same_as_yesterday_changes_nothing() -> None:
    assert act(assigned(), Action.PROGRESS, WORKER, day=3, result="same") == assigned()


def test_looking_before_dispatch_leaves_the_demand_where_it_is() -> None:
    state = act(registered(), Action.LOOK, OTHER_WORKER, day=1, result="not_true")
    assert dataclasses.replace(state, looked=None, last_event_at=at(0)) == registered()
    assert state.looked == "not_true"


@pytest.mark.parametrize("result", ["fixed_no", "fixed_part"])
def test_a_failed_check_reopens_and_keeps_the_due_date(result: str) -> None:
    state = act(done(), Action.CHECK, OTHER_WORKER, day=9, result=result)
    assert (state.key, state.outcome, state.resolved_at) == (StateKey.IN_PROGRESS, None, None)
    assert state.due_at == midnight(4)
    assert is_overdue(state, as_of=at(9))


def test_a_result_the_act_cannot_have_is_refused() -> None:
    with pytest.raises(Invalid) as refusal:
        act(done(), Action.CHECK, OTHER_WORKER, result="same")
    assert refusal.value.code == "demand.result_unknown"


def test_nobody_checks_his_own_work() -> None:
    with pytest.raises(Forbidden) as refusal:
        act(done(), Action.CHECK, WORKER, result="fixed_ok")
    assert refusal.value.code == "demand.checked_by_its_handler"


def test_a_case_is_handled_by_its_handler_or_his_stand_in_there() -> None:
    assert act(assigned(), Action.FINISH, STAND_IN).key is StateKey.DONE
    for actor in (OTHER_WORKER, CADRE):
        with pytest.raises(Forbidden):
            act(assigned(), Action.FINISH, actor)


def test_the_office_acts_only_in_its_own_division_and_not_by_phone() -> None:
    for actor in (STRANGER, WORKER, dataclasses.replace(CADRE, kind=ActorKind.APP_USER)):
        with pytest.raises(Forbidden):
            act(taken_in(), Action.REGISTER, actor)


def test_only_the_system_closes_what_nobody_rated_and_only_after_the_window() -> None:
    told = act(done(), Action.FEED_BACK, CADRE, day=2)
    with pytest.raises(Forbidden):
        act(told, Action.AUTO_CLOSE, CADRE, day=30)
    with pytest.raises(Forbidden):
        act(taken_in(), Action.REGISTER, SYSTEM)
    with pytest.raises(Conflict) as refusal:
        act(told, Action.AUTO_CLOSE, SYSTEM, day=5)
    assert refusal.value.code == "demand.rating_window_open"


def test_a_step_that_does_not_fit_the_state_is_refused() -> None:
    with pytest.raises(Conflict) as refusal:
        act(taken_in(), Action.ASSIGN, CADRE)
    assert refusal.value.code == "demand.step_not_allowed"
    assert refusal.value.details == {"state": "submitted", "action": "assign"}


def test_buttons_show_what_the_reader_may_do_next() -> None:
    assert open_acts(taken_in(), actor=CADRE, place=GRID, profile=PROFILE) == (
        Action.ANSWER,
        Action.PROMISE,
        Action.LOOK,
        Action.REGISTER,
        Action.REFER,
        Action.MERGE,
        Action.FINISH,
        Action.WITHDRAW,
    )
    assert open_acts(assigned(), actor=WORKER, place=GRID, profile=PROFILE) == (
        Action.ACCEPT,
        Action.RETURN_ORDER,
        Action.START,
        Action.PROGRESS,
        Action.CANNOT,
        Action.ASK,
        Action.FINISH,
    )
    assert open_acts(assigned(), actor=OTHER_WORKER, place=GRID, profile=PROFILE) == ()
    assert all(not action.label.isascii() for action in Action)


def test_a_state_comes_back_from_plain_columns() -> None:
    state = done()
    columns = [str(value) if value == state.key else value for value in dataclasses.astuple(state)]
    assert DemandState(*columns) == state
    assert DemandState(*columns).key is StateKey.DONE


def test_age_counts_calendar_days_in_bands() -> None:
    received = at(0, hour=23)
    days = [age_in_days(received, as_of=at(day, hour=1)) for day in (1, 3, 4, 8, 16, 31)]
    assert days == [1, 3, 4, 8, 16, 31]
    assert [age_band(day).label for day in days] == [
        "0–3 天", "0–3 天", "4–7 天", "8–15 天", "16–30 天", "30 天以上",
    ]  # fmt: skip


def test_overdue_due_today_and_due_soon_are_apart() -> None:
    state = assigned()  # due at 24:00 of Friday
    assert not is_due_soon(state, as_of=at(2), calendar=CALENDAR)
    assert is_due_soon(state, as_of=at(3), calendar=CALENDAR)
    assert not is_due_today(state, as_of=at(3))
    assert is_due_today(state, as_of=at(4))
    assert not is_overdue(state, as_of=midnight(4))
    assert is_overdue(state, as_of=at(5))
    assert not is_due_soon(state, as_of=at(5), calendar=CALENDAR)
    assert not is_overdue(done(), as_of=at(50))


def test_a_paused_case_is_neither_overdue_nor_stalled() -> None:
    waiting = dataclasses.replace(registered(), key=StateKey.NEED_INFO)
    assert not is_overdue(waiting, as_of=at(30))
    assert not is_stalled(waiting, as_of=at(30))


def test_a_case_is_stalled_after_seven_days_without_an_act() -> None:
    assert not is_stalled(assigned(), as_of=at(6))
    assert is_stalled(assigned(), as_of=at(7))
    assert not is_stalled(done(), as_of=at(40))


@pytest.mark.parametrize(
    ("class_", "suggested", "found_on_patrol", "point"),
    [
        ("PRIVATE", "COMMUNITY", True, False),
        ("COMMUNITY", "PRIVATE", False, True),
        (None, "PRIVATE", True, False),
        (None, "GRID", False, True),
        (None, None, True, True),
        (None, None, False, False),
    ],
)
def test_a_private_matter_is_never_a_point(
    class_: Any, suggested: Any, found_on_patrol: bool, point: bool
) -> None:
    assert may_be_point(class_, suggested=suggested, found_on_patrol=found_on_patrol) is point
    assert not (point and treated_as_private(class_, suggested=suggested))
