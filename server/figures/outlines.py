"""网格轮廓: which grids a map of an area draws today, and the name under which browsers keep their tiles."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import shapely
from shapely.geometry.base import BaseGeometry

from gis.tiles import Ground
from server.domain.jurisdiction import Level
from server.domain.scope import Scope
from server.domain.work_calendar import local_day
from server.figures.areas import narrowed
from server.storage import grids
from server.work import Reading

Bounds = tuple[float, float, float, float]
Rows = Sequence[tuple[str, BaseGeometry]]

_COUNTRY: Bounds = (73.5, 18.0, 135.1, 53.6)
_KEPT = 64

_drawings: dict[str, Drawing] = {}
"""By name: reading the outlines of a city takes longer than everything else on its page."""


@dataclass(frozen=True)
class Drawing:
    """The grids a map draws: `codes` ascending, `bounds` west, south, east, north of them all in degrees.

    `boundaries` names the boundary version in force, `scope` the divisions looked at; together they are the
    `name`: other boundaries or another area, another name.
    """

    boundaries: str
    scope: frozenset[str]
    codes: tuple[str, ...]
    bounds: Bounds

    @property
    def name(self) -> str:
        """The name its tiles are kept under."""
        return drawing_name(self.boundaries, self.scope)

    @cached_property
    def villages(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """(village, codes of its grids), ascending: a village's number is its position."""
        found: dict[str, list[str]] = {}
        for code in self.codes:
            found.setdefault(code[: Level.VILLAGE.digits], []).append(code)
        return tuple((village, tuple(codes)) for village, codes in found.items())


def boundaries_in_force(reading: Reading) -> str:
    """Name the boundaries in force today; "none" before the first."""
    version = grids.current_version(reading.session, on=local_day(reading.now))
    return "none" if version is None else version[1].hex


def drawing_name(boundaries: str, scope: Iterable[str]) -> str:
    """Name what a map draws of divisions under boundaries."""
    return f"{boundaries}-{_digest(sorted(scope))}"


def drawing(reading: Reading, area: str | None = None) -> Drawing:
    """What a map of an area draws today. Raises NotFound("jurisdiction.unknown") outside the reader's scope."""
    scope = narrowed(reading.actor.scope, area)
    boundaries = boundaries_in_force(reading)
    name = drawing_name(boundaries, scope.codes)
    found = _drawings.get(name)
    if found is None:
        rows = _rows(reading, scope)
        found = Drawing(boundaries, scope.codes, tuple(code for code, _ in rows), _bounds(rows))
        while len(_drawings) >= _KEPT:
            _drawings.pop(next(iter(_drawings)), None)
        _drawings[name] = found
    return found


def ground(reading: Reading, scope: Scope) -> Ground:
    """Today's outlines of divisions, to be made tiles of; who may see them is the caller's matter."""
    rows = _rows(reading, scope)
    return Ground([code for code, _ in rows], [outline for _, outline in rows])


def _rows(reading: Reading, scope: Scope) -> Rows:
    return grids.outlines(reading.session, scope=scope, on=local_day(reading.now))


def _bounds(rows: Rows) -> Bounds:
    if not rows:
        return _COUNTRY
    west, south, east, north = shapely.total_bounds([outline for _, outline in rows])
    return float(west), float(south), float(east), float(north)


def _digest(words: Iterable[str]) -> str:
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:16]
