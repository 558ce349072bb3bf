"""A small base map as a file, for tests: four images that are no images."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

TILES = {
    (1, 0, 0): b"north west",
    (1, 1, 0): b"north east",
    (1, 0, 1): b"south west",
    (2, 3, 1): b"further in",
}
"""By zoom, x and y, counted from the north."""


def mbtiles(folder: Path, *, said: dict[str, str] | None = None) -> Path:
    """An MBTiles file whose metadata also say what is `said`."""
    path = folder / "map.mbtiles"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE metadata (name text, value text)")
        connection.execute(
            "CREATE TABLE tiles (zoom_level int, tile_column int, tile_row int, tile_data blob)"
        )
        given = {"format": "png", "bounds": "107.9,30.1,108.2,30.5"} | (said or {})
        connection.executemany("INSERT INTO metadata VALUES (?, ?)", given.items())
        connection.executemany(
            "INSERT INTO tiles VALUES (?, ?, ?, ?)",
            [(zoom, x, 2**zoom - 1 - y, image) for (zoom, x, y), image in TILES.items()],
        )
    return path


def pmtiles(folder: Path, *, kind: TileType = TileType.PNG) -> Path:
    """A PMTiles file of a kind of tile."""
    path = folder / "map.pmtiles"
    with path.open("wb") as file:
        writer = Writer(file)  # type: ignore[no-untyped-call]
        for number, image in sorted((zxy_to_tileid(*place), image) for place, image in TILES.items()):
            writer.write_tile(number, image)  # type: ignore[no-untyped-call]
        writer.finalize(  # type: ignore[no-untyped-call]
            {
                "tile_type": kind,
                "tile_compression": Compression.NONE,
                "min_lon_e7": 1_079_000_000,
                "min_lat_e7": 301_000_000,
                "max_lon_e7": 1_082_000_000,
                "max_lat_e7": 305_000_000,
            },
            {},
        )
    return path
