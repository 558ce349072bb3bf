"""近日增多: where more has come in lately than usual, the county's early warning of a night (gis/outbreaks.py)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

import numpy as np
import shapely
import sqlalchemy as sa
from numpy.typing import NDArray

from gis import outbreaks
from gis.measure import Coordinates, LocalPlane
from server.domain.scope import Scope
from server.domain.work_calendar import local_day
from server.figures.areas import grid_names, narrowed
from server.figures.case_words import kinds
from server.figures.concentrations import amount
from server.figures.hot_spot_cases import OWN_PLACES, places_of
from server.figures.hot_spot_grids import CountyGrids, counties, county_grids
from server.storage import hot_spots as storage
from server.storage.case_filter import OnMap, on_map
from server.storage.demands import Demand
from server.storage.selection import under
from server.work import Reading

_A_YEAR = dt.timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class Increase:
    """An increase as a night keeps it: `grids` by code, `centre` the one with the most of it; in the last `days` days
    `observed` reports where `expected` were usual, `number` of them of the most frequent `kind`.
    """

    centre: str
    grids: list[str]
    days: int
    observed: int
    expected: float
    kind: str
    number: int
    p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the page: `where`, and what is said of it."""

    where: str
    words: str


def county_increases(reading: Reading, county: str) -> list[Increase]:
    """Return what has increased in a whole county at the moment of reading, the least likely first.

    Reports of a year count, merged and settled ones too, of a class that is shown and with a place of their own.
    """
    grids = county_grids(reading, county)
    today = local_day(reading.now)
    query = sa.select(Demand.jurisdiction, Demand.raised_on, Demand.kind, Demand.point).where(
        under(Demand.jurisdiction, county),
        Demand.raised_on > today - _A_YEAR,
        Demand.raised_on <= today,
        on_map(OnMap.SHOWN),
        Demand.place_source.in_(OWN_PLACES),
    )
    rows = reading.session.execute(query.order_by(Demand.received_at, Demand.number)).all()
    if not rows or not grids.codes:
        return []
    grid_of = grids.positions(places_of(rows), [row.jurisdiction for row in rows])
    days_ago = np.array([(today - row.raised_on).days for row in rows], dtype=np.int64)
    inside = grid_of >= 0
    found = outbreaks.increases(grid_of[inside], days_ago[inside], outbreaks.nearest_grids(_middles(grids)))
    kinds_of = np.array([row.kind for row in rows])
    return [_increase(each, grids, grid_of, days_ago, kinds_of) for each in found]


def lines(reading: Reading, area: str | None = None) -> list[Line]:
    """Return what last night kept of an area, in words: whatever touches it. Raises NotFound outside the scope."""
    scope = narrowed(reading.actor.scope, area)
    shown = [each for each in _kept(reading, area) if any(map(scope.covers, each.grids))]
    names = grid_names(reading.session, scope=Scope.of({each.centre for each in shown}))
    return [
        Line(
            where=names[each.centre].full_name if each.centre in names else each.centre,
            words=f"近 {each.days} 天反映 {each.observed} 次，往常大约 {amount(each.expected)} 次；"
            f"其中{kinds().get(each.kind, '其他')} {each.number} 次",
        )
        for each in shown
    ]


def written(found: Iterable[Increase]) -> list[dict[str, object]]:
    """Increases as a night keeps them."""
    return [asdict(each) for each in found]


def _kept(reading: Reading, area: str | None) -> Iterator[Increase]:
    for county in counties(reading, area):
        night = storage.last_night(reading.session, county=county, until=local_day(reading.now))
        yield from () if night is None else (Increase(**each) for each in night.increases)


def _middles(grids: CountyGrids) -> Coordinates:
    """The middle of each grid in metres, (n, 2)."""
    shapes = [grids.index.shape(code) for code in grids.codes]
    return LocalPlane.around(shapes).to_local(shapely.get_coordinates(shapely.centroid(shapes)))


def _increase(
    found: outbreaks.Increase,
    grids: CountyGrids,
    grid_of: NDArray[np.intp],
    days_ago: NDArray[np.int64],
    kinds_of: NDArray[np.str_],
) -> Increase:
    of_it = np.isin(grid_of, found.grids) & (days_ago < found.days)
    kind, number = Counter(kinds_of[of_it].tolist()).most_common(1)[0]
    centre = int(np.bincount(grid_of[of_it]).argmax())
    return Increase(
        centre=grids.codes[centre],
        grids=[grids.codes[position] for position in found.grids],
        days=found.days,
        observed=found.observed,
        expected=found.expected,
        kind=str(kind),
        number=number,
        p=found.p,
    )
