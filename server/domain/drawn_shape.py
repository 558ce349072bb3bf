"""所画图形: what somebody drew in the browser, read and checked before anything is made of it."""

from __future__ import annotations

import numpy as np
import shapely
from shapely import LineString, MultiPolygon, Polygon
from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry

from gis.measure import area_m2
from gis.redraw import Outline
from server.domain.problems import Invalid
from server.domain.redrawing import MOST_VERTICES

LEAST_M2 = 10
"""Less is a slip of the hand, and nobody's grid."""


def outline(geojson: str) -> Outline:
    """Return the polygon that a GeoJSON geometry says (degrees WGS-84), heights dropped.

    Raises Invalid("redrawing.not_a_shape", "redrawing.not_on_earth", "redrawing.too_many_points",
    "redrawing.crosses_itself", "redrawing.too_small").
    """
    shape = _shape(geojson)
    if not isinstance(shape, Polygon | MultiPolygon):
        raise Invalid("redrawing.not_a_shape")
    if not shape.is_valid:
        raise Invalid("redrawing.crosses_itself")
    if area_m2(shape) < LEAST_M2:
        raise Invalid("redrawing.too_small")
    return shape


def line(geojson: str) -> LineString:
    """Return the line that a GeoJSON geometry says (degrees WGS-84). Raises as outline()."""
    shape = _shape(geojson)
    if not isinstance(shape, LineString):
        raise Invalid("redrawing.not_a_shape")
    if not shape.is_simple:
        raise Invalid("redrawing.crosses_itself")
    return shape


def _shape(geojson: str) -> BaseGeometry:
    try:
        shape = shapely.from_geojson(geojson)
    except (GEOSException, TypeError) as error:
        raise Invalid("redrawing.not_a_shape") from error
    if shape is None or shape.is_empty:
        raise Invalid("redrawing.not_a_shape")
    if shapely.get_num_coordinates(shape) > MOST_VERTICES:
        raise Invalid("redrawing.too_many_points", most=MOST_VERTICES)
    corners = shapely.get_coordinates(shape)
    if not bool(np.all(np.abs(corners) <= (180.0, 90.0))):
        raise Invalid("redrawing.not_on_earth")
    return shapely.force_2d(shape)
