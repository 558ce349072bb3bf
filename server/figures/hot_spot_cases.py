"""哪些诉求算进未解决集中, and by what they are shared out among the grids of a county (METRICS H2)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import shapely
import sqlalchemy as sa
from numpy.typing import NDArray

from gis.measure import Coordinates
from server.domain.demand_states import UNRESOLVED
from server.figures.hot_spot_grids import CountyGrids
from server.storage.case_filter import OnMap, on_map
from server.storage.demands import Demand
from server.storage.grids import Grid
from server.storage.selection import under
from server.work import Reading

Basis = Literal["people", "demands"]
"""What cases are shared out by: the population of grids, or the demands of twelve months."""

OWN_PLACES = ("here", "map", "fix", "register")
"""Sources of a coordinate that is the matter's own; what was placed by an address only is not counted."""

_A_YEAR = dt.timedelta(days=365)
_MOST_LACKING_PERCENT = 10
_STACKED_PERCENT, _STACKED = 5, 20
_ONCE_IN = dt.timedelta(days=30)


@dataclass(frozen=True, slots=True, eq=False)
class Cases:
    """The county's cases of H2, oldest first: m keys, places (m, 2) in degrees, positions of their grids (m,)."""

    ids: tuple[uuid.UUID, ...]
    places: Coordinates
    grid_of: NDArray[np.intp]


def counted(reading: Reading, county: str, grids: CountyGrids) -> Cases:
    """Return what concentrates or not: unresolved, of a class that is shown, with a place of its own, in some grid."""
    query = (
        sa.select(Demand.id, Demand.jurisdiction, Demand.kind, Demand.raised_on, Demand.point)
        .where(
            under(Demand.jurisdiction, county),
            Demand.key.in_(sorted(key.value for key in UNRESOLVED)),
            on_map(OnMap.SHOWN),
            Demand.place_source.in_(OWN_PLACES),
        )
        .order_by(Demand.received_at, Demand.number)
    )
    rows = reading.session.execute(query).all()
    counted = _once_where_stacked(rows)
    rows = [row for row, is_counted in zip(rows, counted, strict=True) if is_counted]
    places = shapely.get_coordinates([row.point.centroid for row in rows])
    grid_of = grids.positions(places, [row.jurisdiction for row in rows])
    inside = grid_of >= 0
    ids = tuple(row.id for row, is_inside in zip(rows, inside, strict=True) if is_inside)
    return Cases(ids, places[inside], grid_of[inside])


def _once_where_stacked(rows: Sequence[Any]) -> list[bool]:
    """Say which rows, oldest first, count: at a coordinate with 20 of them and over 5 % of all, one of a kind in 30 days.

    The days run from the one counted before, so that a new demand never changes whether an older one counts.
    """
    spots = [row.point.wkb for row in rows]
    number = Counter(spots)
    counted_on: dict[tuple[bytes, str], dt.date] = {}
    counted = []
    for row, spot in zip(rows, spots, strict=True):
        stacked = number[spot] >= _STACKED and number[spot] * 100 > len(rows) * _STACKED_PERCENT
        last = counted_on.get((spot, row.kind)) if stacked else None
        counted.append(last is None or row.raised_on >= last + _ONCE_IN)
        if counted[-1]:
            counted_on[spot, row.kind] = row.raised_on
    return counted


def shares(reading: Reading, county: str, grids: CountyGrids) -> tuple[Basis, NDArray[np.float64]]:
    """Return what cases are shared out by and each grid's part of it, above 0.

    Where over 10 % of the grids do not say how many people they have, it is demands, at least one a grid; where fewer
    do not, these are taken to be of the others' mean.
    """
    query = sa.select(Grid.code, Grid.population).where(under(Grid.code, county), Grid.population > 0)
    people = np.zeros(len(grids.codes))
    for code, population in reading.session.execute(query):
        if code in grids.position:
            people[grids.position[code]] = population
    lacking = people == 0
    if lacking.sum() * 100 > len(people) * _MOST_LACKING_PERCENT:
        return "demands", np.maximum(_of_a_year(reading, county, grids), 1.0)
    people[lacking] = people[~lacking].mean()
    return "people", people


def _of_a_year(reading: Reading, county: str, grids: CountyGrids) -> NDArray[np.float64]:
    """How many demands of the last twelve months each grid has; a redrawn grid's by their places."""
    year = sa.and_(under(Demand.jurisdiction, county), Demand.received_at > reading.now - _A_YEAR)
    numbers = np.zeros(len(grids.codes))
    elsewhere = []
    query = sa.select(Demand.jurisdiction, sa.func.count()).where(year).group_by(Demand.jurisdiction)
    for code, number in reading.session.execute(query):
        if code in grids.position:
            numbers[grids.position[code]] += number
        else:
            elsewhere.append(code)
    moved = sa.select(Demand.jurisdiction, Demand.point).where(
        year, Demand.jurisdiction.in_(elsewhere), Demand.point.is_not(None)
    )
    rows = reading.session.execute(moved).all()
    found = grids.positions(
        shapely.get_coordinates([row.point.centroid for row in rows]), [row.jurisdiction for row in rows]
    )
    np.add.at(numbers, found[found >= 0], 1)
    return numbers
