"""到过的住户和必巡点: which dwellings and must-see points somebody came past (METRICS P4, P5)."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from gis.coverage import Passes, reached
from server.domain.obligation import Figure
from server.domain.scope import Scope
from server.domain.work_calendar import local_day
from server.storage import patrols
from server.storage.geometry import point_degrees, undecoded
from server.storage.grids import MustSeePoint
from server.storage.households import Household
from server.storage.selection import within

REACHED_DAYS = 30
LONG_UNSEEN_DAYS = 90
_LEAST_POSITIONED_PERCENT = 70
_TOWNSHIP_DIGITS = 9


class Place(NamedTuple):
    """An occupied dwelling or a must-see point, and the last day somebody came past it within 90 days.

    `words` is the dwelling's address or the point's name. `since`: on the register from that day, None always.
    A tuple, because a county has a hundred thousand.
    """

    grid: str
    words: str
    since: dt.date | None
    last_pass: dt.date | None

    @property
    def must_see(self) -> bool:
        """Whether it is a must-see point."""
        return self.since is None


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


def places_reached(
    session: Session, *, scope: Scope, as_of: dt.datetime, radius_m: Mapping[str, float]
) -> dict[str, PlacesReached]:
    """Return the places of grids within the scope at `as_of`, by the grids of `radius_m`.

    `radius_m`: how near, in metres, counts as having been there (30 urban, 50 rural, by the profile). A place is
    held against the passes of its whole township, so that its figure does not hang on who looks.
    """
    homes = _dwellings(session, scope=scope, as_of=as_of)
    dwellings = Counter(grid for grid, *_ in homes)
    by_township: dict[str, list[Any]] = defaultdict(list)
    for row in (*homes, *_must_see_points(session, scope=scope)):
        grid, _, _, point = row
        if point is not None and grid in radius_m:
            by_township[grid[:_TOWNSHIP_DIGITS]].append(row)
    today = local_day(as_of)
    by_grid: dict[str, list[Place]] = defaultdict(list)
    for township, rows in by_township.items():
        passes = patrols.passes_between(
            session,
            scope=Scope.of([township]),
            first=_first_of(LONG_UNSEEN_DAYS, today),
            last=today,
            as_of=as_of,
        )
        for place in _passed(rows, passes, radius_m=radius_m):
            by_grid[place.grid].append(place)
    return {
        grid: _grid_places(by_grid.get(grid, ()), dwellings=dwellings[grid], today=today) for grid in radius_m
    }


def _dwellings(session: Session, *, scope: Scope, as_of: dt.datetime) -> Sequence[Any]:
    """(grid, words, since, point) of the occupied dwellings, the point as the database keeps it or None."""
    query = sa.select(
        Household.grid_code.label("grid"),
        Household.address.label("words"),
        Household.entered_on.label("since"),
        undecoded(Household.point).label("point"),
    ).where(
        within(Household.grid_code, scope),
        Household.state == "registered",
        Household.occupancy == "occupied",
        sa.or_(Household.exited_at.is_(None), Household.exited_at > as_of),
    )
    return session.execute(query.order_by(Household.grid_code, Household.address)).all()


def _must_see_points(session: Session, *, scope: Scope) -> Sequence[Any]:
    """(grid, words, since, point) of the must-see points; they were always there."""
    query = sa.select(
        MustSeePoint.grid_code.label("grid"),
        MustSeePoint.name.label("words"),
        sa.null().label("since"),
        undecoded(MustSeePoint.point).label("point"),
    ).where(within(MustSeePoint.grid_code, scope))
    return session.execute(query.order_by(MustSeePoint.grid_code, MustSeePoint.name)).all()


def _passed(rows: Sequence[Any], passes: Passes, *, radius_m: Mapping[str, float]) -> Iterator[Place]:
    """Give every place with a point its last pass."""
    grids, words, since, points = zip(*rows, strict=True)
    near = np.array([radius_m[grid] for grid in grids])
    days = reached(point_degrees(points), passes, radius_m=near)
    yield from map(Place, grids, words, since, days)


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
