"""诉求的流转: what becomes of a demand when somebody acts on it. States, acts and clocks are its three neighbours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, get_args

from server.domain.demand_acts import (
    PROPERLY_DONE,
    ROUTES,
    SAME,
    Action,
    Facts,
    authorise,
    is_authorised,
    require_statements,
    way_of,
)
from server.domain.demand_clock import Clock
from server.domain.demand_states import DemandState, StateKey
from server.domain.mechanism import Canonical, HandlingLevel, MechanismProfile
from server.domain.people import Actor, Role
from server.domain.problems import Conflict, Invalid
from server.domain.work_calendar import WorkCalendar, local_day


def take_in(
    *, actor: Actor, facts: Facts, profile: MechanismProfile, calendar: WorkCalendar, now: dt.datetime
) -> DemandState:
    """点单: return the state of a demand just raised (`now` is aware UTC). Raises Forbidden."""
    draft = DemandState(key=StateKey.DRAFT, since=now, last_event_at=now)
    return decide(
        draft, Action.TAKE_IN, actor=actor, facts=facts, profile=profile, calendar=calendar, now=now
    )


def decide(
    state: DemandState,
    action: Action,
    *,
    actor: Actor,
    facts: Facts,
    profile: MechanismProfile,
    calendar: WorkCalendar,
    now: dt.datetime,
) -> DemandState:
    """Return what becomes of a demand in `state` when `actor` does `action` at `now` (aware UTC).

    Raises Conflict("demand.step_not_allowed") where the act does not fit the state, Forbidden for who may not do it,
    Invalid("demand.required_fields", fields=…) for what the act must state, Invalid("demand.deadline_past"), and
    Conflict("demand.rating_window_open").
    """
    way = way_of(state, action, facts)
    authorise(state, action, actor=actor, place=facts.place)
    require_statements(state, action, facts=facts, profile=profile)
    if action is Action.PROGRESS and facts.result == SAME:
        return state  # 进展同昨日 resets no clock (FORMS §6)
    effect = _EFFECTS[action](state, _Act(actor=actor, facts=facts, now=now))
    moved = replace(state, last_event_at=now, **effect)
    if way:
        moved = replace(moved, key=way[-1], since=now)
    dates = Clock(profile, calendar, now).set(
        moved, entered=bool(way), channel=facts.channel, deadline=facts.deadline
    )
    return replace(
        moved,
        due_at=dates.due_at,
        original_due_at=dates.original_due_at,
        step_due_at=dates.step_due_at,
    )


def open_acts(
    state: DemandState, *, actor: Actor, place: str, profile: MechanismProfile
) -> tuple[Action, ...]:
    """Return the acts `actor` may do to a demand in `state` in the division `place`, for buttons and lists."""
    return tuple(
        action
        for action in Action
        if state.key in ROUTES.get(action, {}) and is_authorised(state, action, actor=actor, place=place)
    )


def treated_as_private(class_: Canonical | None, *, suggested: Canonical | None) -> bool:
    """Say whether a demand is read as PRIVATE: it is, or is not classified yet and its detail suggests so."""
    return (class_ or suggested) == "PRIVATE"


def may_be_point(class_: Canonical | None, *, suggested: Canonical | None, found_on_patrol: bool) -> bool:
    """Say whether a demand with a place may be a point on a map (METRICS C, "On the map"): PRIVATE never is.

    Until it is classified the class its detail suggests decides; without one, only what was found on patrol may.
    """
    if class_ is None and suggested is None:
        return found_on_patrol
    return not treated_as_private(class_, suggested=suggested)


@dataclass(frozen=True, slots=True)
class _Act:
    actor: Actor
    facts: Facts
    now: dt.datetime


_Effect = dict[str, Any]
_LEVELS: tuple[HandlingLevel, ...] = get_args(HandlingLevel)
_LEVEL_OF_ROLE: Mapping[Role, HandlingLevel] = {
    Role.GRID_WORKER: "grid",
    Role.VILLAGE_CADRE: "village",
    Role.TOWNSHIP_OFFICIAL: "township",
    Role.COUNTY_ASSESSOR: "county",
}


def handling_level(role: Role | None) -> HandlingLevel | None:
    """Return the level at which somebody of `role` handles a demand; None for who handles none."""
    return None if role is None else _LEVEL_OF_ROLE.get(role)


def _nothing(_state: DemandState, _act: _Act) -> _Effect:
    return {}


def _answer(state: DemandState, act: _Act) -> _Effect:
    return _taken_in_hand(state, act) | {"outcome": "answered", "resolved_at": act.now}


def _promise(state: DemandState, act: _Act) -> _Effect:
    return _taken_in_hand(state, act) | {"promised_on": act.facts.promised_on}


def _look(_state: DemandState, act: _Act) -> _Effect:
    return {"looked": act.facts.result}


def _register(_state: DemandState, _act: _Act) -> _Effect:
    # What somebody promised is handed over to the village's desk; the promised date stays.
    return {"handler_id": None, "level": None}


def _classify(_state: DemandState, act: _Act) -> _Effect:
    return {"class_": act.facts.class_}


def _assign(state: DemandState, act: _Act) -> _Effect:
    facts = act.facts
    if facts.deadline is not None and facts.deadline < local_day(act.now):
        raise Invalid("demand.deadline_past", deadline=facts.deadline)
    return {"handler_id": facts.handler_id, **_held_at(state, facts.handler_level)}


def _cannot(_state: DemandState, _act: _Act) -> _Effect:
    return {"asked_upward": True}  # a request: the village decides whether to report it upward


def _finish(state: DemandState, act: _Act) -> _Effect:
    resolved = {"resolved_at": act.now, "asked_upward": False}
    if state.key is StateKey.SUBMITTED:
        return _taken_in_hand(state, act) | resolved | {"outcome": "fixed"}
    return resolved | {"outcome": "done"}


def _check(_state: DemandState, act: _Act) -> _Effect:
    return {} if act.facts.result == PROPERLY_DONE else {"outcome": None, "resolved_at": None}


def _feed_back(_state: DemandState, act: _Act) -> _Effect:
    return {"told_at": act.now} if act.facts.reporter_reachable else {}


def _auto_close(state: DemandState, act: _Act) -> _Effect:
    if state.step_due_at is not None and act.now < state.step_due_at:
        raise Conflict("demand.rating_window_open", until=state.step_due_at)
    return {}


_EFFECTS: Mapping[Action, Callable[[DemandState, _Act], _Effect]] = {
    Action.TAKE_IN: _nothing,
    Action.ANSWER: _answer,
    Action.PROMISE: _promise,
    Action.LOOK: _look,
    Action.REGISTER: _register,
    Action.CLASSIFY: _classify,
    Action.ASSIGN: _assign,
    Action.PROGRESS: _nothing,
    Action.CANNOT: _cannot,
    Action.FINISH: _finish,
    Action.CHECK: _check,
    Action.FEED_BACK: _feed_back,
    Action.AUTO_CLOSE: _auto_close,
}


def _taken_in_hand(state: DemandState, act: _Act) -> _Effect:
    return {"handler_id": act.actor.id, **_held_at(state, handling_level(act.actor.role))}


def _held_at(state: DemandState, level: HandlingLevel | None) -> _Effect:
    reached = [held for held in (state.highest_level, level) if held is not None]
    return {"level": level, "highest_level": max(reached, key=_LEVELS.index, default=None)}
