"""Every act says what it has to."""

from typing import Any

import pytest

from server.domain.demand_acts import Action, Facts
from server.domain.demand_statements import Attempt
from server.domain.people import SYSTEM, Actor
from server.domain.problems import Invalid
from tests.cast import calendar_of
from tests.story import Story, at, day


def attempt(action: Action, story: Story, *, actor: Actor | None = None, **stated: Any) -> Attempt:
    return Attempt(
        state=story.state,
        action=action,
        actor=actor or story.cast.cadre,
        facts=Facts(place=story.cast.grid, channel="visit", **stated),
        profile=story.profile,
        calendar=calendar_of(story.profile),
        now=at(0),
    )


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        (Action.ANSWER, ["words"]),
        (Action.PROMISE, ["promised_on"]),
        (Action.LOOK, ["result"]),
        (Action.ASK_INFO, ["words"]),
        (Action.SUPPLY, ["words"]),
        (Action.REJECT, ["reason"]),
        (Action.REFER, ["referred_to", "words"]),
        (Action.APPEAL, ["words"]),
        (Action.DECIDE_APPEAL, ["upheld", "words"]),
        (Action.MERGE, ["master_id"]),
        (Action.CLASSIFY, ["class_"]),
        (Action.RESOLVE, ["outcome", "votes_for", "votes_against"]),
        (Action.RECALL, ["words"]),
        (Action.RETURN_ORDER, ["reason", "words"]),
        (Action.PROGRESS, ["result"]),
        (Action.CANNOT, ["reason", "words"]),
        (Action.ESCALATE, ["words"]),
        (Action.SEND_DOWN, ["words"]),
        (Action.ASK, ["request", "words"]),
        (Action.DENY, ["words"]),
        (Action.PROJECTISE, ["words", "until"]),
        (Action.CHECK, ["result"]),
        (Action.RATE, ["stars"]),
        (Action.REOPEN, ["words"]),
        (Action.SUPERVISE, ["until"]),
        (Action.CALL_BACK, ["words"]),
    ],
)
def test_an_act_without_what_it_has_to_say_is_refused_by_what_is_missing(
    action: Action, fields: list[str]
) -> None:
    with pytest.raises(Invalid) as refusal:
        attempt(action, Story().begun()).require_statements()
    assert (refusal.value.code, refusal.value.details["fields"]) == ("demand.required_fields", fields)


@pytest.mark.parametrize(
    "action", [Action.REGISTER, Action.LIST, Action.OFFER, Action.ACCEPT, Action.FINISH, Action.WITHDRAW]
)
def test_other_acts_say_enough_by_being_done(action: Action) -> None:
    attempt(action, Story().begun()).require_statements()


def test_a_vote_of_none_against_is_a_vote() -> None:
    attempt(Action.RESOLVE, Story(), outcome="assign", votes_for=1, votes_against=0).require_statements()


@pytest.mark.parametrize(
    ("stated", "missing"),
    [
        ({}, ["handler_id", "handler_level", "measure", "deadline"]),
        ({"unit_id": Story().cast.cadre.id}, ["handler_unit", "measure", "deadline"]),
        ({"handler_id": Story().cast.cadre.id, "measure": "换灯"}, ["handler_level", "deadline"]),
    ],
)
@pytest.mark.parametrize("action", [Action.ASSIGN, Action.TRANSFER])
def test_a_small_matter_is_given_to_somebody_with_measure_and_deadline(
    action: Action, stated: dict[str, Any], missing: list[str]
) -> None:
    with pytest.raises(Invalid) as refusal:
        attempt(action, Story().classified(), **stated).require_statements()
    assert refusal.value.details["fields"] == missing


def test_when_an_offer_runs_out_a_taker_is_enough() -> None:
    story = Story().classified()
    attempt(
        Action.ASSIGN, story, actor=SYSTEM, handler_id=story.cast.cadre.id, handler_level="village"
    ).require_statements()


def test_supporting_units_are_named_where_the_county_asks_for_them() -> None:
    story = Story().classified()
    own = story.profile.class_of("COMMUNITY").model_copy(update={"required_on_assign": ("person", "support")})
    others = [each for each in story.profile.classes if "COMMUNITY" not in each.canonical]
    story.changed(classes=(own, *others))
    taker: dict[str, Any] = {"handler_id": story.cast.cadre.id, "handler_level": "village"}
    with pytest.raises(Invalid) as refusal:
        attempt(Action.ASSIGN, story, **taker).require_statements()
    assert refusal.value.details["fields"] == ["support"]
    attempt(Action.ASSIGN, story, **taker, support=(story.cast.worker.id,)).require_statements()


@pytest.mark.parametrize(
    ("action", "stated"),
    [
        (Action.CLAIM, {"deadline": day(-1)}),
        (
            Action.TRANSFER,
            {
                "handler_id": Story().cast.cadre.id,
                "handler_level": "village",
                "measure": "换灯",
                "deadline": day(-1),
            },
        ),
        (Action.PROJECTISE, {"words": "列入计划", "until": day(-1)}),
        (Action.PROGRESS, {"result": "progress", "until": day(-1)}),
        (Action.SUPERVISE, {"until": day(-1)}),
        (Action.ASK, {"request": "suspension", "words": "等设备", "until": day(-1)}),
    ],
)
def test_a_day_in_the_past_is_refused_and_today_is_not(action: Action, stated: dict[str, Any]) -> None:
    story = Story().begun()
    with pytest.raises(Invalid) as refusal:
        attempt(action, story, **stated).require_statements()
    assert refusal.value.code == "demand.deadline_past"
    today = {name: day(0) if value == day(-1) else value for name, value in stated.items()}
    attempt(action, story, **today).require_statements()
