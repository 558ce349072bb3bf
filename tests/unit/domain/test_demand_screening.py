"""登记、研判、申诉、并单、撤回."""

import pytest

from server.domain.deadline import Allowance, Pause, PauseReason
from server.domain.demand_acts import Action
from server.domain.demand_states import StateKey
from server.domain.mechanism.intake import OnSpot, Screening, Withdrawal
from server.domain.problems import Conflict, Forbidden, Invalid
from tests.story import Story, at, midnight


def waiting_for_words() -> Story:
    story = Story().registered()
    story.does(Action.ASK_INFO, story.cast.cadre, on=0, words="哪一盏灯？")
    return story


def rejected() -> Story:
    story = Story().registered()
    story.does(Action.REJECT, story.cast.cadre, reason="unlawful")
    return story


def test_each_step_of_the_office_has_the_time_the_county_gives_it() -> None:
    story = Story()
    times = {"screen": "2wd", "classify": "3wd", "accept": "4wd", "feed_back": "8d"}
    own = {step: Allowance.parse(time) for step, time in times.items()}
    story.changed(deadlines=story.profile.deadlines.model_copy(update=own)).registered()
    assert story.state.due_at == midnight(2)
    story.does(Action.CLASSIFY, story.cast.cadre, class_="COMMUNITY")
    assert story.state.due_at == midnight(3)
    assert story.given().state.step_due_at == midnight(4)
    assert story.does(Action.FINISH, story.cast.worker).step_due_at == midnight(8)


def test_a_county_may_leave_answers_and_promises_to_the_office() -> None:
    story = Story()
    assert {Action.ANSWER, Action.PROMISE} <= set(story.may(story.cast.worker))
    assert Action.ANSWER not in story.changed(on_spot=OnSpot(answer=False)).may(story.cast.worker)
    assert Action.PROMISE not in story.changed(on_spot=OnSpot(promise=False)).may(story.cast.worker)


def test_asking_for_more_stops_the_clock_until_it_is_supplied() -> None:
    story = waiting_for_words()
    assert (story.state.key, story.state.step_due_at) == (StateKey.NEED_INFO, midnight(7))
    assert story.state.due_at == midnight(
        7
    )  # as long as it may last: five working days, then the one for screening
    state = story.does(Action.SUPPLY, story.cast.resident, on=2, words="村口那盏")
    assert state.key is StateKey.REGISTERED
    assert state.pauses == (Pause(PauseReason.NEED_INFO, at(0), at(2)),)
    assert state.due_at == midnight(2)


def test_five_working_days_of_silence_end_in_an_explanation() -> None:
    story = waiting_for_words()
    with pytest.raises(Conflict) as refusal:
        story.by_clock(Action.LAPSE, on=7)
    assert refusal.value.code == "demand.not_lapsed_yet"
    state = story.by_clock(Action.LAPSE, on=8)
    assert (state.key, state.outcome) == (StateKey.EXPLAINED, "explained")
    assert story.does(Action.FEED_BACK, story.cast.cadre, on=8).key is StateKey.FED_BACK


def test_a_refusal_needs_a_reason_of_the_county() -> None:
    story = Story().registered()
    for reason, code in (("", "demand.required_fields"), ("too_hard", "demand.reason_unknown")):
        with pytest.raises(Invalid) as refusal:
            story.does(Action.REJECT, story.cast.cadre, reason=reason)
        assert refusal.value.code == code


def test_what_somebody_saw_to_be_untrue_may_be_refused_after_it_was_listed() -> None:
    story = Story().registered()
    story.does(Action.LIST, story.cast.cadre)
    story.does(Action.LOOK, story.cast.neighbour, result="not_true")
    assert story.does(Action.REJECT, story.cast.cadre, reason="untrue").key is StateKey.REJECTED


def test_with_four_eyes_whoever_registered_does_not_refuse() -> None:
    story = Story().changed(screening=Screening(second_person=True)).registered()
    assert Action.REJECT not in story.may(story.cast.cadre)
    assert story.does(Action.REJECT, story.cast.other_cadre, reason="unlawful").key is StateKey.REJECTED


def test_a_refused_reporter_is_told_and_may_ask_the_level_above_within_the_window() -> None:
    story = rejected()
    assert story.state.step_due_at == midnight(1)
    state = story.does(Action.FEED_BACK, story.cast.cadre, on=1, words="不归村里管")
    assert (state.key, state.told_at, state.step_due_at) == (StateKey.REJECTED, at(1), midnight(8))
    with pytest.raises(Conflict) as refusal:
        story.does(Action.APPEAL, story.cast.resident, on=9, words="不服")
    assert refusal.value.code == "demand.appeal_over"
    state = story.does(Action.APPEAL, story.cast.resident, on=7, words="不服")
    assert (state.appealed, state.step_due_at) == ("open", midnight(8))


