"""重新定格 services: the recorded correction of a wrong import; previewed, then only changed rows written, in batches."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from gis.grid_index import GridIndex
from server.domain.events import retagging as events
from server.domain.jurisdiction import Level, validate
from server.domain.permissions import Permission
from server.domain.problems import Invalid, NotFound
from server.domain.retagging import Move, by_way, moves_of, together
from server.domain.scope import Scope
from server.domain.work_calendar import local_day
from server.storage import grids
from server.storage import retaggings as storage
from server.storage.retaggings import Rehoused, Retagging
from server.work import Reading, Work

AT_ONCE = 5_000
"""Rows of a batch: each is a transaction, so that no phone waits long."""
_LEAST_WORDS = 5


@dataclass(frozen=True, kw_only=True)
class Correction:
    """Which records: those of a division, of days since … until. `reason` says what was wrong with the import."""

    jurisdiction: str
    since: dt.date
    until: dt.date
    reason: str = ""


def look(reading: Reading, wanted: Correction) -> list[Move]:
    """预览: the records that bear another grid than the boundaries now recorded for these days give them.

    Raises Forbidden, Invalid("retagging.wrong_days") for days that end before they begin or have not come,
    Invalid("retagging.boundaries_changed") where another boundary took force within them, and
    Invalid("retagging.no_boundaries") where there was none.
    """
    reading.actor.require(Permission.IMPORT_BOUNDARIES, at=validate(wanted.jurisdiction))
    scope = Scope.of([wanted.jurisdiction])
    if not wanted.since <= wanted.until <= local_day(reading.now):
        raise Invalid("retagging.wrong_days")
    changed = storage.next_change(reading.session, scope=scope, after=wanted.since)
    if changed is not None and changed <= wanted.until:
        raise Invalid("retagging.boundaries_changed", first=changed)
    # A place may lie in a grid beyond the division: it is then put right as well.
    county = Scope.of([wanted.jurisdiction[: Level.COUNTY.digits]])
    outlines = grids.outlines(reading.session, scope=county, on=wanted.since)
    if not outlines:
        raise Invalid("retagging.no_boundaries")
    index = GridIndex([code for code, _ in outlines], [outline for _, outline in outlines])
    days = {"first": wanted.since, "last": wanted.until}
    found: list[Move] = []
    for keys, borne, places in storage.demands(reading.session, scope=scope, **days):
        found += moves_of("demand", keys, borne, index.locate_many(places[:, 0], places[:, 1]))
    homes = storage.rehoused(reading.session, scope=scope, **days)
    right = {home.key: _grid_of(home, index) for home in homes}
    found += moves_of("household", [*right], [home.grid for home in homes], [*right.values()])
    visits = storage.visits(reading.session, scope=scope, **days)
    found += moves_of(
        "visit",
        [key for key, _, _, _ in visits],
        [borne_then for _, borne_then, _, _ in visits],
        [left or right.get(household) for _, _, household, left in visits],
    )
    return found


def _grid_of(home: Rehoused, index: GridIndex) -> str | None:
    """Where its door lies; whose door nobody took stays, for a person to look."""
    return None if home.door is None else index.code_at(home.door.centroid.x, home.door.centroid.y)


def begin(work: Work, wanted: Correction, *, planned: int) -> uuid.UUID:
    """开始重新定格: put on record who corrects what, and why, before the first row. Raises Invalid("retagging.no_reason")."""
    work.actor.require(Permission.IMPORT_BOUNDARIES, at=validate(wanted.jurisdiction))
    if len(wanted.reason.strip()) < _LEAST_WORDS:
        raise Invalid("retagging.no_reason", least=_LEAST_WORDS)
    version = grids.current_version(work.session, on=local_day(work.now))
    if version is None:
        raise Invalid("retagging.no_boundaries")
    row = Retagging(
        jurisdiction=wanted.jurisdiction,
        since=wanted.since,
        until=wanted.until,
        reason=wanted.reason.strip(),
        boundary_version_id=version[0],
        account_id=work.actor.id,
        begun_at=work.now,
        planned=planned,
    )
    work.session.add(row)
    work.session.flush()
    work.record(
        events.RetaggingBegun(
            subject_id=row.id,
            jurisdiction=row.jurisdiction,
            since=row.since,
            until=row.until,
            rows=planned,
        )
    )
    return row.id


def write(work: Work, retagging_id: uuid.UUID, batch: Sequence[Move]) -> int:
    """写一批: give a batch (domain.retagging.batches) its grids; how many rows still bore the old one.

    Raises NotFound("retagging.unknown") for what was not begun within the actor's divisions.
    """
    row = work.session.get(Retagging, retagging_id)
    if row is None or not work.actor.scope.covers(row.jurisdiction):
        raise NotFound("retagging.unknown")
    written = sum(
        storage.write(work.session, kind, was=was, to=to, keys=keys, correction=row)
        for kind, was, to, keys in together(batch)
    )
    row.written += written
    work.session.flush()
    work.record(
        events.RowsRetagged(
            subject_id=row.id,
            jurisdiction=row.jurisdiction,
            rows=written,
            by_grids={f"{kind}: {was} → {to}": number for (kind, was, to), number in by_way(batch).items()},
        )
    )
    return written
