"""巡查: the map of patrol coverage, its table and file, and the rows behind every figure (METRICS P)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, Literal

from flask import Blueprint, Response, request, url_for

from server.domain.obligation import LOOKS, Window, percentage, window_of
from server.domain.people import Permission
from server.domain.problems import Invalid
from server.domain.work_calendar import local_day
from server.figures import outlines
from server.figures.coverage import Coverage, GridCoverage, GridKind, coverage
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.i18n import day
from server.web.parsing import Submitted, query
from server.web.parts import database
from server.web.staff import patrol_rows
from server.web.staff.downloads import spreadsheet
from server.web.staff.maps import PAGE_SIZE, area_filter, map_host, select, values
from server.web.staff.pages import page
from server.work import Reading

_PERIODS = {"month": "本月", "today": "今天", "week": "近 7 天", "custom": "自选日期"}
_KINDS = {"": "全部", "general": "一般网格", "special": "专属网格"}
_STATES = {"": "全部", "waiting": "今天还没巡", "missed": "连续 3 天未巡", "vacant": "无人在岗"}
_CHOSEN: dict[str, Callable[[GridCoverage], bool]] = {
    "waiting": lambda line: line.waits_today,
    "missed": lambda line: line.missed_three,
    "vacant": lambda line: line.days.vacant,
}
_ORDERS: dict[str, Callable[[GridCoverage], Any]] = {
    "grid": lambda line: line.grid.code,
    "reached": lambda line: line.days.reached.n / line.days.reached.d if line.days.reached.d else 2,
    "missed": lambda line: line.days.missed_in_a_row,
    "last": lambda line: line.last.day if line.last else dt.date.min,
}
_PERIOD_LEVELS = ("at_95", "at_80", "at_50", "below_50", "none", "vacant", "three_missed")
_TODAY_LEVELS = (
    "today_done",
    "today_waiting",
    "today_evening",
    "today_exempt",
    "today_none",
    "vacant",
    "three_missed",
)
_LONGEST_PERIOD_DAYS = 366
_NEEDIEST = 12


class PatrolQuery(Submitted):
    """What the page is asked: the period, the area, the kind of grid, which of them, in what order."""

    period: Literal["month", "today", "week", "custom"] = "month"
    first: dt.date | None = None
    last: dt.date | None = None
    area: str | None = None
    kind: GridKind | None = None
    state: Literal["", "waiting", "missed", "vacant"] = ""
    order: str = "grid"
    page: int = 1


class RowsQuery(PatrolQuery):
    """Which rows: a figure's n, its d, or what is left; of one grid or division, or all."""

    figure: patrol_rows.FigureName = "P1"
    part: patrol_rows.Part = "d"
    grid: str | None = None


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/maps/patrols")(patrols)
    blueprint.get("/maps/patrols/values")(patrol_values)
    blueprint.get("/maps/patrols/rows", endpoint="patrol_rows")(rows)
    blueprint.get("/maps/patrols.csv")(patrols_csv)


