"""走访: the map of visit compliance by duty, its table and file (METRICS V)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request, url_for

from server.domain.obligation import LOOKS, Figure, GridVisits, Id, Standing, percentage
from server.domain.permissions import Permission
from server.domain.roles import Role
from server.figures import visit_list
from server.figures.compliance import Compliance, GridCompliance, compliance, duties
from server.figures.occasions import Occasions, occasions
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.parsing import query
from server.web.parts import database
from server.web.staff import visit_words
from server.web.staff.downloads import spreadsheet
from server.web.staff.maps import PAGE_SIZE, area_filter, map_host, values
from server.web.staff.pages import page
from server.web.staff.visit_query import VisitQuery, asked_for, chosen, lines_of, unit_filters, window_filter

_LEVELS = ("done", "on_pace", "slow", "late", "missed", "none", "vacant")
_OCCASIONS = frozenset({"need_visit", "session"})
_FIRST_ROWS = 12
_MEASURES = {"visit_person": "人", "visit_household": "户"}
_FIGURES: dict[str, Callable[[GridVisits], Figure[Id]]] = {
    "reached": lambda visits: visits.reached,
    "by_own_role": lambda visits: visits.by_own_role,
    "by_phone": lambda visits: visits.by_phone,
}


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/maps/visits")(visits)
    blueprint.get("/maps/visits/values")(visit_values)
    blueprint.get("/maps/visits.csv")(visits_csv)


@requires(Permission.VIEW_MAPS)
def visits() -> str:
    """The map of a duty with its list and table; one tab per duty, people in special need first."""
    wanted = query(VisitQuery)
    with database().read(current_actor()) as reading:
        owed = duties(reading, area=wanted.area)
        duty, window = chosen(reading, wanted, owed)
        context: dict[str, Any] = {
            "map": map_host(reading, "visits", area=wanted.area, data_url=here("staff.visit_values")),
            "filters": [window_filter(duty, window, reading), area_filter(reading, wanted.area)],
            "keep": {"duty": duty.id, "view": wanted.view},
            "tabs": [
                (
                    each.label,
                    here("staff.visits", duty=each.id, window=None, view=None, page=None),
                    each.id == duty.id,
                )
                for each in owed
            ],
            "period": visit_words.window(window),
            "legend": [(level, LOOKS[level].label) for level in _LEVELS],
            "csv_url": here("staff.visits_csv"),
            "sheet_url": here("staff.visits", view=None, page=None),
            "live_url": here("staff.visits", view="live", page=None),
        }
        if duty.what in _OCCASIONS:
            held = occasions(reading, duty.id, window=window, area=wanted.area, live=wanted.is_live)
            return page("occasions.html", as_of=held.as_of, cards=_occasion_cards(held), held=held, **context)
        found = compliance(reading, duty.id, window=window, area=wanted.area, live=wanted.is_live)
        named = _named(found, wanted)
        first = visit_list.in_order(reading, found, named)[:_FIRST_ROWS]
        waiting = visit_list.lines(reading, found, first)
    context["filters"] += unit_filters(found.profile, wanted)
    lines = lines_of(found, wanted)
    return page(
        "visits.html",
        as_of=found.as_of,
        cards=cards(found),
        found=found,
        waiting=waiting,
        waiting_in_all=len(named),
        waiting_words=visit_words.STATES[wanted.state] if wanted.state else "还没见到",
        words=visit_words,
        measure=_MEASURES[duty.what],
        groups=_groups(found),
        figures=_FIGURES,
        looks=LOOKS,
        by_label="、".join(Role(role).label for role in sorted(duty.by)),
        lines=lines[(wanted.page - 1) * PAGE_SIZE : wanted.page * PAGE_SIZE],
        rows_in_all=len(lines),
        page_number=wanted.page,
        pages=-(-len(lines) // PAGE_SIZE),
        order=wanted.order,
        urls_of=row_urls,
        late_url=here("staff.visit_list", figure="late", part="n", page=None, order=None),
        list_url=here("staff.visit_list", part="d" if wanted.state else "left", page=None, order=None),
        may_decide=current_actor().may(Permission.CONFIRM_REGISTER_CHANGE),
        may_entrust=current_actor().may(Permission.NAME_STAND_IN),
        may_import=current_actor().may(Permission.IMPORT_REGISTER),
        **context,
    )


@requires(Permission.VIEW_MAPS)
def visit_values() -> Response:
    """What the map is coloured by."""
    wanted = query(VisitQuery)
    with database().read(current_actor()) as reading:
        duty, window = chosen(reading, wanted, duties(reading, area=wanted.area))
        if duty.what in _OCCASIONS:
            held = occasions(reading, duty.id, window=window, area=wanted.area, live=wanted.is_live)
            drawn = [
                _value(code, place.held, place.pace, vacant=place.vacant) | {"name": place.name}
                for place in held.places
                for code in place.codes
            ]
        else:
            found = compliance(reading, duty.id, window=window, area=wanted.area, live=wanted.is_live)
            drawn = [
                _value(line.code, line.visits.reached, line.visits.pace, vacant=line.visits.vacant)
                for line in lines_of(found, wanted)
            ]
        return values(reading, wanted.area, levels=_LEVELS, rows=drawn)


@requires(Permission.VIEW_MAPS)
def visits_csv() -> Response:
    """The table as a file: every grid, or every place of a duty of sessions."""
    wanted = query(VisitQuery)
    with database().read(current_actor()) as reading:
        duty, window = chosen(reading, wanted, duties(reading, area=wanted.area))
        name = f"{duty.label} {visit_words.window(window)}"
        if duty.what in _OCCASIONS:
            held = occasions(reading, duty.id, window=window, area=wanted.area, live=wanted.is_live)
            rows = [(place.code, place.name, place.held.n, place.held.d) for place in held.places]
            return spreadsheet(name, ("代码", "单位", "已办", "应办"), rows)
        found = compliance(reading, duty.id, window=window, area=wanted.area, live=wanted.is_live)
    header = (
        "网格代码", "乡镇", "村（社区）", "网格", "网格长", "网格员", "已走访", "应走访", "走访到位", "其中本职亲访",
        "其中只打电话", "屡访未遇", "从未走访", "久未见面", "移出", "新增（下期起）", "进度", "是否无人在岗",
    )  # fmt: skip
    return spreadsheet(name, header, map(_csv_row, lines_of(found, wanted)))


def _named(found: Compliance, wanted: VisitQuery) -> list[Standing]:
    """Whom the list beside the map names: those not reached yet, or everybody in the state asked for."""
    units = found.standings if wanted.state else found.waiting
    return [standing for standing in units if asked_for(found, standing, wanted)]


def cards(found: Compliance) -> list[dict[str, Any]]:
    """The leader's cards; each opens its list (METRICS V)."""
    unit = _MEASURES[found.duty.what]

    def card(number: int, words: str, figure: str, part: str, tone: str) -> dict[str, Any]:
        url = here("staff.visit_list", duty=found.duty.id, figure=figure, part=part, page=None, order=None)
        return {
            "number": number,
            "unit": unit,
            "words": words,
            "url": url,
            "tone": tone if number else "calm",
        }

    period = {"month": "本月", "half_year": "本半年", "week": "本周", "quarter": "本季度", "year": "今年"}
    said = "当期" if found.has_ended else period.get(found.window.kind, "本期")
    return [
        card(len(found.waiting), f"{said}还没见到", "reached", "left", "act"),
        card(found.sum_of(lambda v: v.never).n, "从未走访", "never", "n", "act"),
        card(found.sum_of(lambda v: v.not_met).n, "屡访未遇", "not_met", "n", "watch"),
        card(found.moved_out, "当期移出" if found.has_ended else "本期移出", "moved_out", "n", "calm"),
    ]


