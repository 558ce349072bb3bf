"""Grids in and out of the files surveyors exchange: GeoJSON, GeoPackage, Shapefile. The only file that knows pyogrio."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pyogrio.raw
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError, FieldError

from gis.coordinates import Datum, convert
from gis.validate import Feature

Format = Literal["GPKG", "GeoJSON"]
_NOTHING = frozenset({"", "nan", "none", "null"})


class GridFileRefused(Exception):
    """The file cannot be read as grids: the message says why, in Chinese."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Which fields of a file hold what; `township` and `village` name the divisions around a grid."""

    code: str
    name: str
    kind: str | None = None
    township: str | None = None
    village: str | None = None

    def named(self) -> list[str]:
        """The fields to read, each once."""
        every = (self.code, self.name, self.kind, self.township, self.village)
        return list(dict.fromkeys(field for field in every if field is not None))


@dataclass(frozen=True, slots=True)
class Drawn(Feature):
    """A grid as a file draws it, with what the file calls its kind, township and village ("" where it does not)."""

    kind: str = ""
    township: str = ""
    village: str = ""


def read(path: Path, *, columns: Columns, datum: Datum, encoding: str | None = None) -> tuple[Drawn, ...]:
    """Return the features of the file's first layer in its order, geometry converted from `datum` to WGS-84 degrees.

    `encoding` is that of the file's texts where it does not say so itself (old Shapefiles). Raises
    GridFileRefused for a file that is no map or lacks a field.
    """
    present = _fields(path, encoding)
    absent = [field for field in columns.named() if field not in present]
    if absent:
        raise GridFileRefused(f"文件里没有字段 {'、'.join(absent)}。有的是：{'、'.join(present)}")
    meta, _, outlines, values = pyogrio.raw.read(path, columns=columns.named(), encoding=encoding)
    texts = {str(name): column for name, column in zip(meta["fields"], values, strict=True)}
    return tuple(
        _drawn(
            columns,
            {name: _text(column[row]) for name, column in texts.items()},
            outline,
            datum=datum,
            row=row,
        )
        for row, outline in enumerate(outlines)
    )


def _fields(path: Path, encoding: str | None) -> list[str]:
    try:
        info = pyogrio.read_info(path, encoding=encoding)
    except (DataSourceError, DataLayerError, FieldError, UnicodeError) as error:
        raise GridFileRefused("读不懂这个文件：应是 GeoJSON、GeoPackage 或 Shapefile。") from error
    if info["geometry_type"] is None:
        raise GridFileRefused("文件里只有表格，没有图形。")
    return [str(field) for field in info["fields"]]


def _drawn(
    columns: Columns, texts: dict[str, str], outline: bytes | None, *, datum: Datum, row: int
) -> Drawn:
    code = texts[columns.code]
    return Drawn(
        code=code,
        name=texts[columns.name] or code or f"第 {row + 1} 个图形",
        geometry=None
        if outline is None
        else convert(shapely.from_wkb(outline), source=datum, target="wgs84"),
        kind=texts.get(columns.kind or "", ""),
        township=texts.get(columns.township or "", ""),
        village=texts.get(columns.village or "", ""),
    )


def _text(value: object) -> str:
    """A code kept as a number comes back as its digits: 330106012003002, not 330106012003002.0."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip()
    return "" if text.lower() in _NOTHING else text


def write(path: Path, features: Sequence[Drawn], *, to: Format) -> None:
    """Write grids with fields code, name and kind, in degrees WGS-84; an existing file is replaced."""
    path.unlink(missing_ok=True)
    columns = [_column(feature.code for feature in features), _column(feature.name for feature in features)]
    columns.append(_column(feature.kind for feature in features))
    pyogrio.raw.write(
        path,
        geometry=shapely.to_wkb(np.array([feature.geometry for feature in features], dtype=object)),
        field_data=columns,
        fields=["code", "name", "kind"],
        layer="grids",
        driver=to,
        geometry_type="MultiPolygon",
        crs="EPSG:4326",
    )


def _column(texts: Iterable[str]) -> NDArray[np.object_]:
    return np.array([*texts], dtype=np.object_)