@requires(Permission.VIEW_MAPS)
def patrols() -> str:
    """The map with its list and table."""
    wanted = query(PatrolQuery)
    with database().read(current_actor()) as reading:
        found, period = _coverage(reading, wanted)
        host = map_host(reading, "patrol", area=wanted.area, data_url=_here("staff.patrol_values"))
        area = area_filter(reading, wanted.area)
    lines = _lines(found, wanted)
    return page(
        "patrols.html",
        as_of=found.as_of,
        map=host,
        cards=_cards(found),
        filters=_filters(wanted, area),
        period=_words(period),
        unit="格·天",
        found=found,
        groups=_groups(found),
        neediest=_neediest(found),
        lines=lines[(wanted.page - 1) * PAGE_SIZE : wanted.page * PAGE_SIZE],
        total=len(lines),
        page_number=wanted.page,
        pages=-(-len(lines) // PAGE_SIZE),
        order=wanted.order,
        legend=[(level, LOOKS[level].label) for level in _levels(wanted)],
        level_of=lambda line: _level(line, wanted),
        urls_of=_row_urls,
        csv_url=_here("staff.patrols_csv"),
    )


@requires(Permission.VIEW_MAPS)
def patrol_values() -> Response:
    """What the map is coloured by."""
    wanted = query(PatrolQuery)
    with database().read(current_actor()) as reading:
        found, _ = _coverage(reading, wanted)
        label_at = outlines.label_points(reading, wanted.area)
    drawn = [line for line in _lines(found, wanted) if line.grid.code in label_at]
    rows = [
        {
            "code": line.grid.code,
            "name": line.grid.full_name,
            "n": line.days.reached.n,
            "d": line.days.reached.d,
            "text": f"{line.days.reached.n}/{line.days.reached.d}",
            "level": _level(line, wanted),
            "vacant": line.days.vacant,
            "thick": line.missed_three,
            "label_at": label_at[line.grid.code],
        }
        for line in drawn
    ]
    return values(found.as_of, _levels(wanted), rows)


@requires(Permission.VIEW_MAPS)
def patrols_csv() -> Response:
    """The table as a file: every line the filters leave, not one page of them."""
    wanted = query(PatrolQuery)
    with database().read(current_actor()) as reading:
        found, period = _coverage(reading, wanted)
    header = (
        "网格代码", "乡镇", "村（社区）", "网格", "类别", "网格长", "网格员", "今天替班", "今天",
        "已巡天数", "应巡天数", "巡查到位", "其中有定位", "连续未巡天数", "上次巡查日期", "上次巡查人",
        "到过的住户和必巡点", "应到的住户和必巡点", "90天没人到过", "发现", "随手办好", "是否无人在岗",
    )  # fmt: skip
    return spreadsheet(f"巡查覆盖 {_words(period)}", header, map(_csv_row, _lines(found, wanted)))


@requires(Permission.VIEW_MAPS)
def rows() -> str:
    """The rows behind a figure."""
    wanted = query(RowsQuery)
    with database().read(current_actor()) as reading:
        found, period = _coverage(reading, wanted)
        may_see_words = reading.actor.may(Permission.SEE_NAMES)
    asked = found if wanted.grid is None else found.of_group(wanted.grid)
    listed = patrol_rows.listed(asked, wanted.figure, wanted.part, with_words=may_see_words)
    return page(
        "figure_rows.html",
        as_of=found.as_of,
        title=listed.title,
        words=f"{_words(period)}{'' if wanted.grid is None else ' · ' + _place(asked)}",
        columns=listed.columns,
        rows=listed.rows[(wanted.page - 1) * PAGE_SIZE : wanted.page * PAGE_SIZE],
        total=len(listed.rows),
        page_number=wanted.page,
        pages=-(-len(listed.rows) // PAGE_SIZE),
        back_url=_here("staff.patrols", figure=None, part=None, grid=None, page=None),
    )


def _coverage(reading: Reading, wanted: PatrolQuery) -> tuple[Coverage, Window]:
    period = _period(wanted, today=local_day(reading.now))
    return coverage(reading, period, area=wanted.area, kind=wanted.kind), period


def _period(wanted: PatrolQuery, *, today: dt.date) -> Window:
    """Raises Invalid("period.malformed") for days in no order, or more than a year of them."""
    if wanted.period == "today":
        return window_of("day", today)
    if wanted.period == "week":
        return Window("custom", today - dt.timedelta(days=6), today)
    if wanted.period == "month":
        return window_of("month", today)
    first, last = wanted.first or today.replace(day=1), wanted.last or today
    if not 0 <= (last - first).days < _LONGEST_PERIOD_DAYS:
        raise Invalid("period.malformed")
    return Window("custom", first, last)


def _words(period: Window) -> str:
    return day(period.first) if period.first == period.last else f"{day(period.first)}—{day(period.last)}"


def _lines(found: Coverage, wanted: PatrolQuery) -> list[GridCoverage]:
    """The lines asked for, in the order asked for."""
    falling = wanted.order.startswith("-")
    key = _ORDERS.get(wanted.order.removeprefix("-"), _ORDERS["grid"])
    chosen = found.those(_CHOSEN[wanted.state]) if wanted.state else found.grids
    return sorted(chosen, key=key, reverse=falling)


def _level(line: GridCoverage, wanted: PatrolQuery) -> str:
    return line.days.today if wanted.period == "today" else line.days.level


def _levels(wanted: PatrolQuery) -> tuple[str, ...]:
    return _TODAY_LEVELS if wanted.period == "today" else _PERIOD_LEVELS


def _cards(found: Coverage) -> list[dict[str, Any]]:
    def card(state: str, words: str, tone: str) -> dict[str, Any]:
        number = len(found.those(_CHOSEN[state]))
        url = _here("staff.patrols", state=state, page=None) + "#table"
        return {
            "number": number,
            "unit": "格",
            "words": words,
            "url": url,
            "tone": tone if number else "calm",
        }

    unseen = found.long_unseen.n
    return [
        card("waiting", "今天还没巡", "watch"),
        card("missed", "连续 3 天未巡", "act"),
        card("vacant", "无人在岗", "act"),
        {
            "number": unseen,
            "unit": "处",
            "words": "很久没人到过",
            "url": _here("staff.patrol_rows", figure="P5", part="n"),
            "tone": "watch" if unseen else "calm",
        },
    ]


def _filters(wanted: PatrolQuery, area: dict[str, Any]) -> list[dict[str, Any]]:
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


def _groups(found: Coverage) -> list[tuple[str, str, Coverage]]:
    """The sums of the divisions next below what is shown: townships, else villages; none for a single one."""
    for digits, name_of in ((9, "township"), (12, "village")):
        names = {line.grid.code[:digits]: getattr(line.grid, name_of) for line in found.grids}
        if len(names) > 1:
            return [(code, name, found.of_group(code)) for code, name in names.items()]
    return []


def _row_urls(figure: str, grid: str | None = None) -> dict[str, str]:
    """Where the rows of a figure's parts are listed, for one grid or division or for all."""
    return {
        part: _here("staff.patrol_rows", figure=figure, part=part, grid=grid, page=None)
        for part in ("n", "d", "left")
    }


def _neediest(found: Coverage) -> list[GridCoverage]:
    """Where to look first: what went longest without a patrol, then what waits today."""
    waiting = found.those(lambda line: line.missed_three or line.waits_today)
    return sorted(waiting, key=lambda line: (-line.days.missed_in_a_row, line.grid.code))[:_NEEDIEST]


def _place(found: Coverage) -> str:
    if len(found.grids) == 1:
        return found.grids[0].grid.full_name
    return found.grids[0].grid.village if found.grids else ""


def _csv_row(line: GridCoverage) -> tuple[object, ...]:
    days, places, counts = line.days, line.places, line.finding_counts
    shown = places.is_shown
    return (
        line.grid.code,
        line.grid.township,
        line.grid.village,
        line.grid.name,
        line.grid.kind_label,
        "、".join(line.staff.leads),
        "、".join(line.staff.workers),
        "、".join(line.staff.stand_ins),
        LOOKS[days.today].label,
        days.reached.n,
        days.reached.d,
        percentage(days.reached.n, days.reached.d),
        days.located.n,
        days.missed_in_a_row,
        line.last.day.isoformat() if line.last else "",
        line.last.who if line.last else "",
        places.reached.n if shown else "住户位置不足",
        places.reached.d if shown else "",
        places.long_unseen.n if shown else "",
        counts.found,
        counts.fixed,
        "是" if days.vacant else "",
    )


def _here(endpoint: str, **changed: Any) -> str:
    """The address of another view of the same question."""
    return url_for(endpoint, **{**request.args.to_dict(), **changed})