def row_urls(figure: str, grid: str | None = None) -> dict[str, str]:
    """Where the rows of a figure's parts are listed, for one grid or division or for all."""
    return {
        part: here("staff.visit_list", figure=figure, part=part, grid=grid, page=None, order=None)
        for part in ("n", "d", "left")
    }


def here(endpoint: str, **changed: Any) -> str:
    """The address of another view of the same question."""
    return url_for(endpoint, **{**request.args.to_dict(), **changed})


def _groups(found: Compliance) -> list[tuple[str, str, Compliance]]:
    """The sums of the divisions next below what is shown: townships, else villages; none for a single one."""
    for digits, name_of in ((9, "township"), (12, "village")):
        groups = found.divided(digits)
        if len(groups) > 1:
            return [(code, getattr(group.grids[0].grid, name_of), group) for code, group in groups]
    return []


def _occasion_cards(held: Occasions) -> list[dict[str, Any]]:
    left = sum(place.held.d - place.held.n for place in held.places)
    tone = "act" if left else "calm"
    return [
        {"number": left, "unit": "次", "words": f"{held.duty.label}还没办", "url": "#table", "tone": tone}
    ]


def _value(code: str, figure: Figure[Any], level: str, *, vacant: bool) -> dict[str, Any]:
    return {
        "code": code,
        "n": figure.n,
        "d": figure.d,
        "text": f"{figure.n}/{figure.d}",
        "level": level,
        "vacant": vacant,
    }


def _csv_row(line: GridCompliance) -> tuple[object, ...]:
    visits = line.visits
    reached: Figure[Id] = visits.reached
    return (
        line.grid.code,
        line.grid.township,
        line.grid.village,
        line.grid.name,
        "、".join(line.staff.leads),
        "、".join(line.staff.workers),
        reached.n,
        reached.d,
        percentage(reached.n, reached.d),
        visits.by_own_role.n,
        visits.by_phone.n,
        visits.not_met.n,
        visits.never.n,
        visits.long_unseen.n,
        len(visits.moved_out),
        len(visits.next_window),
        LOOKS[visits.pace].label,
        "是" if visits.vacant else "",
    )
