"""Under every shipped mechanism a demand comes to its end; one under which it would stick is refused."""

from __future__ import annotations

import pytest

from server import profiles
from server.domain.demand_acts import Action
from server.domain.demand_paths import check, refuse_dead_ends, walk
from server.domain.demand_rehearsal import cast_of
from server.domain.demand_states import StateKey
from server.domain.mechanism import MechanismProfile, parse_profile
from server.domain.people import ActorKind
from server.domain.problems import Invalid
from server.domain.roles import Role

ZHONGXIAN = profiles.source("zhongxian")


def county(text: str = ZHONGXIAN) -> MechanismProfile:
    return parse_profile(text)


@pytest.mark.parametrize("name", profiles.shipped())
def test_a_demand_comes_to_its_end_in_every_county(name: str) -> None:
    check(county(profiles.source(name)))


def test_every_way_of_a_county_with_meetings_is_walked() -> None:
    jiangjin = county(profiles.source("jiangjin"))
    walked = walk(jiangjin, cast_of(jiangjin))
    reached = {place.key for place in walked.leads_to}
    assert {StateKey.AGENDA, StateKey.DELIBERATED, StateKey.SUSPENDED, StateKey.CLOSED} <= reached
    assert StateKey.OFFERED not in reached
    assert {place.desk for place in walked.leads_to} >= {"village", "township", "county"}
    assert Action.CLAIM not in walked.opened


@pytest.mark.parametrize(("table", "name"), [("verbs", "sprout"), ("states", "asleep")])
def test_a_word_for_an_unknown_act_or_state_is_refused(table: str, name: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check(county(ZHONGXIAN.replace(f"[{table}]", f'[{table}]\n{name} = "发芽"')))
    assert refusal.value.code == "profile.unknown_key"
    assert refusal.value.details["key"] == f"{table}.{name}"


def test_a_demand_that_sticks_is_refused_with_the_key_at_fault() -> None:
    """Without a clock, what waits for its end waits for ever."""
    people = [actor for actor in cast_of(county()) if actor.kind is not ActorKind.SYSTEM]
    walked = walk(county(), people)
    assert set(walked.stuck()) == {StateKey.FED_BACK, StateKey.RATED}
    with pytest.raises(Invalid) as refusal:
        refuse_dead_ends(walked, county())
    assert refusal.value.code == "profile.contradiction"
    assert refusal.value.details["key"] == "rating"


def test_a_step_nobody_may_take_is_refused_by_its_name() -> None:
    people = [actor for actor in cast_of(county()) if actor.role in (None, Role.GRID_WORKER)]
    walked = walk(county(), [actor for actor in people if actor.kind is not ActorKind.SYSTEM])
    assert Action.REGISTER in walked.untaken()
    below = [
        actor for actor in cast_of(county()) if actor.role in (None, Role.GRID_WORKER, Role.VILLAGE_CADRE)
    ]
    untaken = walk(county(), below).untaken()
    assert Action.APPROVE in untaken
    assert Action.DECIDE_APPEAL in untaken
