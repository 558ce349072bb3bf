"""Raster archives give their images by z, x, y from the north, and say in words what is wrong with a file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from pmtiles.tile import TileType

from gis.tile_archives import TileArchive, open_archive
from tests.tile_archives import TILES, mbtiles, pmtiles


@pytest.fixture(params=[mbtiles, pmtiles])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> TileArchive:
    return open_archive(request.param(tmp_path))


def test_every_tile_is_the_one_of_its_place(archive: TileArchive) -> None:
    assert {place: archive.tile(*place) for place in TILES} == TILES


def test_an_archive_says_its_zooms_its_bounds_and_its_kind_of_image(archive: TileArchive) -> None:
    assert (archive.min_zoom, archive.max_zoom) == (1, 2)
    assert archive.bounds == (107.9, 30.1, 108.2, 30.5)
    assert archive.image_type == "image/png"


@pytest.mark.parametrize(
    "place", [(1, 1, 1), (2, 4, 0), (2, 0, 4), (2, -1, 0), (-1, 0, 0), (40, 0, 0), (0, 0, 0), (22, 5, 5)]
)
def test_there_is_no_tile_out_of_range_or_where_none_was_drawn(
    archive: TileArchive, place: tuple[int, int, int]
) -> None:
    assert archive.tile(*place) is None


@pytest.mark.parametrize(("written", "image_type"), [("jpg", "image/jpeg"), ("webp", "image/webp")])
def test_other_images_are_served_as_what_they_are(tmp_path: Path, written: str, image_type: str) -> None:
    assert open_archive(mbtiles(tmp_path, said={"format": written})).image_type == image_type


@pytest.mark.parametrize("bounds", ["", "x,y", "nan,0,1,1", "5,5,4,4"])
def test_bounds_that_are_none_are_not_taken(tmp_path: Path, bounds: str) -> None:
    assert open_archive(mbtiles(tmp_path, said={"bounds": bounds})).bounds is None


def test_vector_tiles_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="矢量瓦片不支持"):
        open_archive(mbtiles(tmp_path, said={"format": "pbf"}))
    with pytest.raises(ValueError, match="矢量瓦片不支持"):
        open_archive(pmtiles(tmp_path, kind=TileType.MVT))


def test_a_file_that_is_missing_or_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="没有这个底图文件"):
        open_archive(tmp_path / "none.mbtiles")
    with pytest.raises(ValueError, match=r"须是 \.mbtiles"):
        open_archive(tmp_path / "map.tif")


@pytest.mark.parametrize("content", [b"", b"not an archive", b"PMTiles\x03", b"PMTiles\x02" + b"\0" * 200])
@pytest.mark.parametrize("name", ["map.mbtiles", "map.pmtiles"])
def test_a_damaged_file_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ValueError, match="读不了"):
        open_archive(path)


@pytest.mark.parametrize("kept", [100, 130])
def test_a_file_cut_short_is_refused(tmp_path: Path, kept: int) -> None:
    path = pmtiles(tmp_path)
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(ValueError, match="读不了"):
        open_archive(path)


def test_an_empty_mbtiles_file_is_refused(tmp_path: Path) -> None:
    path = mbtiles(tmp_path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM tiles")
    with pytest.raises(ValueError, match="底图文件里不是"):
        open_archive(path)
