"""名单: the people and households behind every figure of visits, and the round of a day on paper (METRICS V)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal

from flask import Blueprint, Response
from pydantic import Field

from server.domain.obligation import Figure, GridVisits, Id, Standing, Unit
from server.domain.permissions import Permission
from server.domain.register_change import change_of
from server.figures import visit_list
from server.figures.compliance import Compliance, compliance, duties
from server.figures.sheets import LateRecord
from server.figures.visit_list import ToVisit
from server.storage.visits import Visit
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.i18n import day, moment
from server.web.parsing import query
from server.web.parts import database
from server.web.staff import visit_words
from server.web.staff.downloads import spreadsheet
from server.web.staff.maps import PAGE_SIZE, area_filter
from server.web.staff.pages import page
from server.web.staff.visit_query import VisitQuery, asked_for, chosen, unit_filters
from server.web.staff.visits import cards, here
from server.work import Reading

FigureName = Literal[
    "reached",
    "own",
    "phone",
    "not_met",
    "never",
    "long_unseen",
    "moved_out",
    "newcomers",
    "unoccupied",
    "family",
    "late",
]

_FIGURES: dict[str, Callable[[GridVisits], Figure[Id]]] = {
    "reached": lambda visits: visits.reached,
    "own": lambda visits: visits.by_own_role,
    "phone": lambda visits: visits.by_phone,
    "not_met": lambda visits: visits.not_met,
    "never": lambda visits: visits.never,
    "long_unseen": lambda visits: visits.long_unseen,
    "family": lambda visits: Figure(visits.family_only, visits.reached.rows_d),
}
_TITLES = {
    ("reached", "n"): "已走访的",
    ("reached", "d"): "应走访的",
    ("reached", "left"): "还没见到的",
    ("own", "n"): "本职亲访的",
    ("phone", "n"): "只打过电话的",
    ("not_met", "n"): "屡访未遇的",
    ("never", "n"): "从未走访的",
    ("long_unseen", "n"): "久未见面的",
    ("family", "n"): "见到家属、没见到本人的",
    ("moved_out", "n"): "本期移出的",
    ("newcomers", "n"): "新增、下期起算的",
    ("unoccupied", "n"): "空房里已看过的",
    ("unoccupied", "d"): "空房",
    ("late", "n"): "封账后补录的",
}
_ROUND_SIZE = 20


class ListQuery(VisitQuery):
    """Which list: a figure's n, d or rest, of one grid or division or all, narrowed by tier and state."""

    figure: FigureName = "reached"
    part: Literal["n", "d", "left"] = "left"
    grid: str | None = None


class RoundQuery(VisitQuery):
    """Whose round: a grid's, of so many at most."""

    grid: str
    most: Annotated[int, Field(ge=1, le=200)] = _ROUND_SIZE


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/visits/list", endpoint="visit_list")(names)
    blueprint.get("/visits/list.csv", endpoint="visit_list_csv")(names_csv)
    blueprint.get("/visits/round", endpoint="visit_round")(round_)


