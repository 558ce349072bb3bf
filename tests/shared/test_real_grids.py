"""605 grids of one real district, as dirty as real partitions are."""

import json
import os
from collections import Counter
from pathlib import Path

import mapbox_vector_tile  # type: ignore[import-untyped]
import numpy as np
import pytest
import shapely
from shapely.geometry import shape

from gis.generalise import generalise, on_square
from gis.grid_index import GridIndex
from gis.tiles import Ground
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


def test_what_is_wrong_with_a_real_partition_is_told_by_kind(shapes: list[Feature]) -> None:
    findings = examine(shapes)
    assert len(shapes) == 605
    assert Counter((finding.level, finding.kind) for finding in findings) == {
        ("warning", "missing_code"): 9,
        ("warning", "touching_ring"): 1,
        ("warning", "sliver"): 6,
        ("error", "gap"): 4,
        ("warning", "across_villages"): 11,
    }
    largest = max(finding.square_metres or 0 for finding in findings)
    assert largest == pytest.approx(6_781_378, rel=1e-3), "西湖"


def test_a_point_within_each_grid_is_found_in_it_or_in_one_that_overlaps_it(grids: list[Feature]) -> None:
    index = GridIndex([grid.code for grid in grids], [grid.geometry for grid in grids])
    points = shapely.get_coordinates([grid.geometry.representative_point() for grid in grids])
    found = index.locate_many(points[:, 0], points[:, 1])
    overlapping = {frozenset((finding.code, finding.other)) for finding in examine(grids)}
    elsewhere = [(grid.code, code) for grid, code in zip(grids, found, strict=True) if grid.code != code]
    assert all(frozenset(pair) in overlapping for pair in elsewhere)


def test_simplifying_keeps_every_grid_and_nearly_all_of_its_area(grids: list[Feature]) -> None:
    shapes = on_square([grid.geometry for grid in grids])
    simple = generalise(shapes, zoom=14)
    before, after = shapely.area(shapes), shapely.area(simple)
    assert after.sum() == pytest.approx(before.sum(), rel=1e-3)
    assert np.all(after > 0.5 * before)
    assert shapely.get_num_coordinates(simple).sum() < shapely.get_num_coordinates(shapes).sum()


def test_every_real_grid_is_drawn_and_has_one_label(grids: list[Feature]) -> None:
    in_order = sorted(grids, key=lambda grid: grid.code)
    ground = Ground([grid.code for grid in in_order], [grid.geometry for grid in in_order])
    drawn: set[int] = set()
    labels: Counter[int] = Counter()
    for tile in ground.tiles(to_zoom=13):
        layers = mapbox_vector_tile.decode(ground.encoded(tile))
        if tile.zoom == 13:
            drawn |= {feature["id"] for feature in layers["grids"]["features"]}
            labels.update(
                feature["id"] for feature in layers.get("grid_labels", {"features": []})["features"]
            )
    everything = range(len(grids))
    assert drawn == set(everything)
    assert labels == Counter(everything)
