"""Cutting, joining and shifting grids: no ground is lost, none is counted twice."""

from __future__ import annotations

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiPolygon, Polygon, box
from shapely.affinity import translate

from gis.redraw import (
    RedrawRefused,
    given_to_neighbours,
    knitted,
    left_over,
    merged,
    split_by_line,
)

WEST, EAST = box(108.00, 30, 108.01, 30.01), box(108.01, 30, 108.02, 30.01)
NO_AREA = 1e-14
"""Square degrees: a square centimetre."""
CRUMB = 1e-13
"""Square degrees: ten square centimetres, of which gis/validate.py tells nobody."""


def winding(seed: list[float]) -> Polygon:
    """A grid whose upper border goes up and down."""
    step = 0.01 / len(seed)
    upper = [(108 + at * step, 30.005 + height * 0.004) for at, height in enumerate(seed)]
    return Polygon([(108, 30), (108.01, 30), (108.01, 30.005), *reversed(upper)])


few = settings(max_examples=40)
HEIGHTS = st.lists(st.floats(-1, 1), min_size=3, max_size=12)
SLOPES = st.floats(-0.004, 0.004)


@few
@given(HEIGHTS, st.floats(108.001, 108.009), SLOPES)
def test_halves_are_the_whole_and_share_only_their_border(seed: list[float], at: float, slope: float) -> None:
    ground = winding(seed)
    left, right = split_by_line(ground, LineString([(at - slope, 29.99), (at + slope, 30.02)]))
    assert shapely.union(left, right).symmetric_difference(ground).area < NO_AREA
    assert shapely.intersection(left, right).area < NO_AREA
    assert left.centroid.x < right.centroid.x


@few
@given(HEIGHTS, st.floats(30.001, 30.008))
def test_every_piece_of_a_winding_grid_falls_to_its_side_of_the_line(seed: list[float], lat: float) -> None:
    ground = winding(seed)
    try:
        upper, lower = split_by_line(ground, LineString([(107.99, lat), (108.02, lat)]))
    except RedrawRefused:
        return
    assert upper.bounds[1] >= lat - 1e-12
    assert lower.bounds[3] <= lat + 1e-12


@few
@given(HEIGHTS, st.floats(108.001, 108.009))
def test_halves_joined_are_the_grid_again(seed: list[float], at: float) -> None:
    ground = winding(seed)
    again = merged(split_by_line(ground, LineString([(at, 29.99), (at, 30.02)])))
    assert again.symmetric_difference(ground).area < NO_AREA


@few
@given(st.floats(-0.004, 0.004), st.floats(-0.004, 0.004), st.booleans())
def test_a_shifted_border_leaves_no_gap_and_no_overlap(lower: float, upper: float, given_away: bool) -> None:
    code, other = ("east", "west") if given_away else ("west", "east")
    border = [(108.01 + lower, 30.0), (108.01 + upper, 30.01)]
    outer = [(108.02, 30.01), (108.02, 30)] if given_away else [(108, 30.01), (108, 30)]
    changed = given_to_neighbours({"west": WEST, "east": EAST}, code, Polygon([*border, *outer]))
    grids = {"west": WEST, "east": EAST} | changed
    assert shapely.intersection(grids["west"], grids["east"]).area < CRUMB
    assert shapely.union_all(list(grids.values())).symmetric_difference(merged([WEST, EAST])).area < CRUMB
    assert code in changed
    assert set(changed) <= {code, other}


def test_a_line_begun_on_the_border_cuts() -> None:
    left, right = split_by_line(WEST, LineString([(108.004, 30.0), (108.006, 30.01)]))
    assert left.area + right.area == pytest.approx(WEST.area)


@pytest.mark.parametrize(
    "line",
    [
        LineString([(108.005, 29.99), (108.005, 30.005)]),
        LineString([(108.01, 29.99), (108.01, 30.02)]),
        LineString([(107, 29), (107, 31)]),
    ],
)
def test_a_line_that_does_not_cross_cuts_nothing(line: LineString) -> None:
    with pytest.raises(RedrawRefused, match="line_does_not_cross"):
        split_by_line(WEST, line)


def test_a_part_apart_falls_to_the_nearer_half() -> None:
    island = translate(WEST, xoff=0.02)
    left, right = split_by_line(
        MultiPolygon([WEST, island]), LineString([(108.005, 29.99), (108.005, 30.02)])
    )
    assert isinstance(right, MultiPolygon)
    assert right.bounds[2] == island.bounds[2]
    assert left.bounds[2] == 108.005


def test_grids_that_touch_in_a_corner_are_not_joined() -> None:
    with pytest.raises(RedrawRefused, match="not_adjacent"):
        merged([WEST, translate(WEST, xoff=0.01, yoff=0.01)])
    chain = [WEST, translate(WEST, xoff=0.02), EAST]
    assert merged(chain).equals(box(108, 30, 108.03, 30.01))


def test_ground_nobody_borders_on_is_left_to_nobody() -> None:
    smaller = box(108.002, 30, 108.01, 30.01)
    assert given_to_neighbours({"west": WEST, "east": EAST}, "west", smaller) == {"west": smaller}


def test_a_neighbour_is_not_eaten_up() -> None:
    with pytest.raises(RedrawRefused) as refused:
        given_to_neighbours({"west": WEST, "east": EAST}, "west", box(108, 30, 108.03, 30.01))
    assert (refused.value.reason, refused.value.code) == ("nothing_left", "east")


def test_a_vertex_on_the_border_is_taken_over_without_moving_it() -> None:
    left, right = split_by_line(WEST, LineString([(107.99, 30.003), (108.02, 30.007)]))
    knit = knitted(EAST, [left, right])
    assert knit.symmetric_difference(EAST).area < NO_AREA
    assert len(knit.exterior.coords) == len(EAST.exterior.coords) + 1
    assert shapely.coverage_is_valid([left, right, knit])
    assert knitted(EAST, [WEST]) is EAST
    assert knitted(EAST, []) is EAST


def test_a_new_grid_gets_what_nobody_has() -> None:
    assert left_over([WEST], box(108.005, 30, 108.015, 30.01)).equals(box(108.01, 30, 108.015, 30.01))
