"""热点: what many people told of, what is not settled and stands too close, as a list, on A4 and as a file (METRICS H)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

from flask import Blueprint, Response, flash, request, url_for

from gis.outbreaks import PERMUTATIONS, SEED
from server.domain.permissions import Permission
from server.domain.problems import Conflict, Invalid
from server.domain.work_calendar import local_day
from server.figures import hot_places, hot_spots, increases, open_cases
from server.figures.hot_places import HotPlace, Joining
from server.figures.hot_spots import Line
from server.services import hot_spots as services
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.i18n import day, say
from server.web.parsing import Submitted, form, query
from server.web.parts import database
from server.web.staff.downloads import spreadsheet
from server.web.staff.maps import area_filter, select
from server.web.staff.pages import back_to, page
from server.work import Reading

_FOUR_WEEKS = dt.timedelta(days=28)
_COMPARED = {"": "只看现在", "earlier": "与四周前对照"}


class HotSpotQuery(Submitted):
    """Which division, and whether the list of four weeks ago stands beside."""

    area: str | None = None
    compare: Literal["earlier"] | None = None


class Place(Submitted):
    """The reports a page showed at one place, and where to go back to."""

    demand: tuple[UUID, ...] = ()
    back: Literal["hot_spots", "cases"] = "hot_spots"
    area: str | None = None


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/hot-spots", endpoint="hot_spots")(hot_spots_page)
    blueprint.get("/hot-spots.csv", endpoint="hot_spots_csv")(as_file)
    blueprint.post("/hot-spots/join", endpoint="hot_place_join")(join)


@requires(Permission.VIEW_HOT_SPOTS)
def hot_spots_page() -> str:
    """Both lists; beside the second, if asked, what it was four weeks ago."""
    wanted = query(HotSpotQuery)
    with database().read(current_actor()) as reading:
        asked_for = local_day(reading.now) - _FOUR_WEEKS
        compared = wanted.compare is not None
        return page(
            "hot_spots.html",
            as_of=reading.now,
            filters=[
                area_filter(reading, wanted.area),
                select("compare", "对照", _COMPARED, wanted.compare or ""),
            ],
            places=with_joining(reading, hot_places.hot_places(reading, wanted.area)),
            found=hot_spots.hot_spots(reading, wanted.area),
            increases=increases.lines(reading, wanted.area),
            shuffled=PERMUTATIONS,
            seed=SEED,
            compared=compared,
            earlier=hot_spots.earlier(reading, wanted.area, on=asked_for) if compared else None,
            asked_for=asked_for,
            area=wanted.area,
            csv_url=url_for("staff.hot_spots_csv", **dict[str, Any](request.args)),
        )


@requires(Permission.VIEW_HOT_SPOTS)
def as_file() -> Response:
    """The second list as a file."""
    wanted = query(HotSpotQuery)
    with database().read(current_actor()) as reading:
        found = hot_spots.hot_spots(reading, wanted.area)
        name = f"未解决集中 {day(local_day(reading.now))}"
    header = (
        "编号", "在哪里", "网格", "格数", "应有（件）", "实有（件）", "倍数", "主要是什么", "最久（天）", "反映人数", "状态",
        "谁在办", "最近一步",
    )  # fmt: skip
    return spreadsheet(name, header, map(_csv_row, found.now))


@requires(Permission.REGISTER_DEMAND)
def join() -> Response:
    """并为一件, one click; what is refused is said where it was clicked."""
    shown = form(Place)
    try:
        with database().transaction(current_actor()) as work:
            joined = services.make_one(work, shown.demand)
            words = f"{len(joined.followers)} 件已并入 {joined.master.number}，反映人都保留。"
    except (Invalid, Conflict) as refusal:
        flash(say(refusal.code, **refusal.details), "error")
    else:
        flash(words, "success")
    anchor = "hot" if shown.back == "cases" else "many"
    return back_to(f"staff.{shown.back}", area=shown.area, _anchor=anchor)


def with_joining(reading: Reading, found: Sequence[HotPlace]) -> list[tuple[HotPlace, Joining | None, str]]:
    """The places many people told of, with what one click would do to each and where it is, as pages show them."""
    where = open_cases.place_names(reading, {place.grid for place in found})
    return [(place, hot_places.joining(reading, place), where.get(place.grid, place.grid)) for place in found]


def _csv_row(line: Line) -> tuple[object, ...]:
    return (
        line.number,
        line.where,
        line.centre,
        line.grids,
        line.amount,
        line.observed,
        line.times.removesuffix(" 倍"),
        line.kinds,
        line.oldest_days,
        line.reporters,
        line.state,
        line.held_by,
        line.last_step,
    )
