"""What is found wrong with a file of grids."""

import math

import pytest
from shapely import LineString, MultiPolygon, Point, Polygon, box
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


def test_an_overlap_is_a_warning_with_both_codes_and_its_area() -> None:
    later, earlier = grid(box(108.009, 30, 108.02, 30.01), "500233001001002"), grid()
    (finding,) = examine([later, earlier])
    assert (finding.level, finding.kind) == ("warning", "overlap")
    assert (finding.code, finding.other) == (HERE, "500233001001002")
    assert finding.square_metres == pytest.approx(area_m2(box(108.009, 30, 108.01, 30.01)), rel=1e-4)


def test_an_overlap_below_a_square_metre_is_told_without_a_figure() -> None:
    hair = 0.5 / 1_108.5 / 96_480  # half a square metre along a border of 1,108.5 m
    (finding,) = examine([grid(), grid(box(108.01 - hair, 30, 108.02, 30.01), "500233001001002")])
    assert "重叠不足 1 平方米" in finding.message.replace(" 不", "不")
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
        ("warning", "overlap"),
    ]


def test_every_grid_without_comparable_geometry_leaves_nothing_to_compare() -> None:
    assert [finding.kind for finding in examine([grid(None)])] == ["empty"]


def test_a_grid_whose_geometry_is_wrong_is_not_compared_with_others() -> None:
    bow = Polygon([(108, 30), (108.01, 30.01), (108.01, 30), (108, 30.01)])
    assert [finding.kind for finding in examine([grid(bow), grid(code="500233001001002")])] == [
        "invalid_ring"
    ]
