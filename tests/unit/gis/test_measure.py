"""Metres on a local plane, held against the ellipsoid's known lengths."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point, Polygon, box

from gis.measure import LocalPlane, area_m2, distance_m, length_m


@pytest.mark.parametrize(
    ("lat", "east", "north"),
    [(0, 111_319.49, 110_574.3), (30, 96_486.25, 110_852.4), (45, 78_846.8, 111_131.8)],
)
def test_a_degree_is_as_long_as_the_tables_of_the_ellipsoid_say(
    lat: float, east: float, north: float
) -> None:
    assert length_m(LineString([(108, lat), (108.001, lat)])) == pytest.approx(east / 1000, rel=1e-5)
    assert length_m(LineString([(108, lat - 0.0005), (108, lat + 0.0005)])) == pytest.approx(
        north / 1000, rel=1e-5
    )


@given(
    lon=st.floats(73, 135), lat=st.floats(4, 53), x=st.floats(-50_000, 50_000), y=st.floats(-50_000, 50_000)
)
def test_metres_turn_back_into_the_same_degrees(lon: float, lat: float, x: float, y: float) -> None:
    plane = LocalPlane(lon, lat)
    there = plane.from_local(np.array([[x, y]]))
    assert plane.to_local(there) == pytest.approx(np.array([[x, y]]), abs=1e-6)
    assert plane.unflatten(Point(x, y)).coords[0] == pytest.approx(tuple(there[0]))


def test_the_plane_lies_at_the_centre_of_what_it_is_laid_around() -> None:
    assert LocalPlane.around([Point(108, 30), box(109, 30, 110, 32)]) == LocalPlane(109, 31)
    assert LocalPlane.amid(np.array([(108, 30), (109, 31), (110, 32)])) == LocalPlane(109, 31)


def test_distance_is_the_shortest_way_and_nothing_where_shapes_touch() -> None:
    grid = box(108, 30, 108.01, 30.01)
    assert distance_m(Point(108.02, 30.005), grid) == pytest.approx(964.8, abs=0.2)
    assert distance_m(Point(108.01, 30.005), grid) == 0


def test_area_counts_square_metres_and_leaves_holes_out() -> None:
    whole = box(108, 30, 108.01, 30.01)
    holed = Polygon(whole.exterior, [box(108.002, 30.002, 108.004, 30.004).exterior])
    assert area_m2(whole) == pytest.approx(964.8 * 1108.5, rel=1e-3)
    assert area_m2(holed) == pytest.approx(0.96 * area_m2(whole), rel=1e-3)


def test_nothing_has_no_area_and_no_length() -> None:
    assert area_m2(Polygon()) == 0
    assert length_m(LineString()) == 0
    assert area_m2(Point(108, 30)) == 0
