"""办理情况: a month's rates of demands, and the rows behind every number of them (METRICS C6 to C12)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Literal

from flask import Blueprint, request, url_for
from pydantic import Field

from server.domain.obligation import Window, window_of
from server.domain.permissions import Permission
from server.domain.problems import NotFound
from server.domain.work_calendar import local_day
from server.figures import open_cases
from server.figures.case_overview import few
from server.figures.case_rates import (
    CLASSES_OR_NONE,
    HOME_LEVELS,
    CaseFigure,
    CaseRates,
    case_rates,
    readable_rows,
)
from server.figures.case_words import CLASSES
from server.storage.demands import Demand
from server.storage.selection import Page
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.parsing import Submitted, query
from server.web.parts import database
from server.web.staff.maps import PAGE_SIZE, area_filter, select
from server.web.staff.pages import page
from server.work import Reading

Part = Literal["n", "d", "left"]
_MONTHS_OFFERED = 13
_TITLES = {
    "C6": "按时率",
    "C6-extended": "延期后按新时限办结",
    "C7": "解决率",
    "C7-explained": "已解释说明",
    "C7-suspended": "暂缓",
    "C7-projectised": "列入项目",
    "C8": "件件有回音",
    "C9": "参评率",
    "C9-satisfied": "满意率（占已评价的）",
    "C9-satisfied-asked": "实际满意率（占请评价的）",
    "C9-low": "差评",
    "C9-proxy": "工作人员代填的评价",
    "C10": "退单",
    "C10-twice": "退过两次以上",
    "C11": "就地化解",
    "C12": "占比",
}
_PARTS: dict[Part, str] = {"n": "做到的", "d": "全部", "left": "没做到的"}
_PARTS_OF: dict[str, dict[Part, str]] = {
    "C9": {"n": "评价了的", "d": "请评价的", "left": "没有评价的"},
    "C9-satisfied": {"n": "4、5 星", "d": "评价了的", "left": "3 星以下"},
    "C9-satisfied-asked": {"n": "4、5 星", "d": "请评价的", "left": "没有评价和 3 星以下"},
    "C9-low": {"n": "2 星以下", "d": "评价了的", "left": "3 星以上"},
    "C9-proxy": {"n": "代填的", "d": "请评价的", "left": "不是代填的"},
    "C10": {"n": "退单（每退一次一行）", "d": "派单（每派一次一行）", "left": "没有退的"},
    "C10-twice": {"n": "退过两次以上的", "d": "本月退过的", "left": "只退过一次的"},
}
_NO_CLASS = "还没分类"
_LEVEL_WORDS = {"grid": "不出网格", "village": "不出村（社区）", "township": "不出乡镇（街道）"}
APART_WORDS = {"private": "私事", "rejected": "剔除（不予受理）", "suspended": "暂缓"}


class RatesQuery(Submitted):
    """What the page is asked: the month, written 2026-10, and the area."""

    month: str | None = Field(default=None, pattern=r"^20\d\d-(0[1-9]|1[0-2])$")
    area: str | None = None

    def period(self, reading: Reading) -> Window:
        """The month; this one if none is asked for."""
        asked = local_day(reading.now) if self.month is None else dt.date.fromisoformat(f"{self.month}-01")
        return window_of("month", asked)


class RowsQuery(RatesQuery):
    """Which rows: a figure's key (figures/case_rates.py) and its n, its d, or what is left."""

    figure: str
    part: Part = "d"
    page: int = Field(default=1, ge=1)


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/cases/figures", endpoint="case_figures")(figures)
    blueprint.get("/cases/figures/rows", endpoint="case_figure_rows")(rows)


