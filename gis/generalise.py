"""Grids on the square of Web Mercator, with no more vertices than a zoom shows.

The square is the world: x from 0 in the west to 1 in the east, y from 0 in the north to 1 in the south, as tiles are
counted. Neighbours are simplified together, so that a border they share stays one line (SPATIAL §4). Nothing is
measured here: Web Mercator errs by a third in area.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry

Shapes = NDArray[np.object_]
Coordinates = NDArray[np.float64]

TILE_PX = 256
# Web Mercator ends here.
_FARTHEST_LAT = 85.0
_LABEL_PRECISION = 0.02


def on_square(shapes: Sequence[BaseGeometry] | Shapes) -> Shapes:
    """Return shapes given in degrees WGS-84 on the square of the world."""
    flat = shapely.force_2d(np.array(shapes, dtype=object))
    result: Shapes = shapely.transform(flat, to_square)
    return result


def to_square(degrees: Coordinates) -> Coordinates:
    """Return places of the square, shape (n, 2), for longitudes and latitudes in degrees."""
    lat = np.radians(np.clip(degrees[:, 1], -_FARTHEST_LAT, _FARTHEST_LAT))
    return np.column_stack([degrees[:, 0] / 360 + 0.5, 0.5 - np.arcsinh(np.tan(lat)) / (2 * np.pi)])


def generalise(shapes: Shapes, *, zoom: int) -> Shapes:
    """Return shapes on the square without the bends that are smaller than a pixel at `zoom`, in the same order.

    A coverage with overlaps and gaps keeps them; shapes that cannot be simplified together come back as they are.
    """
    if not len(shapes):
        return shapes
    pixels = TILE_PX * 2.0**zoom
    try:
        simple = shapely.coverage_simplify(shapely.transform(shapes, lambda at: at * pixels), 1.0)
    except GEOSException:
        return shapes
    result: Shapes = shapely.transform(simple, lambda at: at / pixels)
    return result


def joined(shapes: Shapes) -> BaseGeometry:
    """Return the union of neighbours, overlapping or not."""
    try:
        return shapely.coverage_union_all(shapes)
    except GEOSException:
        return shapely.union_all(shapely.make_valid(shapes))


def label_places(shapes: Shapes) -> Coordinates:
    """Return, shape (n, 2), the place in each shape that is farthest from its border; of several parts, the largest.

    Of an empty shape there is none: its place is not a number.
    """
    return np.array([_label_place(shape) for shape in shapes]).reshape(-1, 2)


def _label_place(shape: BaseGeometry) -> Coordinates:
    if shape.is_empty:
        return np.array([np.nan, np.nan])
    parts = shapely.get_parts(shape)
    part = parts[int(np.argmax(shapely.area(parts)))]
    west, north, east, south = part.bounds
    try:
        radius = shapely.maximum_inscribed_circle(
            part, tolerance=max(east - west, south - north) * _LABEL_PRECISION
        )
    except GEOSException:  # of a part that crosses itself
        radius = shapely.point_on_surface(part)
    place: Coordinates = shapely.get_coordinates(radius)[0]
    return place
