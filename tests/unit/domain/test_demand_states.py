from itertools import pairwise

import pytest

from server.domain.demand_acts import ROUTES, Action
from server.domain.demand_states import (
    PAUSED,
    RUNNING,
    STATES,
    TRANSITIONS,
    UNRESOLVED,
    Group,
    StateKey,
    group_of,
    is_ended,
    is_unresolved,
    open311_status,
)


def reachable_from(key: StateKey) -> set[StateKey]:
    reached, waiting = set[StateKey](), [key]
    while waiting:
        for following in TRANSITIONS[waiting.pop()] - reached:
            reached.add(following)
            waiting.append(following)
    return reached


def test_every_state_has_a_meaning_and_its_followers() -> None:
    assert set(STATES) == set(TRANSITIONS) == set(StateKey)
    assert all(not key.label.isascii() for key in StateKey)


def test_the_groups_are_those_people_see() -> None:
    assert [group.label for group in Group] == ["待登记", "待分派", "办理中", "待回复", "已了结"]
    assert {key for key in StateKey if group_of(key) is None} == {StateKey.DRAFT, StateKey.MERGED}
    assert group_of(StateKey.PROMISED) is Group.IN_HAND
    assert group_of(StateKey.FED_BACK) is Group.TO_REPORT_BACK


@pytest.mark.parametrize("key", [key for key in StateKey if not is_ended(key)])
def test_from_every_state_there_is_a_way_to_an_end(key: StateKey) -> None:
    assert any(is_ended(reached) for reached in reachable_from(key))


@pytest.mark.parametrize("key", sorted(set(StateKey) - {StateKey.DRAFT}))
def test_every_state_can_be_reached(key: StateKey) -> None:
    assert key in reachable_from(StateKey.DRAFT)


@pytest.mark.parametrize("key", sorted(UNRESOLVED))
def test_any_unresolved_demand_may_be_withdrawn(key: StateKey) -> None:
    assert StateKey.WITHDRAWN in TRANSITIONS[key]


def edges(way: tuple[StateKey, ...], start: StateKey) -> set[tuple[StateKey, StateKey]]:
    return set(pairwise((start, *way)))


def test_every_way_follows_the_transitions_and_every_transition_is_some_acts_way() -> None:
    walked = set().union(
        *(edges(way, start) for routes in ROUTES.values() for start, ways in routes.items() for way in ways)
    )
    assert walked == {(before, after) for before, following in TRANSITIONS.items() for after in following}


def test_every_act_has_its_states_and_its_word() -> None:
    assert set(ROUTES) == set(Action)
    assert all(ROUTES.values())
    assert all(Action(action.value) is action and not action.label.isascii() for action in Action)


def test_the_clock_stands_still_only_while_information_is_awaited_or_by_suspension() -> None:
    assert {StateKey.NEED_INFO, StateKey.SUSPENDED} == PAUSED
    assert UNRESOLVED - RUNNING == PAUSED
    assert is_unresolved(StateKey.RETURNED)
    assert StateKey.RETURNED in RUNNING
    assert StateKey.ESCALATED in RUNNING


def test_resolved_is_not_ended_for_others_to_read_either() -> None:
    assert open311_status(StateKey.DONE) == "open"
    assert open311_status(StateKey.CLOSED) == "closed"
    assert open311_status(StateKey.MERGED) is None
