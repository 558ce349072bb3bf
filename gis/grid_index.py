"""Which grid a place lies in: an STRtree over the grids of one boundary version.

A place on a border belongs to every grid it touches; the lowest code is taken, so that the answer never
depends on the order of a file. A place outside every grid is not refused: the nearest grid and its
distance are told (SPATIAL §1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Point, STRtree
from shapely.geometry.base import BaseGeometry

from gis.measure import LocalPlane


@dataclass(frozen=True, slots=True)
class Located:
    """Where a place lies among the grids; distances in metres.

    `code` is the grid that holds it, its border included; None outside all. `nearest` is the same grid, or
    the closest one when outside; None only where there are no grids. `distance_m` is 0 inside, else the
    way to `nearest`. `border_m` is the way to the own grid's border, None when outside.
    """

    code: str | None
    nearest: str | None
    distance_m: float | None
    border_m: float | None


class GridIndex:
    """The grids of one boundary version, ready to be asked which of them holds a place."""

    def __init__(self, codes: Sequence[str], shapes: Sequence[BaseGeometry]) -> None:
        """Take one code and one polygon or multipolygon (degrees WGS-84) per grid, in any order.

        Raises ValueError where the two differ in number or a code comes twice.
        """
        shape_of = dict(zip(codes, shapes, strict=True))
        if len(shape_of) != len(codes):
            raise ValueError("a grid code comes twice")
        # In the order of codes the lowest position is the lowest code.
        self._codes: tuple[str, ...] = tuple(sorted(shape_of))
        self._position = {code: position for position, code in enumerate(self._codes)}
        self._shapes = np.array([shape_of[code] for code in self._codes], dtype=object)
        shapely.prepare(self._shapes)
        self._tree = STRtree(self._shapes)

    @property
    def codes(self) -> tuple[str, ...]:
        """The grids' codes in rising order."""
        return self._codes

    def __contains__(self, code: str) -> bool:
        return code in self._position

    def __len__(self) -> int:
        return len(self._codes)

    def shape(self, code: str) -> BaseGeometry:
        """Return the grid's polygon (degrees); KeyError for a code that is not here."""
        found: BaseGeometry = self._shapes[self._position[code]]
        return found

    def code_at(self, lon: float, lat: float) -> str | None:
        """定格：return the code of the grid that holds the place, None outside all grids."""
        hits = self._tree.query(Point(lon, lat), predicate="intersects")
        return self._codes[min(hits)] if len(hits) else None

    def locate(self, lon: float, lat: float) -> Located:
        """Return the grid that holds the place with the distances that qualify the answer.

        Costs several times `code_at`: for the record's row, not for loops over many.
        """
        code = self.code_at(lon, lat)
        nearest = code if code is not None else self._nearest(lon, lat)
        if nearest is None:
            return Located(code=None, nearest=None, distance_m=None, border_m=None)
        place, around = self._seen_from(lon, lat, nearest)
        if code is None:
            return Located(code=None, nearest=nearest, distance_m=place.distance(around), border_m=None)
        return Located(code=code, nearest=code, distance_m=0.0, border_m=place.distance(around.boundary))

    def locate_many(self, lons: NDArray[np.float64], lats: NDArray[np.float64]) -> list[str | None]:
        """Return `code_at` of each place; `lons` and `lats` have shape (n,), degrees."""
        lons, lats = np.asarray(lons, dtype=np.float64), np.asarray(lats, dtype=np.float64)
        places, grids = self._tree.query(shapely.points(lons, lats))
        holds = shapely.intersects_xy(self._shapes[grids], lons[places], lats[places])
        lowest = np.full(len(lons), len(self._codes))
        np.minimum.at(lowest, places[holds], grids[holds])
        names: tuple[str | None, ...] = (*self._codes, None)
        return [names[position] for position in lowest.tolist()]

    def within(self, code: str, lon: float, lat: float, *, margin_m: float) -> bool:
        """Tell whether the place lies in the grid grown by `margin_m` metres (METRICS P2).

        Raises KeyError for a code that is not here.
        """
        place, around = self._seen_from(lon, lat, code)
        return bool(place.distance(around) <= margin_m)

    def _seen_from(self, lon: float, lat: float, code: str) -> tuple[Point, BaseGeometry]:
        """Return the place and the grid in metres on the plane at the place, where distances are truest."""
        return Point(0, 0), LocalPlane(lon, lat).flatten(self.shape(code))

    def _nearest(self, lon: float, lat: float) -> str | None:
        plane, tree = self._metric_tree
        hits = tree.query_nearest(plane.flatten(Point(lon, lat)), all_matches=True)
        return self._codes[min(hits)] if len(hits) else None

    @cached_property
    def _metric_tree(self) -> tuple[LocalPlane, STRtree]:
        """The grids in metres: a degree of longitude is shorter than one of latitude, so degrees mislead here."""
        plane = LocalPlane.around(self._shapes) if len(self) else LocalPlane(0, 0)
        return plane, STRtree(shapely.transform(self._shapes, plane.to_local))
