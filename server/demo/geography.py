"""The map of 青岚县, a county that does not exist: divisions, grids and must-see points.

Codes follow STANDARDS §2.1 and §2.2 under the prefix 5099, which no prefecture has. Borders are irregular and shared;
villages are unions of their grids, townships of their villages.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from math import radians
from typing import Literal, cast

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon

from gis.measure import LocalPlane
from server.demo.chance import dice
from server.demo.gazetteer import (
    CITY_CODE,
    CITY_NAME,
    COUNTY_CODE,
    COUNTY_NAME,
    PLAN,
    Area,
    TownshipPlan,
    VillagePlan,
)
from server.demo.terrain import Ground, Indices, divide

MIDDLE_LON, MIDDLE_LAT = 108.3, 30.2
PLANE = LocalPlane(MIDDLE_LON, MIDDLE_LAT)

Level = Literal["city", "county", "township", "village"]
Place = tuple[float, float]
"""Longitude and latitude in degrees WGS-84."""

Outline = Polygon | MultiPolygon


@dataclass(frozen=True, slots=True)
class Division:
    """行政区划: code, name, level; urban or rural; outline in degrees WGS-84 (None for the city above the county)."""

    code: str
    name: str
    level: Level
    area: Area
    outline: Outline | None


@dataclass(frozen=True, slots=True)
class MustSeePoint:
    """必巡点: a place that every patrol should pass; degrees WGS-84."""

    name: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Grid:
    """网格: 15-digit code, name, outline in degrees WGS-84, size in km², urban or rural, its must-see points."""

    code: str
    name: str
    village: str
    area: Area
    outline: Polygon
    square_km: float
    must_see: tuple[MustSeePoint, ...]


@dataclass(frozen=True, slots=True, eq=False)
class CountyMap:
    """The whole map: divisions from the city down to the villages, then the grids in the order of their codes."""

    divisions: tuple[Division, ...]
    grids: tuple[Grid, ...]


def draw_county() -> CountyMap:
    """Draw the county: the same map on every call."""
    ground = _lay_ground()
    everywhere = np.arange(len(ground.cells))
    parts = divide(
        ground,
        everywhere,
        shares=[sum(village.square_km for village in township.villages) for township in PLAN],
        held={
            n: (township.town.x, township.town.y) for n, township in enumerate(PLAN) if township.town.reach
        },
    )
    claims: list[tuple[TownshipPlan, VillagePlan, Indices]] = []
    for township, cells in zip(PLAN, parts, strict=True):
        for village, own in zip(township.villages, _villages(ground, township, cells), strict=True):
            equal = [1 + 0.5 * dice("grid size", village.name, n).random() for n in range(village.grids)]
            pieces = divide(ground, own, shares=equal, held={})
            claims += [(township, village, piece) for piece in pieces]
    outlines = _smooth(ground, [cells for _, _, cells in claims])
    return _number([(township, village) for township, village, _ in claims], outlines)


def _lay_ground() -> Ground:
    wanted = sum(village.square_km for township in PLAN for village in township.villages) * 1e6
    half_length = 19_000.0
    return Ground.lay(
        half_length=half_length,
        half_width=wanted / (np.pi * half_length),
        slant=radians(24),
        towns=[township.town for township in PLAN if township.town.reach],
    )


def _villages(ground: Ground, township: TownshipPlan, cells: Indices) -> list[Indices]:
    """The cells of each village; a town's communities keep to its middle, the country lies around them."""
    towns = [n for n, village in enumerate(township.villages) if village.area == "urban"]
    shares = [village.square_km for village in township.villages]
    if len(towns) <= 1:
        held = dict.fromkeys(towns, (township.town.x, township.town.y))
        return divide(ground, cells, shares=shares, held=held)
    core_share = sum(shares[n] for n in towns)
    middle = {0: (township.town.x, township.town.y)}
    outer = [share for n, share in enumerate(shares) if n not in towns]
    core, *country = divide(ground, cells, shares=[core_share, *outer], held=middle)
    return [*divide(ground, core, shares=[shares[n] for n in towns], held={}), *country]


def _smooth(ground: Ground, areas: list[Indices]) -> NDArray[np.object_]:
    """The outlines in degrees: cells joined, borders eased without opening a gap, corners on a 0.1 m lattice."""
    joined = np.array([shapely.coverage_union_all(ground.cells[cells]) for cells in areas], dtype=object)
    eased = shapely.coverage_simplify(joined, 62.0)
    degrees: NDArray[np.object_] = shapely.transform(
        eased, lambda metres: np.round(PLANE.from_local(metres), 6)
    )
    return degrees


