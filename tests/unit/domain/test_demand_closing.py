"""反馈、评单、重办、回访、重开."""

import pytest

from server.domain.demand_acts import Action
from server.domain.demand_clock import is_overdue
from server.domain.demand_states import StateKey
from server.domain.mechanism.closing import LowRating, Reopening
from server.domain.people import Actor, ActorKind
from server.domain.problems import Conflict, Invalid
from server.domain.scope import Scope
from tests.cast import DEMAND
from tests.story import Story, at, midnight


def evaluator(capacity: str) -> Actor:
    return Actor(
        ActorKind.EVALUATOR, None, "评价人", None, Scope.nothing(), demand_id=DEMAND, evaluates=capacity
    )


def rated(stars: int, *, on: float = 3) -> Story:
    story = Story().told()
    story.does(Action.RATE, story.cast.resident, on=on, stars=stars)
    return story


def test_a_good_rating_waits_out_its_window_and_ends() -> None:
    story = rated(5)
    state = story.state
    assert (state.key, state.stars, state.closed_by) == (StateKey.RATED, 5, "rated")
    assert state.step_due_at == midnight(9)
    state = story.by_clock(Action.LAPSE, on=10)
    assert (state.key, state.closed_by) == (StateKey.CLOSED, "rated")


def test_a_rating_is_changed_within_its_window_only() -> None:
    story = rated(5)
    assert story.does(Action.RATE, story.cast.resident, on=4, stars=4).stars == 4
    with pytest.raises(Conflict) as refusal:
        story.does(Action.RATE, story.cast.resident, on=10, stars=5)
    assert refusal.value.code == "demand.rating_window_over"


def test_a_low_rating_starts_the_work_again_in_the_same_act() -> None:
    state = rated(2).state
    assert (state.key, state.reworks, state.stars) == (StateKey.REWORK, 1, 2)
    assert (state.outcome, state.resolved_at, state.told_at, state.closed_by) == (None, None, None, None)
    assert state.step_due_at == midnight(3 + 5), "a call back within three working days, over a weekend"
    assert state.due_at == midnight(3 + 7)
    assert state.original_due_at == midnight(4)
    assert not is_overdue(state, as_of=at(8))


def test_what_nobody_ever_had_in_hand_is_given_to_somebody_when_it_is_rated_low() -> None:
    story = Story().registered()
    story.does(Action.ASK_INFO, story.cast.cadre, words="哪一盏灯？")
    story.by_clock(Action.LAPSE, on=8)
    story.does(Action.FEED_BACK, story.cast.cadre, on=8)
    state = story.does(Action.RATE, story.cast.resident, on=9, stars=1)
    assert (state.key, state.handler_id, state.unit_id) == (StateKey.REWORK, None, None)
    assert {Action.START, Action.PROGRESS, Action.FINISH}.isdisjoint(story.may(story.cast.cadre))
    order = {"handler_id": story.cast.worker.id, "handler_level": "grid"}
    assert story.does(Action.TRANSFER, story.cast.cadre, on=9, **order).key is StateKey.ASSIGNED


def test_a_rating_changed_to_a_low_one_starts_it_too() -> None:
    story = rated(5)
    assert story.does(Action.RATE, story.cast.resident, on=4, stars=1).key is StateKey.REWORK


def test_a_low_rating_starts_the_work_again_only_so_often() -> None:
    story = rated(1)
    story.does(Action.FINISH, story.cast.worker, on=5)
    story.does(Action.FEED_BACK, story.cast.cadre, on=5)
    assert story.state.stars is None
    state = story.does(Action.RATE, story.cast.resident, on=6, stars=1)
    assert (state.key, state.reworks, state.step_due_at) == (StateKey.RATED, 1, midnight(9))
    with pytest.raises(Conflict):
        story.by_clock(Action.LAPSE, on=60)  # a supervisor has the last word, the clock has not
    with pytest.raises(Invalid):
        story.does(Action.CALL_BACK, story.cast.cadre, on=7)
    state = story.does(Action.CALL_BACK, story.cast.cadre, on=7, words="已当面说明")
    assert (state.key, state.closed_by, state.stars) == (StateKey.CLOSED, "rated", 1)


def test_where_the_county_has_no_loop_a_low_rating_is_called_back_at_once() -> None:
    story = Story().told().changed(low_rating=LowRating(rounds=0))
    assert story.does(Action.RATE, story.cast.resident, on=3, stars=1).key is StateKey.RATED
    assert Action.CALL_BACK in story.may(story.cast.cadre)


