"""A list as somebody keeps it: CSV or XLSX, with a head line, read as text."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from server.domain.problems import Invalid

_MOST_UNPACKED_BYTES = 200_000_000
_ENCODINGS = ("utf-8-sig", "gb18030")
"""A list saved by a spreadsheet in China is one of these."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a list: its number as the spreadsheet shows it, and its cells by column; empty ones are left out."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A list: its columns and its lines; lines without any cell are left out."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def read(name: str, content: bytes) -> Sheet:
    """Read a list by its file name's ending. Raises Invalid("register.bad_file")."""
    lines = _xlsx(content) if name.lower().endswith(".xlsx") else _csv(content)
    try:
        head = next(lines, None)
        if head is None or not any(head):
            raise Invalid("register.bad_file")
        return Sheet(tuple(filter(None, head)), tuple(_rows(head, lines)))
    except csv.Error as error:
        raise Invalid("register.bad_file") from error


def _rows(head: Sequence[str], lines: Iterable[Sequence[str]]) -> Iterator[Row]:
    for number, line in enumerate(lines, start=2):
        cells = {column: cell for column, cell in zip(head, line, strict=False) if column and cell}
        if cells:
            yield Row(number, cells)


def _csv(content: bytes) -> Iterator[list[str]]:
    for line in csv.reader(io.StringIO(_decoded(content), newline=""), strict=True):
        yield [cell.strip() for cell in line]


def _decoded(content: bytes) -> str:
    for encoding in _ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid("register.bad_file")


def _xlsx(content: bytes) -> Iterator[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(each.file_size for each in packed.infolist()) > _MOST_UNPACKED_BYTES:
                raise Invalid("register.bad_file")
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        raise Invalid("register.bad_file") from error
    for line in book.worksheets[0].iter_rows(values_only=True):
        yield [_text(cell) for cell in line]


def _text(cell: object) -> str:
    """A cell as it reads: a day without its midnight, a number without the point nobody typed."""
    if cell is None:
        return ""
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
