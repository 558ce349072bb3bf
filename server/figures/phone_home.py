"""手机首页: what one worker's phone shows in the morning, beside the lists it has (FORMS §2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from gis.phone_outline import odk_ring
from server.domain.jurisdiction import contains
from server.domain.obligation import window_of
from server.domain.work_calendar import local_day
from server.figures.areas import grid_names
from server.figures.patrolled import patrolled
from server.storage import grids, posts
from server.storage.posts import PostRow
from server.work import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnGrid:
    """A grid of the worker's duty; `outline` as the grid list writes it, "" where nobody has drawn it.

    `stand_in`: he has it only by standing in, until the day `until` (None: until it is ended).
    """

    code: str
    name: str
    outline: str
    patrolled_today: bool
    stand_in: bool
    until: dt.date | None


def own_grids(reading: Reading) -> list[OwnGrid]:
    """The grids of his duty today, by code."""
    session, scope, today = reading.session, reading.actor.scope, local_day(reading.now)
    names = grid_names(session, scope=scope)
    outlines = dict(grids.outlines(session, scope=scope, on=today))
    done = patrolled(reading, window_of("day", today)).days
    held = [] if reading.actor.id is None else posts.posts_of(session, reading.actor.id, on=today)
    found = []
    for grid in grids.listing(session, scope=scope, on=today):
        stand_in, until = _standing_in(grid.code, held)
        found.append(
            OwnGrid(
                code=grid.code,
                name=names[grid.code].full_name,
                outline=odk_ring(outlines[grid.code]) if grid.code in outlines else "",
                patrolled_today=grid.code in done and today in done[grid.code].patrols,
                stand_in=stand_in,
                until=until,
            )
        )
    return found


def _standing_in(code: str, held: Sequence[PostRow]) -> tuple[bool, dt.date | None]:
    """Whether a grid is one's only by standing in, and the last day of that."""
    here = [post for post in held if contains(post.jurisdiction, code)]
    if not here or not all(post.is_stand_in for post in here):
        return False, None
    last = [post.valid_to for post in here]
    return True, None if None in last else max(day for day in last if day is not None)
