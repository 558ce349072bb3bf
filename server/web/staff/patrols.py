"""巡查: the map of patrol coverage, its table and file, and the rows behind every figure (METRICS P)."""

from __future__ import annotations

from heapq import nsmallest
from typing import Any

from flask import Blueprint, Response, request, url_for

from server.domain.obligation import LOOKS, Window, percentage
from server.domain.permissions import Permission
from server.domain.work_calendar import local_day
from server.figures.coverage import Coverage, GridCoverage, coverage
from server.figures.patrolled import GridPatrols, patrolled
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.parsing import query
from server.web.parts import database
from server.web.staff import patrol_rows
from server.web.staff.downloads import spreadsheet
from server.web.staff.maps import PAGE_SIZE, area_filter, map_host, values
from server.web.staff.pages import page
from server.web.staff.patrol_query import CHOSEN, PatrolQuery, filters, in_words, lines_of, period_of
from server.work import Reading

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
_NEEDIEST = 12


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
    lines = lines_of(found, wanted)
    return page(
        "patrols.html",
        as_of=found.as_of,
        map=host,
        cards=_cards(found),
        filters=filters(wanted, area),
        period=in_words(period),
        unit="格·天",
        keep={"view": wanted.view, "expert": wanted.expert},
        expert=bool(wanted.expert),
        expert_url=_here("staff.patrols", expert=None if wanted.expert else "yes", page=None) + "#table",
        has_ended=found.has_ended,
        late_url=_here("staff.patrol_rows", figure="late", part="n", page=None),
        sheet_url=_here("staff.patrols", view=None, page=None),
        live_url=_here("staff.patrols", view="live", page=None),
        found=found,
        day_of_reading=local_day(found.as_of),
        today_only=wanted.period == "today",
        patrolled=len(found.those(lambda line: line.days.today == "today_done")),
        owing=len(found.those(lambda line: line.days.today == "today_done" or line.waits_today)),
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
        may_exempt=current_actor().may(Permission.DECLARE_EXEMPTION),
        may_name_stand_in=current_actor().may(Permission.NAME_STAND_IN),
        csv_url=_here("staff.patrols_csv"),
    )


@requires(Permission.VIEW_MAPS)
def patrol_values() -> Response:
    """What the map is coloured by."""
    wanted = query(PatrolQuery)
    with database().read(current_actor()) as reading:
        period = period_of(wanted, today=local_day(reading.now))
        found = patrolled(reading, period, area=wanted.area, kind=wanted.kind, live=wanted.view == "live")
        rows = [
            {
                "code": line.code,
                "n": line.days.reached.n,
                "d": line.days.reached.d,
                "text": f"{line.days.reached.n}/{line.days.reached.d}",
                "level": _level(line, wanted),
                "vacant": line.days.vacant,
                "thick": line.missed_three,
            }
            for line in found.those(CHOSEN[wanted.state])
        ]
        return values(reading, wanted.area, levels=_levels(wanted), rows=rows)


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
    return spreadsheet(f"巡查覆盖 {in_words(period)}", header, map(_csv_row, lines_of(found, wanted)))


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
        words=f"{in_words(period)}{'' if wanted.grid is None else ' · ' + _place(asked)}",
        columns=listed.columns,
        rows=listed.rows[(wanted.page - 1) * PAGE_SIZE : wanted.page * PAGE_SIZE],
        total=len(listed.rows),
        page_number=wanted.page,
        pages=-(-len(listed.rows) // PAGE_SIZE),
        back_url=_here("staff.patrols", figure=None, part=None, grid=None, page=None),
    )


def _coverage(reading: Reading, wanted: PatrolQuery) -> tuple[Coverage, Window]:
    period = period_of(wanted, today=local_day(reading.now))
    live = wanted.view == "live"
    found = coverage(
        reading, period, area=wanted.area, kind=wanted.kind, live=live, expert=bool(wanted.expert)
    )
    return found, period


def _level(line: GridPatrols, wanted: PatrolQuery) -> str:
    return line.days.today if wanted.period == "today" else line.days.level


def _levels(wanted: PatrolQuery) -> tuple[str, ...]:
    return _TODAY_LEVELS if wanted.period == "today" else _PERIOD_LEVELS


def _cards(found: Coverage) -> list[dict[str, Any]]:
    def card(state: str, words: str, tone: str) -> dict[str, Any]:
        number = len(found.those(CHOSEN[state]))
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


def _groups(found: Coverage) -> list[tuple[str, str, Coverage]]:
    """The sums of the divisions next below what is shown: townships, else villages; none for a single one."""
    for digits, name_of in ((9, "township"), (12, "village")):
        groups = found.divided(digits)
        if len(groups) > 1:
            return [(code, getattr(group.grids[0].grid, name_of), group) for code, group in groups]
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
    return nsmallest(_NEEDIEST, waiting, key=lambda line: (-line.days.missed_in_a_row, line.code))


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
