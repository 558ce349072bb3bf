"""编译表单：a form as people write it (XLSForm in .xlsx, .xls, .csv or a Markdown table, or an XForm) → XForm.

With `complaints.py` the only file that imports pyxform.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final

from pyxform.errors import PyXFormError
from pyxform.xls2json_backends import csv_to_dict, md_to_dict, xls_to_dict, xlsx_to_dict
from pyxform.xls2xform import convert

from forms.complaints import of_error, translate
from forms.findings import Finding, FormRefused, beside_row, position, refused
from forms.formulas import unreadable as unreadable_formulas
from forms.markup import MarkupRefused, parse
from forms.mending import Mending
from forms.rows import FIRST_ROW, Rows, Sheet
from forms.schema import shape
from forms.source import ROW_LIMIT, Kind, recognise, text, too_long, unreadable
from forms.xform import checked

_ROOT: Final = "data"
_SHEETS: Final = ("survey", "choices", "settings", "entities")
_INVISIBLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_QUESTION_LIMIT: Final = 5_000
_MOST_OBJECTIONS: Final = 50
_MOST_READ_AGAIN: Final = 15_000
"""Rows that are read again to hear more objections, a second's worth: of a very long form only the first are told."""
_READERS: Final[Mapping[str, Callable[[bytes], dict[str, Any]]]] = {
    "xlsx": xlsx_to_dict,
    "xls": xls_to_dict,
    "csv": csv_to_dict,
    "md": md_to_dict,
}


@dataclass(frozen=True, slots=True)
class CompiledForm:
    """An XForm ready to be served: the same source always gives the same `xml` bytes.

    `media` names the files the form expects beside it ("households.csv"); `entity_lists` names the lists among
    them that the form also writes to ("households"). `remarks` are pyxform's warnings in Chinese. `source_kind` is
    what the source was, read from its content. `rows` gives the row of the survey worksheet by path ("/data/photo").
    """

    form_id: str
    version: str
    title: str
    xml: bytes
    remarks: tuple[Finding, ...]
    media: tuple[str, ...]
    entity_lists: tuple[str, ...]
    source_kind: Kind
    rows: Mapping[str, int] = field(default_factory=dict)

    @property
    def warnings(self) -> tuple[str, ...]:
        """The remarks as sentences that name their place."""
        return tuple(f"{each.place}：{each.message}" if each.place else each.message for each in self.remarks)


@lru_cache(maxsize=16)
def compile_form(source: bytes | str) -> CompiledForm:
    """编译：what a file is, is read from its content, because people rename files (OPENROSA §11). A text is its UTF-8.

    The same source makes the same form, so the last few are kept. An XForm is served as it came. Raises FormRefused
    with Chinese findings beside worksheet, row and column.
    """
    data = source.encode() if isinstance(source, str) else source
    kind = recognise(data)
    if kind == "xml":
        return _described(checked(data), kind)
    sheets = _read(text(data).encode() if kind in {"md", "csv"} else data, kind)
    for name in _SHEETS:
        _inspect(name, sheets.get(name) or ())
    try:
        xml, complaints = _convert(sheets)
    except PyXFormError as error:
        raise FormRefused(_objections(sheets, error)) from error
    rows = _rows(sheets)
    form = _described(xml, kind)
    remarks = tuple(
        each for complaint in complaints for each in translate(complaint, level="warning", rows=rows)
    )
    if form.form_id == _ROOT:
        raise FormRefused(
            (Finding("error", "settings", "settings 工作表没有写 form_id", "settings"), *remarks)
        )
    return replace(form, remarks=remarks, rows=rows.by_path)


def _described(xml: bytes, kind: Kind) -> CompiledForm:
    form = shape(xml)
    if len(form.fields) > _QUESTION_LIMIT:
        raise refused(
            f"有 {len(form.fields)} 道题（含计算），超过 {_QUESTION_LIMIT} 道的手机打不开", sheet="survey"
        )
    return CompiledForm(
        form_id=form.form_id,
        version=form.version,
        title=form.title,
        xml=xml,
        remarks=(),
        media=form.media,
        entity_lists=form.entity_lists,
        source_kind=kind,
    )


def _read(data: bytes, kind: Kind) -> dict[str, Any]:
    try:
        return _READERS[kind](data)
    except MemoryError:
        raise
    except PyXFormError as error:
        raise FormRefused(of_error(error)) from error
    except Exception as error:  # the readers of foreign workbooks raise whatever a broken file provokes
        raise unreadable() from error


def _inspect(name: str, sheet: Sheet) -> None:
    """Refuse a worksheet that is too long, or holds what no XML can."""
    if len(sheet) > ROW_LIMIT:
        raise too_long(name)
    for number, row in enumerate(sheet, start=FIRST_ROW):
        for column, value in row.items():
            if _INVISIBLE.search(str(value)):
                message = "有看不见的控制字符：请清空这一格，重新打字"
                raise FormRefused(
                    (Finding("error", position(name, number), message, name, number, str(column)),)
                )


def _rows(sheets: Mapping[str, Any]) -> Rows:
    return Rows.of(sheets.get("survey") or (), sheets.get("choices") or (), root=_ROOT)


def _objections(sheets: dict[str, Any], error: PyXFormError) -> tuple[Finding, ...]:
    """Everything pyxform objects to and every unreadable formula, as far as it can be told at once, in the order of the
    worksheets."""
    mending = Mending(sheets)
    length = sum(len(sheets.get(name) or ()) for name in _SHEETS)
    rounds = min(_MOST_OBJECTIONS, _MOST_READ_AGAIN // max(1, length))
    answer: bytes | PyXFormError | None = error
    while (
        isinstance(answer, PyXFormError)
        and mending.take(of_error(answer, _rows(mending.sheets)))
        and rounds > 0
    ):
        rounds -= 1
        answer = _asked_again(mending.sheets)
    told = [*mending.told, *(_formulas(answer, _rows(mending.sheets)) if isinstance(answer, bytes) else ())]
    return tuple(sorted(told, key=lambda each: (each.sheet != "survey", each.sheet, each.row or 0)))


def _asked_again(sheets: dict[str, Any]) -> bytes | PyXFormError | None:
    """The XForm of mended worksheets, or the next objection to them, None where neither can be had."""
    try:
        return _convert(sheets)[0]
    except PyXFormError as error:
        return error
    except FormRefused:
        return None


def _formulas(xml: bytes, rows: Rows) -> Iterator[Finding]:
    """What pyxform lets pass and no phone can read, told beside what it objects to."""
    try:
        tree = parse(xml)
    except MarkupRefused:  # groups too deep in each other, which is said once the rest is right
        return
    yield from (beside_row(each, rows.by_path) for each in unreadable_formulas(tree))


def _convert(sheets: dict[str, Any]) -> tuple[bytes, list[str]]:
    """The XForm and pyxform's warnings."""
    try:
        converted = convert(sheets, form_name=_ROOT, validate=False)
    except (PyXFormError, MemoryError):
        raise
    except Exception as error:  # cells nobody expected there
        raise refused("表单写法有误，转换不了：请对照模板检查各工作表的列") from error
    if converted.itemsets is not None:
        raise refused("select_one_external 已过时，请改用 select_one_from_file", sheet="external_choices")
    return converted.xform.encode(), converted.warnings
