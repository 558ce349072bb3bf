"""Markdown ⇄ .xlsx, for people who edit a form in Excel or WPS."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable

from openpyxl import Workbook, load_workbook

_RULE = re.compile(r"[|:\-\s]*")
_BAR = re.compile(r"(?<!\\)\|")

Sheets = dict[str, list[list[str]]]
"""Worksheet name → rows of cells, the header first; an empty cell is ""."""


def sheets(source: str) -> Sheets:
    """Read a form's Markdown table: a row whose first cell is filled begins the worksheet of that name."""
    found: Sheets = {}
    rows: list[list[str]] = []
    for line in source.split("\n"):
        if _RULE.fullmatch(line):
            continue
        cells = [cell.strip().replace(r"\|", "|") for cell in _BAR.split(line.strip())[1:-1]]
        if cells and cells[0]:
            rows = found.setdefault(cells[0], [])
        elif cells:
            rows.append(cells[1:])
    return found


def to_xlsx(source: str) -> bytes:
    """The form's Markdown table as a workbook, every cell text, header rows frozen."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets(source).items():
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "A2"
        for row_number, row in enumerate(rows, start=1):
            for column_number, text in enumerate(row, start=1):
                if text:
                    cell = sheet.cell(row_number, column_number, text)
                    cell.data_type = "s"  # an expression that begins with "=" is still text
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def from_xlsx(packed: bytes) -> str:
    """The workbook as a Markdown table; raises what openpyxl raises for a file that is not a workbook."""
    book = load_workbook(io.BytesIO(packed), read_only=True, data_only=True)
    try:
        lines = [line for sheet in book.worksheets for line in _table(sheet.title, sheet.values)]
    finally:
        book.close()
    return "\n".join(lines) + "\n"


def _table(name: str, rows: Iterable[tuple[object, ...]]) -> Iterable[str]:
    filled = [cells for row in rows if any(cells := [_cell(value) for value in row])]
    yield f"| {name} |"
    for cells in filled:
        yield "| | " + " | ".join(cells) + " |"


def _cell(value: object) -> str:
    """A number typed into a spreadsheet comes back as it was typed: version 2026112101, not 2026112101.0."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = "" if value is None else str(value)
    return text.strip().replace("|", r"\|").replace("\n", " ")
