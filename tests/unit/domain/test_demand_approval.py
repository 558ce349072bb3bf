"""暂缓、解释说明、延期: what the level above agrees to, and what it does to the clock."""

import pytest

from server.domain.deadline import Pause, PauseReason
from server.domain.demand_acts import Action
from server.domain.demand_clock import is_overdue
from server.domain.demand_states import StateKey
from server.domain.demand_ways import open_requests
from server.domain.mechanism.dispatch import Approvals
from server.domain.problems import Conflict, Forbidden, Invalid
from tests.story import Story, at, day, midnight


def asked(request: str, **stated: object) -> Story:
    story = Story().begun()
    story.does(Action.ASK, story.cast.worker, request=request, words="等设备到货", **stated)
    return story


def test_asking_changes_nothing_until_the_level_above_agrees() -> None:
    story = asked("suspension", until=day(10))
    state = story.state
    assert (state.key, state.asked, state.asked_until) == (StateKey.IN_PROGRESS, "suspension", day(10))
    assert state.due_at == midnight(4)
    assert open_requests(state) == ()
    assert Action.ASK not in story.may(story.cast.worker)


def test_there_is_nothing_to_agree_to_where_nothing_was_asked() -> None:
    story = Story().begun()
    assert {Action.APPROVE, Action.DENY}.isdisjoint(story.may(story.cast.official))


@pytest.mark.parametrize("action", [Action.APPROVE, Action.DENY])
def test_neither_the_desk_nor_who_asked_agrees(action: Action) -> None:
    story = asked("suspension", until=day(10))
    for actor in (story.cast.worker, story.cast.cadre, story.cast.other_cadre):
        with pytest.raises(Forbidden) as refusal:
            story.does(action, actor, words="同意")
        assert refusal.value.code == "demand.approved_from_above"
    assert action in story.may(story.cast.official)
    assert action in story.may(story.cast.assessor)


def test_an_official_does_not_agree_to_what_he_asked_for_himself() -> None:
    story = Story().begun()
    story.does(Action.ASK, story.cast.official, request="explanation", words="政策不允许")
    assert Action.APPROVE not in story.may(story.cast.official)
    assert Action.APPROVE in story.may(story.cast.other_official)


def test_at_the_countys_highest_level_somebody_else_of_it_agrees() -> None:
    story = Story("fengdu").classified("GOVERNMENT")
    for actor in (story.cast.cadre, story.cast.official):
        story.does(Action.ESCALATE, actor, words="请上级办")
    story.given(by=story.cast.dispatcher)
    story.does(Action.START, story.cast.worker)
    story.does(Action.ASK, story.cast.dispatcher, request="explanation", words="政策不允许")
    assert Action.APPROVE not in story.may(story.cast.dispatcher)
    assert story.does(Action.APPROVE, story.cast.assessor).key is StateKey.EXPLAINED


def test_a_suspension_stops_the_clock_up_to_its_review() -> None:
    story = asked("suspension", until=day(10))
    state = story.does(Action.APPROVE, story.cast.official, on=1)
    assert (state.key, state.review_on, state.step_due_at) == (StateKey.SUSPENDED, day(10), midnight(10))
    assert state.pauses == (Pause(PauseReason.SUSPENSION, at(1), midnight(10)),)
    assert (state.due_at, state.original_due_at) == (midnight(4 + 10), midnight(4))
    assert not is_overdue(state, as_of=at(9))
    state = story.by_clock(Action.LAPSE, on=11)
    assert (state.key, state.due_at, state.review_on) == (StateKey.IN_PROGRESS, midnight(14), None)


def test_what_is_taken_up_again_early_has_paused_no_longer() -> None:
    story = asked("suspension", until=day(10))
    story.does(Action.APPROVE, story.cast.official, on=1)
    state = story.does(Action.RESUME, story.cast.worker, on=3)
    assert (state.key, state.due_at) == (StateKey.IN_PROGRESS, midnight(4 + 2))


def test_a_suspension_is_looked_at_again_within_the_countys_time() -> None:
    with pytest.raises(Invalid) as refusal:
        asked("suspension", until=day(31))
    assert refusal.value.code == "demand.review_too_far"
    assert refusal.value.details == {"latest": day(30)}
    story = asked("suspension")
    assert story.does(Action.APPROVE, story.cast.official).review_on == day(30)


def test_an_explanation_resolves_and_is_reported_back() -> None:
    story = asked("explanation")
    state = story.does(Action.APPROVE, story.cast.official, on=1, words="按条例第八条")
    assert (state.key, state.outcome, state.step_due_at) == (StateKey.EXPLAINED, "explained", midnight(2))
    assert story.does(Action.FEED_BACK, story.cast.cadre, on=2).key is StateKey.FED_BACK


