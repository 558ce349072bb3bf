"""诉求的重演: what is recorded of an act, and how the recorded acts give back every state (MECHANISMS S2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from operator import attrgetter
from typing import Any
from uuid import UUID

from server.domain.demand_acts import SAME, Action, Facts
from server.domain.demand_dates import dates_of
from server.domain.demand_effects import Changes, Happening, changes_of
from server.domain.demand_levels import handling_level
from server.domain.demand_states import DemandState, StateKey
from server.domain.demand_ways import way_of
from server.domain.mechanism import HandlingLevel, MechanismProfile
from server.domain.people import Actor, ActorKind
from server.domain.work_calendar import WorkCalendar

Kept = Mapping[str, str | int | bool]
"""The deciding facts of an act as they are kept: by the field of Facts, days and keys as text."""


@dataclass(frozen=True, slots=True)
class ActRecord:
    """One act as it is recorded: `at` is its own moment (aware), `by_level` the level its author handles demands at."""

    action: Action
    at: dt.datetime
    by_id: UUID | None
    by_level: HandlingLevel | None
    facts: Facts

    @classmethod
    def of(
        cls,
        *,
        action: str,
        at: dt.datetime,
        by_id: UUID | None,
        by_level: HandlingLevel | None,
        kept: Kept,
    ) -> ActRecord:
        """Read an act back from what was kept of it."""
        known: dict[str, Any] = {
            name: _READ[name](value) if name in _READ else value for name, value in kept.items()
        }
        return cls(Action[action.upper()], at, by_id, by_level, Facts(place="", **known))


def recorded(action: Action, *, actor: Actor, facts: Facts, now: dt.datetime) -> ActRecord:
    """Return the record of an act of `actor`; what a unit claims, it claims for itself."""
    if actor.kind is ActorKind.UNIT and action is Action.CLAIM:
        facts = replace(facts, unit_id=actor.unit_id)
    return ActRecord(action, now, actor.id, handling_level(actor.role), facts)


def kept(facts: Facts) -> dict[str, str | int | bool]:
    """Return the facts that decide, ready for JSON: no words, no names, nothing that is as usual."""
    return {
        name: value if isinstance(value, str | int | bool) else str(value)
        for name, usual in _KEPT.items()
        if (value := getattr(facts, name)) != usual
    }


def begun(at: dt.datetime) -> DemandState:
    """Return what a demand is before it is taken in: where every replay begins."""
    return DemandState(key=StateKey.DRAFT, since=at, last_event_at=at)


def evolve(
    state: DemandState, act: ActRecord, *, profile: MechanismProfile, calendar: WorkCalendar
) -> DemandState:
    """Return the state after a recorded act, without asking who may do it.

    Folding the recorded acts of a demand, from `begun`, gives every state it was in.
    Raises Conflict("demand.step_not_allowed") for an act that has no way from the state.
    """
    way = way_of(state, act.action, facts=act.facts, profile=profile)
    if act.action is Action.PROGRESS and act.facts.result == SAME:
        return state  # 进展同昨日 resets no clock and begins nothing (FORMS §6)
    key = way[-1] if way else state.key
    happening = Happening(
        act.action, act.at, act.by_id, act.by_level, act.facts, key, bool(way), profile, calendar
    )
    changes = changes_of(state, happening)
    changes |= dates_of(state, happening, changes)
    if way:
        changes |= {"key": key, "since": act.at}
    return _changed(state, changes)


_POSITIONS: Mapping[str, int] = {each.name: position for position, each in enumerate(fields(DemandState))}
_values_of = attrgetter(*_POSITIONS)


def _changed(state: DemandState, changes: Changes) -> DemandState:
    """As dataclasses.replace does; of so many fields that takes as long as deciding."""
    values = list(_values_of(state))
    for name, value in changes.items():
        values[_POSITIONS[name]] = value
    return DemandState(*values)


_NOT_KEPT = frozenset(
    {
        "place",
        "demand_id",
        "received_at",
        "words",
        "reason",
        "how_solved",
        "measure",
        "support",
        "referred_to",
    }
)
_KEPT: Mapping[str, Any] = {each.name: each.default for each in fields(Facts) if each.name not in _NOT_KEPT}
_DAYS = ("promised_on", "deadline", "until")
_READ: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys(_DAYS, dt.date.fromisoformat),
    **dict.fromkeys(("handler_id", "unit_id", "master_id"), UUID),
}
