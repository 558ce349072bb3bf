"""并单: which demands may be the same matter, and which were found to be."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from gis.measure import distance_m
from server.domain.demand_states import UNRESOLVED
from server.domain.jurisdiction import Level
from server.storage.demands import Demand, readable
from server.storage.selection import under
from server.work import Reading

NEAR_M = 100.0
NEAR_IN_TIME = dt.timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """Another unresolved demand of the same kind; `metres` away, None where both name the same address."""

    demand: Demand
    metres: float | None
    days: int


def suggestions(reading: Reading, demand: Demand) -> list[Suggestion]:
    """Return what a demand may be one matter with: same kind, at most 100 m and 14 days apart, the nearest first."""
    query = sa.select(Demand).where(
        readable(reading.actor.scope),
        under(Demand.jurisdiction, demand.jurisdiction[: Level.TOWNSHIP.digits]),
        Demand.id != demand.id,
        Demand.kind == demand.kind,
        Demand.key.in_(sorted(key.value for key in UNRESOLVED)),
        Demand.received_at.between(demand.received_at - NEAR_IN_TIME, demand.received_at + NEAR_IN_TIME),
    )
    found = [_compared(demand, other) for other in reading.session.scalars(query)]
    near = [each for each in found if each is not None]
    return sorted(near, key=lambda each: (each.metres or 0.0, each.days, each.demand.number))


def _compared(demand: Demand, other: Demand) -> Suggestion | None:
    days = abs((other.raised_on - demand.raised_on).days)
    if demand.point is not None and other.point is not None:
        metres = distance_m(demand.point, other.point)
        return Suggestion(demand=other, metres=metres, days=days) if metres <= NEAR_M else None
    same_address = demand.address is not None and demand.address == other.address
    return Suggestion(demand=other, metres=None, days=days) if same_address else None


def merged_into(reading: Reading, demand_id: uuid.UUID) -> Sequence[Demand]:
    """Return the demands that follow this one, oldest first: each keeps its reporter, and each is told the result.

    The reader has been given their master, so there is no scope.
    """
    query = sa.select(Demand).where(Demand.merged_into_id == demand_id)
    return reading.session.scalars(query.order_by(Demand.received_at, Demand.number)).all()


_AT_ONCE = 500


def merged_into_any(reading: Reading, masters: Sequence[uuid.UUID]) -> Sequence[Demand]:
    """Return the reports that follow any of these demands, which the reader has been given."""
    found: list[Demand] = []
    for first in range(0, len(masters), _AT_ONCE):
        some = masters[first : first + _AT_ONCE]
        found += reading.session.scalars(sa.select(Demand).where(Demand.merged_into_id.in_(some)))
    return found
