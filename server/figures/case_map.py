"""诉求分布: what the map of open cases shows, as static/js/map/frame.js reads it (METRICS C, "On the map")."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from shapely import Point

from gis.hotspots import Hotspot
from server.domain.demand_states import StateKey
from server.domain.people import Actor
from server.domain.permissions import Permission
from server.figures import case_bins, grid_values, hot_places, open_cases
from server.figures.areas import narrowed
from server.figures.case_colours import MIXED, ColouredBy, Colouring, colourings
from server.figures.case_words import held_as
from server.figures.hot_places import Ring
from server.figures.open_cases import Case
from server.figures.outlines import Bounds, Drawing
from server.storage import case_counts
from server.storage.case_filter import CaseFilter, OnMap
from server.work import Reading

FEW = 5
"""Below this a count of PRIVATE matters is 「少量」 to whoever may not read them."""
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


def surroundings(
    reading: Reading, drawn: Drawing, area: str | None = None, *, coloured_by: ColouredBy = "age"
) -> dict[str, Any]:
    """What lies around the points of an area, whatever else the filter says.

    `villages` as grid_values.divided() gives them, `counts` of PRIVATE matters by their position, `mixed`: the colour of several cases that
    differ in theirs.
    """
    return {
        "drawing": drawn.name,
        "villages": grid_values.divided(reading, drawn),
        "counts": _private_counts_on(reading, drawn, area),
        "mixed": None if coloured_by == "age" else MIXED,
    }


def hotspots(reading: Reading, found: Sequence[Hotspot]) -> list[dict[str, Any]]:
    """Of places of 多人反映 the reader has been given, the most reports first, those with most as rings of the map."""
    return [
        _hotspot(reading.actor, each) for each in hot_places.rings(reading, found[: hot_places.MOST_TOLD])
    ]


def private_counts(reading: Reading, area: str | None = None) -> dict[str, str]:
    """How many PRIVATE matters are not settled in each village, in words: exact only for who may read them."""
    scope = narrowed(reading.actor.scope, area)
    counted = case_counts.private_by_village(reading.session, area, scope=scope)
    return {code: private_words(reading, code, number) for code, number in sorted(counted.items())}


def private_words(reading: Reading, code: str, number: int) -> str:
    """How many PRIVATE matters a village has: exactly only for who may read them."""
    return f"{number} 件" if reading.actor.scope.covers(code, private=True) else few(number)


def few(number: int) -> str:
    """A count of PRIVATE matters for whoever may not read them: 「少量」 below FEW."""
    return f"{number} 件" if number >= FEW else "少量"


def _private_counts_on(reading: Reading, drawn: Drawing, area: str | None) -> Mapping[int, str]:
    """The words on each village that has PRIVATE matters, by the village's position in a drawing."""
    counts = private_counts(reading, area)
    numbers = {village: number for number, (village, _) in enumerate(drawn.villages)}
    return {numbers[code]: f"私事 {words}" for code, words in counts.items() if code in numbers}


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