def test_the_call_back_is_not_the_handlers_and_is_owed_whatever_is_done_meanwhile() -> None:
    story = Story().classified().given(handler_id=Story().cast.cadre.id, handler_level="village")
    story.does(Action.FINISH, story.cast.cadre, on=2)
    story.does(Action.FEED_BACK, story.cast.other_cadre, on=2)
    story.does(Action.RATE, story.cast.resident, on=3, stars=1)
    assert Action.CALL_BACK not in story.may(story.cast.cadre)
    state = story.does(Action.START, story.cast.cadre, on=3)
    assert state.step_due_at == midnight(8)
    state = story.does(Action.CALL_BACK, story.cast.other_cadre, on=4, words="说明要换整根线")
    assert (state.key, state.step_due_at) == (StateKey.IN_PROGRESS, None)


def test_only_after_a_low_rating_is_anybody_called_back() -> None:
    for story in (Story().begun(), Story().told(), rated(5)):
        assert Action.CALL_BACK not in story.may(story.cast.cadre)


def test_nobody_rates_without_a_number_of_stars_the_county_has() -> None:
    for stars in (0, 6, -1):
        with pytest.raises(Invalid) as refusal:
            rated(stars)
        assert refusal.value.code == "demand.stars_out_of_range"
        assert refusal.value.details == {"most": 5}


def test_staff_enter_what_a_reporter_said_marked_and_never_for_their_own_work() -> None:
    story = Story().told()
    with pytest.raises(Invalid) as refusal:
        story.does(Action.RATE, story.cast.cadre, on=3, stars=5)
    assert refusal.value.details["fields"] == ["by_proxy"]
    assert Action.RATE not in story.may(story.cast.worker)
    assert story.does(Action.RATE, story.cast.cadre, on=3, stars=5, by_proxy=True).key is StateKey.RATED


def test_each_class_is_judged_by_whom_the_county_names() -> None:
    story = Story("jiangjin")
    story.state = Story().told().state
    assert Action.RATE not in story.may(story.cast.resident)
    assert Action.RATE not in story.may(evaluator("street_congress"))
    assert Action.RATE in story.may(evaluator("residents_committee"))


def test_what_nobody_rated_ends_without_stars() -> None:
    story = Story().told()
    state = story.by_clock(Action.AUTO_CLOSE, on=10)
    assert (state.key, state.stars, state.closed_by) == (StateKey.AUTO_CLOSED, None, "unrated")


def test_what_is_ended_may_be_taken_up_again_within_thirty_days_and_once() -> None:
    story = Story().told()
    story.by_clock(Action.AUTO_CLOSE, on=10)
    with pytest.raises(Conflict) as refusal:
        story.does(Action.REOPEN, story.cast.cadre, on=41, words="灯又坏了")
    assert refusal.value.code == "demand.reopening_over"
    state = story.does(Action.REOPEN, story.cast.cadre, on=39, words="灯又坏了")
    assert (state.key, state.reopened, state.outcome, state.closed_by) == (
        StateKey.IN_PROGRESS,
        1,
        None,
        None,
    )
    assert (state.due_at, state.original_due_at) == (midnight(46), midnight(4))
    story.does(Action.FINISH, story.cast.worker, on=40)
    story.does(Action.FEED_BACK, story.cast.cadre, on=40, reporter_reachable=False)
    assert story.state.closed_by == "nobody_to_tell"
    assert Action.REOPEN not in story.may(story.cast.cadre)


def test_a_county_may_leave_what_is_ended_ended() -> None:
    story = Story().told()
    story.by_clock(Action.AUTO_CLOSE, on=10)
    assert Action.REOPEN not in story.changed(reopening=Reopening(times=0)).may(story.cast.cadre)


def test_a_refused_or_withdrawn_matter_is_not_taken_up_again() -> None:
    story = Story().registered()
    story.does(Action.WITHDRAW, story.cast.resident)
    assert story.may(story.cast.cadre) == ()


def test_the_village_tells_the_reporter_whatever_level_settled_it() -> None:
    story = Story().classified("GOVERNMENT")
    story.does(Action.ESCALATE, story.cast.cadre, words="村里办不了")
    story.given(by=story.cast.official)
    story.does(Action.FINISH, story.cast.worker, on=1)
    assert story.does(Action.FEED_BACK, story.cast.cadre, on=1).key is StateKey.FED_BACK
