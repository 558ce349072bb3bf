"""派单、认领、退单、转派、上报、会议、单位."""

from dataclasses import replace

import pytest

from server.domain.demand import open_acts
from server.domain.demand_acts import Action
from server.domain.demand_rights import claims_in
from server.domain.demand_statements import hotline_latest
from server.domain.demand_states import StateKey
from server.domain.demand_ways import meeting_of, waits_for_arbiter
from server.domain.people import Actor
from server.domain.problems import Conflict, Forbidden, Invalid
from tests.cast import UNIT, calendar_of
from tests.story import Story, at, day, midnight

ORDER = {"unit_id": UNIT, "handler_unit": "township", "measure": "换变压器", "deadline": day(9)}
BASIS = {"reason": "not_ours", "words": "不归我管"}


def returned(times: int) -> Story:
    story = Story().assigned()
    for number in range(times):
        if number:
            story.given(by=story.cast.official)
        story.does(Action.RETURN_ORDER, story.cast.worker, on=1, **BASIS)
    return story


def escalated(story: Story | None = None) -> Story:
    story = (story or Story()).classified("GOVERNMENT")
    story.does(Action.ESCALATE, story.cast.cadre, words="村里办不了")
    return story


def test_an_order_is_accepted_and_begun() -> None:
    story = Story().assigned()
    assert story.does(Action.ACCEPT, story.cast.worker).key is StateKey.ACCEPTED
    assert story.does(Action.START, story.cast.worker).key is StateKey.IN_PROGRESS
    assert story.state.due_at == midnight(4)


def test_an_order_of_the_hotline_before_the_holiday_has_five_working_days_from_its_dispatch() -> None:
    story = Story("xian", channel="hotline").classified("COMMUNITY")
    by_allowance = story.profile.class_of("COMMUNITY").model_copy(update={"required_on_assign": ("person",)})
    others = [own for own in story.profile.classes if "COMMUNITY" not in own.canonical]
    story.changed(classes=(by_allowance, *others))
    state = story.given(on=-19 + 7 / 24, deadline=None).state  # Wednesday 30 September, 16:00
    assert state.due_at == state.original_due_at == midnight(-6), (
        "8 9 10 12 13 October, the 10th worked (METRICS X)"
    )


def test_an_order_of_the_hotline_is_not_given_a_later_day_than_the_channel_has() -> None:
    story = Story("xian", channel="hotline").classified("COMMUNITY")
    with pytest.raises(Invalid) as refusal:
        story.given(deadline=day(8))
    assert (refusal.value.code, refusal.value.details["latest"]) == ("demand.hotline_too_late", day(7))
    assert story.given(deadline=day(7)).state.due_at == midnight(7)


def test_given_again_a_hotline_order_keeps_a_later_day_agreed_from_above() -> None:
    story = Story("xian", channel="hotline").classified("COMMUNITY").given(deadline=day(7))
    later = replace(story.state, due_at=midnight(20))
    profile, calendar = story.profile, calendar_of(story.profile)
    for channel, latest in (("hotline", day(20)), ("walkin", None)):
        assert hotline_latest(later, channel=channel, profile=profile, calendar=calendar, now=at(1)) == latest


def test_a_worker_may_claim_in_his_grid_and_what_lies_in_no_grid_of_its_village() -> None:
    story = Story("longli").classified("COMMUNITY")
    story.does(Action.OFFER, story.cast.cadre)
    worker, profile = story.cast.worker, story.profile
    village = story.cast.grid[:12]
    assert claims_in(worker) == {village}
    assert claims_in(story.cast.cadre) == frozenset()
    for place, may in (
        (story.cast.grid, True),
        (village, True),
        (f"{village}999", False),
        (village[:9], False),
    ):
        acts = open_acts(story.state, actor=worker, place=place, profile=profile)
        assert (Action.CLAIM in acts) == may, place


