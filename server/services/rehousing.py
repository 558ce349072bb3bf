"""换格: households and open demands follow the boundaries from the day these take force (METRICS D5 `grid_now`).

Records keep their grid.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence

from server.domain.events import register as events
from server.domain.jurisdiction import Level
from server.domain.rehousing import Change
from server.domain.scope import Scope
from server.domain.work_calendar import local_day
from server.figures.rehousing import Followers, followers
from server.storage import grids, redrawings
from server.storage.grids import BoundaryVersion
from server.storage.redrawings import Rehousing
from server.work import Reading, Work

_ONE_DAY = dt.timedelta(days=1)
_AT_ONCE = 5_000
"""Moves written together."""


def follow(work: Work, version: BoundaryVersion, *, villages: Iterable[str]) -> None:
    """Let the households of `villages` follow a version that has just been published.

    At once where it is in force; else on its day, when carry_out() finds what waits.
    """
    waiting = [
        Rehousing(village=village, boundary_version_id=version.id, effective_on=version.effective_on)
        for village in sorted(villages)
    ]
    work.session.add_all(waiting)
    work.session.flush()
    if waiting and version.effective_on <= local_day(work.now):
        _carry_out(work, waiting)


def due(reading: Reading) -> Sequence[int]:
    """What waits and may be carried out now, the earliest boundary first."""
    return [each.id for each in redrawings.rehousings_due(reading.session, on=local_day(reading.now))]


def carry_out(work: Work, rehousing_id: int) -> int:
    """换格: move the households and the open demands that a boundary concerns, once; how many households did."""
    waiting = work.session.get(Rehousing, rehousing_id, with_for_update=True)
    if waiting is None or waiting.done_at is not None:
        return 0
    return _carry_out(work, [waiting])


def _carry_out(work: Work, waiting: Sequence[Rehousing]) -> int:
    """Carry out what waits for one version, village by village; how many households moved."""
    rows = {each.village: each for each in waiting}
    moving: list[Mapping[str, object]] = []
    moved = 0
    for each in _followers(work, waiting):
        row = rows[each.village]
        moving += (_move(work, change, row) for change in each.households)
        moved += len(each.households)
        if len(moving) >= _AT_ONCE:
            redrawings.move(work.session, moving)
            moving = []
        redrawings.settle(
            work.session,
            {change.sited.id: change.to if change.placed else row.village for change in each.demands},
        )
        row.done_at = work.now
        work.record(
            events.HouseholdsRehoused(
                subject_id=row.id,
                jurisdiction=row.village,
                version=row.boundary_version_id,
                households=len(each.households),
                unplaced=sum(not change.placed for change in each.households),
                demands=len(each.demands),
            )
        )
    redrawings.move(work.session, moving)
    work.session.flush()
    return moved


def _followers(work: Work, waiting: Sequence[Rehousing]) -> Iterator[Followers]:
    effective_on = waiting[0].effective_on
    villages = [each.village for each in waiting]
    counties = Scope.of({village[: Level.COUNTY.digits] for village in villages})
    scope = Scope.of(villages) if len(villages) == 1 else counties
    return followers(
        work,
        villages=villages,
        before=dict(grids.outlines(work.session, scope=scope, on=effective_on - _ONE_DAY)),
        after=dict(grids.outlines(work.session, scope=scope, on=effective_on)),
    )


def _move(work: Work, change: Change, waiting: Rehousing) -> Mapping[str, object]:
    return {
        "household_id": change.sited.id,
        "from_grid": change.sited.grid,
        "to_grid": change.to,
        "moved_on": waiting.effective_on,
        "known_at": work.now,
        "boundary_version_id": waiting.boundary_version_id,
    }
