"""Cleaning a patrol's track until it says no more than where somebody went (SPATIAL §3, steps 1–3).

Whatever is thrown away here costs nobody anything: a track can only add to what was reached.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from shapely import LineString

from gis.measure import Coordinates, LocalPlane

WORST_ACCURACY_M = 50.0
LONGEST_GAP_S = 180.0
LONGEST_GAP_M = 300.0
# 90 km/h: faster than anybody patrols, slower than a fix that jumps.
FASTEST_M_PER_S = 25.0


@dataclass(frozen=True, slots=True)
class Fix:
    """One position of a track: degrees WGS-84, accuracy in metres, aware time where the source has one.

    A geotrace of ODK Collect has no times; an accuracy of 0 is a point somebody drew, not a fix.
    """

    lon: float
    lat: float
    accuracy_m: float
    at: datetime | None = None


def clean(fixes: Sequence[Fix]) -> list[LineString]:
    """Return the parts of the track that were truly walked (degrees); what lies between parts earns nothing.

    Fixes are kept in time order where they have times, else in the order given: either all have one or none.
    Repeated times, inaccurate and drawn points and spikes go; the track is cut at gaps of more than 180 s or
    300 m. A fix alone between two gaps makes no line.
    """
    kept = [fix for fix in fixes if 0 < fix.accuracy_m <= WORST_ACCURACY_M]
    if not kept:
        return []
    timed = _in_order(kept)
    metres, seconds = _measured(timed or kept)
    if timed:
        still = ~_spikes(metres, seconds)
        kept = [fix for fix, keep in zip(timed, still.tolist(), strict=True) if keep]
        metres, seconds = metres[still], seconds[still]
    return list(_parts(kept, metres, seconds))


def _in_order(fixes: Sequence[Fix]) -> list[Fix]:
    """Return the fixes in time order, the first of each instant; nothing where they carry no time."""
    first_at: dict[datetime, Fix] = {}
    for fix in fixes:
        if fix.at is not None:
            first_at.setdefault(fix.at, fix)
    return [first_at[at] for at in sorted(first_at)]


def _measured(fixes: Sequence[Fix]) -> tuple[Coordinates, NDArray[np.float64]]:
    """Return (n, 2) metres on a local plane and (n,) seconds; all seconds are 0 where there are no times."""
    degrees = np.array([(fix.lon, fix.lat) for fix in fixes])
    seconds = np.array([fix.at.timestamp() if fix.at is not None else 0.0 for fix in fixes])
    return LocalPlane(fixes[0].lon, fixes[0].lat).to_local(degrees), seconds


def _steps(metres: Coordinates) -> NDArray[np.float64]:
    lengths: NDArray[np.float64] = np.hypot(*np.diff(metres, axis=0).T)
    return lengths


def _spikes(metres: Coordinates, seconds: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Mark the fixes that were reached and left faster than anybody patrols."""
    too_fast = _steps(metres) > FASTEST_M_PER_S * np.diff(seconds)
    spikes = np.zeros(len(metres), dtype=bool)
    spikes[1:-1] = too_fast[:-1] & too_fast[1:]
    return spikes


def _parts(fixes: Sequence[Fix], metres: Coordinates, seconds: NDArray[np.float64]) -> Iterator[LineString]:
    gaps = (_steps(metres) > LONGEST_GAP_M) | (np.diff(seconds) > LONGEST_GAP_S)
    cuts = [0, *(np.flatnonzero(gaps) + 1).tolist(), len(fixes)]
    for start, end in pairwise(cuts):
        if end - start > 1:
            yield LineString([(fix.lon, fix.lat) for fix in fixes[start:end]])
