"""诉求分布: what the map of open cases shows, as static/js/map/frame.js reads it (METRICS C, "On the map")."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from shapely import Point

from server.domain.demand_states import StateKey
from server.domain.people import Actor, Permission
from server.figures import hot_places, open_cases, outlines
from server.figures.areas import VILLAGE_DIGITS, narrowed
from server.figures.case_colours import MIXED, ColouredBy, Colouring, colourings
from server.figures.case_words import held_as
from server.figures.hot_places import HotPlace
from server.figures.open_cases import Case
from server.storage import case_filter, jurisdictions
from server.storage.case_filter import CaseFilter, OnMap
from server.work import Reading

FEW = 5
"""Below this a count of PRIVATE matters is 「少量」 to whoever may not read them."""
_EXACT_DECIMALS, _ABOVE_VILLAGE_DECIMALS = 6, 4
_UNCLASSIFIED_SHAPE = "GRID"  # found on patrol and of no class yet: a hollow circle


def map_points(reading: Reading, wanted: CaseFilter, *, coloured_by: ColouredBy = "age") -> dict[str, Any]:
    """The `points` of wanted demands that may be points; `rows`: PRIVATE matters by village; `hotspots`: 多人反映.

    The last two are those of the area, whatever else the filter says.
    """
    colouring = colourings()[coloured_by]
    found = open_cases.every_case(reading, replace(wanted, on_map=OnMap.SHOWN))
    return {
        "points": [
            _point(reading.actor, each, each.demand.point.centroid, colouring)
            for each in found
            if each.demand.point is not None
        ],
        "rows": _private_rows(reading, wanted.area),
        "hotspots": [_hotspot(reading.actor, each) for each in hot_places.hot_places(reading, wanted.area)],
        "mixed": None if coloured_by == "age" else MIXED,
    }


def private_counts(reading: Reading, area: str | None = None) -> dict[str, str]:
    """How many PRIVATE matters are not settled in each village, in words: exact only for who may read them."""
    scope = narrowed(reading.actor.scope, area)
    counted = case_filter.private_by_village(reading.session, area, scope=scope)
    return {
        code: f"{number} 件" if reading.actor.scope.covers(code, private=True) else few(number)
        for code, number in sorted(counted.items())
    }


def few(number: int) -> str:
    """A count of PRIVATE matters for whoever may not read them: 「少量」 below FEW."""
    return f"{number} 件" if number >= FEW else "少量"


def _private_rows(reading: Reading, area: str | None) -> Sequence[Mapping[str, Any]]:
    counts = private_counts(reading, area)
    places = _village_places(outlines.label_points(reading, area))
    names = jurisdictions.names(reading.session, list(counts))
    return [
        {
            "code": code,
            "name": names.get(code, code),
            "text": f"私事 {words}",
            "label_at": places[code],
        }
        for code, words in counts.items()
        if code in places
    ]


def _village_places(labels: Mapping[str, outlines.Point]) -> dict[str, outlines.Point]:
    """Where a village's count goes: at the label of its grid nearest to the middle of them."""
    by_village: defaultdict[str, list[outlines.Point]] = defaultdict(list)
    for code, place in labels.items():
        by_village[code[:VILLAGE_DIGITS]].append(place)
    return {village: _middle(places) for village, places in by_village.items()}


def _middle(places: Sequence[outlines.Point]) -> outlines.Point:
    lon = sum(place[0] for place in places) / len(places)
    lat = sum(place[1] for place in places) / len(places)
    return min(places, key=lambda place: (place[0] - lon) ** 2 + (place[1] - lat) ** 2)


def _decimals(actor: Actor, code: str) -> int:
    near = actor.may(Permission.SEE_NAMES, at=code)
    return _EXACT_DECIMALS if near else _ABOVE_VILLAGE_DECIMALS


def _hotspot(actor: Actor, place: HotPlace) -> dict[str, Any]:
    decimals = _decimals(actor, place.grid)
    reports = len(place.demands)
    people = f"，{place.people} 人" if place.people else ""
    return {
        "lon": round(place.lon, decimals),
        "lat": round(place.lat, decimals),
        "reports": reports,
        "title": f"多人反映：{place.kind}\n反映 {reports} 次{people}，没解决 {place.unresolved} 件",
    }


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
