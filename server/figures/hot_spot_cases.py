"""哪些诉求算进未解决集中, and by what they are shared out among the grids of a county (METRICS H2)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any, Literal
from weakref import WeakKeyDictionary

import numpy as np
import shapely
import sqlalchemy as sa
from numpy.typing import NDArray

from gis.measure import Coordinates
from server.domain.demand_states import UNRESOLVED
from server.domain.work_calendar import end_of_day, local_day
from server.figures.hot_spot_grids import CountyGrids
from server.storage.case_filter import OnMap, on_map
from server.storage.demands import Demand
from server.storage.grids import Grid
from server.storage.selection import as_value, under
from server.work import Reading

Basis = Literal["people", "demands"]
"""What cases are shared out by: the population of grids, or the demands of twelve months."""

OWN_PLACES = ("here", "map", "fix", "register")
"""Sources of a coordinate that is the matter's own; what was placed by an address only is not counted."""

_A_DAY, _A_YEAR = dt.timedelta(days=1), dt.timedelta(days=365)
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
    places = places_of(rows)
    counted = np.array(_once_where_stacked(rows, places), dtype=np.bool_)
    rows, places = list(compress(rows, counted)), places[counted]
    grid_of = grids.positions(places, [row.jurisdiction for row in rows])
    inside = grid_of >= 0
    return Cases(tuple(row.id for row in compress(rows, inside)), places[inside], grid_of[inside])


def places_of(rows: Sequence[Any]) -> Coordinates:
    """The places of rows with a `point`, (n, 2), in degrees."""
    return shapely.get_coordinates(shapely.centroid([row.point for row in rows]))


def _once_where_stacked(rows: Sequence[Any], places: Coordinates) -> list[bool]:
    """Say which rows, oldest first, count: at a coordinate with 20 of them and over 5 % of all, one of a kind in 30 days.

    The days run from the one counted before, so that a new demand never changes whether an older one counts.
    """
    spots = [(lon, lat) for lon, lat in places.tolist()]
    number = Counter(spots)
    counted_on: dict[tuple[tuple[float, float], str], dt.date] = {}
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
        return "demands", _of_a_year(reading, county, grids)
    people[lacking] = people[~lacking].mean()
    return "people", people


_known: WeakKeyDictionary[CountyGrids, tuple[dt.date, NDArray[np.float64]]] = WeakKeyDictionary()
"""By the grids of a county, the day and what was counted: it holds all day, and is counted over very many rows."""


def _of_a_year(reading: Reading, county: str, grids: CountyGrids) -> NDArray[np.float64]:
    """How many demands each grid has of the twelve months up to last midnight, at least one."""
    today = local_day(reading.now)
    day, numbers = _known.get(grids, (None, np.zeros(0)))
    if day != today:
        numbers = np.maximum(
            _counted_of_a_year(reading, county, grids, until=end_of_day(today) - _A_DAY), 1.0
        )
        _known[grids] = (today, numbers)
    return numbers


def _counted_of_a_year(
    reading: Reading, county: str, grids: CountyGrids, *, until: dt.datetime
) -> NDArray[np.float64]:
    """How many demands received in the year before `until` each grid has; a redrawn grid's by their places."""
    received = sa.and_(Demand.received_at >= until - _A_YEAR, Demand.received_at < until)
    year = sa.and_(received, as_value(under(Demand.jurisdiction, county)))
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
    found = grids.positions(places_of(rows), [row.jurisdiction for row in rows])
    np.add.at(numbers, found[found >= 0], 1)
    return numbers
