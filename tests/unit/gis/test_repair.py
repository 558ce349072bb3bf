"""Outlines put right, and what that did to their area."""

import pytest
from shapely import GeometryCollection, LineString, MultiPolygon, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from gis.measure import area_m2
from gis.repair import repaired
from gis.validate import Feature, examine

HERE = "500233001001001"
SQUARE = box(108, 30, 108.01, 30.01)
BOW = Polygon([(108, 30), (108.01, 30.01), (108.01, 30), (108, 30.01)])


def grid(geometry: BaseGeometry | None) -> Feature:
    return Feature(HERE, "第1网格", geometry)


@pytest.mark.parametrize("shape", [SQUARE, MultiPolygon([SQUARE]), None, Polygon(), Point(108, 30)])
def test_what_is_fine_or_has_no_ground_stays_as_it_is(shape: BaseGeometry | None) -> None:
    feature = grid(shape)
    assert repaired(feature) == (feature, None)


def test_a_ring_that_crosses_itself_becomes_the_ground_of_its_loops() -> None:
    feature, repair = repaired(grid(BOW))
    assert examine([feature]) == ()
    assert repair is not None
    assert repair.after_m2 == pytest.approx(area_m2(SQUARE) / 2, rel=1e-4)
    assert feature.geometry is not None
    assert repair.after_m2 == pytest.approx(area_m2(feature.geometry))
    assert "面积由" in repair.message


def test_lines_and_points_among_polygons_are_left_out() -> None:
    mixed = GeometryCollection(
        [GeometryCollection([SQUARE, Point(108, 30)]), LineString([(108, 30), (109, 30)])]
    )
    feature, repair = repaired(grid(mixed))
    assert feature.geometry is not None
    assert feature.geometry.equals(SQUARE)
    assert repair is not None
    assert repair.before_m2 == pytest.approx(repair.after_m2)
