"""What pyxform objects to, in Chinese, beside the worksheet, row and column it speaks of."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from string import Formatter

from pyxform.errors import ErrorCode, PyXFormError

from forms.findings import Finding, Level, position
from forms.rows import Rows
from forms.sayings import CODED, UNCODED, Saying

_ROW = re.compile(r"\[row : (?P<row>\d+)\]\s*")
_SHEET = re.compile(r"'(?P<sheet>survey|choices|settings|entities)' sheet")
_SEVERAL = re.compile(r"\n(?=\[row : |Language ')")
_NO_ROWS = Rows()
_UNTRANSLATED = Saying("表单写法有误，转换程序的原话是：{words}")


def of_error(error: PyXFormError, rows: Rows = _NO_ROWS) -> tuple[Finding, ...]:
    """What pyxform refused the form for; `rows` finds the row of a question it only names."""
    if error.code is not None:
        return (_finding(CODED[error.code.name], error.context, level="error", rows=rows),)
    return translate(str(error), level="error", rows=rows)


def translate(complaint: str, *, level: Level, rows: Rows = _NO_ROWS) -> tuple[Finding, ...]:
    """Say in Chinese what pyxform said, each remark by itself; words in neither table are quoted."""
    return tuple(_translated(each, level, rows) for each in _SEVERAL.split(complaint))


def _translated(complaint: str, level: Level, rows: Rows) -> Finding:
    saying, said = next(_understood(complaint), (_UNTRANSLATED, {"words": _ROW.sub("", complaint).strip()}))
    for pattern in (_ROW, _SHEET):
        if found := pattern.search(complaint):
            said = found.groupdict() | said
    return _finding(saying, said, level=level, rows=rows)


def _understood(complaint: str) -> Iterator[tuple[Saying, dict[str, str]]]:
    """pyxform often raises the sentence of a code and drops the code, so that its own template tells them apart."""
    for code in ErrorCode:
        if found := _template(code).match(complaint):
            yield CODED[code.name], found.groupdict()
    for pattern, saying in UNCODED:
        if found := pattern.search(complaint):
            yield saying, found.groupdict()


@cache
def _template(code: ErrorCode) -> re.Pattern[str]:
    parts = []
    for literal, name, _, _ in Formatter().parse(code.value.msg):
        parts.append(re.escape(literal))
        if name is not None:
            named = f"(?P={name})" if f"(?P<{name}>" in "".join(parts) else f"(?P<{name}>.*?)"
            parts.append(named)
    return re.compile("".join(parts), re.DOTALL)


def _finding(saying: Saying, said: Mapping[str, object], *, level: Level, rows: Rows) -> Finding:
    words = defaultdict(str, {name: str(value) for name, value in said.items() if value is not None})
    row = int(words["row"]) if words["row"].isdecimal() else None
    sheet = saying.sheet or words["sheet"] or words["sheet_name"] or ("survey" if row is not None else "")
    if row is None and (found := rows.find(words | {"parameter": saying.parameter})):
        sheet, row = found
    column = saying.column.format_map(words) or words["column"]
    return Finding(level, position(sheet, row), saying.message.format_map(words), sheet, row, column)
