"""Workbooks of Excel 97 (.xls), as old office computers still save them whatever the file is called."""

from __future__ import annotations

import struct

import pytest

from forms import catalogue
from forms.compiler import compile_form
from forms.findings import Finding, FormRefused
from forms.workbook import Sheets, sheets

SECTOR = 512
FREE, LAST, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
BOF, EOF, BOUNDSHEET, LABEL, FILEPASS = 0x809, 0x0A, 0x85, 0x204, 0x2F


def record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def begin(kind: int) -> bytes:
    return record(BOF, struct.pack("<HHHHII", 0x600, kind, 0x0DBB, 0x07CC, 0, 6))


def sheet(rows: list[list[str]]) -> bytes:
    cells = (
        record(LABEL, struct.pack("<HHHHB", row, column, 0, len(text), 1) + text.encode("utf-16-le"))
        for row, line in enumerate(rows)
        for column, text in enumerate(line)
        if text
    )
    return begin(0x10) + b"".join(cells) + record(EOF)


def stream(book: Sheets, *, locked: bool = False) -> bytes:
    """The records of a workbook: its globals, with the offset of every worksheet, then the worksheets."""
    bodies = [sheet(rows) for rows in book.values()]
    names = [name.encode("utf-16-le") for name in book]
    lock = record(FILEPASS, bytes(54)) if locked else b""
    offset = len(begin(5)) + len(lock) + sum(4 + 8 + len(name) for name in names) + len(record(EOF))
    directory = b""
    for name, body in zip(names, bodies, strict=True):
        directory += record(BOUNDSHEET, struct.pack("<IHBB", offset, 0, len(name) // 2, 1) + name)
        offset += len(body)
    return begin(5) + lock + directory + record(EOF) + b"".join(bodies)


def entry(name: str, kind: int, *, child: int, start: int, size: int) -> bytes:
    title = name.encode("utf-16-le") + b"\0\0"
    head = title.ljust(64, b"\0") + struct.pack("<HBBIII", len(title), kind, 1, FREE, FREE, child)
    return head + bytes(36) + struct.pack("<IQ", start, size)


def xls(book: Sheets, *, locked: bool = False) -> bytes:
    """The compound file around the stream: table of sectors, directory, content."""
    content = stream(book, locked=locked).ljust(4096, b"\0")
    content += bytes(-len(content) % SECTOR)
    count = len(content) // SECTOR
    tables = -(-(count + 2) // (SECTOR // 4 - 1))
    chain = [FAT] * tables + [LAST] + [tables + 2 + number for number in range(count - 1)] + [LAST]
    table = struct.pack(f"<{len(chain)}I", *chain).ljust(tables * SECTOR, b"\xff")
    root = entry("Root Entry", 5, child=1, start=LAST, size=0)
    workbook = entry("Workbook", 2, child=FREE, start=tables + 1, size=len(content))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack(
        "<HHHHH6xIII4xIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, tables, tables, 4096, LAST, 0, LAST, 0
    )
    header += struct.pack("<109I", *range(tables), *[FREE] * (109 - tables))
    return header + table + (root + workbook).ljust(SECTOR, b"\0") + content


@pytest.mark.parametrize("form_id", catalogue.shipped())
def test_a_form_saved_by_an_old_program_is_the_same_form(compiled, form_id):
    form = compile_form(xls(sheets(catalogue.source(form_id))))
    assert (form.xml, form.source_kind) == (compiled[form_id].xml, "xls")


def test_a_mistake_in_it_is_named_with_its_row():
    book = {"survey": [["type", "name", "label"], ["text", "a", "甲"], ["", "b", "乙"]]}
    with pytest.raises(FormRefused) as refused:
        compile_form(xls(book))
    assert [each.place for each in refused.value.findings] == ["survey 第 3 行"]


def test_one_with_a_password_is_refused():
    with pytest.raises(FormRefused) as refused:
        compile_form(xls(sheets(catalogue.source("patrol")), locked=True))
    assert refused.value.findings == (Finding("error", "", "文件加了打开密码：请去掉密码，另存后再上传"),)


def test_a_long_worksheet_is_refused_at_its_row():
    book = {"survey": [["type", "name", "label"], *[["text"]] * 20_001]}
    with pytest.raises(FormRefused) as refused:
        compile_form(xls(book))
    assert refused.value.findings == (
        Finding("error", "survey 第 20001 行", "超过 20000 行，不像是表单", "survey", 20_001),
    )
