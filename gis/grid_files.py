"""Grids in from the files surveyors exchange: GeoJSON, GeoPackage, Shapefile, KML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyogrio.raw
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError

from gis.coordinates import Datum, convert
from gis.validate import Feature

MOST_GRIDS = 50_000
_EXAMPLES = 3
_UNREADABLE = (
    DataSourceError,
    DataLayerError,
    FieldError,
    FeatureError,
    GeometryError,
    UnicodeError,
    LookupError,
)
_NOT_A_MAP = "读不懂这个文件：应是 GeoJSON、GeoPackage、Shapefile 或 KML。"
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
    population: str | None = None

    def named(self) -> list[str]:
        """The fields to read, each once."""
        every = (self.code, self.name, self.kind, self.township, self.village, self.population)
        return list(dict.fromkeys(field for field in every if field is not None))


@dataclass(frozen=True, slots=True)
class Drawn(Feature):
    """A grid as a file draws it, with what the file calls its kind, township and village ("" where it does not).

    `population` is a number of people; None where the file gives none that is one.
    """

    kind: str = ""
    township: str = ""
    village: str = ""
    population: int | None = None


@dataclass(frozen=True, slots=True)
class Contents:
    """What a file holds: how many shapes, and its fields, each with a few of the texts that stand in it."""

    shapes: int
    fields: Mapping[str, tuple[str, ...]]


def contents(path: Path, *, encoding: str | None = None) -> Contents:
    """Look into the file's first layer of polygons. Raises GridFileRefused for a file that is no map, or of too many shapes."""
    info = _info(path, encoding)
    meta, _, _, values = _raw(path, encoding=encoding, max_features=_EXAMPLES)
    texts = {
        str(name): tuple(dict.fromkeys(filter(None, map(_text, column))))
        for name, column in zip(meta["fields"], values, strict=True)
    }
    return Contents(int(info["features"]), texts)


def read(path: Path, *, columns: Columns, datum: Datum, encoding: str | None = None) -> tuple[Drawn, ...]:
    """Return the features of the file's first layer of polygons in its order, geometry converted from `datum` to WGS-84 degrees.

    `encoding` is that of the file's texts where it does not say so itself (old Shapefiles). Raises
    GridFileRefused for a file that is no map or lacks a field.
    """
    present = [str(field) for field in _info(path, encoding)["fields"]]
    absent = [field for field in columns.named() if field not in present]
    if absent:
        raise GridFileRefused(f"文件里没有字段 {'、'.join(absent)}。有的是：{'、'.join(present)}")
    meta, _, outlines, values = _raw(path, columns=columns.named(), encoding=encoding)
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


def _info(path: Path, encoding: str | None) -> dict[str, Any]:
    try:
        info: dict[str, Any] = pyogrio.read_info(
            path, layer=_layer(path), encoding=encoding, force_feature_count=True
        )
    except _UNREADABLE as error:
        raise GridFileRefused(_NOT_A_MAP) from error
    if info["geometry_type"] is None:
        raise GridFileRefused("文件里只有表格，没有图形。")
    if info["features"] > MOST_GRIDS:
        raise GridFileRefused(f"文件里有 {info['features']} 个图形，最多 {MOST_GRIDS} 个。")
    return info


def _layer(path: Path) -> str:
    """The first layer that may hold polygons; a file of points only is read for its shapes to be refused."""
    layers = [(str(name), str(kind)) for name, kind in pyogrio.list_layers(path)]
    return next((name for name, kind in layers if "Polygon" in kind or kind == "Unknown"), layers[0][0])


def _raw(path: Path, **options: Any) -> Any:
    try:
        return pyogrio.raw.read(path, layer=_layer(path), **options)
    except _UNREADABLE as error:
        raise GridFileRefused(_NOT_A_MAP) from error


def _drawn(
    columns: Columns, texts: dict[str, str], outline: bytes | None, *, datum: Datum, row: int
) -> Drawn:
    code = texts[columns.code]
    shape = None if outline is None else shapely.from_wkb(outline, on_invalid="ignore")
    return Drawn(
        code=code,
        name=texts[columns.name] or code or f"第 {row + 1} 个图形",
        geometry=None if shape is None else convert(shape, source=datum, target="wgs84"),
        had_heights=shape is not None and bool(shape.has_z),
        kind=texts.get(columns.kind or "", ""),
        township=texts.get(columns.township or "", ""),
        village=texts.get(columns.village or "", ""),
        population=_people(texts.get(columns.population or "", "")),
    )


def _people(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and int(text) > 0 else None


def _text(value: object) -> str:
    """A code kept as a number comes back as its digits: 330106012003002, not 330106012003002.0."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip()
    return "" if text.lower() in _NOTHING else text
