"""A base map as one file: raster tiles in an MBTiles or PMTiles archive, read where it lies, never unpacked."""

from __future__ import annotations

import math
import sqlite3
import zlib
from contextlib import closing
from pathlib import Path
from typing import Any, Literal, Protocol
from urllib.parse import quote

from pmtiles.reader import MmapSource, Reader
from pmtiles.tile import Compression, MagicNumberNotFound, SpecVersionUnsupported, TileType

from gis.basemaps import Bounds

ImageType = Literal["image/png", "image/jpeg", "image/webp"]

_FARTHEST_IN = 22
_MBTILES_IMAGES: dict[str, ImageType] = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
}
_PMTILES_IMAGES: dict[TileType, ImageType] = {
    TileType.PNG: "image/png",
    TileType.JPEG: "image/jpeg",
    TileType.WEBP: "image/webp",
}
# What the library lets through when a file is something else, empty, or cut short.
_PMTILES_ERRORS = (
    MagicNumberNotFound,
    SpecVersionUnsupported,
    ValueError,
    IndexError,
    EOFError,
    OSError,
    zlib.error,
)
_NOT_RASTER = "底图文件里不是 PNG、JPEG 或 WebP 图片（矢量瓦片不支持）"
_BROKEN = "底图文件读不了，可能不完整"


class TileArchive(Protocol):
    """Images of one type for whole zooms and, where the file says so, within bounds (its own datum)."""

    image_type: ImageType
    min_zoom: int
    max_zoom: int
    bounds: Bounds | None

    def tile(self, zoom: int, x: int, y: int) -> bytes | None:
        """Return the image of a tile, y counted from the north; None where the archive has none."""


def open_archive(path: Path) -> TileArchive:
    """打开底图文件：read what `path` (.mbtiles or .pmtiles) says of itself.

    Raises ValueError, with a sentence for an operator, for a file that is missing, damaged or holds no images.
    """
    kinds: dict[str, type[_MBTiles] | type[_PMTiles]] = {".mbtiles": _MBTiles, ".pmtiles": _PMTiles}
    kind = kinds.get(path.suffix.lower())
    if kind is None:
        raise ValueError(f"底图文件须是 .mbtiles 或 .pmtiles：{path.name}")
    if not path.is_file():
        raise ValueError(f"没有这个底图文件：{path}")
    return kind(path)


class _MBTiles:
    """An SQLite file; its rows are counted from the south."""

    def __init__(self, path: Path) -> None:
        self._address = f"file:{quote(str(path.absolute()))}?mode=ro"
        try:
            with closing(self._connected()) as connection:
                said = dict(connection.execute("SELECT name, value FROM metadata"))
                # Some writers leave the zooms out, and a wrong one would ask for tiles that are not there.
                zooms = connection.execute("SELECT min(zoom_level), max(zoom_level) FROM tiles").fetchone()
        except sqlite3.Error as error:
            raise ValueError(f"{_BROKEN}：{path.name}") from error
        image_type = _MBTILES_IMAGES.get(str(said.get("format", "")).lower())
        if image_type is None or zooms[0] is None:
            raise ValueError(f"{_NOT_RASTER}：{path.name}")
        self.image_type: ImageType = image_type
        self.min_zoom, self.max_zoom = (int(zoom) for zoom in zooms)
        self.bounds = _said_bounds(said.get("bounds"))

    def tile(self, zoom: int, x: int, y: int) -> bytes | None:
        if not _exists(zoom, x, y):
            return None
        asked = (zoom, x, 2**zoom - 1 - y)
        with closing(self._connected()) as connection:
            row = connection.execute(
                "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?", asked
            ).fetchone()
        return None if row is None else bytes(row[0])

    def _connected(self) -> sqlite3.Connection:
        # One for each request: a connection belongs to its thread, and opening a file costs less than a tile.
        return sqlite3.connect(self._address, uri=True)


class _PMTiles:
    """One file of directories and tiles, mapped into memory."""

    def __init__(self, path: Path) -> None:
        try:
            with path.open("rb") as file:
                self._reader = Reader(MmapSource(file))  # type: ignore[no-untyped-call]
            header: dict[str, Any] = self._reader.header()  # type: ignore[no-untyped-call]
            self._reader.get(header["min_zoom"], 0, 0)  # type: ignore[no-untyped-call]
        except _PMTILES_ERRORS as error:
            raise ValueError(f"{_BROKEN}：{path.name}") from error
        image_type = _PMTILES_IMAGES.get(header["tile_type"])
        if image_type is None or header["tile_compression"] not in (Compression.NONE, Compression.UNKNOWN):
            raise ValueError(f"{_NOT_RASTER}：{path.name}")
        self.image_type: ImageType = image_type
        self.min_zoom, self.max_zoom = header["min_zoom"], header["max_zoom"]
        corners = tuple(
            header[name] / 1e7 for name in ("min_lon_e7", "min_lat_e7", "max_lon_e7", "max_lat_e7")
        )
        self.bounds = _said_bounds(",".join(map(str, corners)))

    def tile(self, zoom: int, x: int, y: int) -> bytes | None:
        if not _exists(zoom, x, y):
            return None
        image: bytes | None = self._reader.get(zoom, x, y)  # type: ignore[no-untyped-call]
        return image


def _exists(zoom: int, x: int, y: int) -> bool:
    return 0 <= zoom <= _FARTHEST_IN and 0 <= x < 2**zoom and 0 <= y < 2**zoom


def _said_bounds(said: object) -> Bounds | None:
    """Return the bounds a file states as "west,south,east,north"; None where they are none."""
    try:
        west, south, east, north = (float(part) for part in str(said).split(","))
    except ValueError:
        return None
    bounds = (west, south, east, north)
    return bounds if all(map(math.isfinite, bounds)) and west < east and south < north else None
