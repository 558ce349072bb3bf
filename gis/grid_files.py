"""Grids in from the files surveyors exchange: GeoJSON, GeoPackage, Shapefile, KML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError
from shapely.geometry.base import BaseGeometry

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


@dataclass(frozen=True, slots=True)
class GridFile:
    """A file's first layer of polygons as it was read: its fields, each with its values, and WKB outlines, row by row."""

    fields: Mapping[str, Sequence[Any]]
    outlines: NDArray[np.object_]

    @property
    def contents(self) -> Contents:
        """What the file holds."""
        texts = {
            field: tuple(dict.fromkeys(filter(None, map(_text, column[:_EXAMPLES]))))
            for field, column in self.fields.items()
        }
        return Contents(len(self.outlines), texts)

    def drawn(self, *, columns: Columns, datum: Datum) -> tuple[Drawn, ...]:
        """Return the features in the file's order, geometry converted from `datum` to WGS-84 degrees.

        Raises GridFileRefused for a file that lacks a field.
        """
        absent = [field for field in columns.named() if field not in self.fields]
        if absent:
            raise GridFileRefused(f"文件里没有字段 {'、'.join(absent)}。有的是：{'、'.join(self.fields)}")
        shapes = shapely.from_wkb(self.outlines, on_invalid="ignore")
        had_heights = shapely.has_z(shapes).tolist()
        here = _on_earth(shapes)  # what is nowhere is converted to nothing: examine() tells of it
        shapes[here] = convert(shapes[here], source=datum, target="wgs84")
        texts = zip(*(map(_text, self.fields[field]) for field in columns.named()), strict=True)
        return tuple(
            _drawn(columns, dict(zip(columns.named(), text, strict=True)), shape, had_heights=high, row=row)
            for row, (text, shape, high) in enumerate(zip(texts, shapes, had_heights, strict=True))
        )


def opened(path: Path, *, encoding: str | None = None) -> GridFile:
    """Read a file once, whatever is to be asked of it.

    `encoding` is that of the file's texts where it does not say so itself (old Shapefiles). Raises
    GridFileRefused for a file that is no map, of no shapes or of too many.
    """
    try:
        meta, _, outlines, values = pyogrio.raw.read(
            path, layer=_layer(path), encoding=encoding, max_features=MOST_GRIDS + 1
        )
    except _UNREADABLE as error:
        raise GridFileRefused(_NOT_A_MAP) from error
    if meta["geometry_type"] is None:
        raise GridFileRefused("文件里只有表格，没有图形。")
    if not len(outlines):
        raise GridFileRefused("文件里一个图形也没有。")
    if len(outlines) > MOST_GRIDS:
        raise GridFileRefused(f"文件里的图形超过 {MOST_GRIDS} 个，请分成几份。")
    return GridFile(dict(zip(map(str, meta["fields"]), values, strict=True)), outlines)


def _on_earth(shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Which shapes have only coordinates that are degrees."""
    coordinates, belongs_to = shapely.get_coordinates(shapes, return_index=True)
    found = np.ones(len(shapes), dtype=bool)
    found[belongs_to[~np.all(np.abs(coordinates) <= (180.0, 90.0), axis=1)]] = False
    return found


def _layer(path: Path) -> str:
    """The first layer that may hold polygons; a file of points only is read for its shapes to be refused."""
    layers = [(str(name), str(kind)) for name, kind in pyogrio.list_layers(path)]
    return next((name for name, kind in layers if "Polygon" in kind or kind == "Unknown"), layers[0][0])


def _drawn(
    columns: Columns, texts: dict[str, str], shape: BaseGeometry | None, *, had_heights: bool, row: int
) -> Drawn:
    code = texts[columns.code]
    return Drawn(
        code=code,
        name=texts[columns.name] or code or f"第 {row + 1} 个图形",
        geometry=shape,
        had_heights=had_heights,
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