def test_what_was_returned_or_suspended_may_end_in_an_explanation() -> None:
    story = Story().assigned()
    story.does(Action.RETURN_ORDER, story.cast.worker, reason="policy", words="政策不允许")
    assert open_requests(story.state) == ("explanation",)
    story.does(Action.ASK, story.cast.cadre, request="explanation", words="政策不允许")
    assert story.does(Action.APPROVE, story.cast.official).key is StateKey.EXPLAINED
    story = asked("suspension", until=day(9))
    story.does(Action.APPROVE, story.cast.official)
    story.does(Action.ASK, story.cast.worker, on=2, request="explanation", words="条件一直不具备")
    state = story.does(Action.APPROVE, story.cast.official, on=2)
    assert (state.key, state.pauses[-1].until) == (StateKey.EXPLAINED, at(2))


def test_an_extension_stands_beside_the_first_date() -> None:
    story = asked("extension", until=day(11))
    state = story.does(Action.APPROVE, story.cast.official, on=1)
    assert (state.key, state.due_at, state.original_due_at) == (
        StateKey.IN_PROGRESS, midnight(11), midnight(4),
    )  # fmt: skip
    assert state.asked is None


def test_the_level_above_may_agree_to_less_than_was_asked() -> None:
    story = asked("extension", until=day(11))
    assert story.does(Action.APPROVE, story.cast.official, until=day(7)).due_at == midnight(7)


def test_an_extension_is_later_than_the_date_it_extends() -> None:
    with pytest.raises(Invalid) as refusal:
        asked("extension", until=day(4))
    assert refusal.value.code == "demand.extension_not_later"
    with pytest.raises(Invalid) as refusal:
        asked("extension")
    assert refusal.value.details["fields"] == ["until"]


def test_a_private_matter_has_no_date_to_extend() -> None:
    story = Story().begun("PRIVATE")
    assert open_requests(story.state) == ("suspension", "explanation")
    with pytest.raises(Conflict) as refusal:
        story.does(Action.ASK, story.cast.worker, request="extension", words="再等等", until=day(9))
    assert refusal.value.code == "demand.step_not_allowed"


def test_what_is_refused_goes_on_as_before() -> None:
    story = asked("explanation")
    state = story.does(Action.DENY, story.cast.official, words="可以办")
    assert (state.key, state.asked, state.due_at) == (StateKey.IN_PROGRESS, None, midnight(4))


def test_a_request_ends_with_the_state_it_was_made_in() -> None:
    story = asked("suspension", until=day(9))
    assert story.does(Action.FINISH, story.cast.worker).asked is None
    story = Story().assigned()
    story.does(Action.ASK, story.cast.worker, request="extension", words="配件没到", until=day(8))
    assert story.does(Action.START, story.cast.worker).asked == "extension"


def test_a_county_that_asks_nobody_grants_at_once() -> None:
    story = (
        Story().begun().changed(approvals=Approvals(suspension="none", extension="none", explanation="none"))
    )
    state = story.does(Action.ASK, story.cast.worker, request="extension", words="配件没到", until=day(8))
    assert (state.asked, state.due_at) == (None, midnight(8))
    state = story.does(Action.ASK, story.cast.worker, request="suspension", words="等雨停", until=day(6))
    assert (state.key, state.due_at) == (StateKey.SUSPENDED, midnight(8 + 7))
    state = story.does(Action.ASK, story.cast.worker, request="explanation", words="不再需要")
    assert state.key is StateKey.EXPLAINED


def test_a_project_has_its_milestones_and_ends_when_they_are_met() -> None:
    story = Story().begun()
    with pytest.raises(Forbidden):
        story.does(Action.PROJECTISE, story.cast.cadre, words="列入明年计划", until=day(60))
    state = story.does(Action.PROJECTISE, story.cast.official, words="列入明年计划", until=day(60))
    assert (state.key, state.step_due_at, state.due_at) == (StateKey.PROJECTISED, midnight(60), midnight(4))
    state = story.does(Action.PROGRESS, story.cast.worker, on=50, result="progress", until=day(90))
    assert state.step_due_at == midnight(90)
    assert story.does(Action.FINISH, story.cast.cadre, on=90).key is StateKey.DONE


def test_urging_and_supervising_are_the_level_aboves_and_are_no_progress() -> None:
    story = Story().begun()
    for action in (Action.URGE, Action.SUPERVISE):
        assert action not in story.may(story.cast.cadre)
        before = story.state
        assert story.does(action, story.cast.official, on=2, until=day(9)) == before
