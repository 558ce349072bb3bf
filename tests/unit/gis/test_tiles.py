"""Tiles: what is in them, what the bad grids of the world do to them, and addresses that do not exist."""

from __future__ import annotations

import gzip
import math

import mapbox_vector_tile  # type: ignore[import-untyped]
import pytest
import shapely
from shapely import MultiPolygon, Polygon, box
from shapely.geometry.base import BaseGeometry

from gis.generalise import generalise, on_square
from gis.tiles import EXTENT, FEW_GRIDS, GRIDS_FROM_ZOOM, Ground, Tile

VILLAGE = "509901101001"
WEST, EAST = box(108.00, 30.00, 108.01, 30.01), box(108.01, 30.00, 108.02, 30.01)


def decoded(ground: Ground, tile: Tile) -> dict[str, dict[int, BaseGeometry]]:
    layers = mapbox_vector_tile.decode(ground.encoded(tile), default_options={"y_coord_down": True})
    return {
        name: {feature["id"]: shapely.geometry.shape(feature["geometry"]) for feature in layer["features"]}
        for name, layer in layers.items()
    }


def tile_at(lon: float, lat: float, zoom: int) -> Tile:
    [[x, y]] = shapely.get_coordinates(on_square([shapely.Point(lon, lat)])).tolist()
    return Tile(zoom, math.floor(x * 2**zoom), math.floor(y * 2**zoom))


def two() -> Ground:
    return Ground([f"{VILLAGE}001", f"{VILLAGE}002"], [WEST, EAST])


def many() -> Ground:
    """More grids than are drawn from afar, in two villages."""
    side = math.isqrt(FEW_GRIDS) + 1
    cells = [(column, row) for column in range(side) for row in range(side)]
    codes = [f"{VILLAGE[:-1]}{1 + number // 999}{number % 999 + 1:03}" for number in range(len(cells))]
    outlines = [box(108 + x / 500, 30 + y / 500, 108 + (x + 1) / 500, 30 + (y + 1) / 500) for x, y in cells]
    return Ground(codes, outlines)


def test_a_feature_is_known_by_the_position_of_its_code() -> None:
    layers = decoded(two(), tile_at(108.01, 30.005, 14))
    assert set(layers["grids"]) == {0, 1}
    assert layers["grids"][0].centroid.x < layers["grids"][1].centroid.x


def test_a_border_stays_one_line_through_every_zoom() -> None:
    ground = two()
    for zoom in range(10, 17):
        layers = decoded(ground, tile_at(108.0099, 30.005, zoom))
        west, east = layers["grids"][0], layers["grids"][1]
        assert west.intersection(east).area == 0
        assert west.distance(east) == 0


def test_a_tile_holds_no_name_and_no_code() -> None:
    raw = two().encoded(tile_at(108.005, 30.005, 13))
    assert VILLAGE.encode() not in raw


def test_from_afar_many_grids_are_villages() -> None:
    ground = many()
    afar = decoded(ground, tile_at(108.03, 30.03, GRIDS_FROM_ZOOM - 1))
    near = decoded(ground, tile_at(108.03, 30.03, GRIDS_FROM_ZOOM))
    assert set(afar) == {"villages", "village_labels"}
    assert set(afar["villages"]) <= {0, 1}
    assert set(near) == {"grids", "grid_labels", "village_labels"}


def test_few_grids_are_grids_from_everywhere() -> None:
    assert set(decoded(two(), tile_at(108.01, 30.005, 9))) >= {"grid_labels", "village_labels"}
    assert two().shows_grids(0)
    assert not many().shows_grids(0)


def test_a_label_stands_once_and_inside_its_grid() -> None:
    ground = two()
    seen: list[int] = []
    for tile in ground.tiles(to_zoom=15):
        if tile.zoom == 15:
            layers = decoded(ground, tile)
            for position, place in layers.get("grid_labels", {}).items():
                seen.append(position)
                assert layers["grids"][position].contains(place)
    assert sorted(seen) == [0, 1]


def test_a_shape_is_cut_at_the_tile_and_a_margin() -> None:
    left, top, right, bottom = decoded(two(), tile_at(108.005, 30.005, 16))["grids"][0].bounds
    assert min(left, top) >= -EXTENT / 16
    assert max(right, bottom) <= EXTENT * 17 / 16


def test_tiles_are_those_with_something_in_them() -> None:
    tiles = list(two().tiles(to_zoom=12))
    assert Tile(0, 0, 0) in tiles
    assert {tile for tile in tiles if tile.zoom == 12} == {
        tile_at(lon, lat, 12) for lon in (108.0, 108.0199) for lat in (30.0001, 30.0099)
    }
    assert list(Ground([], []).tiles(to_zoom=12)) == []


def test_beside_the_grids_a_tile_is_empty() -> None:
    assert two().encoded(Tile(12, 0, 0)) == b""


@pytest.mark.parametrize(
    "address", [(-1, 0, 0), (17, 0, 0), (3, 8, 0), (3, 0, 8), (3, -1, 0), (0, 0, 1), (10**6, 0, 0)]
)
def test_a_tile_out_of_range_does_not_exist(address: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="no such tile"):
        Tile(*address)


def circle(vertices: int) -> Polygon:
    angles = [2 * math.pi * number / vertices for number in range(vertices)]
    return Polygon([(108.005 + 0.004 * math.cos(a), 30.005 + 0.004 * math.sin(a)) for a in angles])


BAD: dict[str, BaseGeometry] = {
    "crosses itself": Polygon([(108, 30), (108.01, 30.01), (108.01, 30), (108, 30.01)]),
    "empty": Polygon(),
    "of a hundred thousand vertices": circle(100_000),
    "with heights": Polygon([(108, 30, 5), (108.01, 30, 5), (108.01, 30.01, 9)]),
    "over its neighbour": box(108.005, 30.0, 108.015, 30.01),
    "in parts": MultiPolygon([box(108, 30, 108.002, 30.002), box(108.006, 30.006, 108.01, 30.01)]),
    "a speck": box(108, 30, 108.000001, 30.000001),
}


@pytest.mark.parametrize("shape", BAD.values(), ids=BAD)
def test_a_bad_shape_spoils_no_tile(shape: BaseGeometry) -> None:
    ground = Ground([f"{VILLAGE}001", f"{VILLAGE}002"], [shape, EAST])
    for zoom in range(9, 17):
        tile = tile_at(108.015, 30.005, zoom)
        assert 1 in decoded(ground, tile)["grids"]
        assert len(gzip.compress(ground.encoded(tile))) < 5_000
    assert len(list(ground.tiles(to_zoom=10))) > 0


def test_a_zoom_needs_few_vertices() -> None:
    simple = generalise(on_square([circle(100_000)]), zoom=10)
    assert shapely.get_num_coordinates(simple[0]) < 200
