"""Layers of shapes out to the files that QGIS, Google Earth and surveyors read, in a datum that each file declares."""

from __future__ import annotations

import sqlite3
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyogrio.raw
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis.coordinates import Datum, convert

Format = Literal["gpkg", "geojson", "shp", "kml"]
SUFFIXES: Mapping[Format, str] = {"gpkg": ".gpkg", "geojson": ".geojson", "shp": ".zip", "kml": ".kml"}
DATUM_NAMES: Mapping[Datum, str] = {
    "wgs84": "WGS-84",
    "cgcs2000": "CGCS2000",
    "gcj02": "GCJ-02",
    "bd09": "BD-09",
}

_DRIVERS: Mapping[Format, str] = {
    "gpkg": "GPKG",
    "geojson": "GeoJSON",
    "shp": "ESRI Shapefile",
    "kml": "LIBKML",
}
# GCJ-02 and BD-09 are no systems that a program could convert from: each is only named.
_SYSTEMS: Mapping[Datum, str] = {
    "wgs84": "EPSG:4326",
    "cgcs2000": "EPSG:4490",
    "gcj02": 'LOCAL_CS["GCJ-02",UNIT["degree",0.0174532925199433]]',
    "bd09": 'LOCAL_CS["BD-09",UNIT["degree",0.0174532925199433]]',
}
Value = str | int | float | None


@dataclass(frozen=True, slots=True)
class Field:
    """A column: its name in a file (at most ten ASCII letters, as Shapefiles demand) and in Chinese, its values by row."""

    name: str
    label: str
    values: Sequence[Value]


@dataclass(frozen=True, slots=True)
class Layer:
    """Shapes of one type in degrees WGS-84 with their fields; `title` is its Chinese name."""

    name: str
    title: str
    geometry_type: Literal["MultiPolygon", "Point"]
    shapes: Sequence[BaseGeometry]
    fields: Sequence[Field]


def can_declare(to: Format, datum: Datum) -> bool:
    """Say whether a format can hold a datum: KML is WGS-84 by definition (CGCS2000 is taken as the same)."""
    return to != "kml" or datum in {"wgs84", "cgcs2000"}


def write(path: Path, layers: Sequence[Layer], *, to: Format, datum: Datum = "wgs84") -> None:
    """导出: write `layers` in `datum`; an existing file is replaced. Only GeoPackage holds more than the first layer.

    Every layer bears its datum in its description (GeoPackage) or the file in its name, which is the caller's matter.
    """
    path.unlink(missing_ok=True)
    if to == "shp":
        _write_zip(path, layers[0], datum)
        return
    if to == "gpkg":
        for layer in layers:
            _write(path, layer, to, datum, IDENTIFIER=f"{layer.title}（{DATUM_NAMES[datum]}）")
        _label_columns(path, layers)
        return
    _write(path, layers[0], to, datum)


def _write(path: Path, layer: Layer, to: Format, datum: Datum, **options: str) -> None:
    shapes = [convert(shape, source="wgs84", target=datum) for shape in layer.shapes]
    pyogrio.raw.write(
        path,
        geometry=shapely.to_wkb(np.array(shapes, dtype=object)),
        field_data=[_column(field.values) for field in layer.fields],
        fields=[field.name for field in layer.fields],
        layer=layer.name,
        driver=_DRIVERS[to],
        geometry_type=layer.geometry_type,
        crs=_SYSTEMS["wgs84" if to == "kml" else datum],
        append=path.exists(),
        encoding="UTF-8" if to == "shp" else None,
        **options,
    )


def _column(values: Sequence[Value]) -> NDArray[Any]:
    """Numbers stay numbers for whoever sorts and sums by them; a column with a gap is text."""
    if values and all(isinstance(value, int) for value in values):
        return np.array(values, dtype=np.int64)
    return np.array([None if value is None else str(value) for value in values], dtype=np.object_)


def _write_zip(path: Path, layer: Layer, datum: Datum) -> None:
    with tempfile.TemporaryDirectory(prefix="wangge-map-") as folder:
        _write(Path(folder) / f"{layer.name}.shp", layer, "shp", datum)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in sorted(Path(folder).iterdir()):
                archive.write(part, part.name)


def _label_columns(path: Path, layers: Sequence[Layer]) -> None:
    """Put Chinese names beside those of the columns: QGIS shows them (GeoPackage, extension "Schema")."""
    labels = [(layer.name, field.name, field.label) for layer in layers for field in layer.fields]
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(
            "CREATE TABLE IF NOT EXISTS gpkg_data_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, "
            "name TEXT, title TEXT, description TEXT, mime_type TEXT, constraint_name TEXT, "
            "PRIMARY KEY (table_name, column_name))"
        )
        database.executemany(
            "INSERT INTO gpkg_data_columns (table_name, column_name, name, title) VALUES (?, ?, ?, ?)",
            [(table, column, label, label) for table, column, label in labels],
        )