@requires(Permission.VIEW_LISTS)
def figures() -> str:
    """The figures of a month."""
    wanted = query(RatesQuery)
    with database().read(current_actor()) as reading:
        period = wanted.period(reading)
        found = case_rates(reading, period, area=wanted.area)
        today = local_day(reading.now)
        filters = [
            select("month", "月份", _months(today), _written(period)),
            area_filter(reading, wanted.area),
        ]
    return page(
        "case_figures.html",
        as_of=found.as_of,
        period=_in_words(period),
        filters=filters,
        figures=found.figures,
        classes=[(class_ or "NONE", _class_words(class_)) for class_ in CLASSES_OR_NONE],
        levels=[(level, _LEVEL_WORDS[level]) for level in HOME_LEVELS],
        apart=list(APART_WORDS.items()),
        villages=list(found.villages.items()),
        county=found.county,
        n_of=lambda key: _n_of(found, key),
        urls_of=_urls,
        back_url=url_for("staff.cases", area=wanted.area),
    )


@requires(Permission.VIEW_LISTS)
def rows() -> str:
    """The rows behind a number; PRIVATE matters that are not the reader's to see are counted under them."""
    wanted = query(RowsQuery)
    with database().read(current_actor()) as reading:
        period = wanted.period(reading)
        found = case_rates(reading, period, area=wanted.area)
        if wanted.figure not in found.figures:
            raise NotFound("page.unknown")
        counted = _part(found.figures[wanted.figure], wanted.part)
        shown = readable_rows(reading, counted)
        of_page = Page(wanted.page, PAGE_SIZE)
        lines = open_cases.lines(reading, shown[of_page.offset : of_page.offset + of_page.size])
    return page(
        "case_figure_rows.html",
        as_of=found.as_of,
        title=_title(found, wanted.figure),
        words=f"{_in_words(period)} · {_PARTS_OF.get(wanted.figure, _PARTS)[wanted.part]}",
        lines=lines,
        total=len(shown),
        unlisted=few(len(counted) - len(shown)) if len(counted) > len(shown) else "",
        page_number=wanted.page,
        pages=-(-len(shown) // PAGE_SIZE),
        class_words=CLASSES,
        back_url=url_for("staff.case_figures", month=wanted.month, area=wanted.area),
    )


def _part(figure: CaseFigure, part: Part) -> Sequence[Demand]:
    return {"n": figure.rows_n, "d": figure.rows_d, "left": figure.rows_left}[part]


def _n_of(found: CaseRates, key: str) -> str:
    """How many of a share; few PRIVATE matters of a village not exactly, for whoever may not read them."""
    figure = found.figures[key]
    if not key.startswith("C12-private-"):
        return str(figure.n)
    village = key.removeprefix("C12-private-")
    exact = figure.n == 0 or current_actor().scope.covers(village, private=True)
    return str(figure.n) if exact else few(figure.n)


def _urls(key: str) -> dict[str, str]:
    """Where the rows of a figure's parts are listed."""
    kept: dict[str, Any] = {name: request.args[name] for name in ("month", "area") if name in request.args}
    return {part: url_for("staff.case_figure_rows", figure=key, part=part, **kept) for part in _PARTS}


def _title(found: CaseRates, key: str) -> str:
    kind, *rest = key.split("-")
    if kind == "C11":
        class_, level = rest
        return f"就地化解：{CLASSES.get(class_, _NO_CLASS)}，{_LEVEL_WORDS[level]}"  # type: ignore[call-overload]
    if kind == "C12":
        what, village = rest
        return f"{found.villages.get(village, village)}：{APART_WORDS[what]}占比"
    return _TITLES[key]


def _class_words(class_: Any) -> str:
    return CLASSES.get(class_, _NO_CLASS)


def _months(today: dt.date) -> dict[str, str]:
    """The months a reader may choose, this one first."""
    months = today.year * 12 + today.month - 1
    offered = [divmod(months - back, 12) for back in range(_MONTHS_OFFERED)]
    return {f"{year}-{month + 1:02d}": f"{year}年{month + 1}月" for year, month in offered}


def _written(period: Window) -> str:
    return f"{period.first:%Y-%m}"


def _in_words(period: Window) -> str:
    return f"{period.first.year}年{period.first.month}月"
