"""Cleaning a patrol's track until it says no more than where somebody went (SPATIAL §3, steps 1–5).

Whatever is thrown away here costs nobody anything: a track can only add to what was reached.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from shapely import LineString, Point

from gis.measure import Coordinates, LocalPlane

WORST_ACCURACY_M = 50.0
# What a phone client writes where it does not know the way from there on; no receiver measures so badly.
UNKNOWN_M = 9999.0
LONGEST_GAP_S = 180.0
LONGEST_GAP_M = 300.0
# 90 km/h: faster than anybody patrols, slower than a fix that jumps.
FASTEST_M_PER_S = 25.0
MEDIAN_OF = 5
SMALLEST_MOVE_M = 10.0
ACCURACIES_OF_A_MOVE = 1.5

Part = LineString | Point
"""A stretch that was walked, or the one place where somebody stayed (degrees)."""

_Numbers = NDArray[np.float64]


class Fix(NamedTuple):
    """One position of a track: degrees WGS-84, accuracy in metres, aware time where the source has one.

    A geotrace of ODK Collect has no times; an accuracy of 0 is a point somebody drew, not a fix; from `UNKNOWN_M`
    on it is no position but says that the way from there on is not known.
    """

    lon: float
    lat: float
    accuracy_m: float
    at: datetime | None = None


_AT = Fix._fields.index("at")
"""How many numbers stand before the time."""


@dataclass(frozen=True, slots=True)
class _Walk:
    """Fixes that count, in order, each array of shape (n,) or (n, 2).

    `seconds` is 0 for all without times; `run` counts the unknown stretches before a fix.
    """

    metres: Coordinates
    accuracies: _Numbers
    seconds: _Numbers
    run: NDArray[np.int64]

    def __getitem__(self, chosen: slice | NDArray[np.bool_]) -> _Walk:
        return _Walk(self.metres[chosen], self.accuracies[chosen], self.seconds[chosen], self.run[chosen])


def clean(fixes: Sequence[Fix]) -> list[Part]:
    """Return the parts of the track that were truly walked (degrees); what lies between parts earns nothing.

    Fixes are kept in time order where they have times, else in the order given: either all have one or none. Repeated
    times, inaccurate and drawn points, what is no number, and spikes go. The track is cut at gaps of more than 180 s
    or 300 m and where its writer says that the way is not known. Each part is smoothed by a running median of five,
    unless its fixes lie so far apart that somebody has thinned them already, and keeps only moves beyond
    max(10 m, 1.5 × accuracy). A stay becomes a point; a fix alone between two gaps is nothing.

    The result hangs neither on the order in which timed fixes come nor on repeated ones. It is monotone in passes, not
    in fixes: a further track or part never takes anything away, while a fix in the midst of a part moves its median.
    """
    ordered = _in_order(fixes)
    numbers = np.array([fix[:_AT] for fix in ordered], dtype=float).reshape(-1, _AT)
    counting = np.flatnonzero(_counting(numbers))
    if not len(counting):
        return []
    lon, lat, accuracies = numbers[counting].T
    plane = LocalPlane(lon[0], lat[0])
    is_timed = ordered[0].at is not None
    walk = _Walk(
        metres=plane.to_local(np.column_stack((lon, lat))),
        accuracies=accuracies,
        seconds=_seconds([ordered[n] for n in counting]) if is_timed else np.zeros(len(counting)),
        run=np.cumsum(numbers[:, -1] >= UNKNOWN_M, dtype=np.int64)[counting],
    )
    if is_timed:
        walk = walk[~_spikes(walk)]
    return [_part(moves, plane) for part in _parts(walk) if len(moves := _moves(_smoothed(part)))]


def _counting(numbers: _Numbers) -> NDArray[np.bool_]:
    """Mark the rows (longitude, latitude, accuracy) that are evidence of somebody's being there."""
    accuracies = numbers[:, -1]
    is_near: NDArray[np.bool_] = (accuracies > 0) & (accuracies <= WORST_ACCURACY_M)
    return is_near & np.isfinite(numbers[:, :-1]).all(axis=1)


def _seconds(fixes: Sequence[Fix]) -> _Numbers:
    return np.array([0.0 if fix.at is None else fix.at.timestamp() for fix in fixes])


def _counts(fix: Fix) -> bool:
    return bool(_counting(np.array([fix[:_AT]]))[0])


def _in_order(fixes: Sequence[Fix]) -> list[Fix]:
    """The fixes in time order, the best of each instant; in the order given where none has a time."""
    timed = [(fix.at, fix) for fix in fixes if fix.at is not None]
    if not timed:
        return list(fixes)
    in_order = sorted(timed, key=lambda each: (each[0], each[1].accuracy_m, each[1].lon, each[1].lat))
    kept: list[Fix] = []
    for at, fix in in_order:
        is_repeated = bool(kept) and kept[-1].at == at and _counts(kept[-1]) and _counts(fix)
        if not is_repeated:
            kept.append(fix)
    return kept


def _steps(metres: Coordinates) -> _Numbers:
    lengths: _Numbers = np.hypot(*np.diff(metres, axis=0).T)
    return lengths


def _spikes(walk: _Walk) -> NDArray[np.bool_]:
    """Mark the fixes that were reached and left faster than anybody patrols."""
    too_fast = _steps(walk.metres) > FASTEST_M_PER_S * np.diff(walk.seconds)
    spikes = np.zeros(len(walk.metres), dtype=bool)
    spikes[1:-1] = too_fast[:-1] & too_fast[1:]
    return spikes


def _parts(walk: _Walk) -> Iterator[_Walk]:
    """The stretches between gaps, of two fixes or more."""
    gaps = (
        (_steps(walk.metres) > LONGEST_GAP_M)
        | (np.diff(walk.seconds) > LONGEST_GAP_S)
        | (np.diff(walk.run) > 0)
    )
    cuts = [0, *(np.flatnonzero(gaps) + 1).tolist(), len(walk.metres)]
    for start, end in pairwise(cuts):
        if end - start > 1:
            yield walk[start:end]


def _smallest_moves(part: _Walk) -> _Numbers:
    smallest: _Numbers = np.maximum(SMALLEST_MOVE_M, ACCURACIES_OF_A_MOVE * part.accuracies)
    return smallest


def _smoothed(part: _Walk) -> _Walk:
    """A running median; the ends, which have fewer neighbours, stay as they are.

    Fixes that are all true moves already are left alone: a median over them would cut a dead end off.
    """
    is_thinned = bool((_steps(part.metres) > _smallest_moves(part)[1:]).all())
    if is_thinned or len(part.metres) < MEDIAN_OF:
        return part
    reach = MEDIAN_OF // 2
    metres = part.metres.copy()
    windows = sliding_window_view(part.metres, MEDIAN_OF, axis=0)
    metres[reach:-reach] = np.sort(windows, axis=-1)[..., reach]
    return _Walk(metres, part.accuracies, part.seconds, part.run)


def _moves(part: _Walk) -> list[tuple[float, float]]:
    """The positions (metres) that lie a true move from the one before; a stay collapses into its first."""
    places: list[tuple[float, float]] = []
    for (x, y), smallest in zip(part.metres.tolist(), _smallest_moves(part).tolist(), strict=True):
        if not places or math.hypot(x - places[-1][0], y - places[-1][1]) > smallest:
            places.append((x, y))
    return places


def _part(moves: Sequence[tuple[float, float]], plane: LocalPlane) -> Part:
    degrees = plane.from_local(np.array(moves))
    return LineString(degrees) if len(degrees) > 1 else Point(degrees[0])
