"""导出 XLSX: the records on one sheet, the rounds of every repeat on another; nothing in it that a spreadsheet runs."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.cell.cell import Cell as SheetCell
from openpyxl.styles import Font
from openpyxl.xml.constants import XLSX

from server.figures.exports import text
from server.figures.exports.cells import Cell, Reading, as_is, figure, heads
from server.figures.exports.order import Order
from server.figures.exports.records import Opened, Progress, records, with_facts
from server.figures.exports.text import Rounds

MIME = XLSX.removesuffix(".main+xml")
"""Of the whole file; openpyxl names the part inside it."""
_MOST_ROWS = 1_048_576
_MOST_LETTERS = 32_767
_LONGEST_TITLE = 24
"""A sheet's name holds 31 characters; some are left for telling alike ones apart."""
_TOO_LONG = "……（放不下，全文请导出 CSV）"
_READ_BY_SPREADSHEETS = ("=", "+", "-", "@", "#")
_BOLD = Font(bold=True)


def chunks(order: Order, opened: Opened, progress: Progress) -> Iterator[bytes]:
    """The export as a workbook. It is made in a temporary file: its table of contents is written last."""
    with tempfile.TemporaryDirectory(prefix="wangge-export-") as folder:
        path = Path(folder) / "export.xlsx"
        book = Workbook(write_only=True)
        try:
            _fill(book, order, opened, progress)
            book.save(path)
        finally:
            _remove_sheets(book)
        with path.open("rb") as made:
            while chunk := made.read(1 << 18):
                yield chunk


def _fill(book: Workbook, order: Order, opened: Opened, progress: Progress) -> None:
    reading = Reading(in_words=order.wanted.in_words, guard=as_is, number=figure)
    named = with_facts(order, heads(order.table, in_words=order.wanted.in_words))
    main = _Sheets(book, order.table.label, named)
    repeats = {
        id(table): (rounds := Rounds(table, reading), _Sheets(book, table.label, rounds.heads()))
        for table in order.table.walk()
        if table is not order.table
    }
    row = text.row_writer(order, reading)
    for batch in records(order, opened, progress=progress):
        for record in batch:
            main.append(row(record))
            for table, key, parent, answers in text.rounds(order.table, record.key, record.answers):
                rounds, sheets = repeats[id(table)]
                sheets.append(rounds.row(key, parent, answers))


def _remove_sheets(book: Workbook) -> None:
    """Take away the files the library keeps sheets in until they are saved, also where they never are."""
    sheet: Any
    for sheet in book.worksheets:
        with suppress(OSError):
            if not sheet.closed:
                sheet.close()
        Path(sheet._writer.out).unlink(missing_ok=True)


class _Sheets:
    """Rows of one kind: a sheet, and as many more as its rows need."""

    def __init__(self, book: Workbook, label: str, headings: Sequence[str]) -> None:
        self._book, self._label, self._headings = book, label, headings
        self._begin()

    def _begin(self) -> None:
        title = "".join("_" if each in "[]:*?/\\'" else each for each in self._label)[:_LONGEST_TITLE]
        count = sum(each.startswith(title) for each in self._book.sheetnames)
        self._sheet: Any = self._book.create_sheet(f"{title} {count + 1}" if count else title)
        self._sheet.freeze_panes = "A2"
        self._sheet.append([_heading(self._sheet, each) for each in self._headings])
        self._rows = 1

    def append(self, cells: Sequence[Cell]) -> None:
        """Add a row."""
        if self._rows == _MOST_ROWS:
            self._begin()
        self._sheet.append([_cell(self._sheet, cell) for cell in cells])
        self._rows += 1


def _heading(sheet: Any, words: str) -> SheetCell:
    cell = text_cell(sheet, words)
    cell.font = _BOLD
    return cell


def _cell(sheet: Any, cell: Cell) -> Any:
    if not isinstance(cell, str):
        return cell
    if not cell:
        return None
    if cell.startswith(_READ_BY_SPREADSHEETS) or len(cell) > _MOST_LETTERS:
        return text_cell(sheet, cell)
    return ILLEGAL_CHARACTERS_RE.sub("", cell)


def text_cell(sheet: Any, words: str) -> SheetCell:
    """A cell that holds a text and nothing else, whatever it begins with, also for whoever types into it later."""
    words = ILLEGAL_CHARACTERS_RE.sub("", words)
    if len(words) > _MOST_LETTERS:
        words = words[: _MOST_LETTERS - len(_TOO_LONG)] + _TOO_LONG
    cell = WriteOnlyCell(sheet, words)
    cell.data_type = "s"
    cell.quotePrefix = words.startswith(_READ_BY_SPREADSHEETS)
    return cell
