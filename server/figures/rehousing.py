"""换格: which households and open demands get another grid when boundaries change, village by village (METRICS D5 `grid_now`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from shapely.geometry.base import BaseGeometry

from server.domain.jurisdiction import Level
from server.domain.rehousing import Change, Sited, rehoused
from server.domain.scope import Scope
from server.storage import redrawings
from server.work import Reading

Outlines = Mapping[str, BaseGeometry]
"""Outlines in degrees WGS-84 by grid code."""


@dataclass(frozen=True, slots=True)
class Followers:
    """Of one village, the households and the open demands that get another grid."""

    village: str
    households: Sequence[Change]
    demands: Sequence[Change]


def followers(
    reading: Reading, *, villages: Iterable[str], before: Outlines, after: Outlines
) -> Iterator[Followers]:
    """Yield, for each of `villages` by code, who follows when the outlines `before` become `after`.

    Both may hold grids of other villages, which are left aside. What a grid is made from is what is kept of it. A
    township is asked about at a time: the households of a whole city are more than should lie in memory.
    """
    was, becomes = _by_village(before), _by_village(after)
    for township, some in groupby(sorted(villages), key=itemgetter(slice(Level.TOWNSHIP.digits))):
        scope = Scope.of([township])
        origins = redrawings.origins(reading.session, scope=scope)
        homes = _sited_by_village(redrawings.doors(reading.session, scope=scope))
        matters = _sited_by_village(redrawings.open_matters(reading.session, scope=scope))
        for village in some:
            ground = {"before": was[village], "after": becomes[village]}
            yield Followers(
                village,
                rehoused(homes[village], **ground, origins=origins),
                rehoused(matters[village], **ground, origins=origins),
            )


def _by_village(outlines: Outlines) -> Mapping[str, dict[str, BaseGeometry]]:
    found: dict[str, dict[str, BaseGeometry]] = defaultdict(dict)
    for code, shape in outlines.items():
        found[code[: Level.VILLAGE.digits]][code] = shape
    return found


def _sited_by_village(all_sited: Iterable[Sited]) -> Mapping[str, list[Sited]]:
    found: dict[str, list[Sited]] = defaultdict(list)
    for sited in all_sited:
        found[sited.grid[: Level.VILLAGE.digits]].append(sited)
    return found
