"""轨迹: what somebody walked on one day, and who has looked at it (METRICS P). Never more than one at a time."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from gis.sketch import Sketch, sketch
from server.domain.problems import Forbidden
from server.domain.scope import Scope
from server.domain.work_calendar import local_day
from server.figures.areas import grid_names
from server.figures.staffing import names_of
from server.storage import grids, tracks
from server.storage.patrols import Patrol
from server.storage.selection import Listing, Page
from server.work import Reading

KEPT_DAYS = 90


@dataclass(frozen=True, slots=True)
class Opening:
    """Somebody looked at it: who, when (aware) and why."""

    who: str
    at: dt.datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """A patrol with a track: whose, where and when; `drawn` only where it is shown. `is_gone`: it was deleted."""

    patrol_id: int
    grid: str
    day: dt.date
    started_at: dt.datetime
    who: str
    openings: tuple[Opening, ...] = ()
    drawn: Sketch | None = None
    is_gone: bool = False


def own(reading: Reading) -> list[Track]:
    """The reader's own patrols that still have a track, newest first, each with who looked at it."""
    if reading.actor.id is None:
        return []
    return _listed(reading, tracks.of_account(reading.session, reading.actor.id))


def of_village(reading: Reading, page: Page) -> Listing[Track]:
    """The patrols of others within the reader's divisions that still have a track, without the track."""
    since = local_day(reading.now) - dt.timedelta(days=KEPT_DAYS)
    found = tracks.listing(
        reading.session, scope=reading.actor.scope, but=reading.actor.id, since=since, page=page
    )
    return Listing(_listed(reading, found.rows), found.total, found.page)


def own_track(reading: Reading, patrol_id: int) -> Track:
    """One's own track, drawn. Raises NotFound("track.unknown"), Forbidden("track.reason_first") for another's."""
    patrol = tracks.patrol(reading.session, patrol_id, scope=reading.actor.scope, own=reading.actor.id)
    if patrol.account_id is None or patrol.account_id != reading.actor.id:
        raise Forbidden("track.reason_first")
    return drawn(reading, patrol)


def drawn(reading: Reading, patrol: Patrol) -> Track:
    """A patrol's track in its grid, for whoever may see it (services/tracks.py `open_track`)."""
    session = reading.session
    parts = tracks.walked(session, patrol)
    (track,) = _listed(reading, [patrol])
    outlines = dict(grids.outlines(session, scope=Scope.of([patrol.grid_then]), on=patrol.day))
    age = (local_day(reading.now) - patrol.day).days
    return Track(
        patrol_id=track.patrol_id,
        grid=track.grid,
        day=track.day,
        started_at=track.started_at,
        who=track.who,
        openings=track.openings,
        drawn=sketch(outlines.get(patrol.grid_then), parts) if parts else None,
        is_gone=not parts and age > KEPT_DAYS,
    )


def _listed(reading: Reading, patrols: Sequence[Patrol]) -> list[Track]:
    session = reading.session
    names = names_of(session, (row.account_id for row in patrols if row.account_id is not None))
    places = grid_names(session, scope=Scope.of({row.grid_then for row in patrols}))
    looked: dict[str, list[Opening]] = defaultdict(list)
    for event in tracks.openings(session, [row.submission_id for row in patrols]):
        looked[event.subject_id].append(Opening(event.actor_name, event.at, event.details["reason"]))
    return [
        Track(
            patrol_id=row.id,
            grid=places[row.grid_then].full_name,
            day=row.day,
            started_at=row.started_at,
            who="" if row.account_id is None else names.get(row.account_id, ""),
            openings=tuple(looked[str(row.submission_id)]),
        )
        for row in patrols
    ]
