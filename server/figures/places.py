"""到过的住户和必巡点: which dwellings and must-see points somebody came past (METRICS P4, P5)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import shapely
import sqlalchemy as sa
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from gis.coverage import Passes, reached
from server.domain.obligation import Figure
from server.domain.scope import Scope
from server.domain.work_calendar import local_day
from server.storage import grids, patrols
from server.storage.geometry import decoded, undecoded
from server.storage.households import Household
from server.storage.selection import within

REACHED_DAYS = 30
LONG_UNSEEN_DAYS = 90
_LEAST_POSITIONED_PERCENT = 70
_TOWNSHIP_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Place:
    """An occupied dwelling or a must-see point, and the last day somebody came past it within 90 days.

    `words` is the dwelling's address or the point's name. `since`: on the register from that day, None always.
    """

    id: uuid.UUID
    grid: str
    words: str
    must_see: bool
    since: dt.date | None
    last_pass: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacesReached:
    """A grid's places. `reached` is P4, `long_unseen` P5; `chronic` of these were there all the three windows of
    30 days that they were missed in. `dwellings` are the occupied ones, `positioned` those of them with a position.
    """

    reached: Figure[Place]
    long_unseen: Figure[Place]
    chronic: tuple[Place, ...]
    dwellings: int
    positioned: int

    @property
    def is_shown(self) -> bool:
        """Whether enough dwellings have a position for the figure to mean anything (住户位置不足 otherwise)."""
        return self.positioned * 100 >= self.dwellings * _LEAST_POSITIONED_PERCENT


class _Placed(NamedTuple):
    """A place before anybody's passing is known."""

    id: uuid.UUID
    grid: str
    words: str
    must_see: bool
    since: dt.date | None
    point: BaseGeometry


def places_reached(
    session: Session, *, scope: Scope, as_of: dt.datetime, radius_m: Mapping[str, float]
) -> dict[str, PlacesReached]:
    """Return the places of grids within the scope at `as_of`, by the grids of `radius_m`.

    `radius_m`: how near, in metres, counts as having been there (30 urban, 50 rural, by the profile). A place is
    held against the passes of its whole township, so that its figure does not hang on who looks.
    """
    placed, dwellings = _dwellings(session, scope=scope, as_of=as_of)
    for point in grids.must_see_points(session, scope=scope):
        placed.append(
            _Placed(point.id, point.grid_code, point.name, must_see=True, since=None, point=point.point)
        )
    by_township: dict[str, list[_Placed]] = defaultdict(list)
    for each in placed:
        if each.grid in radius_m:
            by_township[each.grid[:_TOWNSHIP_DIGITS]].append(each)
    today = local_day(as_of)
    by_grid: dict[str, list[Place]] = defaultdict(list)
    for township, members in by_township.items():
        passes = patrols.passes_between(
            session,
            scope=Scope.of([township]),
            first=_first_of(LONG_UNSEEN_DAYS, today),
            last=today,
            as_of=as_of,
        )
        for place in _passed(members, passes, radius_m=radius_m):
            by_grid[place.grid].append(place)
    return {
        grid: _grid_places(by_grid.get(grid, ()), dwellings=dwellings.get(grid, 0), today=today)
        for grid in radius_m
    }


def _dwellings(session: Session, *, scope: Scope, as_of: dt.datetime) -> tuple[list[_Placed], dict[str, int]]:
    """The occupied dwellings with a position, and how many are occupied in each grid."""
    query = sa.select(
        Household.id, Household.grid_code, Household.address, Household.entered_on, undecoded(Household.point)
    ).where(
        within(Household.grid_code, scope),
        Household.state == "registered",
        Household.occupancy == "occupied",
        sa.or_(Household.exited_at.is_(None), Household.exited_at > as_of),
    )
    placed: list[_Placed] = []
    dwellings: dict[str, int] = defaultdict(int)
    rows = session.execute(query.order_by(Household.grid_code, Household.address)).all()
    points = decoded([row[-1] for row in rows])
    for (key, grid, address, entered_on, _), point in zip(rows, points, strict=True):
        dwellings[grid] += 1
        if point is not None:
            placed.append(_Placed(key, grid, address, must_see=False, since=entered_on, point=point))
    return placed, dwellings


def _passed(placed: Sequence[_Placed], passes: Passes, *, radius_m: Mapping[str, float]) -> Iterator[Place]:
    """Give every place its last pass; the places of one radius are looked up together."""
    by_radius: dict[float, list[_Placed]] = defaultdict(list)
    for each in placed:
        by_radius[radius_m[each.grid]].append(each)
    for radius, members in by_radius.items():
        coordinates = shapely.get_coordinates([each.point for each in members])
        days = reached(coordinates, passes, radius_m=radius)
        for each, day in zip(members, days, strict=True):
            yield Place(*each[:-1], last_pass=day)


def _grid_places(places: Sequence[Place], *, dwellings: int, today: dt.date) -> PlacesReached:
    if not places and not dwellings:
        return _NOTHING
    everything = tuple(places)
    recent = _first_of(REACHED_DAYS, today)
    unseen = tuple(place for place in everything if place.last_pass is None)
    since = _first_of(LONG_UNSEEN_DAYS, today)
    return PlacesReached(
        reached=Figure(
            tuple(p for p in everything if p.last_pass is not None and p.last_pass >= recent), everything
        ),
        long_unseen=Figure(unseen, everything),
        chronic=tuple(place for place in unseen if place.since is None or place.since <= since),
        dwellings=dwellings,
        positioned=sum(not place.must_see for place in everything),
    )


_NOTHING = PlacesReached(
    reached=Figure((), ()), long_unseen=Figure((), ()), chronic=(), dwellings=0, positioned=0
)
"""Of a grid with neither dwellings nor points: one for all, however many there are."""


def _first_of(days: int, today: dt.date) -> dt.date:
    """The first of the last so many days, today being one of them."""
    return today - dt.timedelta(days=days - 1)
