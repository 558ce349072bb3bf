"""Grids as the browser and the phone receive them."""

import json

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, Polygon, box

from gis.geojson import feature_collection, label_point, neighbours, odk_ring, simplify_coverage
from gis.measure import LocalPlane, area_m2, distance_m

WIGGLE = [(108.01 + (0.00002 if step % 2 else 0), 30 + step / 10_000) for step in range(101)]
WEST = Polygon([(108, 30), *WIGGLE, (108, 30.01)])
EAST = Polygon([(108.02, 30.01), *WIGGLE[::-1], (108.02, 30)])


def round_village(vertices: int) -> Polygon:
    angle = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
    plane = LocalPlane(108, 30)
    return Polygon(plane.from_local(np.column_stack([600 * np.cos(angle), 400 * np.sin(angle)])))


def test_a_feature_is_known_by_its_position_and_carries_its_code_alone() -> None:
    collection = json.loads(feature_collection(["W", "E"], [WEST, EAST], tolerance_m=5))
    assert collection["type"] == "FeatureCollection"
    assert [(row["type"], row["id"], row["properties"]) for row in collection["features"]] == [
        ("Feature", 0, {"code": "W"}),
        ("Feature", 1, {"code": "E"}),
    ]


def test_coordinates_travel_with_five_decimals() -> None:
    ring = json.loads(feature_collection(["A"], [round_village(30)], tolerance_m=1))["features"][0][
        "geometry"
    ]["coordinates"][0]
    assert all(round(number, 5) == number for place in ring for number in place)


def test_no_grids_make_an_empty_collection() -> None:
    assert json.loads(feature_collection([], [], tolerance_m=5)) == {
        "type": "FeatureCollection",
        "features": [],
    }


def test_neighbours_keep_their_border_in_common_when_simplified() -> None:
    west, east = simplify_coverage([WEST, EAST], tolerance_m=10)
    assert shapely.get_num_coordinates(west) < 20
    assert shapely.coverage_is_valid([west, east])
    assert west.intersection(east).length == pytest.approx(0.01, rel=1e-3)


def test_a_label_stands_well_inside_the_largest_part() -> None:
    horseshoe = Polygon([(0, 0), (9, 0), (9, 9), (6, 9), (6, 2), (3, 2), (3, 9), (0, 9)])
    shape = MultiPolygon(
        [box(0.02, 0.02, 0.021, 0.021), shapely.transform(horseshoe, lambda place: place / 1000)]
    )
    lon, lat = label_point(shape)
    assert distance_m(Point(lon, lat), shape.geoms[1].boundary) > 140
    assert shape.geoms[1].covers(Point(lon, lat))


def test_a_short_outline_reaches_the_phone_as_it_is() -> None:
    assert odk_ring(box(108, 30, 108.01, 30.01)) == (
        "30.000000 108.010000 0 0;30.010000 108.010000 0 0;30.010000 108.000000 0 0;"
        "30.000000 108.000000 0 0;30.000000 108.010000 0 0"
    )


@given(vertices=st.integers(3, 400), at_most=st.integers(20, 60))
def test_a_ring_for_the_phone_is_closed_short_and_close_to_the_grid(vertices: int, at_most: int) -> None:
    village = round_village(vertices)
    places = odk_ring(MultiPolygon([village, box(109, 30, 109.0001, 30.0001)]), max_vertices=at_most).split(
        ";"
    )
    assert places[0] == places[-1]
    assert 4 <= len(places) <= max(at_most, 4)
    ring = Polygon([(float(lon), float(lat)) for lat, lon, _, _ in (place.split(" ") for place in places)])
    assert area_m2(ring.symmetric_difference(village)) < 0.15 * area_m2(village)


def test_neighbours_share_a_border_or_lie_at_most_twenty_metres_apart() -> None:
    metre = 1 / 96_486
    shapes = {
        "A": box(108, 30, 108.01, 30.01),
        "B": box(108.01, 30, 108.02, 30.01),
        "C": box(108.02 + 19 * metre, 30, 108.03, 30.01),
        "D": box(108.03 + 25 * metre, 30, 108.04, 30.01),
    }
    beside = neighbours(list(shapes), list(shapes.values()))
    assert beside == {"A": ("B",), "B": ("A", "C"), "C": ("B",), "D": ()}
    assert neighbours([], []) == {}
