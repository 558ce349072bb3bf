"""换格: what lies in which grid when the boundaries have changed: households, open demands (METRICS D5, `grid_now`).

Nobody may fall out of a denominator because a line was drawn: what belongs to a grid that ends always gets one of its
successors, its place or none.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import shapely
from shapely import Point
from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True, slots=True)
class Sited:
    """A household or a demand by its grid; `point` is its door or place in degrees, None where nobody took it."""

    id: UUID
    grid: str
    point: Point | None


@dataclass(frozen=True, slots=True)
class Change:
    """It gets the grid `to`. `placed`: there is no doubt; else somebody has to look where it belongs."""

    sited: Sited
    to: str
    placed: bool


def rehoused(
    all_sited: Iterable[Sited],
    *,
    before: Mapping[str, BaseGeometry],
    after: Mapping[str, BaseGeometry],
    origins: Mapping[str, Sequence[str]],
) -> list[Change]:
    """Return those whose grid changes when the outlines `before` become `after`, both by code in degrees.

    `origins` names, for a new grid, those it was made from. What belongs to a grid that ends goes where it lies among
    the successors; without a place there it goes with most of its neighbours. What belongs to a grid whose border
    moved goes with the ground it stands on; without a place it stays.
    """
    by_grid: dict[str, list[Sited]] = defaultdict(list)
    for sited in all_sited:
        by_grid[sited.grid].append(sited)
    found: list[Change] = []
    for code, inside in sorted(by_grid.items()):
        if code in before and code not in after:
            heirs = {each: after[each] for each in sorted(after) if code in origins.get(each, ())}
            found += _of_ended(inside, heirs or after)
        elif code in before and not before[code].equals(after[code]):
            found += _of_redrawn(inside, code, before[code], after)
    return found


def _of_ended(inside: Sequence[Sited], heirs: Mapping[str, BaseGeometry]) -> list[Change]:
    if not heirs:
        return []
    places = _places(inside, heirs)
    doors = Counter(place for place in places if place is not None)
    fullest = max(heirs, key=lambda each: (doors[each], heirs[each].area))
    alone = len(heirs) == 1
    return [
        Change(each, place or fullest, placed=alone or place is not None)
        for each, place in zip(inside, places, strict=True)
    ]


def _of_redrawn(
    inside: Sequence[Sited], code: str, was: BaseGeometry, after: Mapping[str, BaseGeometry]
) -> list[Change]:
    # A door that never lay in its grid says nothing about the border that moved.
    stood_here = [
        each for each, place in zip(inside, _places(inside, {code: was}), strict=True) if place is not None
    ]
    own_first = {code: after[code], **after}
    places = _places(stood_here, own_first)
    return [
        Change(each, place, placed=True)
        for each, place in zip(stood_here, places, strict=True)
        if place is not None and place != code
    ]


def _places(all_sited: Sequence[Sited], grids: Mapping[str, BaseGeometry]) -> list[str | None]:
    """The first grid that each lies in; None for what lies in none or has no place."""
    found: list[str | None] = [None] * len(all_sited)
    points = np.array([each.point for each in all_sited], dtype=object)
    left = np.flatnonzero(~shapely.is_missing(points))
    for code, shape in grids.items():
        lies_here = shapely.covers(shape, points[left])
        for at in left[lies_here]:
            found[at] = code
        left = left[~lies_here]
    return found
