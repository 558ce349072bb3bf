"""What is found wrong with a file of grids."""

import math

import numpy as np
import pytest
import shapely
from shapely import GeometryCollection, LineString, MultiPolygon, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from gis.measure import area_m2
from gis.validate import Feature, examine

HERE = "500233001001001"
SQUARE = box(108, 30, 108.01, 30.01)


def grid(geometry: BaseGeometry | None = SQUARE, code: str = HERE) -> Feature:
    return Feature(code=code, name=f"第{code[-1:]}网格", geometry=geometry)


def test_a_clean_partition_has_nothing_to_tell() -> None:
    east = grid(box(108.01, 30, 108.02, 30.01), "500233001001002")
    assert examine([grid(), east]) == ()
    assert examine([]) == ()


@pytest.mark.parametrize(
    "code", ["50023300100100", "5002330010010011", "50023300100100A", "５００２３３００１００１００１"]
)
def test_a_code_that_is_not_fifteen_digits_is_an_error(code: str) -> None:
    (finding,) = examine([grid(code=code)])
    assert (finding.level, finding.kind, finding.code) == ("error", "malformed_code", code)


def test_a_code_given_twice_is_told_at_each_of_its_grids() -> None:
    findings = examine([grid(), grid(box(109, 30, 109.01, 30.01))])
    assert [(finding.kind, finding.level) for finding in findings] == [("duplicate_code", "error")] * 2
    assert "出现了 2 次" in findings[0].message


@pytest.mark.parametrize(
    ("geometry", "kind"),
    [
        (None, "empty"),
        (Polygon(), "empty"),
        (Point(108, 30), "not_polygonal"),
        (LineString([(108, 30), (108.01, 30.01)]), "not_polygonal"),
        (box(500_000, 3_300_000, 500_100, 3_300_100), "out_of_range"),
        (box(30, 108, 30.01, 108.01), "out_of_range"),
        (Polygon([(108, 30), (math.inf, 30), (108.01, 30.01)]), "out_of_range"),
    ],
)
def test_a_geometry_that_cannot_hold_places_is_an_error(geometry: BaseGeometry | None, kind: str) -> None:
    (finding,) = examine([grid(geometry)])
    assert (finding.level, finding.kind, finding.square_metres) == ("error", kind, None)
    assert "第1网格" in finding.message


@pytest.mark.parametrize(
    ("geometry", "reason"),
    [
        (
            Polygon([(108, 30), (108.01, 30.01), (108.01, 30), (108, 30.01)]),
            "边界自相交（经度 108.005000，纬度 30.005000 附近）",
        ),
        (Polygon(SQUARE.exterior, [box(109, 30, 109.01, 30.01).exterior]), "内洞在外边界之外"),
        (MultiPolygon([SQUARE, box(108.002, 30.002, 108.004, 30.004)]), "互相嵌套"),
    ],
)
def test_an_invalid_ring_is_told_with_its_reason_in_chinese(geometry: BaseGeometry, reason: str) -> None:
    (finding,) = examine([grid(geometry)])
    assert (finding.level, finding.kind) == ("error", "invalid_ring")
    assert reason in finding.message


def test_an_overlap_is_an_error_with_both_codes_and_its_area() -> None:
    later, earlier = grid(box(108.009, 30, 108.02, 30.01), "500233001001002"), grid()
    (finding,) = examine([later, earlier])
    assert (finding.level, finding.kind) == ("error", "overlap")
    assert (finding.code, finding.other) == (HERE, "500233001001002")
    assert finding.square_metres == pytest.approx(area_m2(box(108.009, 30, 108.01, 30.01)), rel=1e-4)


def test_an_overlap_thinner_than_a_metre_is_a_sliver_and_a_warning() -> None:
    hair = 0.5 / 1_108.5 / 96_480  # half a square metre along a border of 1,108.5 m
    (finding,) = examine([grid(), grid(box(108.01 - hair, 30, 108.02, 30.01), "500233001001002")])
    assert (finding.level, finding.kind) == ("warning", "sliver")
    assert "窄条重叠 不足 1 平方米" in finding.message
    assert finding.square_metres == pytest.approx(0.5, rel=1e-2)