@requires(Permission.VIEW_LISTS)
def names() -> str:
    """The list behind a figure; without a wish, of those not reached yet."""
    wanted = query(ListQuery)
    with database().read(current_actor()) as reading:
        found = _found(reading, wanted)
        if wanted.figure in ("moved_out", "newcomers", "unoccupied", "late"):
            listed = _register_rows(reading, _narrowed(found, wanted), wanted)
            return page("register_rows.html", **_shared(reading, found, wanted), rows=listed)
        standings = _standings(reading, found, wanted)
        shown = standings[(wanted.page - 1) * PAGE_SIZE : wanted.page * PAGE_SIZE]
        lines = visit_list.lines(reading, found, shown)
        context = _shared(reading, found, wanted)
    return page(
        "visit_list.html",
        **context,
        lines=lines,
        total=len(standings),
        page_number=wanted.page,
        pages=-(-len(standings) // PAGE_SIZE),
        csv_url=here("staff.visit_list_csv"),
        may_entrust=wanted.part == "left" and reading.actor.may(Permission.NAME_STAND_IN),
        round_url=here("staff.visit_round", page=None) if wanted.grid is not None else None,
    )


@requires(Permission.VIEW_LISTS)
def names_csv() -> Response:
    """The whole list as a file."""
    wanted = query(ListQuery)
    with database().read(current_actor()) as reading:
        found = _found(reading, wanted)
        lines = visit_list.lines(reading, found, _standings(reading, found, wanted))
    header = (
        "网格", "户编号", "地址", "见谁", "档次", "应于", "逾期天数", "上次走访日期", "上次情况", "上次走访人",
        "本期上门没见到次数", "下次怎么找", "责任人",
    )  # fmt: skip
    rows = (
        (
            line.grid_name,
            line.code,
            line.address,
            line.whom or line.unnamed,
            visit_words.tier(found.profile, line.tier),
            line.standing.due_on.isoformat() if line.standing.due_on else "",
            line.standing.overdue_days,
            line.last.day.isoformat() if line.last else "",
            visit_words.last(line.last) if line.last else "从未走访",
            line.last.who if line.last else "",
            len(line.standing.attempts),
            visit_words.next_try(line.next_try),
            whose(line),
        )
        for line in lines
    )
    return spreadsheet(f"{found.duty.label} {_title(wanted)}", header, rows)


@requires(Permission.VIEW_LISTS)
def round_() -> str:
    """走访单: the most urgent of a grid, in the order of walking, to be printed and ticked off."""
    wanted = query(RoundQuery)
    with database().read(current_actor()) as reading:
        found = _found(reading, wanted).of_group(wanted.grid)
        urgent = visit_list.in_order(reading, found, found.waiting)[: wanted.most]
        walk = visit_list.walk_through(reading, found, urgent)
        walked = sorted(urgent, key=lambda standing: walk.get(standing.unit.household, len(walk)))
        lines = visit_list.lines(reading, found, walked)
    grid = found.grids[0]
    return page(
        "visit_round.html",
        as_of=found.as_of,
        found=found,
        grid=grid,
        lines=lines,
        left=len(found.waiting) - len(lines),
        period=visit_words.window(found.window),
        words=visit_words,
        whose=whose,
    )


def whose(line: ToVisit) -> str:
    """Whose household it is: to whom it is given, else who stands in today, else the grid's workers."""
    if line.stand_ins:
        return f"{'、'.join(line.stand_ins)}（代访）"
    return "、".join(line.staff.stand_ins or line.staff.workers) or "无人在岗"


def _found(reading: Reading, wanted: VisitQuery) -> Compliance:
    duty, window = chosen(reading, wanted, duties(reading, area=wanted.area))
    return compliance(reading, duty.id, window=window, area=wanted.area, live=wanted.is_live)


def _narrowed(found: Compliance, wanted: ListQuery) -> Compliance:
    return found if wanted.grid is None else found.of_group(wanted.grid)


def _standings(reading: Reading, found: Compliance, wanted: ListQuery) -> list[Standing]:
    asked = _narrowed(found, wanted)
    figure = asked.sum_of(_FIGURES[wanted.figure])
    rows = set({"n": figure.rows_n, "d": figure.rows_d, "left": figure.rows_left}[wanted.part])
    chosen_ones = [
        standing
        for standing in asked.standings
        if standing.unit.id in rows and asked_for(found, standing, wanted)
    ]
    return visit_list.in_order(reading, found, chosen_ones)


def _register_rows(reading: Reading, found: Compliance, wanted: ListQuery) -> list[dict[str, str]]:
    """移出, 新增 and 空房: what the register did to the denominator, with the reasons; and 封账后补录."""
    if wanted.figure == "moved_out":
        left = [(out.unit, out) for line in found.grids for out in line.visits.moved_out]
        units: Sequence[Unit] = [unit for unit, _ in left]
        said = [f"{change_of(out.exit.reason).label}，{day(out.exit.day)}核定" for _, out in left]
    elif wanted.figure == "newcomers":
        units = [unit for line in found.grids for unit in line.visits.next_window]
        said = ["本期剩下的天数不够，从下期算起"] * len(units)
    elif wanted.figure == "late":
        units = [_visited(record) for record in found.late]
        said = [_late_words(record) for record in found.late]
    else:
        part = {"n": "rows_n", "d": "rows_d", "left": "rows_left"}[wanted.part]
        rows = {row for line in found.grids for row in getattr(line.visits.unoccupied, part)}
        seen = {row for line in found.grids for row in line.visits.unoccupied.rows_n}
        units = [unit for unit in visit_list.unoccupied(found) if unit.id in rows]
        said = ["本期已看过" if unit.id in seen else "本期还没看" for unit in units]
    return [
        {
            "place": where.grid_name,
            "address": where.address,
            "whom": where.whom or where.unnamed,
            "words": words,
        }
        for where, words in zip(visit_list.dwellings(reading, found, units), said, strict=True)
    ]


def _visited(record: LateRecord[Visit]) -> Unit:
    visit = record.row
    return Unit(id=visit.household_id, household=visit.household_id, grid=visit.grid_then, stays=())


def _late_words(record: LateRecord[Visit]) -> str:
    visit = record.row
    what = f"{day(visit.day)}{visit_words.outcome(visit.outcome)}"
    return f"{what}，{moment(record.received_at)}{'更正' if record.is_correction else '补录'}"


def _shared(reading: Reading, found: Compliance, wanted: ListQuery) -> dict[str, Any]:
    filters = [area_filter(reading, wanted.area), *unit_filters(found.profile, wanted)]
    keep = {
        "duty": found.duty.id,
        "window": wanted.window,
        "view": wanted.view,
        "figure": wanted.figure,
        "part": wanted.part,
        "grid": wanted.grid or "",
    }
    return {
        "as_of": found.as_of,
        "title": f"{found.duty.label}：{_title(wanted)}",
        "found": found,
        "filters": filters,
        "keep": keep,
        "cards": cards(found),
        "period": visit_words.window(found.window),
        "words": visit_words,
        "whose": whose,
        "map_url": here("staff.visits", figure=None, part=None, grid=None, tier=None, state=None, page=None),
    }


def _title(wanted: ListQuery) -> str:
    return _TITLES.get((wanted.figure, wanted.part), _TITLES["reached", wanted.part])
