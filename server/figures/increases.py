"""近日增多: where more has come in lately than usual, the county's early warning of a night (gis/outbreaks.py)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass

import numpy as np
import shapely
import sqlalchemy as sa
from numpy.typing import NDArray

from gis import outbreaks
from gis.measure import Coordinates, LocalPlane
from server.domain.scope import Scope
from server.domain.work_calendar import local_day
from server.figures.areas import GridName, grid_names, narrowed
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
    """A line of the page: `where`, and what is said of it; of one centred elsewhere, which grids asked for it `reaches`."""

    where: str
    reaches: str
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
    """Return what last night kept of an area, in words: whatever touches it, what is centred there first.

    Raises NotFound outside the scope.
    """
    scope = narrowed(reading.actor.scope, area)
    touching = [each for each in _kept(reading, area) if any(map(scope.covers, each.grids))]
    shown = sorted(touching, key=lambda each: not scope.covers(each.centre))
    names = grid_names(reading.session, scope=Scope.of({code for each in shown for code in each.grids}))
    return [
        Line(
            where=_where(each, scope, names),
            reaches=_reaches(each, scope, names),
            words=f"近 {each.days} 天反映 {each.observed} 次，往常大约 {amount(each.expected)} 次；"
            f"其中{kinds().get(each.kind, '其他')} {each.number} 次",
        )
        for each in shown
    ]


def written(found: Iterable[Increase]) -> list[dict[str, object]]:
    """Increases as a night keeps them."""
    return [asdict(each) for each in found]


def _where(found: Increase, scope: Scope, names: Mapping[str, GridName]) -> str:
    """The grid with the most of it, with its township where that is not the one asked for; as its code once it is no more."""
    name = names.get(found.centre)
    if name is None:
        return found.centre
    return name.full_name if scope.covers(found.centre) else f"{name.township}{name.full_name}"


def _reaches(found: Increase, scope: Scope, names: Mapping[str, GridName]) -> str:
    """灯塔村第一网格等 3 格: what is asked for of an increase centred elsewhere; "" where it is centred there."""
    if scope.covers(found.centre):
        return ""
    here = [code for code in found.grids if scope.covers(code)]
    first = names[here[0]].full_name if here[0] in names else here[0]
    return first if len(here) == 1 else f"{first}等 {len(here)} 格"


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
