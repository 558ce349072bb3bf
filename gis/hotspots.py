"""多人反映：several people telling of the same kind of thing in the same place (METRICS H1).

A rule without chance in it: the same reports always make the same hot spots.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree

from gis.measure import Coordinates, LocalPlane


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
    recent = [report for report in reports if first_day <= report.day <= until]
    if not recent:
        return []
    labels = _labels(
        np.array([(report.lon, report.lat) for report in recent]),
        [report.kind for report in recent],
        radius_m=radius_m,
    )
    groups: defaultdict[int, list[Report]] = defaultdict(list)
    for label, report in zip(labels.tolist(), recent, strict=True):
        groups[label].append(report)
    found = [_hotspot(group) for group in groups.values() if len(group) >= at_least and _from_many(group)]
    return sorted(found, key=lambda hotspot: (-len(hotspot.reports), hotspot.kind, hotspot.reports[0].id))


def crowded(
    degrees: Coordinates, kinds: Sequence[str], *, radius_m: float, at_least: int
) -> NDArray[np.intp]:
    """Return the positions, ascending, of the places that may belong to hot spots: of very many reports a few.

    `degrees` has shape (n, 2). The others hang together with fewer than `at_least` of their kind.
    """
    if not len(degrees):
        return np.zeros(0, np.intp)
    labels = _labels(degrees, kinds, radius_m=radius_m * _GENEROUS)
    return np.flatnonzero(np.bincount(labels)[labels] >= at_least)


_GENEROUS = 1.01
"""The plane laid around few places is not quite the one around all: what is narrowed down must not lose any."""


def _from_many(group: Sequence[Report]) -> bool:
    reporters = {report.reporter for report in group if report.reporter is not None}
    return len(reporters) > 1 or len({report.day for report in group}) > 1


def _labels(degrees: Coordinates, kinds: Sequence[str], *, radius_m: float) -> NDArray[np.intp]:
    """Single linkage: the same number for all that hang together, the lowest position among them."""
    middle = (degrees.min(axis=0) + degrees.max(axis=0)) / 2
    metres = np.asarray(shapely.points(LocalPlane(*middle.tolist()).to_local(degrees)))
    one, other = STRtree(metres).query(metres, predicate="dwithin", distance=radius_m)
    _, kind = np.unique(np.asarray(kinds), return_inverse=True)
    alike = kind[one] == kind[other]
    one, other = one[alike], other[alike]
    labels = np.arange(len(degrees))
    while True:
        lowest = labels.copy()
        np.minimum.at(lowest, one, labels[other])
        lowest = lowest[lowest]
        if np.array_equal(lowest, labels):
            return labels
        labels = lowest


def _hotspot(group: Sequence[Report]) -> Hotspot:
    ordered = tuple(sorted(group, key=lambda report: (report.day, report.id)))
    lon, lat = np.mean([(report.lon, report.lat) for report in ordered], axis=0).tolist()
    return Hotspot(kind=ordered[0].kind, reports=ordered, lon=lon, lat=lat)
