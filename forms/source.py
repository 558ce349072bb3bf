"""What a form was written as: told from the content, because people rename files (OPENROSA §11), and weighed before
anything reads it, because a small file can unpack to one that no server holds."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Final, Literal

from lxml import etree

from forms.findings import FormRefused, refused
from forms.markup import MarkupRefused, local, parse

Kind = Literal["xlsx", "xls", "xml", "md", "csv"]

SOURCE_LIMIT: Final = 8 * 1024 * 1024
"""Bytes of a form as it is uploaded."""
_UNPACKED_LIMIT: Final = 64 * 1024 * 1024
ROW_LIMIT: Final = 20_000
"""Rows of a worksheet."""
_EMPTY_RUN: Final = 60
"""Rows without a cell after which a worksheet is at its end, as pyxform has it: whole columns are formatted in WPS."""

_ZIP: Final = b"PK\x03\x04"
_LOCKED: Final = 1
"""The flag of a part that is encrypted."""
_BOOK: Final = "xl/workbook.xml"
_PARTS: Final = "xl/_rels/workbook.xml.rels"
_OLE2: Final = b"\xd0\xcf\x11\xe0"
_MARKUP: Final = re.compile(r"\s*<(?:\?xml|!DOCTYPE|!--|[\w-]+:?html|model)", re.IGNORECASE)
_MARKDOWN_ROW: Final = re.compile(r"^[ \t]*\|", re.MULTILINE)
_NOT_A_FORM: Final = "这不是表单文件：请上传 .xlsx、.xls、.csv 或 Markdown 表格"
_BROKEN: Final = "文件已损坏，打不开：请重新保存后再上传"
_MACROS: Final = "工作簿带宏：请另存为不带宏的 .xlsx 再上传"
_ENCRYPTED: Final = "文件加了打开密码：请去掉密码，另存后再上传"
_STRANGERS: Final = (
    ("EncryptedPackage", _ENCRYPTED),
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
    kind: Kind = "md" if _MARKDOWN_ROW.match(words) else "csv"
    _count_lines(words, separator="|" if kind == "md" else ",")
    return kind


def text(data: bytes) -> str:
    """A text as it was meant: spreadsheet programs in China still save .csv as GB18030."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030", errors="replace")


def _count_lines(words: str, *, separator: str) -> None:
    """In a text a worksheet begins at the line whose first cell is filled."""
    title, rows = "", 0
    for line in words.splitlines():
        first = line.strip().removeprefix("|").partition(separator)[0].strip(' "')
        title, rows = (first, 0) if first else (title, rows + 1)
        if rows > ROW_LIMIT:
            raise too_long(title)


def _old_workbook(data: bytes) -> Kind:
    for stream, message in _STRANGERS:
        if stream.encode("utf-16-le") in data:
            raise refused(message)
    return "xls"


def _workbook(data: bytes) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            _weigh(packed.infolist())
            for title, part in _worksheets(packed):
                with packed.open(part) as sheet:
                    _count(sheet, title)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, zlib.error) as error:
        raise refused(_BROKEN) from error
    except (etree.XMLSyntaxError, MarkupRefused) as error:
        raise unreadable() from error
    return "xlsx"


def _weigh(parts: list[zipfile.ZipInfo]) -> None:
    """The sizes a zip declares are binding: nothing is unpacked beyond them."""
    names = {part.filename for part in parts}
    if any(name.endswith("vbaProject.bin") for name in names):
        raise refused(_MACROS)
    if any(part.flag_bits & _LOCKED for part in parts):
        raise refused(_ENCRYPTED)
    if sum(part.file_size for part in parts) > _UNPACKED_LIMIT:
        raise refused("工作簿解开后太大，不像是表单：请把用到的行抄到一本新工作簿")
    if not {_BOOK, _PARTS} <= names:
        raise refused(_NOT_A_FORM)


def _worksheets(packed: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """(title, name of the part) of every worksheet."""
    related = {each.get("Id"): each.get("Target", "") for each in parse(packed.read(_PARTS))}
    for sheet in parse(packed.read(_BOOK)).iter("{*}sheet"):
        reference = next((value for name, value in sheet.attrib.items() if local(str(name)) == "id"), None)
        part = posixpath.normpath(posixpath.join("xl", related.get(str(reference), "").lstrip("/")))
        part = part.replace("xl/xl/", "xl/", 1)
        if part in packed.namelist():
            yield sheet.get("name", ""), part


def _count(sheet: IO[bytes], title: str) -> None:
    """A worksheet of a million rows is refused before all of it is in memory."""
    filled = empty = number = 0
    wanted = ("{*}row", "{*}v", "{*}is")
    for _, element in etree.iterparse(sheet, tag=wanted, resolve_entities=False, no_network=True):
        if local(element.tag) != "row":
            filled += 1
            continue
        number += 1
        empty = 0 if filled else empty + 1
        filled = 0
        element.clear()
        if empty > _EMPTY_RUN:
            return
        if number > ROW_LIMIT:
            raise too_long(title)


def too_long(sheet: str) -> FormRefused:
    """The refusal of a worksheet nobody wrote by hand."""
    return refused(f"超过 {ROW_LIMIT} 行，不像是表单", sheet=sheet, row=ROW_LIMIT + 1)


def unreadable() -> FormRefused:
    """The refusal of a file its reader fails on."""
    return refused("文件读不出来：请用 Excel 或 WPS 重新保存后再上传")