def test_an_order_comes_back_with_its_basis_and_the_time_lost_is_the_dispatchers() -> None:
    story = Story().assigned()
    with pytest.raises(Invalid) as refusal:
        story.does(Action.RETURN_ORDER, story.cast.worker, reason="not_ours")
    assert refusal.value.details["fields"] == ["words"]
    state = story.does(Action.RETURN_ORDER, story.cast.worker, on=1, **BASIS)
    assert (state.key, state.returns, state.handler_id, state.level) == (StateKey.RETURNED, 1, None, None)
    assert state.due_at == state.original_due_at == midnight(4)
    assert state.pauses == ()


def test_the_first_return_is_the_desks_and_the_second_an_arbiters() -> None:
    assert Action.ASSIGN in returned(1).may(returned(1).cast.cadre)
    story = returned(2)
    assert waits_for_arbiter(story.state, story.profile)
    with pytest.raises(Forbidden) as refusal:
        story.given(on=2, deadline=day(5))
    assert refusal.value.code == "demand.arbiter_decides"
    assert story.given(on=2, by=story.cast.official, deadline=day(5)).state.key is StateKey.ASSIGNED


def test_a_wrong_class_is_corrected_after_a_return() -> None:
    story = returned(1)
    state = story.does(Action.CLASSIFY, story.cast.cadre, on=2, class_="GOVERNMENT")
    assert (state.key, state.class_, state.due_at) == (StateKey.CLASSIFIED, "GOVERNMENT", midnight(4))


def test_an_order_is_transferred_and_recalled_by_the_desk_only() -> None:
    story = Story().assigned()
    story.does(Action.ACCEPT, story.cast.worker)
    with pytest.raises(Forbidden):
        story.does(
            Action.TRANSFER, story.cast.worker, handler_id=story.cast.neighbour.id, handler_level="grid"
        )
    state = story.does(
        Action.TRANSFER,
        story.cast.cadre,
        handler_id=story.cast.neighbour.id,
        handler_level="grid",
        measure="换灯",
        deadline=day(4),
    )
    assert (state.key, state.handler_id) == (StateKey.ASSIGNED, story.cast.neighbour.id)
    state = story.does(Action.RECALL, story.cast.cadre, words="派错了")
    assert (state.key, state.handler_id, state.due_at) == (StateKey.CLASSIFIED, None, midnight(4))


def test_whoever_leaves_in_the_middle_of_it_leaves_nothing_stuck() -> None:
    story = Story().begun()
    order = {
        "handler_id": story.cast.neighbour.id,
        "handler_level": "grid",
        "measure": "换灯",
        "deadline": day(4),
    }
    assert story.does(Action.TRANSFER, story.cast.cadre, **order).key is StateKey.ASSIGNED


def test_what_a_level_cannot_settle_goes_to_the_desk_above() -> None:
    story = escalated()
    assert (story.state.key, story.state.desk) == (StateKey.ESCALATED, "township")
    assert story.state.step_due_at == midnight(1)
    assert Action.ASSIGN not in story.may(story.cast.cadre), "a village never acts on the township's desk"
    assert Action.ASSIGN in story.may(story.cast.official)
    assert Action.ASSIGN in story.may(story.cast.dispatcher)


def test_a_handler_asks_and_the_desk_reports_upward() -> None:
    story = Story().begun()
    assert story.does(Action.CANNOT, story.cast.worker, reason="money", words="问过三家").asked_upward
    with pytest.raises(Forbidden):
        story.does(Action.ESCALATE, story.cast.worker, words="请上级办")
    state = story.does(Action.ESCALATE, story.cast.cadre, words="请上级办")
    assert (state.key, state.asked_upward, state.handler_id, state.desk) == (
        StateKey.ESCALATED, False, None, "township",
    )  # fmt: skip
    assert state.due_at == midnight(4), "reporting upward stops nothing"


def test_the_chain_has_a_top() -> None:
    story = escalated()
    assert story.profile.level_above("township") is None
    assert Action.ESCALATE not in story.may(story.cast.official)
    story = escalated(Story("xian"))
    story.does(Action.ESCALATE, story.cast.official, words="请区里办")
    assert (story.state.key, story.state.desk) == (StateKey.ESCALATED, "county")


