"""全县网格和邻格: what hot spots are counted over, the whole county whoever looks (METRICS H2)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis.grid_index import GridIndex
from gis.measure import Coordinates
from gis.neighbours import Pairs, neighbours
from server.domain.jurisdiction import Level
from server.domain.scope import Scope
from server.domain.work_calendar import local_day
from server.storage import grids, jurisdictions
from server.work import Reading

_KEPT = 4


@dataclass(frozen=True, eq=False)
class CountyGrids:
    """The grids of a county in force on a day, in the order of their codes, and which of them are neighbours."""

    index: GridIndex
    pairs: Pairs
    position: dict[str, int] = field(repr=False)

    @property
    def codes(self) -> tuple[str, ...]:
        """The grids' codes in rising order; arrays of one value per grid are in this order."""
        return self.index.codes

    def positions(self, places: Coordinates, codes: list[str]) -> NDArray[np.intp]:
        """Return the grid_now of m places (m, 2), degrees: the grid that holds it, else the one of `codes`, else -1."""
        held = self.index.locate_many(places[:, 0], places[:, 1])
        return np.array(
            [self.position.get(at or code, -1) for at, code in zip(held, codes, strict=True)], dtype=np.intp
        )


_known: dict[tuple[uuid.UUID, str], CountyGrids] = {}
"""By the boundaries in force and the county: finding neighbours takes seconds."""


def county_grids(reading: Reading, county: str) -> CountyGrids:
    """Return the grids of a county (six digits) on the day of reading, outside the reader's scope too."""
    today = local_day(reading.now)
    published = grids.current_version(reading.session, on=today)
    if published is None:
        return _of([], [])
    key = (published[1], county)
    if key not in _known:
        rows = grids.outlines(reading.session, scope=Scope.of([county]), on=today)
        while len(_known) >= _KEPT:
            _known.pop(next(iter(_known)), None)
        _known[key] = _of([code for code, _ in rows], [outline for _, outline in rows])
    return _known[key]


def counties(reading: Reading, area: str | None) -> list[str]:
    """Return the counties in which a reader looks, by code: those of the area, else of his whole scope."""
    scope = reading.actor.scope if area is None else Scope.of([area])
    digits = Level.COUNTY.digits
    within = {code[:digits] for code in scope.codes if len(code) >= digits}
    wider = Scope.of(code for code in scope.codes if len(code) < digits)
    return sorted(
        within | {row.code for row in jurisdictions.listing(reading.session, scope=wider, digits=digits)}
    )


def _of(codes: list[str], outlines: list[BaseGeometry]) -> CountyGrids:
    index = GridIndex(codes, outlines)
    shapes = [index.shape(code) for code in index.codes]
    return CountyGrids(index, neighbours(shapes), {code: n for n, code in enumerate(index.codes)})
