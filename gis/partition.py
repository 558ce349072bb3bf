"""What is wrong between grids: overlaps, gaps, slivers, and grids that lie across villages.

Found on a plane in metres. Whether a strip is a real mistake or what two hands drawing one border leave is told by
its mean width, twice its area over its perimeter: below one metre it is a sliver (STANDARDS §2.2).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon, STRtree
from shapely.geometry.base import BaseGeometry

from gis.measure import LocalPlane

# Ten square centimetres: more than rounding makes between grids that share their vertices.
TOLERANCE_M2 = 0.001
SLIVER_WIDTH_M = 1.0
# An open strip is told apart from the notch between two border stones by its area.
_OPEN_STRIP_M2 = 5.0
_TOUCHING_M = 0.05
_VILLAGE_DIGITS = 12
_MOST = 0.5

Shapes = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two grids over the same ground: positions of both, `area` in m², `shape` in degrees."""

    one: int
    other: int
    area: float
    shape: BaseGeometry
    is_sliver: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """Ground between grids that belongs to none: positions of the grids `around` it, m², `shape` in degrees."""

    around: tuple[int, ...]
    area: float
    shape: BaseGeometry
    is_sliver: bool


@dataclass(frozen=True, slots=True)
class Astray:
    """A grid that lies with another village than its code says.

    `how` is "inside" where more than half of it lies on grids of that village, "apart" where it touches grids of
    other villages and none of the others of its own; `village` is the one it shares most ground or border with.
    """

    grid: int
    village: str
    how: Literal["inside", "apart"]


