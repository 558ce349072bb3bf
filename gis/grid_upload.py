"""A map as somebody sent it: looked at before any reader of maps opens it, and laid out where one can.

The readers of map formats open far more than maps: a file may name other files, addresses or libraries. So a file is
taken for what its first bytes say, under a name of our own, and whatever could lead elsewhere is refused.
"""

from __future__ import annotations

import io
import re
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from pydantic_core import from_json, to_json

from gis.grid_files import GridFileRefused

MOST_BYTES = 40_000_000
_MOST_UNPACKED = 200_000_000
_PARTS = (".shp", ".dbf", ".shx", ".prj", ".cpg")
_NEEDED = (".shp", ".dbf", ".shx")
_GEOMETRY = ("type", "coordinates", "geometries")
_NOT_A_MAP = "读不懂这个文件：应是 GeoJSON、GeoPackage、KML，或装有一份 Shapefile 的 ZIP。"
# GeoPackage's own index; any other virtual table may open files.
_INDEX = re.compile(r"\busing\s+\"?rtree\"?\s*\(", re.IGNORECASE)
_LETTERS_LOOKED_AT = 4_096
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@contextmanager
def laid_out(content: bytes) -> Iterator[Path]:
    """Yield the path of a file that holds `content`, while the block lasts, for grid_files to read.

    Raises GridFileRefused, with a Chinese reason, for what is none of the formats, for more than MOST_BYTES, and for
    what would lead a reader to other files.
    """
    if len(content) > MOST_BYTES:
        raise GridFileRefused(f"文件超过 {MOST_BYTES // 1_000_000} 兆，请用命令行导入或分成几份。")
    with tempfile.TemporaryDirectory(prefix="wangge-map-") as folder:
        yield _lay(content, Path(folder))


def _lay(content: bytes, folder: Path) -> Path:
    if content.startswith(b"PK\x03\x04"):
        return _lay_shapefile(content, folder)
    if content.startswith(b"SQLite format 3\x00"):
        return _lay_geopackage(content, folder)
    start = content[:_LETTERS_LOOKED_AT].removeprefix(_BYTE_ORDER_MARK).lstrip()
    if start.startswith(b"{"):
        return _lay_geojson(content, folder)
    if start.startswith(b"<") and b"<kml" in start:
        if b"<!DOCTYPE" in content or b"<!ENTITY" in content or b"<NetworkLink" in content:
            raise GridFileRefused("KML 里不能引用别的文件。")
        return _written(folder / "map.kml", content)
    raise GridFileRefused(_NOT_A_MAP)


def _lay_geojson(content: bytes, folder: Path) -> Path:
    """Write the features alone: a reference system may be an address, and not all JSON that has features is a map."""
    try:
        map_ = from_json(content.removeprefix(_BYTE_ORDER_MARK), allow_inf_nan=False)
        features = [_plain(feature) for feature in map_["features"]]
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError) as error:
        raise GridFileRefused("GeoJSON 文件不完整，或者不是 FeatureCollection。") from error
    content = to_json({"type": "FeatureCollection", "features": features}, inf_nan_mode="constants")
    return _written(folder / "map.geojson", content)


def _plain(feature: dict[str, Any]) -> dict[str, Any]:
    geometry = feature.get("geometry")
    if geometry is not None:
        geometry = {part: geometry[part] for part in _GEOMETRY if part in geometry}
    return {"type": "Feature", "properties": feature.get("properties") or {}, "geometry": geometry}


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def _lay_shapefile(content: bytes, folder: Path) -> Path:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            inside = [each for each in archive.infolist() if not _is_litter(each)]
            if sum(each.file_size for each in inside) > _MOST_UNPACKED:
                raise GridFileRefused("ZIP 解开后太大。")
            for part, each in _parts(inside).items():
                _written(folder / f"map{part}", archive.read(each))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise GridFileRefused("ZIP 文件坏了，或者加了密码。") from error
    return folder / "map.shp"


def _is_litter(each: zipfile.ZipInfo) -> bool:
    return each.is_dir() or each.filename.startswith("__MACOSX/")


def _parts(inside: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    found = {part: [each for each in inside if each.filename.lower().endswith(part)] for part in _PARTS}
    if len(found[".shp"]) != 1:
        raise GridFileRefused("ZIP 里应当正好有一份 Shapefile（.shp、.dbf、.shx）。")
    absent = [part for part in _NEEDED if len(found[part]) != 1]
    if absent:
        raise GridFileRefused(f"ZIP 里缺少 {'、'.join(absent)}。")
    return {part: files[0] for part, files in found.items() if files}


def _lay_geopackage(content: bytes, folder: Path) -> Path:
    path = _written(folder / "map.gpkg", content)
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            rows = database.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
    except sqlite3.DatabaseError as error:
        raise GridFileRefused("GeoPackage 文件坏了。") from error
    if "gpkg_contents" not in {name for _, name, _ in rows}:
        raise GridFileRefused("这个 SQLite 文件不是 GeoPackage。")
    if any(_leads_elsewhere(kind, sql or "") for kind, _, sql in rows):
        raise GridFileRefused("GeoPackage 里只能有普通的表。")
    return path


def _leads_elsewhere(kind: str, sql: str) -> bool:
    is_virtual = "virtual" in sql.lower().split()[:3]
    return kind == "view" or (is_virtual and not _INDEX.search(sql))
