"""Which grid a place lies in, held against asking every grid in turn."""

from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from gis.grid_index import GridIndex
from gis.measure import distance_m

WEST, EAST, FAR = "500233001001001", "500233001001002", "500233001001003"


@pytest.fixture
def index() -> GridIndex:
    """Two grids sharing the border at 108.01° E and a third one apart, given in no order."""
    shapes = {
        EAST: box(108.01, 30, 108.02, 30.01),
        FAR: box(108.05, 30, 108.06, 30.01),
        WEST: box(108, 30, 108.01, 30.01),
    }
    return GridIndex(list(shapes), list(shapes.values()))


def test_a_place_inside_a_grid_is_told_its_way_to_the_border(index: GridIndex) -> None:
    code, nearest, distance, border = astuple(index.locate(108.015, 30.001))
    assert (code, nearest, distance) == (EAST, EAST, 0)
    assert border == pytest.approx(110.85, abs=0.1)


def test_a_place_on_a_shared_border_belongs_to_the_lowest_code(index: GridIndex) -> None:
    assert index.code_at(108.01, 30.005) == WEST
    assert index.locate(108.01, 30.005).border_m == 0
    assert index.locate_many(np.array([108.01]), np.array([30.005])) == [WEST]


def test_a_place_outside_every_grid_is_told_the_nearest_one(index: GridIndex) -> None:
    located = index.locate(108.04, 30.005)
    assert (located.code, located.nearest, located.border_m) == (None, FAR, None)
    assert located.distance_m == pytest.approx(964.8, abs=0.2)


def test_nearest_is_meant_in_metres_not_in_degrees() -> None:
    north, east = box(120, 53.0099, 120.01, 53.02), box(120.0151, 52.99, 120.03, 53)
    located = GridIndex(["N", "E"], [north, east]).locate(120.001, 53)
    assert located.nearest == "E"


def test_equally_near_grids_are_told_by_the_lowest_code() -> None:
    grids = GridIndex(["B", "A"], [box(0.01, 0, 0.02, 0.01), box(-0.02, 0, -0.01, 0.01)])
    assert grids.locate(0, 0.005).nearest == "A"


def test_a_grid_grown_by_a_margin_holds_what_lies_close_outside(index: GridIndex) -> None:
    outside = (107.9996, 30.005)
    assert index.within(WEST, *outside, margin_m=50)
    assert not index.within(WEST, *outside, margin_m=30)
    assert index.within(WEST, 108.005, 30.005, margin_m=0)


def test_an_index_knows_its_codes(index: GridIndex) -> None:
    assert index.codes == (WEST, EAST, FAR)
    assert len(index) == 3
    assert WEST in index
    assert "500233001001009" not in index
    assert index.shape(WEST).bounds == (108, 30, 108.01, 30.01)
    with pytest.raises(KeyError):
        index.shape("500233001001009")


def test_no_grids_hold_nothing() -> None:
    empty = GridIndex([], [])
    assert astuple(empty.locate(108, 30)) == (None, None, None, None)
    assert empty.locate_many(np.array([108.0]), np.array([30.0])) == [None]
    assert empty.locate_many(np.array([]), np.array([])) == []


def test_a_code_given_twice_or_without_a_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        GridIndex([WEST, WEST], [box(0, 0, 1, 1), box(1, 0, 2, 1)])
    with pytest.raises(ValueError, match="shorter"):
        GridIndex([WEST, EAST], [box(0, 0, 1, 1)])


# Vertices on a coarse lattice make shared borders, overlaps and touching corners likely.
lattice = st.integers(0, 12).map(lambda step: 108 + step / 100)
places = st.tuples(
    lattice | st.floats(107.99, 108.13), lattice.map(lambda x: x - 78) | st.floats(29.99, 30.13)
)


@st.composite
def polygons(draw: st.DrawFn) -> BaseGeometry:
    corners = draw(
        st.lists(st.tuples(lattice, lattice.map(lambda x: x - 78)), min_size=3, max_size=8, unique=True)
    )
    shape = Polygon(corners)
    return shape if shape.is_valid and shape.area > 0 else shape.convex_hull.buffer(0.005)


@given(shapes=st.lists(polygons(), min_size=1, max_size=8), asked=st.lists(places, min_size=1, max_size=12))
def test_the_index_agrees_with_asking_every_grid(
    shapes: list[BaseGeometry], asked: list[tuple[float, float]]
) -> None:
    codes = [f"{number:03}" for number in range(len(shapes))][::-1]
    index = GridIndex(codes, shapes)
    expected = [
        min(
            (code for code, shape in zip(codes, shapes, strict=True) if shape.intersects(Point(place))),
            default=None,
        )
        for place in asked
    ]
    assert [index.code_at(*place) for place in asked] == expected
    assert index.locate_many(np.array(asked)[:, 0], np.array(asked)[:, 1]) == expected
    for place, code in zip(asked, expected, strict=True):
        located = index.locate(*place)
        assert located.code == code
        if code is None:
            nearest = min(distance_m(Point(place), shape) for shape in shapes)
            assert located.distance_m == pytest.approx(nearest, rel=1e-3)
