"""编译表单：XLSForm (Markdown table, .xlsx, .xls or .csv) → XForm. The only file that imports pyxform."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from pyxform.errors import PyXFormError
from pyxform.xls2xform import convert

from forms.complaints import translate
from forms.findings import Finding, FormRefused
from forms.schema import shape

_ZIP: Final = b"PK\x03\x04"
_OLE2: Final = b"\xd0\xcf\x11\xe0"
_UNPACKED_LIMIT: Final = 64 * 1024 * 1024
_ROOT: Final = "data"
_MARKDOWN_ROW: Final = re.compile(r"^[ \t]*\|", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class CompiledForm:
    """An XForm ready to be served: the same source always gives the same `xml` bytes.

    `media` names the files the form expects beside it ("households.csv"); `entity_lists` names the lists among
    them that the form also writes to ("households"). `warnings` are Chinese sentences.
    """

    form_id: str
    version: str
    title: str
    xml: bytes
    warnings: tuple[str, ...]
    media: tuple[str, ...]
    entity_lists: tuple[str, ...]


@lru_cache(maxsize=16)
def compile_xlsform(source: bytes | str) -> CompiledForm:
    """编译：what a file is, is read from its first bytes, because people rename files (OPENROSA §11).

    The same source makes the same form, so the last few are kept. Raises FormRefused with Chinese findings.
    """
    data = source.encode() if isinstance(source, str) else source
    kind = _recognise(data)
    if kind in {".md", ".csv"}:
        data = _text(data).encode()
    xml, complaints = _convert(data, kind)
    form = shape(xml)
    if form.form_id == _ROOT:
        raise _refused("settings", "settings 工作表没有写 form_id")
    return CompiledForm(
        form_id=form.form_id,
        version=form.version,
        title=form.title,
        xml=xml,
        warnings=tuple(
            f"{found.place}：{found.message}" if found.place else found.message
            for found in (translate(complaint, level="warning") for complaint in complaints)
        ),
        media=form.media,
        entity_lists=form.entity_lists,
    )


def _recognise(data: bytes) -> str:
    """The kind of file as pyxform names it; a text is a Markdown table when its first row begins with a bar."""
    if data.startswith(_OLE2):
        return ".xls"
    if data.startswith(_ZIP):
        _weigh(data)
        return ".xlsx"
    if b"\0" in data:
        raise _refused("", "这不是表单文件：请上传 .xlsx、.xls、.csv 或 Markdown 表格")
    return ".md" if _MARKDOWN_ROW.match(_text(data).lstrip("\ufeff\r\n")) else ".csv"


def _weigh(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            unpacked = sum(each.file_size for each in packed.infolist())
    except zipfile.BadZipFile as error:
        raise _refused("", "文件已损坏，打不开：请重新保存后再上传") from error
    if unpacked > _UNPACKED_LIMIT:
        raise _refused("", "工作簿解开后太大，不像是表单")


def _text(data: bytes) -> str:
    """Spreadsheet programs in China still save .csv as GB18030."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030", errors="replace")


def _convert(data: bytes, kind: str) -> tuple[bytes, list[str]]:
    try:
        converted = convert(data, file_type=kind, form_name=_ROOT, validate=False)
    except PyXFormError as error:
        raise FormRefused((translate(str(error), level="error"),)) from error
    except Exception as error:  # the readers of foreign workbooks raise whatever a broken file provokes
        raise _refused("", "文件读不出来：请用 Excel 或 WPS 重新保存后再上传") from error
    if converted.itemsets is not None:
        raise _refused("external_choices", "select_one_external 已过时，请改用 select_one_from_file")
    return converted.xform.encode(), converted.warnings


def _refused(place: str, message: str) -> FormRefused:
    return FormRefused((Finding("error", place, message),))
