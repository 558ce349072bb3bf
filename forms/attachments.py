"""附件: what the files beside a form must hold, so that its lists open on a phone."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Final

from lxml import etree

from forms.findings import Finding
from forms.inspection import Inspected, error, warning
from forms.markup import child, local

LONG_LIST: Final = 2_000
"""Rows beyond which a list opens slowly on a cheap phone."""
_DATA: Final = (".csv", ".geojson", ".xml")
_INSTANCE: Final = re.compile(r"instance\('(?P<name>[^']+)'\)")


def missing(form: Inspected) -> Iterator[Finding]:
    """A list that is not there leaves its question without choices; a picture only leaves a gap."""
    if form.files is None:
        return
    for name in form.compiled.media:
        if name not in form.files and name not in form.served:
            if name.endswith(_DATA):
                yield error("附件", f"缺少文件「{name}」：选择题会没有选项，请在附件里上传")
            else:
                yield warning("附件", f"缺少文件「{name}」：题目里的图片或声音不会显示")


def unreadable(form: Inspected) -> Iterator[Finding]:
    """Phones read lists as UTF-8, and find the columns by the names the form gives."""
    for path in form.controls:
        itemset = form.itemset(path)
        if itemset is None or (name := _file_of(form, itemset)) is None:
            continue
        try:
            header = next(_rows(form, name), [])
        except UnicodeDecodeError:
            yield error("附件", f"文件「{name}」不是 UTF-8 编码：请另存为“CSV UTF-8”")
            continue
        absent = [column for column in _columns(itemset) if column not in header]
        if absent:
            yield error(path, f"文件「{name}」缺少列：{'、'.join(absent)}")


def long(form: Inspected) -> Iterator[Finding]:
    """Lists over 2,000 rows, whether written in the form or uploaded beside it."""
    for name, instance in form.instances.items():
        rows = sum(local(each.tag) == "item" for each in instance.iter())
        if rows > LONG_LIST:
            yield warning("choices", _slow(f"选项表「{name}」", rows))
    for name in sorted(form.files or {}):
        if name.endswith(".csv"):
            try:
                rows = sum(1 for _ in _rows(form, name)) - 1
            except (UnicodeDecodeError, csv.Error):
                continue
            if rows > LONG_LIST:
                yield warning("附件", _slow(f"文件「{name}」", rows))


def _slow(what: str, rows: int) -> str:
    return f"{what}有 {rows} 行，超过 {LONG_LIST} 行的在旧手机上打开很慢：请按乡镇或村拆开"


def _file_of(form: Inspected, itemset: etree._Element) -> str | None:
    """The uploaded .csv behind an itemset."""
    named = _INSTANCE.search(itemset.get("nodeset", ""))
    name = f"{named['name']}.csv" if named else ""
    return name if form.files is not None and name in form.files else None


def _columns(itemset: etree._Element) -> Iterator[str]:
    for part in ("value", "label"):
        element = child(itemset, part)
        column = "" if element is None else element.get("ref", "")
        if column.isidentifier():
            yield column


def _rows(form: Inspected, name: str) -> Iterator[list[str]]:
    content = (form.files or {})[name].decode("utf-8-sig")
    return (row for row in csv.reader(io.StringIO(content)) if any(row))
