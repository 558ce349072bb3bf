"""An export as the bytes of its file, whatever its format, begun at once wherever the format lets it."""

from __future__ import annotations

from collections.abc import Iterator

from server.figures.exports import archive, features, geopackage, text, workbook
from server.figures.exports.order import Format, Order
from server.figures.exports.records import Opened, Progress, untold
from server.storage.files import FileStore

MIME = {
    Format.XLSX: workbook.MIME,
    Format.CSV: "text/csv; charset=utf-8",
    Format.ZIP: "application/zip",
    Format.GEOJSON: "application/geo+json",
    Format.GPKG: "application/geopackage+sqlite3",
}


MADE_FIRST = frozenset({Format.XLSX, Format.GPKG})
"""What can be sent only once it is whole. The others tell how far they are by being sent."""


def chunks(order: Order, opened: Opened, files: FileStore, *, progress: Progress = untold) -> Iterator[bytes]:
    """The file of an export, part by part; memory stays flat whatever its size.

    `progress` is told of the records of a file that is MADE_FIRST.
    """
    match order.wanted.format:
        case Format.CSV:
            return text.lines(order, opened)
        case Format.ZIP:
            return archive.parts(order, opened, files)
        case Format.XLSX:
            return workbook.chunks(order, opened, progress)
        case Format.GEOJSON:
            return features.lines(order, opened)
        case Format.GPKG:
            return geopackage.chunks(order, opened, progress)
