"""诉求: the map of open cases with its list, cards and file (METRICS C, H1)."""

from __future__ import annotations

from dataclasses import fields
from enum import Enum
from typing import Any

from flask import Blueprint, Response, jsonify, request, url_for
from pydantic import Field

from server.domain.permissions import Permission
from server.figures import case_map, case_overview, hot_places, open_cases
from server.figures.case_colours import ColouredBy, colourings
from server.figures.case_words import CLASSES, channels, steps
from server.figures.open_cases import Case
from server.figures.outlines import Bounds, drawing
from server.storage.case_filter import CaseFilter
from server.storage.selection import Listing, Page
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.i18n import day
from server.web.parsing import query
from server.web.parts import database
from server.web.staff.case_query import ALL, GROUP_WORDS, GROUPS, CaseQuery, filter_fields
from server.web.staff.downloads import spreadsheet
from server.web.staff.hot_spots import with_joining
from server.web.staff.maps import PAGE_SIZE, map_host, select
from server.web.staff.pages import page
from server.work import Reading

_USUAL = "age"  # as nothing chosen, so that the filter bar says only what was
_BEFORE_COLOURS = 4
_MOST_VILLAGES = 30  # of a city's two thousand; the rest is asked for by choosing a township
_COLOURED_BY = {by.removeprefix(_USUAL): each.words for by, each in colourings().items()}


class MapQuery(CaseQuery):
    """What the page is asked: the list's question, and what the map is coloured by."""

    coloured_by: ColouredBy = "age"
    page: int = 1


class ValuesQuery(MapQuery):
    """What the map is asked: `within` are west, south, east and north of a view, in degrees."""

    within: str | None = Field(default=None, pattern=r"^-?\d+(\.\d+)?(,-?\d+(\.\d+)?){3}$")

    def within_degrees(self) -> Bounds | None:
        """The view, as numbers."""
        if self.within is None:
            return None
        west, south, east, north = map(float, self.within.split(","))
        return west, south, east, north


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/cases")(cases)
    blueprint.get("/cases/values", endpoint="case_values")(values)
    blueprint.get("/cases.csv", endpoint="cases_csv")(as_file)


