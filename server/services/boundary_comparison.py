"""What a map of grids would change: compared, grid by grid, with the boundaries in force."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

import shapely
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from gis.grid_files import Drawn
from gis.validate import Feature as Outlined
from server.domain.jurisdiction import Level as Division
from server.domain.scope import Scope
from server.services.boundaries import Feature
from server.storage import grids
from server.storage.grids import Grid
from server.work import Reading

KINDS: Mapping[str, str] = {
    "": "general",
    "general": "general",
    "一般": "general",
    "一般网格": "general",
    "基础网格": "general",
    "special": "special",
    "专属": "special",
    "专属网格": "special",
}
"""What maps call the kinds of grids."""

# About a hundred metres: who lies farther from what is drawn has no border with it.
_BESIDE_DEGREES = 0.001
# A millimetre: what writing and reading a file leaves of a coordinate.
_SAME_DEGREES = 1e-8


@dataclass(frozen=True, kw_only=True)
class Changes:
    """Codes of grids by what a map does to them; `renamed` get another name, kind or population and keep their ground.

    `features` are those to be published; `before` and `after` are the outlines of the counties drawn, by code.
    """

    features: Sequence[Feature] = ()
    new: Sequence[str] = ()
    redrawn: Sequence[str] = ()
    renamed: Sequence[str] = ()
    unchanged: Sequence[str] = ()
    ended: Sequence[str] = ()
    before: Mapping[str, BaseGeometry] = field(default_factory=dict)
    after: Mapping[str, BaseGeometry] = field(default_factory=dict)

    @property
    def villages(self) -> set[str]:
        """Where a grid begins, ends or gets another border."""
        return {code[: Division.VILLAGE.digits] for code in (*self.new, *self.redrawn, *self.ended)}


def in_force(reading: Reading, taken: Sequence[Drawn], *, on: dt.date) -> dict[str, BaseGeometry]:
    """The outlines, by code, of the counties that a map draws grids of, on a day."""
    return dict(grids.outlines(reading.session, scope=_counties(taken), on=on))


def _counties(taken: Sequence[Drawn]) -> Scope:
    """The counties drawn: of twenty thousand grids no database takes a list."""
    return Scope.of({each.code[: Division.COUNTY.digits] for each in taken})


def missing(present: Iterable[str], taken: Sequence[Drawn]) -> list[str]:
    """Which of the grids in force a map of their villages does not draw."""
    drawn = {each.code for each in taken}
    villages = {code[: Division.VILLAGE.digits] for code in drawn}
    return [code for code in present if code not in drawn and code[: Division.VILLAGE.digits] in villages]


def beside(present: Mapping[str, BaseGeometry], taken: Sequence[Drawn]) -> list[Outlined]:
    """The grids that a map is compared with: those of its villages, and those near what it draws."""
    shapes = [each.geometry for each in taken if each.geometry is not None and not each.geometry.is_empty]
    if not present or not shapes:
        return []
    west, south, east, north = shapely.total_bounds(shapes)
    edge = _BESIDE_DEGREES
    near = shapely.box(west - edge, south - edge, east + edge, north + edge)
    villages = {each.code[: Division.VILLAGE.digits] for each in taken}
    return [
        Outlined(code, code, shape)
        for code, shape in present.items()
        if code[: Division.VILLAGE.digits] in villages or near.intersects(shape)
    ]


def compared(
    reading: Reading, taken: Sequence[Drawn], present: Mapping[str, BaseGeometry], *, ended: Sequence[str]
) -> Changes:
    """Compare a map without errors with the outlines `present`; `ended` are the grids that are to end."""
    known = {grid.code: grid for grid in grids.listing(reading.session, scope=_counties(taken))}
    fates = {each.code: _fate(each, present.get(each.code), known.get(each.code)) for each in taken}

    def whose(fate: str) -> list[str]:
        return [code for code, its in fates.items() if its == fate]

    after = {code: shape for code, shape in present.items() if code not in ended}
    return Changes(
        features=[_feature(each) for each in taken if fates[each.code] != "unchanged"],
        new=whose("new"),
        redrawn=whose("redrawn"),
        renamed=whose("renamed"),
        unchanged=whose("unchanged"),
        ended=ended,
        before=present,
        after=after | {each.code: each.geometry for each in taken if each.geometry is not None},
    )


def _fate(drawn: Drawn, outline: BaseGeometry | None, grid: Grid | None) -> str:
    if outline is None or grid is None:
        return "new"
    here = shapely.normalize(_many(drawn.geometry))
    if not shapely.equals_exact(here, shapely.normalize(outline), _SAME_DEGREES):
        return "redrawn"
    same = (grid.name, grid.kind) == (drawn.name, KINDS[drawn.kind])
    counted = drawn.population is None or drawn.population == grid.population
    return "unchanged" if same and counted else "renamed"


def _many(shape: BaseGeometry | None) -> BaseGeometry:
    return MultiPolygon([shape]) if isinstance(shape, Polygon) else cast(BaseGeometry, shape)


def _feature(drawn: Drawn) -> Feature:
    return Feature(
        code=drawn.code,
        name=drawn.name,
        outline=cast(Polygon | MultiPolygon, drawn.geometry),
        kind=KINDS[drawn.kind],
        population=drawn.population,
    )
