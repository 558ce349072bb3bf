"""未解决集中: where open demands stand closer than their share of the county would put them (METRICS H2).

Computed over the whole county whoever looks, then shown within his scope: what is a hot spot does not depend on the
reader, what he may open does.
"""

from __future__ import annotations

import datetime as dt
import math
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gis import concentration
from gis.concentration import neighbourhood
from server.domain.hot_spot import is_new
from server.domain.work_calendar import local_day
from server.figures.areas import COUNTY_DIGITS, grid_names, narrowed
from server.figures.hot_spot_cases import Basis, Cases, counted, shares
from server.figures.hot_spot_grids import CountyGrids, counties, county_grids
from server.figures.hot_spot_numbers import numbered
from server.storage import hot_spots as storage
from server.storage.hot_spots import HotSpot
from server.work import Reading

COOL, NEW, STANDING = "cool", "hot_new", "hot"
"""Levels of the layer (domain.obligation.LOOKS): nothing concentrates, 新出现, 持续."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Concentration:
    """A hot spot. `grids` are those flagged that lie beside each other; the figures are those of the strongest one,
    `centre`, with its neighbours: `observed` cases, `expected` of them, and the `cases` themselves, oldest first.
    """

    centre: str
    grids: tuple[str, ...]
    neighbourhood: tuple[str, ...]
    observed: int
    expected: float
    p: float
    cases: tuple[uuid.UUID, ...]

    @property
    def ratio(self) -> float:
        """How many times what was to be expected."""
        return self.observed / self.expected


@dataclass(frozen=True, slots=True, kw_only=True)
class GridCount:
    """A grid with its neighbours: `observed` cases, `expected` of them, and whether that is a concentration."""

    observed: int
    expected: float
    flagged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Concentrations:
    """What concentrates in an area. `grids` by code; `spots`, the least likely first; `basis` and `dispersion` are the
    county's, as is `total`, its cases.
    """

    grids: dict[str, GridCount]
    spots: tuple[Concentration, ...]
    basis: Basis
    dispersion: float
    total: int


def concentrations(reading: Reading, area: str | None = None) -> Concentrations:
    """Return what concentrates in an area, all the reader's by default.

    A hot spot is an area's where one of its grids lies there. Raises NotFound("jurisdiction.unknown") outside the
    reader's scope.
    """
    scope = narrowed(reading.actor.scope, area)
    found = [county_concentrations(reading, county) for county in counties(reading, area)]
    spots = [spot for each in found for spot in each.spots if any(map(scope.covers, spot.grids))]
    return Concentrations(
        grids={code: count for each in found for code, count in each.grids.items() if scope.covers(code)},
        spots=tuple(sorted(spots, key=lambda spot: (spot.p, spot.centre))),
        basis="demands" if any(each.basis == "demands" for each in found) else "people",
        dispersion=max((each.dispersion for each in found), default=1.0),
        total=sum(each.total for each in found),
    )


def county_concentrations(reading: Reading, county: str) -> Concentrations:
    """Return what concentrates in a whole county (six digits), whoever reads."""
    grids = county_grids(reading, county)
    if not grids.codes:
        return Concentrations(grids={}, spots=(), basis="people", dispersion=1.0, total=0)
    cases = counted(reading, county, grids)
    basis, weights = shares(reading, county, grids)
    found = concentration.concentrations(cases.grid_of, cases.places, weights, grids.pairs)
    spots = [_spot(positions, found, cases, grids) for positions in found.spots]
    return Concentrations(
        grids={
            code: GridCount(observed=observed, expected=expected, flagged=flagged)
            for code, observed, expected, flagged in zip(
                grids.codes,
                found.observed.tolist(),
                found.expected.tolist(),
                found.flagged.tolist(),
                strict=True,
            )
        },
        spots=tuple(sorted(spots, key=lambda spot: (spot.p, spot.centre))),
        basis=basis,
        dispersion=found.dispersion,
        total=len(cases.ids),
    )


def _spot(
    positions: Sequence[int], found: concentration.Concentrations, cases: Cases, grids: CountyGrids
) -> Concentration:
    strongest = found.strongest(positions)
    around = np.sort(neighbourhood(strongest, grids.pairs))
    held = np.flatnonzero(np.isin(cases.grid_of, around))
    return Concentration(
        centre=grids.codes[strongest],
        grids=tuple(grids.codes[position] for position in positions),
        neighbourhood=tuple(grids.codes[position] for position in around.tolist()),
        observed=int(found.observed[strongest]),
        expected=float(found.expected[strongest]),
        p=float(found.p[strongest]),
        cases=tuple(cases.ids[position] for position in held.tolist()),
    )


def identities(reading: Reading, spots: Sequence[Concentration]) -> list[HotSpot | None]:
    """Return the hot spot of last night that each of these is, None for what no night has numbered."""
    found: dict[str, HotSpot | None] = {}
    for county in {spot.centre[:COUNTY_DIGITS] for spot in spots}:
        own = [spot for spot in spots if spot.centre.startswith(county)]
        known = numbered(reading, county, [spot.cases for spot in own])
        found.update((spot.centre, each) for spot, each in zip(own, known, strict=True))
    return [found[spot.centre] for spot in spots]


def times(ratio: float) -> str:
    """2.6 倍: cut, never rounded, to one decimal, as every rate is (METRICS D10)."""
    return f"{math.floor(ratio * 10) / 10:.1f} 倍"


def amount(expected: float) -> str:
    """10, or 4.2 where a whole number would say too little."""
    return f"{expected:.0f}" if expected >= 10 else f"{expected:.1f}"


def rows(reading: Reading, area: str | None = None, *, on: dt.date | None = None) -> list[dict[str, Any]]:
    """Return the layer 未解决集中 of an area, one row per grid, as web.staff.maps.values takes it.

    `n` and `d` are the observed and expected cases of the grid with its neighbours; `level` is "hot", "hot_new" or
    "cool". With `on` it is as the last night on or before that day kept it, flagged grids alone with numbers, those of
    their hot spot. Raises NotFound("jurisdiction.unknown") outside the reader's scope.
    """
    scope = narrowed(reading.actor.scope, area)
    found = dict(_now(reading, area) if on is None else _kept(reading, area, on))
    names = grid_names(reading.session, scope=scope)
    return [
        {"code": code, "name": name.full_name} | found.get(code, _ROW_OF_NONE)
        for code, name in names.items()
        if name.is_in_force(on or local_day(reading.now))
    ]


_ROW_OF_NONE: dict[str, Any] = {"n": 0, "d": 0, "text": "", "level": COOL, "title": "没有集中"}


def _now(reading: Reading, area: str | None) -> Iterator[tuple[str, dict[str, Any]]]:
    found = concentrations(reading, area)
    today = local_day(reading.now)
    first_day = {
        code: None if known is None else known.first_day
        for spot, known in zip(found.spots, identities(reading, found.spots), strict=True)
        for code in spot.grids
    }
    for code, count in found.grids.items():
        row = _row(count.observed, count.expected)
        yield code, row | _flagged(first_day[code], today) if count.flagged else row | {"text": ""}


def _kept(reading: Reading, area: str | None, on: dt.date) -> Iterator[tuple[str, dict[str, Any]]]:
    for county in counties(reading, area):
        night = storage.last_night(reading.session, county=county, until=on)
        for spot, day in () if night is None else storage.of_night(reading.session, night):
            for code in day.grids:
                yield code, _row(day.observed, day.expected) | _flagged(spot.first_day, on)


def _row(observed: int, expected: float) -> dict[str, Any]:
    ratio = times(observed / expected) if expected else ""
    told = f"连同邻格应有 {amount(expected)} 件，实有 {observed} 件"
    return {
        "n": observed,
        "d": round(expected, 1),
        "text": ratio,
        "level": COOL,
        "title": f"{told}，{ratio}" if ratio else told,
    }


def _flagged(first_day: dt.date | None, today: dt.date) -> dict[str, Any]:
    return {"level": NEW if is_new(first_day, today=today) else STANDING}
