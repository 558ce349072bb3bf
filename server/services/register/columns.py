"""Which column of a list is which field, and what its cells say; every wrong cell is named, none stops the reading."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from server.domain.problems import Invalid
from server.services.register.spreadsheet import Row, Sheet

HOUSEHOLD_FIELDS = (
    "编号", "网格", "地址", "户主", "电话", "人数", "提示", "经度", "纬度",
    "姓名", "称呼", "孩子", "标签", "标签起始", "依据", "认定单位",
)  # fmt: skip
VISIT_FIELDS = ("编号", "日期", "姓名")
_REQUIRED = {HOUSEHOLD_FIELDS: ("编号", "网格", "地址"), VISIT_FIELDS: ("编号", "日期")}

_ALSO_CALLED: Mapping[str, tuple[str, ...]] = {
    "编号": ("户编号", "住户编号", "户号", "家庭编号"),
    "日期": ("走访日期", "上次走访日期", "上次走访", "走访时间", "时间"),
    "姓名": ("见谁", "见到谁", "走访对象", "对象姓名", "老人姓名"),
}
"""What people call the columns of a list of visits."""

_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_YES = frozenset({"是", "1", "y", "yes", "√"})
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Wrong:
    """A cell that cannot be taken: its line, its field and why."""

    row: int
    field: str
    reason: str


@dataclass(slots=True)
class Reader:
    """The cells of one line, by field; what is wrong in them is collected in `wrong`."""

    row: Row
    columns: Mapping[str, str]
    wrong: list[Wrong] = field(default_factory=list)

    def text(self, name: str) -> str:
        """The cell, empty where there is none."""
        said = self.row.cells.get(self.columns.get(name, ""), "")
        if len(said) > _LONGEST:
            self.refuse(name, f"超过 {_LONGEST} 个字")
        return said

    def needed(self, name: str) -> str:
        """The cell, which may not be empty."""
        said = self.text(name)
        if not said:
            self.refuse(name, "必须填写")
        return said

    def yes(self, name: str) -> bool:
        """Whether the cell says 是."""
        return self.text(name).lower() in _YES

    def number(self, name: str) -> int | None:
        """The cell as a count of people."""
        said = self.text(name)
        if said and not (said.isdecimal() and len(said) <= 3):
            self.refuse(name, "应是数字")
            return None
        return int(said) if said else None

    def degrees(self, name: str) -> float | None:
        """The cell as degrees."""
        said = self.text(name)
        try:
            return float(said) if said else None
        except ValueError:
            self.refuse(name, "应是以度为单位的数字")
            return None

    def day(self, name: str) -> dt.date | None:
        """The cell as a day: 2026-10-01, 2026/10/1 or 2026年10月1日."""
        said = self.text(name)
        found = _DAY.fullmatch(said)
        try:
            if found is not None:
                return dt.date(*map(int, found.groups()))
        except ValueError:
            found = None
        if said:
            self.refuse(name, "日期应写成 2026-10-01 的样子")
        return None

    def refuse(self, name: str, reason: str) -> None:
        """Say that a cell cannot be taken."""
        self.wrong.append(Wrong(self.row.number, name, reason))


def guessed(sheet: Sheet, *, fields: tuple[str, ...]) -> dict[str, str]:
    """Return field → column for the columns that are called like a field, or as people often call it."""
    found = {}
    for name in fields:
        called = next((each for each in (name, *_ALSO_CALLED.get(name, ())) if each in sheet.columns), None)
        if called is not None:
            found[name] = called
    return found


def columns_of(sheet: Sheet, given: Iterable[str], *, fields: tuple[str, ...]) -> dict[str, str]:
    """Return field → column: a column named like a field is it; `given` says "column=field" for the others.

    Raises Invalid("register.bad_mapping") for a column or field that is not there, or a required field without one.
    """
    found = {column: column for column in sheet.columns if column in fields}
    for pair in given:
        column, equals, name = (part.strip() for part in pair.rpartition("="))
        if not equals or name not in fields:
            raise _bad(f"{pair} 应写成“列=字段”，字段有{'、'.join(fields)}")
        if column not in sheet.columns:
            raise _bad(f"文件里没有“{column}”这一列")
        found[name] = column
    missing = [name for name in _REQUIRED[fields] if name not in found]
    if missing:
        raise _bad(f"缺少{'、'.join(missing)}，请说明是哪一列")
    return found


def _bad(reason: str) -> Invalid:
    return Invalid("register.bad_mapping", reason=reason)
