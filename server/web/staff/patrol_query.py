"""What the page of patrols is asked, and which lines answer it (METRICS P *Filters*)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, Literal

from server.domain.obligation import Window, window_of
from server.domain.problems import Invalid
from server.figures.coverage import Coverage, GridCoverage
from server.figures.patrolled import GridKind, GridPatrols
from server.web.i18n import day
from server.web.parsing import Submitted
from server.web.staff.maps import select

_PERIODS = {"month": "本月", "today": "今天", "week": "近 7 天", "last_month": "上月", "custom": "自选日期"}
_KINDS = {"": "全部", "general": "一般网格", "special": "专属网格"}
_STATES = {"": "全部", "waiting": "今天还没巡", "missed": "连续 3 天未巡", "vacant": "无人在岗"}
CHOSEN: dict[str, Callable[[GridPatrols], bool]] = {
    "": lambda _: True,
    "waiting": lambda line: line.waits_today,
    "missed": lambda line: line.missed_three,
    "vacant": lambda line: line.days.vacant,
}
_ORDERS: dict[str, Callable[[GridCoverage], Any]] = {
    "grid": lambda line: line.code,
    "reached": lambda line: line.days.reached.n / line.days.reached.d if line.days.reached.d else 2,
    "missed": lambda line: line.days.missed_in_a_row,
    "last": lambda line: line.last.day if line.last else dt.date.min,
}
_LONGEST_PERIOD_DAYS = 366


class PatrolQuery(Submitted):
    """What the page is asked: the period, the area, the kind of grid, which of them, in what order.

    `view` live: of a month that is frozen, how it would stand as of now. `expert`: with the share of area seen.
    """

    period: Literal["month", "today", "week", "last_month", "custom"] = "month"
    first: dt.date | None = None
    last: dt.date | None = None
    view: Literal["", "live"] = ""
    expert: Literal["", "yes"] = ""
    area: str | None = None
    kind: GridKind | None = None
    state: Literal["", "waiting", "missed", "vacant"] = ""
    order: str = "grid"
    page: int = 1


def period_of(wanted: PatrolQuery, *, today: dt.date) -> Window:
    """Return the period; days chosen that are a whole month are that month. Raises Invalid("period.malformed") for days in no order, or more than a year of them."""
    if wanted.period == "today":
        return window_of("day", today)
    if wanted.period == "week":
        return Window("custom", today - dt.timedelta(days=6), today)
    if wanted.period == "month":
        return window_of("month", today)
    if wanted.period == "last_month":
        return window_of("month", today.replace(day=1) - dt.timedelta(days=1))
    first, last = wanted.first or today.replace(day=1), wanted.last or today
    if not 0 <= (last - first).days < _LONGEST_PERIOD_DAYS:
        raise Invalid("period.malformed")
    month = window_of("month", first)
    return month if (month.first, month.last) == (first, last) else Window("custom", first, last)


def in_words(period: Window) -> str:
    """From when to when."""
    return day(period.first) if period.first == period.last else f"{day(period.first)}—{day(period.last)}"


def lines_of(found: Coverage, wanted: PatrolQuery) -> list[GridCoverage]:
    """The lines asked for, in the order asked for."""
    falling = wanted.order.startswith("-")
    key = _ORDERS.get(wanted.order.removeprefix("-"), _ORDERS["grid"])
    return sorted(found.those(CHOSEN[wanted.state]), key=key, reverse=falling)


def filters(wanted: PatrolQuery, area: dict[str, Any]) -> list[dict[str, Any]]:
    """The fields of the filter bar; `area` is the one for the area."""
    fields = [select("period", "期间", _PERIODS, wanted.period)]
    if wanted.period == "custom":
        fields += [
            {"name": "first", "label": "从", "kind": "date", "value": wanted.first},
            {"name": "last", "label": "到", "kind": "date", "value": wanted.last},
        ]
    return [
        *fields,
        area,
        select("kind", "网格类别", _KINDS, wanted.kind or ""),
        select("state", "只看", _STATES, wanted.state),
    ]