def test_an_overlap_as_small_as_rounding_makes_is_left_alone() -> None:
    assert examine([grid(), grid(box(108.01 - 1e-15, 30, 108.02, 30.01), "500233001001002")]) == ()


def test_a_shape_without_a_code_is_told_as_left_out_and_not_compared() -> None:
    findings = examine([grid(code=""), grid(), grid(code="")])
    assert [(finding.level, finding.kind) for finding in findings] == [("warning", "missing_code")] * 2


def test_a_ring_that_touches_itself_is_a_warning_and_is_still_compared() -> None:
    touching = Polygon([(108, 30), (108.01, 30), (108.01, 30.01), (108.005, 30), (108, 30.01)])
    findings = examine([grid(touching), grid(code="500233001001002")])
    assert [(finding.level, finding.kind) for finding in findings] == [
        ("warning", "touching_ring"),
        ("error", "overlap"),
    ]


def test_every_grid_without_comparable_geometry_leaves_nothing_to_compare() -> None:
    assert [finding.kind for finding in examine([grid(None)])] == ["empty"]


def test_a_grid_whose_geometry_is_wrong_is_not_compared_with_others() -> None:
    bow = Polygon([(108, 30), (108.01, 30.01), (108.01, 30), (108, 30.01)])
    assert [finding.kind for finding in examine([grid(bow), grid(code="500233001001002")])] == [
        "invalid_ring"
    ]


WEST, EAST, SOUTH, NORTH = (
    box(108, 30, 108.01, 30.03),
    box(108.02, 30, 108.03, 30.03),
    box(108.01, 30, 108.02, 30.01),
    box(108.01, 30.02, 108.02, 30.03),
)
HOLE = box(108.01, 30.01, 108.02, 30.02)


def ring() -> list[Feature]:
    """Four grids around a square of nobody."""
    return [grid(shape, f"50023300100100{at}") for at, shape in enumerate((WEST, EAST, SOUTH, NORTH), 1)]


def test_a_gap_is_told_with_the_grids_around_it_and_its_area() -> None:
    (finding,) = examine(ring())
    assert (finding.level, finding.kind, finding.code) == ("error", "gap", HERE)
    assert finding.around == tuple(feature.code for feature in ring())
    assert finding.square_metres == pytest.approx(area_m2(HOLE), rel=1e-4)
    assert finding.place is not None
    assert finding.place.symmetric_difference(HOLE).area < 1e-12
    assert "等 4 个网格之间有空隙" in finding.message


def test_what_is_allowed_is_told_as_a_warning() -> None:
    assert [finding.level for finding in examine(ring(), allow=frozenset({"gap"}))] == ["warning"]
    assert [finding.level for finding in examine(ring(), allow=frozenset({"overlap"}))] == ["error"]
    bow = Polygon([(108, 30), (108.01, 30.01), (108.01, 30), (108, 30.01)])
    (finding,) = examine([grid(bow)], allow=frozenset({"invalid_ring"}))
    assert finding.level == "error", "what cannot be taken in cannot be allowed"


@pytest.mark.parametrize("closed", [True, False], ids=["closed", "open to the outside"])
def test_a_gap_thinner_than_a_metre_is_a_sliver_and_a_warning(closed: bool) -> None:
    crack = 0.4 / 96_480  # degrees of longitude in 0.4 m
    east = grid(box(108.01 + crack, 30, 108.02, 30.01), "500233001001002")
    lid = grid(box(108, 30.01, 108.02, 30.02), "500233001001003")
    floor = grid(box(108, 29.99, 108.02, 30), "500233001001004")
    (finding,) = examine([grid(), east, lid, floor] if closed else [grid(), east, lid])
    assert (finding.level, finding.kind) == ("warning", "sliver")
    assert finding.square_metres == pytest.approx(0.4 * 1_108.5, rel=1e-2)


