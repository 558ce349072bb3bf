"""诉求的流转: what becomes of a demand when somebody acts on it.

Acts and states are in `demand_acts` and `demand_states`; where an act leads in `demand_ways`, who may do it in
`demand_rights`, what he has to say in `demand_statements`, what it changes in `demand_effects` and `demand_dates`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from server.domain.demand_acts import ROUTES, Action, Facts
from server.domain.demand_replay import begun, evolve, recorded
from server.domain.demand_rights import authorise, is_authorised
from server.domain.demand_statements import Attempt
from server.domain.demand_states import DemandState, StateKey
from server.domain.demand_ways import is_open
from server.domain.mechanism import Canonical, MechanismProfile
from server.domain.people import Actor
from server.domain.work_calendar import WorkCalendar

_ACTS_IN: Mapping[StateKey, tuple[Action, ...]] = {
    key: tuple(action for action in Action if key in ROUTES[action]) for key in StateKey
}


def take_in(
    *, actor: Actor, facts: Facts, profile: MechanismProfile, calendar: WorkCalendar, now: dt.datetime
) -> DemandState:
    """点单: return the state of a demand just raised (`now` is aware UTC). Raises Forbidden."""
    return decide(
        begun(now), Action.TAKE_IN, actor=actor, facts=facts, profile=profile, calendar=calendar, now=now
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

    Raises Conflict("demand.step_not_allowed") where the act does not fit the state or the county's mechanism, Forbidden
    for who may not do it, Invalid for what the act must state and Conflict for an act before or after its time: their
    codes are listed in `demand_rights.authorise` and `demand_statements.Attempt`.
    """
    attempt = Attempt(state, action, actor, facts, profile, calendar, now)
    if not is_open(state, action, profile):
        raise attempt.refuse_step()
    authorise(state, action, actor=actor, place=facts.place, profile=profile)
    attempt.require_own_matter()
    attempt.require_statements()
    attempt.require_time()
    act = recorded(action, actor=actor, facts=facts, now=now)
    return evolve(state, act, profile=profile, calendar=calendar)


def open_acts(
    state: DemandState, *, actor: Actor, place: str, profile: MechanismProfile
) -> tuple[Action, ...]:
    """Return the acts `actor` may do to a demand in `state` in the division `place`, for buttons and lists."""
    return tuple(
        action
        for action in _ACTS_IN[state.key]
        if is_open(state, action, profile)
        and is_authorised(state, action, actor=actor, place=place, profile=profile)
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
