"""A grid's outline as a phone takes it: one ring, short enough for a form's list (FORMS §2)."""

from __future__ import annotations

import shapely
from shapely.geometry.base import BaseGeometry

from gis.measure import LocalPlane

# A sixth decimal is about a decimetre.
PHONE_DECIMALS = 6


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


def _largest_part(shape: BaseGeometry) -> shapely.Polygon:
    largest: shapely.Polygon = max(shapely.get_parts(shape), key=shapely.area)
    return largest