class Partition:
    """Grids side by side, ready to be asked what is wrong between them."""

    def __init__(self, codes: Sequence[str], shapes: Sequence[BaseGeometry], *, asked: int) -> None:
        """Take codes and polygons (degrees); the first `asked` are examined, the rest are the grids around them.

        What is wrong among the grids around alone is not told.
        """
        degrees = np.array(shapes, dtype=object)
        self._codes = codes
        self._asked = asked
        self._plane = LocalPlane.around(degrees)
        # Only to compare: an overlay cannot be trusted with a ring that touches itself.
        self._shapes: Shapes = shapely.make_valid(
            shapely.transform(degrees, self._plane.to_local), method="structure", keep_collapsed=False
        )
        self._tree = STRtree(self._shapes)
        # Where neighbours share every vertex nothing can overlap, and this sees it much faster than an overlay.
        self._is_doubtful = ~shapely.is_empty(shapely.coverage_invalid_edges(self._shapes))

    @cached_property
    def overlaps(self) -> tuple[Overlap, ...]:
        """Every pair that shares ground, by the codes of both."""
        first, second = self._pairs
        common = shapely.intersection(self._shapes[first], self._shapes[second])
        areas = shapely.area(common)
        shared = np.flatnonzero(areas > TOLERANCE_M2)
        degrees, thin = shapely.transform(common[shared], self._plane.from_local), _are_thin(common[shared])
        found = []
        for at, shape, is_thin in zip(shared, degrees, thin, strict=True):
            one, other = self._by_code(int(first[at]), int(second[at]))
            found.append(Overlap(one, other, float(areas[at]), shape, bool(is_thin)))
        return tuple(sorted(found, key=lambda each: (self._codes[each.one], self._codes[each.other])))

    @cached_property
    def _pairs(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Positions of pairs that may overlap and of which one is examined."""
        first, second = self._tree.query(self._shapes[: self._asked], predicate="intersects")
        once = (first < second) | (second >= self._asked)
        once &= self._is_doubtful[first] | self._is_doubtful[second]
        return first[once], second[once]

    def _by_code(self, *positions: int) -> list[int]:
        return sorted(positions, key=lambda position: self._codes[position])

    def gaps(self) -> Iterator[Gap]:
        """Holes in what the grids cover, and strips below a metre that open to the outside."""
        found = np.array(_uncovered(self._covered()), dtype=object)
        areas, thin = shapely.area(found), _are_thin(found)
        around: list[list[int]] = [[] for _ in found]
        for gap, grid in self._tree.query(found, predicate="dwithin", distance=_TOUCHING_M).T.tolist():
            around[gap].append(grid)
        for at, shape in enumerate(shapely.transform(found, self._plane.from_local)):
            if around[at] and min(around[at]) < self._asked and areas[at] > TOLERANCE_M2:
                yield Gap(tuple(self._by_code(*around[at])), float(areas[at]), shape, bool(thin[at]))

    def _covered(self) -> BaseGeometry:
        """The ground of all grids; those whose neighbours share every vertex are put together much faster."""
        clean = shapely.coverage_union_all(self._shapes[~self._is_doubtful])
        covered: BaseGeometry = shapely.union_all([clean, *self._shapes[self._is_doubtful]])
        return covered

    def astray(self) -> Iterator[Astray]:
        """The examined grids that lie across villages, in their order."""
        sizes = Counter(code[:_VILLAGE_DIGITS] for code in self._codes)
        inside, neighbours = self._ground_shared(), self._neighbours()
        for grid in range(self._asked):
            own = self._village(grid)
            on_others = {village: area for village, area in inside[grid].items() if village != own}
            if on_others and max(on_others.values()) > _MOST * self._shapes[grid].area:
                yield Astray(grid, max(on_others, key=lambda village: on_others[village]), "inside")
            elif neighbours[grid] and sizes[own] > 1 and own not in map(self._village, neighbours[grid]):
                yield Astray(grid, self._beside(grid, neighbours[grid]), "apart")

    def _village(self, grid: int) -> str:
        return self._codes[grid][:_VILLAGE_DIGITS]

    def _ground_shared(self) -> dict[int, dict[str, float]]:
        """Of each grid, the square metres that grids of a village also cover."""
        shared: dict[int, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        for each in self.overlaps:
            shared[each.one][self._village(each.other)] += each.area
            shared[each.other][self._village(each.one)] += each.area
        return shared

    def _neighbours(self) -> dict[int, list[int]]:
        """The grids within a sliver's width of each examined grid."""
        near = self._tree.query(self._shapes[: self._asked], predicate="dwithin", distance=SLIVER_WIDTH_M)
        found: dict[int, list[int]] = defaultdict(list)
        for grid, neighbour in near.T.tolist():
            if grid != neighbour:
                found[grid].append(neighbour)
        return found

    def _beside(self, grid: int, neighbours: Sequence[int]) -> str:
        """The village along whose grids most of its border runs."""
        metres: dict[str, float] = defaultdict(float)
        rim = self._shapes[grid].boundary
        for neighbour in neighbours:
            along = rim.intersection(self._shapes[neighbour].buffer(SLIVER_WIDTH_M))
            metres[self._village(neighbour)] += along.length
        return max(metres, key=lambda village: metres[village])


def _are_thin(shapes: Shapes) -> NDArray[np.bool_]:
    thin: NDArray[np.bool_] = 2 * shapely.area(shapes) < SLIVER_WIDTH_M * shapely.length(shapes)
    return thin


def _uncovered(covered: BaseGeometry) -> list[BaseGeometry]:
    """Every hole, and the strips that closing the outline by half a metre fills."""
    parts = [part for part in shapely.get_parts(covered) if isinstance(part, Polygon)]
    holes: list[BaseGeometry] = [Polygon(ring) for part in parts for ring in part.interiors]
    filled = shapely.union_all([Polygon(part.exterior) for part in parts])
    half = SLIVER_WIDTH_M / 2
    closed = filled.buffer(half, join_style="mitre").buffer(-half, join_style="mitre")
    strips = shapely.get_parts(closed.difference(filled))
    return [*holes, *(strip for strip in strips if strip.area >= _OPEN_STRIP_M2)]
