"""导出: what a page shows as a file that a spreadsheet opens, and nothing in it that a spreadsheet runs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from flask import Response

from server.figures.exports.cells import guarded

_BYTE_ORDER_MARK = "\ufeff"  # by it WPS and Excel see that the text is UTF-8


def spreadsheet(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """Return rows as a CSV download called `name`.csv; texts that begin like a formula are marked as text."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows([plain(cell) for cell in row] for row in rows)
    return Response(
        _BYTE_ORDER_MARK + text.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}.csv",
            "Cache-Control": "private, no-store",
        },
    )


def plain(cell: object) -> object:
    """A cell as it is written: a text a spreadsheet would compute gets an apostrophe before it."""
    if isinstance(cell, str):
        return guarded(cell)
    return "" if cell is None else cell
