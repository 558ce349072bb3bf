"""A small drawing of a grid and what was walked in it: lines and places as an SVG takes them, with a scale, no base map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from gis.measure import Coordinates, LocalPlane

_EDGE = 24.0
_SMALLEST_M = 100.0
_BARS_M = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
_LONGEST_BAR = 0.3


@dataclass(frozen=True, slots=True)
class Sketch:
    """`width` × `height` units, north at the top. Paths are SVG path data; `bar` units are `bar_m` metres."""

    width: float
    height: float
    outline: str
    lines: tuple[str, ...]
    places: tuple[tuple[float, float], ...]
    bar: float
    bar_m: int


def sketch(outline: BaseGeometry | None, parts: Sequence[BaseGeometry], *, width: float = 640) -> Sketch:
    """Draw the parts of a track, lines and places, over the outline of a grid (all degrees), each `width` units wide.

    One of both must be there. Everything is in sight, at one scale in both directions.
    """
    shapes = [*parts, *([] if outline is None else [outline])]
    plane = LocalPlane.around(shapes)
    flat = [plane.flatten(each) for each in shapes]
    west, south, east, north = shapely.total_bounds(flat)
    scale = (width - 2 * _EDGE) / max(east - west, north - south, _SMALLEST_M)
    height = (north - south) * scale + 2 * _EDGE

    def placed(shape: BaseGeometry) -> Coordinates:
        metres = shapely.get_coordinates(shape)
        return np.column_stack(
            (
                (metres[:, 0] - (west + east) / 2) * scale + width / 2,
                (north - metres[:, 1]) * scale + _EDGE,
            )
        )

    rings = shapely.get_rings(shapely.get_parts(flat[len(parts) :]))
    walked = flat[: len(parts)]
    bar_m = max((each for each in _BARS_M if each * scale <= width * _LONGEST_BAR), default=_BARS_M[0])
    return Sketch(
        width=width,
        height=round(height, 1),
        outline=" ".join(_path(placed(ring)) + "Z" for ring in rings),
        lines=tuple(_path(placed(each)) for each in walked if isinstance(each, LineString)),
        places=tuple(_place(placed(each)) for each in walked if not isinstance(each, LineString)),
        bar=round(bar_m * scale, 1),
        bar_m=bar_m,
    )


def _path(units: Coordinates) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in units.tolist())


def _place(units: Coordinates) -> tuple[float, float]:
    x, y = units[0].tolist()
    return round(x, 1), round(y, 1)
