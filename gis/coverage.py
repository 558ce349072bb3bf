"""Which dwellings and must-see points somebody came past, and when last (METRICS P4, P5).

Not a share of area: a rural grid is mostly forest, and a path seen 25 m to each side would leave every grid red.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from gis.measure import Coordinates, LocalPlane

_NEVER = 0


@dataclass(frozen=True, slots=True)
class Passes:
    """到过: positions of findings and visits and parts of cleaned tracks (degrees), each with its day (METRICS D1).

    Two sequences of one length, not one of pairs: a township's ninety days hold hundreds of thousands.
    """

    days: Sequence[date]
    traces: Sequence[BaseGeometry] | NDArray[np.object_]


def reached(
    places: Coordinates, passes: Passes, *, radius_m: float | NDArray[np.float64]
) -> list[date | None]:
    """Return for each place the last day somebody came within `radius_m` metres of it, None for never.

    `places` has shape (n, 2), degrees. The radius, one for all or one for each place, is METRICS P4's: 30 m urban,
    50 m rural, by the profile.
    """
    if not len(places) or not len(passes.days):
        return [None] * len(places)
    plane = LocalPlane.amid(places)
    tree = STRtree(shapely.transform(np.array(passes.traces, dtype=object), plane.to_local))
    passed, passing = tree.query(
        shapely.points(plane.to_local(places)), predicate="dwithin", distance=radius_m
    )
    days = np.array([day.toordinal() for day in passes.days])
    last = np.full(len(places), _NEVER)
    np.maximum.at(last, passed, days[passing])
    return [None if day == _NEVER else date.fromordinal(day) for day in last.tolist()]