def test_an_appeal_goes_one_level_up_and_never_to_whoever_refused() -> None:
    story = rejected()
    story.does(Action.APPEAL, story.cast.resident, words="不服")
    with pytest.raises(Forbidden) as refusal:
        story.does(Action.DECIDE_APPEAL, story.cast.other_cadre, upheld=True, words="应当办")
    assert refusal.value.code == "demand.approved_from_above"
    state = story.does(Action.DECIDE_APPEAL, story.cast.official, upheld=True, words="应当办")
    assert (state.key, state.appealed, state.outcome, state.desk) == (
        StateKey.REGISTERED, "upheld", None, "village",
    )  # fmt: skip


def test_an_official_who_refused_in_the_villages_stead_does_not_decide_the_appeal() -> None:
    story = Story().registered()
    story.does(Action.REJECT, story.cast.official, reason="unlawful")
    story.does(Action.APPEAL, story.cast.resident, words="不服")
    assert Action.DECIDE_APPEAL not in story.may(story.cast.official)
    assert Action.DECIDE_APPEAL in story.may(story.cast.other_official)


def test_there_is_one_appeal() -> None:
    story = rejected()
    story.does(Action.APPEAL, story.cast.resident, words="不服")
    assert Action.APPEAL not in story.may(story.cast.resident)
    story.does(Action.DECIDE_APPEAL, story.cast.official, upheld=True, words="应当办")
    story.does(Action.REJECT, story.cast.cadre, on=1, reason="unlawful")
    assert Action.APPEAL not in story.may(story.cast.resident)
    assert story.does(Action.FEED_BACK, story.cast.cadre, on=1).key is StateKey.CLOSED


def test_a_refusal_ends_once_told_and_the_appeal_has_lapsed() -> None:
    story = rejected()
    with pytest.raises(Conflict):
        story.by_clock(Action.LAPSE, on=60)  # nobody has told him yet
    story.does(Action.FEED_BACK, story.cast.cadre)
    state = story.by_clock(Action.LAPSE, on=8)
    assert (state.key, state.closed_by, state.outcome) == (StateKey.CLOSED, "lapsed", "rejected")


@pytest.mark.parametrize("told_first", [True, False])
def test_a_lost_appeal_ends_once_the_reporter_is_told(told_first: bool) -> None:
    story = rejected()
    if told_first:
        story.does(Action.FEED_BACK, story.cast.cadre)
    story.does(Action.APPEAL, story.cast.resident, words="不服")
    state = story.does(Action.DECIDE_APPEAL, story.cast.official, upheld=False, words="维持")
    if not told_first:
        assert state.key is StateKey.REJECTED
        state = story.does(Action.FEED_BACK, story.cast.cadre)
    assert (state.key, state.appealed, state.closed_by) == (StateKey.CLOSED, "lost", "rejected")


def test_what_belongs_before_a_court_is_told_where_and_how_and_ends() -> None:
    story = Story().registered()
    with pytest.raises(Invalid):
        story.does(Action.REFER, story.cast.cadre, words="请到法院立案")
    state = story.does(Action.REFER, story.cast.cadre, referred_to="县法院", words="请到法院立案")
    assert (state.key, state.closed_by) == (StateKey.REFERRED, "referred")


def test_reports_of_the_same_thing_are_merged_until_somebody_is_sent() -> None:
    story = Story().registered()
    with pytest.raises(Invalid) as refusal:
        story.does(Action.MERGE, story.cast.cadre, master_id=story.facts.demand_id)
    assert refusal.value.code == "demand.merged_into_itself"
    assert story.does(Action.MERGE, story.cast.cadre, master_id=story.cast.worker.id).key is StateKey.MERGED
    assert story.does(Action.SPLIT, story.cast.cadre, on=1).key is StateKey.REGISTERED
    assert Action.MERGE not in Story().assigned().may(story.cast.cadre)


def test_the_reporter_takes_back_any_unresolved_matter() -> None:
    for story in (Story(), Story().registered(), Story().assigned(), Story().begun(), waiting_for_words()):
        state = story.does(Action.WITHDRAW, story.cast.resident, on=1)
        assert (state.key, state.closed_by) == (StateKey.WITHDRAWN, "withdrawn")
        assert all(pause.until == at(1) for pause in state.pauses)
    assert Action.WITHDRAW not in Story().done().may(story.cast.resident)


def test_a_link_speaks_only_of_its_own_demand() -> None:
    story = Story()
    with pytest.raises(Forbidden):
        story.does(Action.WITHDRAW, story.cast.resident, demand_id=story.cast.cadre.id)


def test_staff_take_back_the_same_day_and_never_what_they_took_in_themselves() -> None:
    story = Story()
    assert Action.WITHDRAW not in story.may(story.cast.worker)
    with pytest.raises(Conflict) as refusal:
        story.does(Action.WITHDRAW, story.cast.cadre, on=1)
    assert refusal.value.code == "demand.withdrawal_over"
    assert Action.WITHDRAW not in story.changed(withdrawal=Withdrawal(staff_same_day=False)).may(
        story.cast.cadre
    )
    story.changed(withdrawal=Withdrawal())
    assert story.does(Action.WITHDRAW, story.cast.cadre, on=0.3).key is StateKey.WITHDRAWN
