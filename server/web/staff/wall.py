"""大屏: the figures of an area in large type and its maps in turn, for a wall: no names, no counts of persons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from flask import Blueprint, Response, url_for

from server.domain.obligation import LOOKS, percentage, window_of
from server.domain.permissions import Permission
from server.domain.problems import NotFound
from server.domain.work_calendar import local_day
from server.figures import areas
from server.figures.compliance import Compliance, compliance, duties
from server.figures.grid_layers import LAYERS, oldest_levels, unresolved_now
from server.figures.patrolled import patrolled
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.parsing import Submitted, query
from server.web.parts import database
from server.web.staff.maps import map_host, values
from server.web.staff.pages import page
from server.work import Reading

MapName = Literal["patrols", "visits", "cases"]

_VISITS = frozenset({"visit_person", "visit_household"})
_PATROL_LEVELS = ("today_done", "today_waiting", "today_evening", "today_exempt", "today_none")
_VISIT_LEVELS = ("done", "on_pace", "slow", "late", "missed", "none")


class WallQuery(Submitted):
    """Of what area."""

    area: str | None = None


class MapQuery(WallQuery):
    """Which of the maps."""

    map: MapName = "patrols"


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure in large type: `tone` as that of a card."""

    words: str
    number: str
    unit: str
    tone: str


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/wall")(wall)
    blueprint.get("/wall/values")(wall_values)


@requires(Permission.VIEW_MAPS)
def wall() -> str:
    """The screen; static/js/wall.js turns the maps and asks for it anew."""
    wanted = query(WallQuery)
    with database().read(current_actor()) as reading:
        visited = _visited(reading, wanted.area)
        titles: dict[MapName, str] = {"patrols": "今天巡查"}
        if visited is not None:
            titles["visits"] = f"{visited.duty.label}：走访进度"
        titles["cases"] = "没解决的诉求：最久的一件"
        maps = [
            (
                map_host(
                    reading,
                    "grids",
                    area=wanted.area,
                    data_url=url_for("staff.wall_values", map=name, area=wanted.area),
                    title=title,
                ),
                [(level, LOOKS[level].label) for level in _levels(name)],
            )
            for name, title in titles.items()
        ]
        tiles = [
            *_patrol_tiles(reading, wanted.area),
            *_visit_tiles(visited),
            *_case_tiles(reading, wanted.area),
        ]
        place = {each.code: each.name for each in areas.choices(reading, wanted.area)}.get(
            wanted.area or "", ""
        )
    return page(
        "wall.html",
        as_of=reading.now,
        tiles=tiles,
        maps=maps,
        place=place,
        url=url_for("staff.wall", area=wanted.area),
    )


@requires(Permission.VIEW_MAPS)
def wall_values() -> Response:
    """What one of the maps is coloured by: levels alone."""
    wanted = query(MapQuery)
    with database().read(current_actor()) as reading:
        levels = _levels(wanted.map)
        return values(reading, wanted.area, levels=levels, rows=_rows(reading, wanted))


def _rows(reading: Reading, wanted: MapQuery) -> Iterable[Mapping[str, Any]]:
    """The grids' levels; how many persons a grid has is not for a wall."""
    return (
        {"code": code, "n": 0, "d": 0, "text": "", "level": level, "told": LOOKS[level].label}
        for code, level in _levels_of_grids(reading, wanted)
    )


def _levels_of_grids(reading: Reading, wanted: MapQuery) -> list[tuple[str, str]]:
    if wanted.map == "patrols":
        walked = patrolled(reading, window_of("day", local_day(reading.now)), area=wanted.area)
        return [(code, days.today) for code, days in walked.days.items()]
    if wanted.map == "cases":
        return oldest_levels(reading, wanted.area)
    visited = _visited(reading, wanted.area)
    if visited is None:
        raise NotFound("page.unknown")
    return [(line.code, line.visits.pace) for line in visited.grids]


def _levels(name: MapName) -> tuple[str, ...]:
    return {"patrols": _PATROL_LEVELS, "visits": _VISIT_LEVELS, "cases": LAYERS["ageing"].levels}[name]


def _visited(reading: Reading, area: str | None) -> Compliance | None:
    """The first duty of visits that is owed there, people in special need before residents."""
    owed = [duty for duty in duties(reading, area=area) if duty.what in _VISITS]
    return compliance(reading, owed[0].id, area=area) if owed else None


def _patrol_tiles(reading: Reading, area: str | None) -> list[Tile]:
    walked = patrolled(reading, window_of("day", local_day(reading.now)), area=area)
    done = len(walked.those(lambda line: line.days.today == "today_done"))
    waiting = len(walked.those(lambda line: line.waits_today))
    missed = len(walked.those(lambda line: line.missed_three))
    vacant = len(walked.those(lambda line: line.days.vacant))
    return [
        Tile("今天已巡", f"{done}/{done + waiting}", "格", "calm"),
        Tile("连续 3 天未巡", str(missed), "格", "act" if missed else "calm"),
        Tile("无人在岗", str(vacant), "格", "act" if vacant else "calm"),
    ]


def _visit_tiles(visited: Compliance | None) -> list[Tile]:
    """How far the visits have come: a share, for how many there are is not for a wall."""
    if visited is None:
        return []
    reached = visited.sum_of(lambda visits: visits.reached)
    share = percentage(reached.n, reached.d)
    return [Tile(f"{visited.duty.label}走访到位", share, "", "calm")]


def _case_tiles(reading: Reading, area: str | None) -> list[Tile]:
    """Unresolved demands wherever in the area they lie, PRIVATE ones in none of the numbers."""
    found = unresolved_now(reading, area)
    return [
        Tile("没解决的诉求", str(found.number), "件", "calm"),
        Tile("超期", str(found.overdue), "件", "act" if found.overdue else "calm"),
        Tile("超过 30 天", str(found.old), "件", "watch" if found.old else "calm"),
    ]