def test_the_level_above_sends_down_with_its_basis_and_the_second_time_an_arbiter_decides() -> None:
    story = escalated()
    with pytest.raises(Invalid):
        story.does(Action.SEND_DOWN, story.cast.official)
    state = story.does(Action.SEND_DOWN, story.cast.official, words="村里能办")
    assert (state.key, state.desk, state.sent_down) == (StateKey.CLASSIFIED, "village", 1)
    story.does(Action.ESCALATE, story.cast.cadre, words="还是办不了")
    story.does(Action.SEND_DOWN, story.cast.official, words="村里能办")
    assert {Action.ASSIGN, Action.ESCALATE, Action.CLASSIFY}.isdisjoint(story.may(story.cast.cadre))
    assert Action.ASSIGN in story.may(story.cast.official)


def test_the_township_may_act_for_the_villages_desk() -> None:
    assert Action.REGISTER in Story().may(Story().cast.official)


def test_what_is_left_to_be_claimed_is_its_takers_or_is_assigned_when_nobody_comes() -> None:
    story = Story("longli").classified("COMMUNITY")
    state = story.does(Action.OFFER, story.cast.cadre)
    assert (state.key, state.due_at, state.step_due_at) == (StateKey.OFFERED, midnight(3), midnight(3))
    taken = story.does(Action.CLAIM, story.cast.worker, deadline=day(5))
    assert (taken.key, taken.handler_id, taken.level, taken.due_at) == (
        StateKey.ACCEPTED, story.cast.worker.id, "grid", midnight(5),
    )  # fmt: skip
    story.state = state
    with pytest.raises(Conflict) as refusal:
        story.by_clock(Action.ASSIGN, on=2, handler_id=story.cast.cadre.id, handler_level="village")
    assert refusal.value.code == "demand.not_lapsed_yet"
    state = story.by_clock(Action.ASSIGN, on=4, handler_id=story.cast.cadre.id, handler_level="village")
    assert (state.key, state.handler_id) == (StateKey.ASSIGNED, story.cast.cadre.id)


def test_only_what_the_county_leaves_to_be_claimed_is_offered() -> None:
    story = Story().classified("COMMUNITY")
    assert Action.OFFER not in story.may(story.cast.cadre)
    story = Story("longli").classified("GOVERNMENT")
    assert Action.OFFER not in story.may(story.cast.cadre)


def test_a_unit_claims_for_itself() -> None:
    story = Story("longli").classified("COMMUNITY")
    story.does(Action.OFFER, story.cast.cadre)
    state = story.does(Action.CLAIM, story.cast.unit, handler_unit="township")
    assert (state.handler_id, state.unit_id, state.highest_level) == (None, UNIT, "township")


def test_a_unit_works_through_its_link_on_what_is_its_own() -> None:
    story = Story().assigned(**ORDER, handler_id=None, handler_level=None)
    assert (story.state.unit_id, story.state.level) == (UNIT, "township")
    stranger = Actor(
        story.cast.unit.kind, None, "水务局", None, story.cast.unit.scope, unit_id=story.cast.cadre.id
    )
    assert story.may(stranger) == ()
    assert story.may(story.cast.worker) == ()
    assert Action.RETURN_ORDER in story.may(story.cast.unit)
    story.does(Action.PROGRESS, story.cast.unit, result="progress")
    assert story.does(Action.FINISH, story.cast.unit, on=1).key is StateKey.DONE
    assert Action.FEED_BACK not in story.may(story.cast.unit), "in 忠县 the village tells the reporter"


def test_the_desk_writes_down_what_a_unit_reports() -> None:
    story = Story().assigned(**ORDER, handler_id=None, handler_level=None)
    assert story.does(Action.FINISH, story.cast.cadre, on=1).key is StateKey.DONE


def test_where_the_taker_tells_the_reporter_a_unit_does() -> None:
    story = Story("longli").assigned(**ORDER, handler_id=None, handler_level=None)
    story.does(Action.FINISH, story.cast.unit, on=1)
    assert story.does(Action.FEED_BACK, story.cast.unit, on=1).key is StateKey.FED_BACK


