"""机制一览: a county's mechanism as tables of words, each line with where it was taken from; and two of them compared."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from server.domain.mechanism import MechanismProfile, parse_profile
from server.domain.mechanism.remarks import remarks
from server.figures import mechanism_plans as plans
from server.figures import mechanism_rows as rows
from server.figures.mechanism_rows import Row
from server.figures.mechanism_words import NOTHING

_RULE = re.compile(r"[A-Z]{2}-K?[0-9]+")
_OURS = ("我们的默认", "我们的延伸")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a table: what it speaks of, its cells, and where they were taken from (rule ids, or 我们的默认)."""

    key: str
    cells: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Table:
    """A part of the mechanism: its title, the heads of its columns, its lines."""

    title: str
    heads: tuple[str, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing two mechanisms say differently; a dash where one does not say it."""

    table: str
    item: str
    was: str
    becomes: str


_ITEM = ("项目", "规定")
Part = tuple[str, tuple[str, ...], Callable[[MechanismProfile], Iterator[Row]]]
"""A table's title, its heads, and its lines for a mechanism."""

_PARTS: tuple[Part, ...] = (
    ("名称、层级和组织", _ITEM, rows.organisation),
    (
        "三事分流：各类诉求",
        ("叫法", "包括", "归谁", "谁来办", "时限", "派单要写", "先上会", "可认领", "谁来评"),
        rows.classes,
    ),
    ("上报和派单", _ITEM, rows.dispatch),
    (
        "会议",
        ("会议", "在哪一级", "议什么", "多久一次", "提前公示", "怎样通过", "议不成交给", "要记录"),
        rows.meetings,
    ),
    ("时限", ("步骤", "时限"), rows.deadlines),
    ("反馈、评价和申诉", _ITEM, rows.closing),
    ("渠道", ("渠道", "县里的叫法", "时限"), rows.channels),
    ("研判", _ITEM, rows.screening),
    ("另外的分法", ("名称", "选项"), rows.dimensions),
    ("周期任务", ("任务", "做什么", "多久一次", "谁来做", "谁做也算", "电话算不算"), rows.cadences),
    ("走访档次和关爱标签", ("名称", "计入特殊群体", "多久见一次"), rows.care),
    ("地图、名单和日历", _ITEM, rows.ground),
    ("县里自己的叫法", ("本来的叫法", "县里的叫法"), rows.words_of),
)
_PLANS: Part = ("尚未执行", ("内容", "方案的规定"), plans.unexecuted)


def tables(text: str) -> tuple[Table, ...]:
    """Return what a mechanism says, from the text of its file; parts it has nothing in are left out.

    Raises Invalid as parse_profile does.
    """
    return _tables(text, _PARTS)


def unexecuted(text: str) -> tuple[Table, ...]:
    """尚未执行: return what the plan says and this version does not do yet; nothing where it says nothing of the kind."""
    return _tables(text, (_PLANS,))


def differences(old: str, new: str) -> tuple[Difference, ...]:
    """Return what two mechanisms, given as the texts of their files, say differently, in the order of the tables."""
    was, becomes = _by_title(old), _by_title(new)
    return tuple(
        each
        for title, heads, _rows in (*_PARTS, _PLANS)
        for each in _between(title, heads, was.get(title, {}), becomes.get(title, {}))
    )


def _between(
    title: str, heads: tuple[str, ...], was: Mapping[str, Line], becomes: Mapping[str, Line]
) -> Iterator[Difference]:
    """A line keeps its key when the county renames it; one that only one of them has is one difference."""
    for key in dict.fromkeys((*was, *becomes)):
        if key not in becomes:
            yield Difference(title, was[key].cells[0], _in_full(heads, was[key]), NOTHING)
        elif key not in was:
            yield Difference(title, becomes[key].cells[0], NOTHING, _in_full(heads, becomes[key]))
        else:
            yield from _changes(title, heads, was[key].cells, becomes[key].cells)


def _changes(
    title: str, heads: tuple[str, ...], was: tuple[str, ...], becomes: tuple[str, ...]
) -> Iterator[Difference]:
    for head, before, after in zip(heads, was, becomes, strict=True):
        if before != after:
            item = was[0] if len(heads) == len(_ITEM) else f"{was[0]}：{head}"
            yield Difference(title, item, before, after)


def _in_full(heads: tuple[str, ...], line: Line) -> str:
    if len(heads) == len(_ITEM):
        return line.cells[-1]
    return "；".join(f"{head}{value}" for head, value in [*zip(heads, line.cells, strict=True)][1:])


def _tables(text: str, parts: tuple[Part, ...]) -> tuple[Table, ...]:
    profile, said = parse_profile(text), remarks(text)
    built = (
        Table(
            title,
            heads,
            tuple(Line(row.key, row.cells, _source(said, row.places)) for row in rows_of(profile)),
        )
        for title, heads, rows_of in parts
    )
    return tuple(table for table in built if table.lines)


def _by_title(text: str) -> Mapping[str, Mapping[str, Line]]:
    return {
        table.title: {line.key: line for line in table.lines} for table in _tables(text, (*_PARTS, _PLANS))
    }


def _source(said: Mapping[str, str], places: tuple[str, ...]) -> str:
    """The remark behind a value; of several, the rules they name, and that some are ours, as is what is not said."""
    found = [remark for key, remark in said.items() if any(_lies_in(key, place) for place in places)]
    if not found:
        return _OURS[0]
    if len(found) == 1:
        return found[0]
    rules = dict.fromkeys(rule for remark in found for rule in _RULE.findall(remark))
    ours = [word for word in _OURS if any(word in remark for remark in found)]
    return "、".join((*rules, *ours))


def _lies_in(key: str, place: str) -> bool:
    return key == place or key.startswith(f"{place}.")