def _number(owners: list[tuple[TownshipPlan, VillagePlan]], outlines: NDArray[np.object_]) -> CountyMap:
    """Give codes: communities 001 up, villages 200 up, grid serials west to east and north to south."""
    by_village: dict[tuple[str, str], list[Polygon]] = defaultdict(list)
    for (township, village), outline in zip(owners, outlines, strict=True):
        by_village[township.serial, village.name].append(outline)
    county = Division(COUNTY_CODE, COUNTY_NAME, "county", "rural", _union(outlines))
    divisions = [Division(CITY_CODE, CITY_NAME, "city", "rural", None), county]
    villages: list[Division] = []
    grids: list[Grid] = []
    for township in PLAN:
        code = COUNTY_CODE + township.serial
        own = [outline for key, group in by_village.items() if key[0] == township.serial for outline in group]
        area: Area = "urban" if township.serial < "100" else "rural"
        divisions.append(Division(code, township.name, "township", area, _union(own)))
        serial = {"urban": 0, "rural": 199}
        for village in township.villages:
            serial[village.area] += 1
            village_code = f"{code}{serial[village.area]:03d}"
            pieces = _reading_order(by_village[township.serial, village.name])
            outline = _union(pieces)
            villages.append(Division(village_code, village.name, "village", village.area, outline))
            grids += [_grid(village_code, village, n, piece) for n, piece in enumerate(pieces, start=1)]
    return CountyMap(divisions=(*divisions, *villages), grids=tuple(grids))


def _union(outlines: Iterable[Polygon]) -> Outline:
    """The outline of neighbours together."""
    return cast(Outline, shapely.coverage_union_all(list(outlines)))


def _reading_order(pieces: list[Polygon]) -> list[Polygon]:
    """West to east in a northern and a southern row, as STANDARDS §2.2 numbers grids within a village."""
    middles = [piece.representative_point() for piece in pieces]
    north, south = max(p.y for p in middles), min(p.y for p in middles)
    halfway = (north + south) / 2
    order = sorted(range(len(pieces)), key=lambda n: (middles[n].y < halfway, middles[n].x))
    return [pieces[n] for n in order]


def _grid(village_code: str, village: VillagePlan, serial: int, outline: Polygon) -> Grid:
    code = f"{village_code}{serial:03d}"
    return Grid(
        code=code,
        name=f"{village.name}第{'一二三四'[serial - 1]}网格",
        village=village_code,
        area=village.area,
        outline=outline,
        square_km=round(PLANE.flatten(outline).area / 1e6, 3),
        must_see=_must_see(code, village.area, outline),
    )


_MUST_SEE: dict[Area, tuple[str, ...]] = {
    "urban": (
        "老旧楼院",
        "配电房",
        "农贸市场门口",
        "小学门口",
        "沿河步道",
        "公共停车场",
        "背街巷道",
        "消防通道口",
    ),
    "rural": (
        "山坪塘",
        "村道急弯",
        "地质灾害点",
        "便民桥",
        "变压器",
        "林区路口",
        "文化广场",
        "水源地",
        "临河院坝",
    ),
}


def _must_see(code: str, area: Area, outline: Polygon) -> tuple[MustSeePoint, ...]:
    throw = dice("must-see", code)
    names = throw.sample(_MUST_SEE[area], throw.randint(3, 6))
    return tuple(
        MustSeePoint(name, lon, lat)
        for name, (lon, lat) in zip(names, points_inside(outline, len(names), "must-see", code), strict=True)
    )


def points_inside(outline: Polygon, count: int, *words: object) -> list[Place]:
    """`count` places (lon, lat) anywhere in the outline, always the same for the same words."""
    throw = dice("inside", *words)
    west, south, east, north = outline.bounds
    shapely.prepare(outline)
    found: list[Place] = []
    while len(found) < count:
        lon = round(west + throw.random() * (east - west), 6)
        lat = round(south + throw.random() * (north - south), 6)
        if shapely.contains_xy(outline, lon, lat):
            found.append((lon, lat))
    return found


_DEGREES_EAST, _DEGREES_NORTH = (PLANE.from_local(np.array([[1.0, 1.0]])) - (MIDDLE_LON, MIDDLE_LAT))[
    0
].tolist()


def moved(place: Place, *, east: float, north: float) -> Place:
    """The place so many metres to the east and north of another, to the sixth decimal of a degree."""
    return round(place[0] + east * _DEGREES_EAST, 6), round(place[1] + north * _DEGREES_NORTH, 6)
