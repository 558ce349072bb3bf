"""诉求分布: what the map of open cases shows, as static/js/map/frame.js reads it (METRICS C, "On the map")."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from shapely import Point

from gis.hotspots import Hotspot
from server.domain.demand_states import StateKey
from server.domain.people import Actor
from server.domain.permissions import Permission
from server.figures import case_bins, grid_values, hot_places, open_cases
from server.figures.case_colours import MIXED, ColouredBy, Colouring, colourings
from server.figures.case_overview import Villages
from server.figures.case_words import held_as
from server.figures.hot_places import Ring
from server.figures.open_cases import Case
from server.figures.outlines import Bounds, Drawing
from server.storage.case_filter import CaseFilter, OnMap
from server.work import Reading

MOST_POINTS = 2_000
"""More cases than this are told as bins, until somebody looks closer."""
_EXACT_DECIMALS, _ABOVE_VILLAGE_DECIMALS = 6, 4
_UNCLASSIFIED_SHAPE = "GRID"  # found on patrol and of no class yet: a hollow circle


def map_points(
    reading: Reading, wanted: CaseFilter, *, coloured_by: ColouredBy = "age", within: Bounds | None = None
) -> dict[str, Any]:
    """The `points` of wanted demands that may be points, or where there are more than MOST_POINTS, `bins` of them.

    `within` degrees (west, south, east, north) only those, and None for points while they are too many even so.
    """
    shown = replace(wanted, on_map=OnMap.SHOWN)
    colouring = colourings()[coloured_by]
    if within is not None:
        near = case_bins.cases_within(reading, shown, within, at_most=MOST_POINTS)
        return {"points": near and _points(reading, near, colouring)}
    if open_cases.are_more_than(MOST_POINTS, reading, shown):
        return {"points": None, "bins": case_bins.bins(reading, shown, coloured_by=coloured_by)}
    return {"points": _points(reading, open_cases.every_case(reading, shown), colouring), "bins": None}


def surroundings(reading: Reading, drawn: Drawing, *, coloured_by: ColouredBy = "age") -> dict[str, Any]:
    """What lies around the points of a map, whatever the filter says.

    `villages` as grid_values.divided() gives them, `mixed`: the colour of several cases that differ in theirs.
    """
    return {
        "drawing": drawn.name,
        "villages": grid_values.divided(reading, drawn),
        "mixed": None if coloured_by == "age" else MIXED,
    }


def beside_list(reading: Reading, hot: Sequence[Hotspot], villages: Villages) -> dict[str, Any]:
    """What a map shows that the page around it lists, of an area, whatever the filter says.

    `hotspots`: the places of 多人反映 with most reports; `counts` of PRIVATE matters by their village.
    """
    return {
        "hotspots": [
            _hotspot(reading.actor, each) for each in hot_places.rings(reading, hot[: hot_places.MOST_TOLD])
        ],
        "counts": {code: f"私事 {words}" for code, _, words in villages.private},
    }


def _decimals(actor: Actor, code: str) -> int:
    near = actor.may(Permission.SEE_NAMES, at=code)
    return _EXACT_DECIMALS if near else _ABOVE_VILLAGE_DECIMALS


def _hotspot(actor: Actor, place: Ring) -> dict[str, Any]:
    decimals = _decimals(actor, place.grid)
    people = f"，{place.people} 人" if place.people else ""
    return {
        "lon": round(place.lon, decimals),
        "lat": round(place.lat, decimals),
        "reports": place.reports,
        "title": f"多人反映：{place.kind}\n反映 {place.reports} 次{people}，没解决 {place.unresolved} 件",
    }


def _points(reading: Reading, found: Iterable[Case], colouring: Colouring) -> list[dict[str, Any]]:
    return [
        _point(reading.actor, each, each.demand.point.centroid, colouring)
        for each in found
        if each.demand.point is not None
    ]


def _point(actor: Actor, each: Case, place: Point, colouring: Colouring) -> dict[str, Any]:
    demand = each.demand
    decimals = _decimals(actor, demand.jurisdiction)
    return {
        "id": str(demand.id),
        "lon": round(place.x, decimals),
        "lat": round(place.y, decimals),
        "class": held_as(demand) or _UNCLASSIFIED_SHAPE,
        "hollow": demand.class_ is None,
        "age": each.age,
        "colour": colouring.colour_of(each),
        "overdue": each.over is not None,
        "urgent": demand.urgent,
        "suspended": demand.key == StateKey.SUSPENDED.value,
        "title": _title(each),
    }


def _title(each: Case) -> str:
    group = each.group
    first = f"{each.what}（{group.label}）" if group is not None else each.what
    return "\n".join(line for line in (first, each.where, f"{each.age} 天", each.due, each.held_by) if line)
