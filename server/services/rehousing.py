"""换格: households and open demands follow the boundaries from the day these take force (METRICS D5 `grid_now`).

Records keep their grid.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from server.domain.events import register as events
from server.domain.rehousing import Change, Sited, rehoused
from server.domain.scope import Scope
from server.domain.work_calendar import local_day
from server.storage import grids, households, redrawings
from server.storage.demands import Demand
from server.storage.grids import BoundaryVersion
from server.storage.households import Household, HouseholdMove
from server.storage.redrawings import Rehousing
from server.work import Reading, Work

_ONE_DAY = dt.timedelta(days=1)


def follow(work: Work, version: BoundaryVersion, *, villages: Iterable[str]) -> None:
    """Let the households of `villages` follow a version that has just been published.

    At once where it is in force; else on its day, when carry_out() finds what waits.
    """
    for village in sorted(villages):
        waiting = Rehousing(
            village=village, boundary_version_id=version.id, effective_on=version.effective_on
        )
        work.session.add(waiting)
        work.session.flush()
        if version.effective_on <= local_day(work.now):
            carry_out(work, waiting.id)


def due(reading: Reading) -> Sequence[int]:
    """What waits and may be carried out now, the earliest boundary first."""
    return [each.id for each in redrawings.rehousings_due(reading.session, on=local_day(reading.now))]


def carry_out(work: Work, rehousing_id: int) -> int:
    """换格: move the households and the open demands that a boundary concerns, once; how many households did."""
    waiting = work.session.get(Rehousing, rehousing_id, with_for_update=True)
    if waiting is None or waiting.done_at is not None:
        return 0
    moving = _changes(work, waiting, redrawings.doors(work.session, village=waiting.village))
    for change in moving:
        _move(work, change, waiting)
    matters = _changes(work, waiting, redrawings.open_matters(work.session, village=waiting.village))
    for matter in matters:
        work.session.get_one(Demand, matter.sited.id).jurisdiction = (
            matter.to if matter.placed else waiting.village
        )
    waiting.done_at = work.now
    work.session.flush()
    work.record(
        events.HouseholdsRehoused(
            subject_id=waiting.id,
            jurisdiction=waiting.village,
            version=waiting.boundary_version_id,
            households=len(moving),
            unplaced=sum(not change.placed for change in moving),
            demands=len(matters),
        )
    )
    return len(moving)


def _changes(work: Work, waiting: Rehousing, all_sited: Sequence[Sited]) -> list[Change]:
    scope = Scope.of([waiting.village])
    last_day = waiting.effective_on - _ONE_DAY
    return rehoused(
        all_sited,
        before=dict(grids.outlines(work.session, scope=scope, on=last_day)),
        after=dict(grids.outlines(work.session, scope=scope, on=waiting.effective_on)),
        origins={grid.code: grid.predecessors for grid in grids.listing(work.session, scope=scope)},
    )


def _move(work: Work, change: Change, waiting: Rehousing) -> None:
    household = work.session.get_one(Household, change.sited.id)
    work.session.add(
        HouseholdMove(
            household_id=household.id,
            from_grid=household.grid_code,
            to_grid=change.to,
            moved_on=waiting.effective_on,
            known_at=work.now,
            boundary_version_id=waiting.boundary_version_id,
        )
    )
    household.grid_code = change.to
    household.version += 1
    for proposal in households.undecided(work.session, household.id):
        proposal.grid_code = change.to
