"""605 grids of one real district, as dirty as real partitions are."""

import json
import os
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import shapely
from shapely.geometry import shape

from gis.geojson import simplify_coverage
from gis.grid_index import GridIndex
from gis.validate import Feature, examine

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def shapes() -> list[Feature]:
    text = (Path(os.environ["WANGGE_TEST_SHARED"]) / "data" / "grids" / "xihu_grids_605.geojson").read_text(
        encoding="utf-8"
    )
    return [
        Feature(
            code=row["properties"]["XZQHBM"],
            name=row["properties"]["XZQHBM"],
            geometry=shape(row["geometry"]),
        )
        for row in json.loads(text)["features"]
    ]


@pytest.fixture(scope="module")
def grids(shapes: list[Feature]) -> list[Feature]:
    return [shape for shape in shapes if shape.code]


def test_nine_shapes_without_a_code_one_touching_ring_and_four_overlaps_are_told(
    shapes: list[Feature],
) -> None:
    findings = examine(shapes)
    assert len(shapes) == 605
    assert {finding.level for finding in findings} == {"warning"}
    assert Counter(finding.kind for finding in findings) == {
        "missing_code": 9,
        "touching_ring": 1,
        "overlap": 4,
    }


def test_a_point_within_each_grid_is_found_in_it_or_in_one_that_overlaps_it(grids: list[Feature]) -> None:
    index = GridIndex([grid.code for grid in grids], [grid.geometry for grid in grids])
    points = shapely.get_coordinates([grid.geometry.representative_point() for grid in grids])
    found = index.locate_many(points[:, 0], points[:, 1])
    overlapping = {frozenset((finding.code, finding.other)) for finding in examine(grids)}
    elsewhere = [(grid.code, code) for grid, code in zip(grids, found, strict=True) if grid.code != code]
    assert all(frozenset(pair) in overlapping for pair in elsewhere)


def test_simplifying_keeps_every_grid_and_nearly_all_of_its_area(grids: list[Feature]) -> None:
    shapes = [grid.geometry for grid in grids]
    simple = simplify_coverage(shapes, tolerance_m=5)
    assert np.all(shapely.is_valid(simple) | ~shapely.is_valid(shapes))
    before, after = shapely.area(shapes), shapely.area(simple)
    assert after.sum() == pytest.approx(before.sum(), rel=1e-3)
    assert np.all(after > 0.5 * before)
    assert shapely.get_num_coordinates(simple).sum() < shapely.get_num_coordinates(shapes).sum()