def test_where_the_taker_tells_the_reporter_the_worker_who_took_it_does() -> None:
    story = Story("longli").begun()
    story.does(Action.FINISH, story.cast.worker, on=1)
    assert Action.FEED_BACK not in story.may(story.cast.neighbour)
    assert story.does(Action.FEED_BACK, story.cast.worker, on=1).key is StateKey.FED_BACK


def test_a_county_without_meetings_puts_nothing_on_an_agenda() -> None:
    story = Story().classified("COMMUNITY")
    assert Action.PUT_ON_AGENDA not in story.may(story.cast.cadre)


def test_a_meeting_comes_before_anybody_is_sent_where_the_county_says_so() -> None:
    story = Story("jiangjin").classified("COMMUNITY")
    assert Action.ASSIGN not in story.may(story.cast.cadre)
    state = story.does(Action.PUT_ON_AGENDA, story.cast.cadre)
    assert (state.key, state.step_due_at) == (StateKey.AGENDA, midnight(3))
    assert state.due_at == midnight(3 + 31), "a monthly meeting is held within the month after its notice"
    vote = {"outcome": "assign", "votes_for": 7, "votes_against": 2}
    with pytest.raises(Conflict) as refusal:
        story.does(Action.RESOLVE, story.cast.cadre, on=1, **vote)
    assert refusal.value.code == "demand.notice_running"
    assert story.does(Action.RESOLVE, story.cast.cadre, on=5, **vote).key is StateKey.DELIBERATED
    assert story.given(on=5, deadline=day(9)).state.key is StateKey.ASSIGNED


def test_a_vote_that_is_not_carried_sends_nobody() -> None:
    story = Story("jiangjin").classified("COMMUNITY")
    story.does(Action.PUT_ON_AGENDA, story.cast.cadre)
    with pytest.raises(Invalid) as refusal:
        story.does(Action.RESOLVE, story.cast.cadre, on=5, outcome="assign", votes_for=4, votes_against=4)
    assert refusal.value.code == "demand.vote_not_carried"
    lost = {"votes_for": 2, "votes_against": 7}
    state = story.does(Action.RESOLVE, story.cast.cadre, on=5, outcome="explain", **lost)
    assert (state.key, state.outcome) == (StateKey.EXPLAINED, "explained")


def met_in_vain(story: Story, secretary: Actor, *, on: int) -> tuple[str, str]:
    """The level that met, and whose desk the matter then lies on."""
    meeting = meeting_of(story.state, story.profile)
    assert meeting is not None
    assert story.does(Action.PUT_ON_AGENDA, secretary, on=on).desk == meeting.level
    lost = {"outcome": "escalate", "votes_for": 2, "votes_against": 7}
    state = story.does(Action.RESOLVE, secretary, on=on + 5, **lost)
    assert state.key is StateKey.ESCALATED
    return meeting.level, state.desk


def test_what_a_grids_meeting_cannot_settle_lies_on_the_villages_desk_and_goes_no_lower() -> None:
    story = Story("jiangjin").classified("GRID")
    assert met_in_vain(story, story.cast.cadre, on=0) == ("grid", "village")
    may = set(story.may(story.cast.cadre))
    assert not {Action.SEND_DOWN, Action.ASSIGN} & may  # the village's own meeting comes first
    assert met_in_vain(story, story.cast.cadre, on=6) == ("village", "township")


def test_what_a_meeting_cannot_settle_comes_before_the_next_ones() -> None:
    story = Story("jiangjin").classified("COMMUNITY")
    assert met_in_vain(story, story.cast.cadre, on=0) == ("village", "township")
    assert met_in_vain(story, story.cast.official, on=10) == ("township", "county")


def test_what_a_grids_meeting_settled_is_given_out_by_the_village() -> None:
    story = Story("jiangjin").classified("GRID")
    story.does(Action.PUT_ON_AGENDA, story.cast.cadre)
    state = story.does(Action.RESOLVE, story.cast.cadre, on=5, outcome="assign", votes_for=7, votes_against=2)
    assert (state.key, state.desk) == (StateKey.DELIBERATED, "village")
