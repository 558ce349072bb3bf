"""Which grids lie beside each other: a shared border, or a gap so narrow that it is the surveyor's and not a place's."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from gis.measure import LocalPlane

Pairs = NDArray[np.intp]
"""Shape (m, 2): positions of two grids that are neighbours; each pair stands in both directions, no grid with itself."""

GAP_M = 20.0


def neighbours(shapes: Sequence[BaseGeometry], *, gap_m: float = GAP_M) -> Pairs:
    """邻格：return the pairs of `shapes` (degrees WGS-84) that are at most `gap_m` metres apart (METRICS H2).

    Real borders are dirty: what should touch may lie some metres apart or overlap, so the distance decides and
    not the topology. Takes a second or two for thousands of surveyed outlines: keep the answer while they stand.
    """
    if not len(shapes):
        return np.empty((0, 2), dtype=np.intp)
    metres = shapely.transform(np.array(shapes, dtype=object), LocalPlane.around(shapes).to_local)
    shapely.prepare(metres)
    found = STRtree(metres).query(metres, predicate="dwithin", distance=gap_m).T
    apart: Pairs = found[found[:, 0] != found[:, 1]]
    return apart[np.lexsort((apart[:, 1], apart[:, 0]))]


def connected(members: Sequence[int], pairs: Pairs) -> list[tuple[int, ...]]:
    """Return the groups of `members` that hang together by `pairs`, each in rising order, the lowest member first."""
    beside: dict[int, set[int]] = {each: set() for each in members}
    for one, other in pairs.tolist():
        if one in beside and other in beside:
            beside[one].add(other)
    groups = []
    while beside:
        edge = [min(beside)]
        group = set(edge)
        while edge:
            fresh = beside.pop(edge.pop()) - group
            group |= fresh
            edge.extend(fresh)
        groups.append(tuple(sorted(group)))
    return groups
