"""What a form was written as: told from the content, because people rename files (OPENROSA §11), and weighed before
anything reads it, because a small file can unpack to one that no server holds."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Final, Literal

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from forms.findings import FormRefused, refused

Kind = Literal["xlsx", "xls", "xml", "md", "csv"]

SOURCE_LIMIT: Final = 8 * 1024 * 1024
"""Bytes of a form as it is uploaded."""
_UNPACKED_LIMIT: Final = 64 * 1024 * 1024
_ROW_LIMIT: Final = 20_000
_EMPTY_RUN: Final = 60
"""Rows without a cell after which a worksheet is at its end, as pyxform has it: whole columns are formatted in WPS."""

_ZIP: Final = b"PK\x03\x04"
_OLE2: Final = b"\xd0\xcf\x11\xe0"
_MARKUP: Final = re.compile(r"\s*<(?:\?xml|!DOCTYPE|!--|[\w-]+:?html|model)", re.IGNORECASE)
_MARKDOWN_ROW: Final = re.compile(r"^[ \t]*\|", re.MULTILINE)
_NOT_A_FORM: Final = "这不是表单文件：请上传 .xlsx、.xls、.csv 或 Markdown 表格"
_BROKEN: Final = "文件已损坏，打不开：请重新保存后再上传"
_MACROS: Final = "工作簿带宏：请另存为不带宏的 .xlsx 再上传"
_STRANGERS: Final = (
    ("EncryptedPackage", "文件加了打开密码：请去掉密码，另存后再上传"),
    ("WordDocument", "这是 Word 文档，不是表格：表单要写在 Excel 或 WPS 表格里"),
    ("PowerPoint Document", "这是演示文稿，不是表格：表单要写在 Excel 或 WPS 表格里"),
    ("_VBA_PROJECT", _MACROS),
)
"""Streams of an OLE2 file that is no plain workbook, whatever its name ends with."""


def recognise(data: bytes) -> Kind:
    """The kind of a source. Raises FormRefused for what is none, is locked, carries macros or unpacks to too much."""
    if len(data) > SOURCE_LIMIT:
        raise refused(f"文件超过 {SOURCE_LIMIT // 1024 // 1024} MB，不像是表单")
    if data.startswith(_OLE2):
        return _old_workbook(data)
    if data.startswith(_ZIP):
        return _workbook(data)
    if b"\0" in data:
        raise refused(_NOT_A_FORM)
    words = text(data).lstrip("\ufeff\r\n")
    if _MARKUP.match(words):
        return "xml"
    return "md" if _MARKDOWN_ROW.match(words) else "csv"


def text(data: bytes) -> str:
    """A text as it was meant: spreadsheet programs in China still save .csv as GB18030."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030", errors="replace")


def _old_workbook(data: bytes) -> Kind:
    for stream, message in _STRANGERS:
        if stream.encode("utf-16-le") in data:
            raise refused(message)
    return "xls"


def _workbook(data: bytes) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise refused(_BROKEN) from error
    if any(part.filename.endswith("vbaProject.bin") for part in parts):
        raise refused(_MACROS)
    if any(part.flag_bits & 1 for part in parts):
        raise refused(_STRANGERS[0][1])
    if sum(part.file_size for part in parts) > _UNPACKED_LIMIT:
        raise refused("工作簿解开后太大，不像是表单：请把用到的行抄到一本新工作簿")
    if not any(part.filename == "xl/workbook.xml" for part in parts):
        raise refused(_NOT_A_FORM)
    _count_rows(data)
    return "xlsx"


def _count_rows(data: bytes) -> None:
    """A worksheet of a million rows is refused before all of it is in memory."""
    try:
        book = load_workbook(io.BytesIO(data), read_only=True)
    except MemoryError:
        raise
    except Exception as error:  # openpyxl raises whatever a broken part provokes
        raise unreadable() from error
    try:
        for sheet in book.worksheets:
            _count(sheet)
    finally:
        book.close()


def _count(sheet: Worksheet) -> None:
    empty = 0
    rows = iter(sheet.iter_rows(values_only=True))
    for number in range(1, _ROW_LIMIT + 2):
        try:
            row = next(rows, None)
        except MemoryError:
            raise
        except Exception as error:  # likewise
            raise unreadable(sheet.title) from error
        empty = 0 if row is not None and any(row) else empty + 1
        if row is None or empty > _EMPTY_RUN:
            return
        if number > _ROW_LIMIT:
            raise refused(f"超过 {_ROW_LIMIT} 行，不像是表单", sheet=sheet.title, row=number)


def unreadable(sheet: str = "") -> FormRefused:
    """The refusal of a file its reader fails on."""
    return refused("文件读不出来：请用 Excel 或 WPS 重新保存后再上传", sheet=sheet)
