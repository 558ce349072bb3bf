"""Grids as the browser and the phone want them: simplified, rounded, small.

Neighbours are simplified together, so that a border they share stays one line (SPATIAL §4).
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from gis.measure import LocalPlane

# A fifth decimal is about a metre, a sixth a decimetre.
MAP_DECIMALS = 5
PHONE_DECIMALS = 6
NEIGHBOUR_DISTANCE_M = 20.0
# How near the best place a label must come, as a share of the grid's extent.
_LABEL_PRECISION = 0.01


def feature_collection(codes: Sequence[str], shapes: Sequence[BaseGeometry], *, tolerance_m: float) -> str:
    """Return GeoJSON text of the grids, simplified to `tolerance_m` metres and rounded to 5 decimals.

    A feature's `id` is its position in `codes`, which is how an array of values finds its grid; its only
    property is `code`. Names travel apart, with the values.
    """
    rounded = shapely.transform(simplify_coverage(shapes, tolerance_m=tolerance_m), _round_for_map)
    features = [
        {
            "type": "Feature",
            "id": position,
            "properties": {"code": code},
            "geometry": shapely.geometry.mapping(shape),
        }
        for position, (code, shape) in enumerate(zip(codes, rounded, strict=True))
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, separators=(",", ":"))


def simplify_coverage(shapes: Sequence[BaseGeometry], *, tolerance_m: float) -> NDArray[np.object_]:
    """Return the polygons (degrees) with fewer vertices, in the same order, borders still shared.

    Bends whose triangle is smaller than about the square of `tolerance_m` go.
    """
    if not len(shapes):
        return np.array([], dtype=object)
    degrees = np.array(shapes, dtype=object)
    plane = LocalPlane.around(degrees)
    simple = shapely.coverage_simplify(shapely.transform(degrees, plane.to_local), tolerance_m)
    result: NDArray[np.object_] = shapely.transform(simple, plane.from_local)
    return result


def label_point(shape: BaseGeometry) -> tuple[float, float]:
    """Return longitude and latitude of the place in the polygon farthest from its border, for its name.

    Of several parts the largest is taken.
    """
    plane = LocalPlane.around(shape)
    part = _largest_part(plane.flatten(shape))
    west, south, east, north = part.bounds
    radius = shapely.maximum_inscribed_circle(
        part, tolerance=max(east - west, north - south) * _LABEL_PRECISION
    )
    centre = plane.from_local(shapely.get_coordinates(radius)[:1])
    return float(centre[0, 0]), float(centre[0, 1])


def odk_ring(shape: BaseGeometry, *, max_vertices: int = 60) -> str:
    """Return the outline as ODK writes a geoshape: `lat lon 0 0;lat lon 0 0;…`, closed (FORMS §1).

    Of several parts the largest is taken and holes are left out; the outline is simplified just enough to
    have at most `max_vertices` points, the closing one included.
    """
    plane = LocalPlane.around(shape)
    outline = _largest_part(plane.flatten(shape)).exterior
    simple, tolerance_m = shapely.get_coordinates(outline), 1.0
    while len(simple) > max_vertices:
        simple = shapely.get_coordinates(outline.simplify(tolerance_m))
        tolerance_m *= 1.5
    degrees = plane.from_local(simple)
    return ";".join(f"{lat:.{PHONE_DECIMALS}f} {lon:.{PHONE_DECIMALS}f} 0 0" for lon, lat in degrees.tolist())


def neighbours(codes: Sequence[str], shapes: Sequence[BaseGeometry]) -> dict[str, tuple[str, ...]]:
    """Return the codes next to each grid in rising order: sharing a border, or at most 20 m apart (METRICS H2)."""
    beside: dict[str, list[str]] = {code: [] for code in codes}
    if beside:
        degrees = np.array(shapes, dtype=object)
        metres = shapely.transform(degrees, LocalPlane.around(degrees).to_local)
        pairs = STRtree(metres).query(metres, predicate="dwithin", distance=NEIGHBOUR_DISTANCE_M)
        for one, other in pairs.T.tolist():
            if one != other:
                beside[codes[one]].append(codes[other])
    return {code: tuple(sorted(others)) for code, others in beside.items()}


def _round_for_map(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    return degrees.round(MAP_DECIMALS)


def _largest_part(shape: BaseGeometry) -> shapely.Polygon:
    largest: shapely.Polygon = max(shapely.get_parts(shape), key=shapely.area)
    return largest
