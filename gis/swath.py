"""What a cleaned track covers: its length, the strip seen along it, and the strip's share of a grid (SPATIAL §3, step 6).

An expert's measure, for grids of kind 专属 or below 0.5 km² only: in a rural grid it would leave everything red.
"""

from __future__ import annotations

from collections.abc import Sequence

import shapely
from shapely.geometry.base import BaseGeometry

from gis.measure import LocalPlane

# What a strip some twenty metres wide does not show.
_SIMPLER_BY_M = 1.0


def length_m(parts: Sequence[BaseGeometry]) -> float:
    """Return the metres walked along the parts of a cleaned track (degrees); a stay has none."""
    if not parts:
        return 0.0
    plane = LocalPlane.around(parts)
    return float(sum(plane.flatten(part).length for part in parts))


def swath(parts: Sequence[BaseGeometry], *, radius_m: float) -> BaseGeometry:
    """Return what lies within `radius_m` metres of the parts of cleaned tracks (degrees in and out), each place once."""
    if not parts:
        return shapely.Polygon()
    plane = LocalPlane.around(parts)
    return plane.unflatten(_strip(parts, plane, radius_m))


def area_share(parts: Sequence[BaseGeometry], outline: BaseGeometry, *, radius_m: float) -> float:
    """Return the share, 0 to 1, of a grid's area (`outline`, degrees) within `radius_m` metres of the parts.

    Parts are those of cleaned tracks, of any number of patrols. A grid without area has a share of 0.
    """
    if not parts or outline.is_empty:
        return 0.0
    plane = LocalPlane.around(outline)
    grid = plane.flatten(outline)
    if not grid.area:
        return 0.0
    seen: float = shapely.intersection(_strip(parts, plane, radius_m), grid).area
    return seen / float(grid.area)


def _strip(parts: Sequence[BaseGeometry], plane: LocalPlane, radius_m: float) -> BaseGeometry:
    lines = shapely.simplify([plane.flatten(part) for part in parts], _SIMPLER_BY_M)
    return shapely.union_all(shapely.buffer(lines, radius_m))
