"""未解决 of earlier: what has changed since is told again from its recorded acts (domain/demand_replay.py)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from server.domain.demand_replay import ActRecord, begun, evolve
from server.domain.demand_states import DemandState, is_unresolved
from server.domain.mechanism import Canonical, MechanismProfile
from server.domain.problems import Conflict
from server.figures.areas import narrowed
from server.storage import demand_records
from server.storage.demands import Demand, held_as
from server.storage.profiles import ProfileVersion, calendar_of, parsed
from server.storage.selection import within
from server.work import Reading


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A demand that was unresolved: where it lies today (grid, else village or wider) and how it stood at the moment."""

    jurisdiction: str
    received_at: dt.datetime
    state: DemandState


def told_again(reading: Reading, area: str | None) -> Iterator[OpenCase]:
    """The demands that something has happened to since `reading.now` and that were unresolved then, by their acts up to then.

    PRIVATE matters, then or now, are left out. Raises NotFound("jurisdiction.unknown") outside the reader's scope.
    """
    scope = narrowed(reading.actor.scope, area)
    touched = sa.select(Demand).where(
        within(Demand.jurisdiction, scope),
        held_as() != "PRIVATE",
        Demand.received_at <= reading.now,
        Demand.last_event_at > reading.now,
    )
    demands = reading.session.scalars(touched).all()
    acts = demand_records.acts_of(reading.session, [demand.id for demand in demands])
    profiles = _profiles(reading, {demand.profile_version_id for demand in demands})
    for demand in demands:
        before = [act for act in acts.get(demand.id, ()) if act.at <= reading.now]
        state = _state(demand, before, profiles[demand.profile_version_id])
        if is_unresolved(state.key) and _held_as(demand, state) != "PRIVATE":
            yield OpenCase(demand.jurisdiction, demand.received_at, state)


def _state(demand: Demand, acts: Sequence[ActRecord], profile: MechanismProfile) -> DemandState:
    """The state the acts led to. One whose acts are not all recorded counts as taken in and no further."""
    state = begun(demand.received_at)
    try:
        for act in acts:
            state = evolve(state, act, profile=profile, calendar=calendar_of(profile))
    except Conflict:
        return state
    return state


def _held_as(demand: Demand, state: DemandState) -> Canonical | str | None:
    return state.class_ or demand.suggested_class


def _profiles(reading: Reading, versions: set[int]) -> Mapping[int, MechanismProfile]:
    rows = reading.session.execute(
        sa.select(ProfileVersion.id, ProfileVersion.text).where(ProfileVersion.id.in_(versions))
    )
    return {row.id: parsed(row.text) for row in rows}
