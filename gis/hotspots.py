"""多人反映：several people telling of the same kind of thing in the same place (METRICS H1).

A rule without chance in it: the same reports always make the same hot spots.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import shapely
from shapely import STRtree

from gis.measure import LocalPlane


@dataclass(frozen=True, slots=True)
class Report:
    """One report of a demand, merged ones included: its kind, its place in degrees, its day (METRICS D1).

    `reporter` tells people apart; None where nobody knows who it was.
    """

    id: str
    kind: str
    lon: float
    lat: float
    day: date
    reporter: str | None


@dataclass(frozen=True, slots=True)
class Hotspot:
    """Reports of one kind that hang together, oldest first, and the middle of their places in degrees."""

    kind: str
    reports: tuple[Report, ...]
    lon: float
    lat: float


def many_reports(
    reports: Iterable[Report], *, until: date, radius_m: float = 100, days: int = 30, at_least: int = 3
) -> list[Hotspot]:
    """Return the hot spots of the `days` days that end with `until`, that day included.

    Reports of one kind hang together where each lies within `radius_m` metres of another of them; they are a
    hot spot from `at_least` on, if they come from two people or two days at least. Largest first, then by
    kind and id. The numbers are the profile's.
    """
    first_day = until - timedelta(days=days - 1)
    by_kind: defaultdict[str, list[Report]] = defaultdict(list)
    for report in reports:
        if first_day <= report.day <= until:
            by_kind[report.kind].append(report)
    found = [
        _hotspot(group)
        for same_kind in by_kind.values()
        for group in _linked(same_kind, radius_m=radius_m)
        if len(group) >= at_least and _from_many(group)
    ]
    return sorted(found, key=lambda hotspot: (-len(hotspot.reports), hotspot.kind, hotspot.reports[0].id))


def _from_many(group: Sequence[Report]) -> bool:
    reporters = {report.reporter for report in group if report.reporter is not None}
    return len(reporters) > 1 or len({report.day for report in group}) > 1


def _linked(reports: Sequence[Report], *, radius_m: float) -> Iterator[list[Report]]:
    """Yield the groups of single linkage: walk from each report to those near it until none is left."""
    points = shapely.points([(report.lon, report.lat) for report in reports])
    metres = shapely.transform(points, LocalPlane.around(points).to_local)
    near: defaultdict[int, list[int]] = defaultdict(list)
    for one, other in STRtree(metres).query(metres, predicate="dwithin", distance=radius_m).T.tolist():
        near[one].append(other)
    waiting = set(range(len(reports)))
    while waiting:
        group, edge = [], [waiting.pop()]
        while edge:
            here = edge.pop()
            group.append(reports[here])
            fresh = waiting.intersection(near[here])
            waiting -= fresh
            edge.extend(fresh)
        yield group


def _hotspot(group: Sequence[Report]) -> Hotspot:
    ordered = tuple(sorted(group, key=lambda report: (report.day, report.id)))
    lon, lat = np.mean([(report.lon, report.lat) for report in ordered], axis=0).tolist()
    return Hotspot(kind=ordered[0].kind, reports=ordered, lon=lon, lat=lat)
