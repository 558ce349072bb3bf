"""导出 GeoPackage: the records and the rounds of every repeat as layers of one file, for QGIS."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import shapely
from numpy.typing import NDArray

from server.figures.exports.cells import Cell, distinct
from server.figures.exports.features import RecordLayer, RoundLayer
from server.figures.exports.order import Order
from server.figures.exports.records import Opened, Progress, records
from server.figures.exports.shapes import Shape

_OWN_COLUMNS = ("fid", "geom")
_SYSTEM = "EPSG:4326"

Row = tuple[list[Cell], Shape | None]


def chunks(order: Order, opened: Opened, progress: Progress) -> Iterator[bytes]:
    """The export as a GeoPackage. It is a database, so it is made in a temporary file before it is sent."""
    with tempfile.TemporaryDirectory(prefix="wangge-export-") as folder:
        path = Path(folder) / "export.gpkg"
        _write(order, opened, path, progress)
        with path.open("rb") as made:
            while chunk := made.read(1 << 18):
                yield chunk


def _write(order: Order, opened: Opened, path: Path, progress: Progress) -> None:
    main = RecordLayer(order)
    inner = [RoundLayer(order, table) for table in order.table.walk() if table is not order.table]
    layers = [_Layer(path, order.wanted.form_id, order.table.label, main.columns())]
    layers += [
        _Layer(path, f"{order.wanted.form_id}-{each.table.name}", each.table.label, each.columns())
        for each in inner
    ]
    for batch in map(list, records(order, opened, progress=progress)):
        layers[0].append([main.row(record) for record in batch])
        for layer, each in zip(layers[1:], inner, strict=True):
            layer.append([row for record in batch for row in each.rows(record)])
    for layer in layers:
        layer.append([])


class _Layer:
    """A layer that grows: the first rows make it, none make it empty."""

    def __init__(self, path: Path, name: str, title: str, columns: Sequence[tuple[str, bool]]) -> None:
        self._path, self._name, self._title = path, name, title
        self._columns = distinct([(head, head) for head, _ in columns], besides=_OWN_COLUMNS)
        self._numeric = [is_number for _, is_number in columns]
        self._is_made = False

    def append(self, rows: Sequence[Row]) -> None:
        """Write rows behind those that are there."""
        if not rows and self._is_made:
            return
        shapes = [None if shape is None else json.dumps(shape) for _, shape in rows]
        cells = [[row[column] for row, _ in rows] for column in range(len(self._columns))]
        options = {"DESCRIPTION": self._title} if not self._is_made else {}
        pyogrio.raw.write(
            self._path,
            geometry=shapely.to_wkb(shapely.from_geojson(np.array(shapes, dtype=object))),
            field_data=[
                _column(each, is_number=numeric) for each, numeric in zip(cells, self._numeric, strict=True)
            ],
            fields=self._columns,
            layer=self._name,
            driver="GPKG",
            geometry_type="Unknown",
            crs=_SYSTEM,
            append=self._is_made,
            **options,
        )
        self._is_made = True


def _column(cells: Sequence[Cell], *, is_number: bool) -> NDArray[Any]:
    if is_number:
        return np.array([_number(cell) for cell in cells], dtype=np.float64)
    return np.array([None if cell == "" else str(cell) for cell in cells], dtype=np.object_)


def _number(cell: Cell) -> float:
    """A number; what is none is no value in a column of numbers."""
    try:
        return float(cell)
    except ValueError:
        return float("nan")