def test_overlaps_and_gaps_are_found_beside_grids_that_fit_exactly() -> None:
    """Counted again by plain geometry: what grids cover twice, and what they leave inside their frame."""
    chance = np.random.default_rng(7)
    shapes = [
        box(108 + x / 100, 30 + y / 100, 108.01 + x / 100, 30.01 + y / 100)
        for x in range(6)
        for y in range(6)
    ]
    for at in (7, 14, 16, 28):  # none at the edge, so that the frame stays closed
        corners = shapely.get_coordinates(shapes[at])[:-1]
        shapes[at] = Polygon(corners + chance.uniform(-0.0005, 0.0005, corners.shape))
    found = examine([grid(shape, f"5002330010010{at:02}") for at, shape in enumerate(shapes)])
    told = {
        kind: sum(each.square_metres or 0 for each in found if each.kind == kind)
        for kind in ("overlap", "gap")
    }
    covered = shapely.union_all(shapes)
    never = sum(area_m2(Polygon(hole)) for hole in covered.interiors)
    twice = sum(area_m2(shape) for shape in shapes) - area_m2(covered)
    assert told["gap"] == pytest.approx(never, rel=1e-3)
    assert told["overlap"] == pytest.approx(twice, rel=1e-3)


def test_only_what_touches_the_grids_drawn_is_told_not_what_was_wrong_around_them() -> None:
    west, *others = ring()
    far_overlap = [
        grid(box(109, 30, 109.02, 30.01), "500233002001001"),
        grid(box(109.01, 30, 109.03, 30.01), "500233002001002"),
    ]
    assert [finding.kind for finding in examine([west], around=[*others, *far_overlap])] == ["gap"]
    aside = grid(box(107.99, 30, 108, 30.03), "500233001001009")
    assert examine([aside], around=ring()) == ()
    wider = grid(box(108, 30, 108.011, 30.03), HERE)
    assert {(finding.kind, finding.other) for finding in examine([wider], around=ring())} == {
        ("gap", None),
        ("overlap", "500233001001003"),
        ("overlap", "500233001001004"),
    }, "the outline in force of a grid drawn anew is not compared with it"


def test_a_grid_mostly_on_another_villages_grids_lies_across_villages() -> None:
    stranger = grid(box(108.001, 30.001, 108.009, 30.009), "500233001002001")
    found = {finding.kind: finding for finding in examine([stranger], around=[grid()])}
    assert found["across_villages"].level == "error"
    assert "一半以上在 500233001001 的网格里" in found["across_villages"].message
    assert found["overlap"].level == "error"


def test_a_grid_that_touches_only_another_village_is_to_be_looked_at() -> None:
    own = grid(box(108.05, 30, 108.06, 30.01), "500233001002002")
    exclave = grid(box(108.01, 30, 108.02, 30.01), "500233001002001")
    (finding,) = examine([grid(), own, exclave])
    assert (finding.level, finding.kind, finding.code) == ("warning", "across_villages", "500233001002001")
    assert examine([grid(), exclave]) == (), "a village of one grid has no others to touch"


def test_heights_are_left_out_and_said_so() -> None:
    (finding,) = examine([grid(Polygon([(108, 30, 5), (108.01, 30, 5), (108.01, 30.01, 5)]))])
    assert (finding.level, finding.kind) == ("warning", "heights")


def test_polygons_mixed_with_lines_are_told_apart_from_lines() -> None:
    (finding,) = examine([grid(GeometryCollection([SQUARE, LineString([(108, 30), (109, 30)])]))])
    assert (finding.level, finding.kind) == ("error", "not_polygonal")
    assert "混有点或线" in finding.message


def test_a_shape_of_a_hundred_thousand_vertices_is_examined_like_any_other() -> None:
    turn = np.linspace(0, 2 * np.pi, 100_000, endpoint=False)
    reach = 0.05 + 0.005 * np.sin(400 * turn)
    coast = Polygon(np.column_stack([108 + reach * np.cos(turn), 30 + reach * np.sin(turn)]))
    beside = coast.envelope.buffer(0.01).difference(coast)
    assert examine([grid(coast), grid(beside, "500233001001002")]) == ()
