"""The rows behind the figures of patrols: what n, d and the rest of each are made of (METRICS P)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeVar

from forms import catalogue
from server.domain.obligation import Figure, PatrolDays, total
from server.figures.coverage import Coverage, PatrolRecord
from server.figures.places import Place
from server.figures.sheets import LateRecord
from server.storage.patrols import Finding, Patrol
from server.web.i18n import clock, day, moment, weekday

FigureName = Literal["P1", "P1_own", "P2", "P4", "P5", "chronic", "P6", "late"]
Part = Literal["n", "d", "left"]
Row = TypeVar("Row", bound=Hashable)

_TITLES: Mapping[FigureName, Mapping[Part, str]] = {
    "P1": {"n": "巡查到位：已巡的天", "d": "巡查到位：应巡的天", "left": "巡查到位：没有巡的天"},
    "P1_own": {"n": "网格员本人巡的天", "d": "应巡的天", "left": "不是网格员本人巡的天"},
    "P2": {"n": "已巡且有定位的天", "d": "已巡的天", "left": "已巡但没有定位的天"},
    "P4": {"n": "30 天内到过的地方", "d": "应到的住户和必巡点", "left": "30 天内没到过的地方"},
    "P5": {"n": "90 天没人到过的地方", "d": "应到的住户和必巡点", "left": "90 天内有人到过的地方"},
    "chronic": {"n": "连续三个 30 天都没人到过", "d": "应到的住户和必巡点", "left": "其他地方"},
    "late": dict.fromkeys(("n", "d", "left"), "封账后补录的巡查"),
    "P6": {"n": "随手办好的发现", "d": "巡查发现", "left": "没有当场办好的发现"},
}
_DAY_COLUMNS = ("网格", "日期", "巡查", "谁巡的", "定位")
_LATE_COLUMNS = ("网格", "日期", "收到")
_PLACE_COLUMNS = ("网格", "类别", "地址或名称", "上次有人到过")
_FINDING_COLUMNS = ("网格", "日期", "类别", "怎么处理的")


@dataclass(frozen=True, slots=True)
class Listed:
    """A list as a page shows it."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


def listed(found: Coverage, figure: FigureName, part: Part, *, with_words: bool) -> Listed:
    """Return the rows of one part of a figure; the words of findings only to those who may read names."""
    title = _TITLES[figure][part]
    names = {line.grid.code: line.grid.full_name for line in found.grids}
    if figure in ("P4", "P5", "chronic"):
        places = _part(_places(found, figure), part)
        return Listed(title, _PLACE_COLUMNS, [_place_row(place, names) for place in places])
    if figure == "P6":
        columns = (*_FINDING_COLUMNS, "说明") if with_words else _FINDING_COLUMNS
        findings = [
            row
            for line in found.grids
            for row in line.findings
            if part == "d" or (row.handled == "fixed") == (part == "n")
        ]
        return Listed(title, columns, [_finding_row(row, names, with_words=with_words) for row in findings])
    if figure == "late":
        return Listed(title, _LATE_COLUMNS, [_late_row(record, names) for record in found.late])
    records = {(record.grid, record.day): record for line in found.grids for record in line.records}
    figure_of = _OF_DAYS[figure]
    days = [
        _day_row(_GridDay(line.grid.code, day), names, records, was_done=day in line.days.reached.rows_n)
        for line in found.grids
        for day in _part(figure_of(line.days), part)
    ]
    return Listed(title, _DAY_COLUMNS, days)


_OF_DAYS: Mapping[FigureName, Callable[[PatrolDays], Figure[dt.date]]] = {
    "P1": lambda days: days.reached,
    "P1_own": lambda days: days.by_own_role,
    "P2": lambda days: days.located,
}


class _GridDay(NamedTuple):
    """A row of those: a grid on a day."""

    grid: str
    day: dt.date


def _places(found: Coverage, figure: FigureName) -> Figure[Place]:
    if figure == "P4":
        return total(each.reached for each in found.placed)
    unseen = total(each.long_unseen for each in found.placed)
    return Figure(found.chronic, unseen.rows_d) if figure == "chronic" else unseen


def _part(figure: Figure[Row], part: Part) -> Sequence[Row]:
    return {"n": figure.rows_n, "d": figure.rows_d, "left": figure.rows_left}[part]


def _day_row(
    row: _GridDay,
    names: Mapping[str, str],
    records: Mapping[tuple[str, dt.date], PatrolRecord],
    *,
    was_done: bool,
) -> Sequence[str]:
    record = records.get((row.grid, row.day))
    when = f"{day(row.day)} {weekday(row.day)}"
    if record is None:
        words = "封账时已巡，记录后来改了" if was_done else "没有巡"
        return names[row.grid], when, words, "", ""
    result = "有发现" if record.result == "found" else "无异常"
    return (
        names[row.grid],
        when,
        f"{clock(record.started_at)} {result}",
        record.who,
        "有" if record.positioned else "没有",
    )


def _late_row(record: LateRecord[Patrol], names: Mapping[str, str]) -> Sequence[str]:
    came = f"{moment(record.received_at)}{'更正' if record.is_correction else '补录'}"
    return names[record.row.grid_then], f"{day(record.row.day)} {weekday(record.row.day)}", came


def _place_row(place: Place, names: Mapping[str, str]) -> Sequence[str]:
    kind = "必巡点" if place.must_see else "住户"
    return names[place.grid], kind, place.words, day(place.last_pass) or "90 天内没有"


def _finding_row(row: Finding, names: Mapping[str, str], *, with_words: bool) -> Sequence[str]:
    cells = (
        names[row.grid_then],
        day(row.day),
        catalogue.choices("patrol", "finding_kind").get(row.kind, row.kind),
        catalogue.choices("patrol", "handled").get(row.handled, row.handled),
    )
    return (*cells, row.words or "") if with_words else cells
