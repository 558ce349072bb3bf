"""未解决: the demands that were unresolved at a moment, now or earlier, as the maps count them by grid (METRICS C1).

What a demand is now stands in its row. What it was is told again from its recorded acts (domain/demand_replay.py),
for those alone that something has happened to since.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from server.domain.demand_clock import AGE_BANDS
from server.domain.demand_replay import ActRecord, begun, evolve
from server.domain.demand_states import DemandState, StateKey, is_unresolved
from server.domain.mechanism import Canonical, MechanismProfile
from server.domain.problems import Conflict
from server.figures.areas import narrowed
from server.figures.open_cases import moments
from server.storage import demand_records
from server.storage.base import moment, unread
from server.storage.case_filter import CaseFilter, Timing, asked
from server.storage.demands import Demand, held_as, unsettled
from server.storage.profiles import ProfileVersion, calendar_of, parsed
from server.storage.selection import as_value, within
from server.work import Reading


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A demand that was unresolved: where it lies today (grid, else village or wider) and how it stood at the moment."""

    id: uuid.UUID
    jurisdiction: str
    received_at: dt.datetime
    state: DemandState


@dataclass(frozen=True, slots=True)
class UnresolvedNow:
    """How many demands are unresolved now, wherever in an area they lie: in all, overdue, older than 30 days."""

    number: int
    overdue: int
    old: int


def unresolved_now(reading: Reading, area: str | None = None) -> UnresolvedNow:
    """Count what `unresolved_at` lists of the present moment. Raises NotFound("jurisdiction.unknown") as it does."""
    times = moments(reading)
    overdue, old = (
        sa.and_(sa.true(), *asked(wanted, times, among_unsettled=True)) for wanted in (_OVERDUE, _OLD)
    )
    query = sa.select(sa.func.count(), sa.func.count().filter(overdue), sa.func.count().filter(old))
    return UnresolvedNow(*reading.session.execute(query.where(*_shown_now(reading, area))).one())


def oldest_now(reading: Reading, area: str | None = None) -> Iterator[tuple[str, dt.datetime]]:
    """Of the demands that are unresolved now: where some lie (grid, else village or wider), and the oldest's receipt.

    Raises NotFound("jurisdiction.unknown") for an area outside the reader's scope.
    """
    query = sa.select(Demand.jurisdiction, unread(sa.func.min(Demand.received_at)))
    query = query.where(*_shown_now(reading, area)).group_by(Demand.jurisdiction)
    for code, received_at in reading.session.connection().execute(query):
        yield code, moment(received_at)


def _shown_now(reading: Reading, area: str | None) -> Sequence[sa.ColumnElement[bool] | sa.TextClause]:
    scope = narrowed(reading.actor.scope, area)
    return unsettled(), within(Demand.jurisdiction, scope), as_value(held_as() != "PRIVATE")


_OVERDUE, _OLD = CaseFilter(timing=Timing.OVERDUE), CaseFilter(age_band=len(AGE_BANDS) - 1)


def unresolved_at(reading: Reading, area: str | None = None) -> list[OpenCase]:
    """Return the demands of an area that were unresolved at `reading.now`, oldest first; merged ones are none.

    PRIVATE matters, then or now, are left out whoever reads: what lies on a map is the same for everybody.
    Raises NotFound("jurisdiction.unknown") for an area outside the reader's scope.
    """
    scope = narrowed(reading.actor.scope, area)
    shown = (within(Demand.jurisdiction, scope), held_as() != "PRIVATE", Demand.received_at <= reading.now)
    untouched = reading.session.execute(
        sa.select(
            Demand.id, Demand.jurisdiction, Demand.received_at, Demand.key, Demand.since,
            Demand.last_event_at, Demand.due_at,
        ).where(*shown, Demand.last_event_at <= reading.now, Demand.key.in_(_UNRESOLVED))
    )  # fmt: skip
    found = [
        OpenCase(
            row.id,
            row.jurisdiction,
            row.received_at,
            DemandState(
                key=StateKey(row.key), since=row.since, last_event_at=row.last_event_at, due_at=row.due_at
            ),
        )
        for row in untouched
    ]
    touched = reading.session.scalars(sa.select(Demand).where(*shown, Demand.last_event_at > reading.now))
    found.extend(_told_again(reading, touched.all()))
    return sorted(found, key=lambda case: (case.received_at, case.id))


_UNRESOLVED = sorted(key.value for key in StateKey if is_unresolved(key))


def _told_again(reading: Reading, demands: Sequence[Demand]) -> Iterator[OpenCase]:
    """Those of `demands` that were unresolved then, by their acts up to then."""
    acts = demand_records.acts_of(reading.session, [demand.id for demand in demands])
    profiles = _profiles(reading, {demand.profile_version_id for demand in demands})
    for demand in demands:
        before = [act for act in acts.get(demand.id, ()) if act.at <= reading.now]
        state = _state(demand, before, profiles[demand.profile_version_id])
        if is_unresolved(state.key) and _held_as(demand, state) != "PRIVATE":
            yield OpenCase(demand.id, demand.jurisdiction, demand.received_at, state)


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