@requires(Permission.VIEW_LISTS)
def cases() -> str:
    """The map, what needs doing, and the list."""
    wanted = query(MapQuery)
    with database().read(current_actor()) as reading:
        filter_ = wanted.filter(reading)
        colouring = colourings()[wanted.coloured_by]
        hot = hot_places.found(reading, wanted.area)
        overview = case_overview.overview(reading, filter_, wanted.area, hot=hot)
        villages = case_overview.villages(reading, wanted.area)
        here = Page(max(wanted.page, 1), PAGE_SIZE)
        found = Listing(open_cases.cases(reading, filter_, page=here), overview.total, here)
        return page(
            "cases.html",
            as_of=reading.now,
            map=map_host(
                reading,
                "cases",
                area=wanted.area,
                data_url=_here("staff.case_values"),
                beside=case_map.beside_list(reading, hot, villages),
            ),
            cards=leader_cards(overview.cards, wanted.area),
            filters=_filters(reading, wanted),
            period=GROUP_WORDS.get(wanted.group, ""),
            unit="单位：件",
            csv_url=_here("staff.cases_csv"),
            found=found,
            pages=-(-found.total // PAGE_SIZE),
            off_map=overview.off_map,
            private=villages.private[:_MOST_VILLAGES],
            private_villages=len(villages.private),
            hot=with_joining(reading, hot_places.told(reading, hot[: hot_places.MOST_LISTED])),
            hot_on_map=min(len(hot), hot_places.MOST_TOLD),
            hot_in_all=len(hot),
            may_view_hot_spots=reading.actor.may(Permission.VIEW_HOT_SPOTS),
            area=wanted.area,
            overdue=villages.overdue[:_MOST_VILLAGES],
            overdue_villages=len(villages.overdue),
            classes=[(code, words) for code, words in CLASSES.items() if code != "PRIVATE"],
            colours=list(colouring.legend.values()),
            coloured_by=colouring.words,
            steps=steps(),
            class_words=CLASSES,
            may_register=reading.actor.may(Permission.TAKE_IN_DEMAND),
        )


@requires(Permission.VIEW_MAPS)
def values() -> Response:
    """What the map shows but for what the page lists, as static/js/map/frame.js reads it; with `within`, only the points of a view."""
    wanted = query(ValuesQuery)
    by = wanted.coloured_by
    with database().read(current_actor()) as reading:
        shown = case_map.map_points(
            reading, wanted.filter(reading), coloured_by=by, within=wanted.within_degrees()
        )
        if wanted.within is None:
            shown |= case_map.surroundings(reading, drawing(reading, wanted.area), coloured_by=by)
        response = jsonify(shown)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@requires(Permission.VIEW_LISTS)
def as_file() -> Response:
    """The list as a file: every row the filters leave. Reporters are not in it."""
    wanted = query(MapQuery)
    with database().read(current_actor()) as reading:
        rows = open_cases.every_case(reading, wanted.filter(reading))
        name = f"诉求 {GROUP_WORDS.get(wanted.group, '')} {day(reading.now.date())}"
    header = (
        "编号", "什么事", "说明", "网格或村", "类别", "状态", "渠道", "收到日期", "件龄（天）", "谁在办", "时限",
        "超期天数", "停滞", "最近一步", "紧急",
    )  # fmt: skip
    return spreadsheet(name, header, map(_csv_row, rows))


def _list_address(wanted: CaseFilter | None, area: str | None) -> str:
    """The address of the list that a figure opens into; without a filter, of the places many people told of."""
    if wanted is None:
        return url_for("staff.cases", area=area, _anchor="hot")
    group = next((name for name, groups in GROUPS.items() if groups == wanted.groups), ALL)
    said = {field.name: getattr(wanted, field.name) for field in fields(wanted)}
    given: dict[str, Any] = {
        name: _written(value) for name, value in said.items() if value not in (None, False, ())
    }
    given.pop("groups", None)
    if "class_" in given:
        given["category"] = given.pop("class_")
    return url_for("staff.cases", group=group, _anchor="table", **given)


def _written(value: object) -> object:
    return value.value if isinstance(value, Enum) else value


def leader_cards(found: list[case_overview.Card], area: str | None = None) -> list[dict[str, Any]]:
    """The cards as pages show them, each opening the list it counts."""
    return [
        {
            "number": card.number,
            "unit": card.unit,
            "words": card.words,
            "tone": card.tone,
            "url": _list_address(card.wanted, area),
        }
        for card in found
    ]


def _filters(reading: Reading, wanted: MapQuery) -> list[dict[str, Any]]:
    coloured_by = select("coloured_by", "颜色按", _COLOURED_BY, wanted.coloured_by.removeprefix(_USUAL))
    fields = filter_fields(reading, wanted)
    return [*fields[:_BEFORE_COLOURS], coloured_by, *fields[_BEFORE_COLOURS:]]


def _csv_row(each: Case) -> tuple[object, ...]:
    demand, group = each.demand, each.group
    return (
        demand.number,
        each.what,
        demand.words,
        each.where,
        CLASSES[demand.state.class_] if demand.state.class_ else "还没分类",
        group.label if group is not None else "",
        channels().get(demand.channel, demand.channel),
        demand.raised_on.isoformat(),
        each.age,
        each.held_by,
        each.due,
        "" if each.over is None else each.over,
        "是" if each.is_stalled else "",
        steps().get(demand.last_step or "", ""),
        "是" if demand.urgent else "",
    )


def _here(endpoint: str) -> str:
    """The address of another view of the same question."""
    return url_for(endpoint, **dict[str, Any](request.args))
