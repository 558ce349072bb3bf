"""Pace and colour: how far a figure has come, and the one table of how that looks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Literal

from server.domain.obligation.duty import WorkdayCalendar
from server.domain.obligation.windows import Window

Pace = Literal["done", "on_pace", "slow", "late", "missed", "none"]
CoverageLevel = Literal["at_95", "at_80", "at_50", "below_50", "none"]
Pattern = Literal["plain", "sparse_dots", "dense_dots", "bars", "border", "hatch", "thick_outline"]

_ON_PACE_SLACK = Fraction(1, 10)
_SLOW_SLACK = Fraction(3, 10)


@dataclass(frozen=True, slots=True)
class Look:
    """A fill colour with the pattern that says the same without colour, and the words of the legend."""

    colour: str
    pattern: Pattern
    label: str


LOOKS: Mapping[str, Look] = MappingProxyType(
    {
        # visits, by pace (METRICS D12, V)
        "done": Look("#2c7bb6", "plain", "已完成"),
        "on_pace": Look("#abd9e9", "plain", "进度正常"),
        "slow": Look("#fdae61", "sparse_dots", "进度偏慢"),
        "late": Look("#d7191c", "dense_dots", "进度滞后"),
        "missed": Look("#d7191c", "bars", "到期未完成"),
        "none": Look("#d9d9d9", "plain", "无任务"),
        # patrols over a period (METRICS P)
        "at_95": Look("#2c7bb6", "plain", "95 % 及以上"),
        "at_80": Look("#abd9e9", "plain", "80 %—95 %"),
        "at_50": Look("#fdae61", "sparse_dots", "50 %—80 %"),
        "below_50": Look("#d7191c", "dense_dots", "不足 50 %"),
        # patrols today (METRICS P)
        "today_done": Look("#2c7bb6", "plain", "今日已巡"),
        "today_waiting": Look("#ffffff", "border", "今日待巡"),
        "today_evening": Look("#fdae61", "border", "18 时后仍未巡"),
        "today_exempt": Look("#d9d9d9", "sparse_dots", "今日免巡"),
        "today_none": Look("#d9d9d9", "plain", "今日无任务"),
        # unresolved demands by the age of the oldest; the colours are those of the points (METRICS C2)
        "age_0": Look("#abd9e9", "plain", "0–3 天"),
        "age_1": Look("#74add1", "plain", "4–7 天"),
        "age_2": Look("#fee090", "plain", "8–15 天"),
        "age_3": Look("#f46d43", "sparse_dots", "16–30 天"),
        "age_4": Look("#a50026", "dense_dots", "30 天以上"),
        "no_cases": Look("#ffffff", "plain", "没有未解决的"),
        # their deadlines (METRICS C3, C4)
        "overdue": Look("#d7191c", "dense_dots", "有超期"),
        "due_soon": Look("#fdae61", "sparse_dots", "有将到期"),
        "in_time": Look("#abd9e9", "plain", "都没到期"),
        # places nobody came past for 90 days, over all places (METRICS P5)
        "unseen_none": Look("#2c7bb6", "plain", "都有人到过"),
        "unseen_few": Look("#abd9e9", "plain", "不足 10 %"),
        "unseen_some": Look("#fdae61", "sparse_dots", "10 %—30 %"),
        "unseen_many": Look("#d7191c", "dense_dots", "30 % 及以上"),
        "unseen_unknown": Look("#d9d9d9", "plain", "说不准或没有住户"),
        # who answers for a grid (METRICS D6)
        "staffed": Look("#abd9e9", "plain", "有网格员"),
        "stood_in": Look("#fdae61", "sparse_dots", "无人在岗，有人替班"),
        "nobody": Look("#d7191c", "dense_dots", "无人在岗，也没有替班"),
        # a grid against the norm of its county (STANDARDS FD-01)
        "fits": Look("#abd9e9", "plain", "合乎规模"),
        "too_small": Look("#fee090", "plain", "偏小"),
        "too_large": Look("#f46d43", "sparse_dots", "偏大"),
        "unstaffed": Look("#a50026", "dense_dots", "没有配人"),
        # unresolved demands against what a grid's share would lead one to expect (METRICS H2)
        "hot": Look("#d7191c", "dense_dots", "未解决集中"),
        "hot_new": Look("#fdae61", "sparse_dots", "未解决集中，新出现"),
        "cool": Look("#ffffff", "plain", "没有集中"),
        # laid over any of them
        "vacant": Look("none", "hatch", "无人在岗"),
        "three_missed": Look("none", "thick_outline", "连续 3 天及以上未巡"),
    }
)


def share_elapsed(
    window: Window, *, start_date: dt.date, today: dt.date, calendar: WorkdayCalendar
) -> Fraction:
    """Return e of METRICS D12: the completed working days of the window over all, from the village's start on.

    0 where the window has no working day.
    """
    first = max(window.first, start_date)
    working = [day for day in window.days() if day >= first and calendar.is_working(day)]
    completed = sum(1 for day in working if day < today)
    return Fraction(completed, len(working)) if working else Fraction(0)


def pace_of(n: int, d: int, *, elapsed: Fraction, ended: bool, trial: bool) -> Pace:
    """Return the pace of n of d (METRICS D12); a trial window is never worse than slow (D11)."""
    if d == 0:
        return "none"
    if n >= d:
        return "done"
    if ended:
        return "slow" if trial else "missed"
    done = Fraction(n, d)
    if done >= elapsed - _ON_PACE_SLACK:
        return "on_pace"
    return "slow" if trial or done >= elapsed - _SLOW_SLACK else "late"


def coverage_level(n: int, d: int, *, trial: bool) -> CoverageLevel:
    """Return the class of a patrol figure over a period (METRICS P); a trial one is never worse than 50 to 80."""
    if d == 0:
        return "none"
    if n * 100 >= 95 * d:
        return "at_95"
    if n * 100 >= 80 * d:
        return "at_80"
    return "at_50" if trial or n * 2 >= d else "below_50"
