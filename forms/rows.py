"""Where in the worksheets a question or a choice is written, for remarks that name it but no row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

_Key = TypeVar("_Key")

Sheet = Sequence[Mapping[str, object]]
"""A worksheet below its header, each row by column; a row without a cell is there, and empty."""

FIRST_ROW = 2
"""The row below the header."""
_NAME = ("name", "tag", "value")
_TYPE = ("type", "command")
_LIST = ("list_name", "list name")
_PARAMETER = re.compile(r"([\w-]+)\s*=")


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of the survey worksheet by path ("/data/photo"), by type and by a parameter only one of them has, and of the
    choices by list and name."""

    by_path: Mapping[str, int] = field(default_factory=dict)
    by_type: Mapping[str, int] = field(default_factory=dict)
    by_parameter: Mapping[str, int] = field(default_factory=dict)
    by_choice: Mapping[tuple[str, str], int] = field(default_factory=dict)

    @classmethod
    def of(cls, survey: Sheet, choices: Sheet, *, root: str) -> Rows:
        """Read both worksheets once; the first row of a name counts."""
        return cls(
            _first(_paths(survey, root)),
            _first((_cell(row, _TYPE), number) for number, row in _numbered(survey)),
            _only(_parameters(survey)),
            _first(((_cell(row, _LIST), _cell(row, _NAME)), number) for number, row in _numbered(choices)),
        )

    def find(self, words: Mapping[str, str]) -> tuple[str, int] | None:
        """The worksheet and row of what a remark names: a `choice` of a `list_name`, or of a question its `name`,
        its `type` or a `parameter`."""
        choice = self.by_choice.get((words.get("list_name", ""), words.get("choice", "")))
        if choice is not None:
            return "choices", choice
        name = words.get("name", "")
        rows = [row for path, row in self.by_path.items() if name and path.endswith(f"/{name}")]
        rows += [row for kind, row in self.by_type.items() if kind and kind == words.get("type")]
        rows += [row for key, row in self.by_parameter.items() if key == words.get("parameter")]
        return ("survey", rows[0]) if rows else None


def name_of(row: Mapping[str, object]) -> str:
    """The name a row of the survey is written with, "" where there is none."""
    return _cell(row, _NAME)


def _paths(survey: Sheet, root: str) -> Iterator[tuple[str, int]]:
    around = [root]
    for number, row in _numbered(survey):
        kind, name = _cell(row, _TYPE).lower().replace(" ", "_"), name_of(row)
        path = "/".join(("", *around, name))
        if kind.startswith("end_") and len(around) > 1:
            around.pop()
        elif kind == "audit":
            yield f"/{root}/meta/audit", number
        elif name:
            yield path, number
        if kind.startswith("begin_"):
            around.append(name)


def _parameters(survey: Sheet) -> Iterator[tuple[str, int]]:
    for number, row in _numbered(survey):
        for key in _PARAMETER.findall(_cell(row, ("parameters",))):
            yield key, number


def _numbered(sheet: Sheet) -> Iterator[tuple[int, Mapping[str, object]]]:
    return enumerate(sheet, start=FIRST_ROW)


def _cell(row: Mapping[str, object], columns: Iterable[str]) -> str:
    """Column names are told apart without their case, as pyxform has them."""
    cells = {str(name).strip().lower(): value for name, value in row.items()}
    return next((str(cells[column]).strip() for column in columns if cells.get(column)), "")


def _first(found: Iterable[tuple[_Key, int]]) -> dict[_Key, int]:
    rows: dict[_Key, int] = {}
    for key, number in found:
        rows.setdefault(key, number)
    return rows


def _only(found: Iterable[tuple[str, int]]) -> dict[str, int]:
    pairs = list(found)
    times = Counter(key for key, _ in pairs)
    return {key: number for key, number in pairs if times[key] == 1}
