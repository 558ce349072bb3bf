"""导出 XLSX: rows as a workbook for Excel and WPS, set up to be printed, with nothing in it that a spreadsheet runs."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from flask import Response
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from server.domain.work_calendar import SHANGHAI
from server.figures.exports.workbook import MIME, text_cell

_A4 = 9
_WRAPPED = Alignment(vertical="top", wrap_text=True)
_BOLD = Font(bold=True)
_DAY, _MOMENT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm"

Column = tuple[str, int]
"""A heading, and the column's width in characters."""

Sheet = Any
"""A sheet that is only written: the stubs of openpyxl know few of its attributes."""


def workbook(name: str, columns: Sequence[Column], rows: Iterable[Sequence[object]]) -> Response:
    """Return rows as a download called `name`.xlsx, A4 across, its heading frozen and repeated on every sheet.

    Days and moments (aware) are cells of their kind, numbers are numbers, and a text is never a formula.
    """
    content = io.BytesIO()
    book = Workbook(write_only=True)
    sheet: Sheet = book.create_sheet(_titled(name))
    _set_up(sheet, columns)
    sheet.append([_cell(sheet, heading, font=_BOLD) for heading, _ in columns])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    book.save(content)
    return Response(
        content.getvalue(),
        content_type=MIME,
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}.xlsx",
            "Cache-Control": "private, no-store",
        },
    )


def _set_up(sheet: Sheet, columns: Sequence[Column]) -> None:
    sheet.freeze_panes = "A2"
    for number, (_, width) in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = _A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"


def _titled(name: str) -> str:
    """A sheet's name holds 31 characters, and some not at all."""
    return "".join(each for each in name if each not in "[]:*?/\\'")[:31]


def _cell(sheet: Sheet, value: Any, *, font: Font | None = None) -> Cell:
    if isinstance(value, dt.datetime):
        cell = WriteOnlyCell(sheet, value.astimezone(SHANGHAI).replace(tzinfo=None))
        cell.number_format = _MOMENT
    elif isinstance(value, dt.date):
        cell = WriteOnlyCell(sheet, dt.datetime.combine(value, dt.time()))
        cell.number_format = _DAY
    elif isinstance(value, str):
        cell = text_cell(sheet, value)
    else:
        cell = WriteOnlyCell(sheet, value)
    cell.alignment = _WRAPPED
    if font is not None:
        cell.font = font
    return cell
