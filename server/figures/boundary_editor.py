"""改划网格: what the editor tells beside its map: every grid before and after, who works there, and what follows."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from gis.measure import area_m2
from server.domain.rehousing import Change, Sited, rehoused
from server.domain.roles import Function
from server.domain.scope import Scope
from server.domain.work_calendar import local_day
from server.figures.boundary_consequences import Consequences, consequences
from server.figures.boundary_drawing import Drawing, called, fates
from server.figures.rehousing import Followers
from server.storage import grids, posts, redrawings
from server.work import Reading

_M2_PER_KM2 = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class GridLine:
    """A grid in the list beside the map: what becomes of it, its square kilometres and households before and after.

    `fate` is "same", "new", "redrawn", "renamed" or "ended"; None where it is not there before, or after.
    """

    code: str
    name: str
    kind: str
    fate: str
    area_before: float | None
    area_after: float | None
    households_before: int | None
    households_after: int | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is left to do for grids as published: from when they hold, if later than today, and who has no worker then.

    `vacant` are names of grids with numbers, as pages write them.
    """

    holds_from: dt.date | None
    vacant: tuple[str, ...]


def outlook(reading: Reading, drawn: Drawing) -> Outlook:
    """Look at a village's grids on the day its newest boundaries hold."""
    today = local_day(reading.now)
    newest = max((row.valid_from for row in drawn.standing.grids), default=today)
    day = max(today, newest)
    held = posts.posts_in(reading.session, scope=Scope.of([drawn.village]), on=day)
    staffed = {
        post.jurisdiction
        for post, _ in held
        if post.function == Function.GRID_WORKER.value and not post.is_stand_in
    }
    vacant = (called(drawn.before, code) for code in drawn.before.pieces if code not in staffed)
    return Outlook(newest if newest > today else None, tuple(vacant))


def moves(reading: Reading, drawn: Drawing) -> tuple[list[Sited], list[Change]]:
    """Return the village's households, and those of them that would change their grid (domain/rehousing.py)."""
    homes = redrawings.doors(reading.session, scope=Scope.of([drawn.village]))
    to = {change.sited.id: change.to for change in _until_then(reading, drawn, homes)}
    dwellings = [replace(each, grid=to.get(each.id, each.grid)) for each in homes]
    return dwellings, _changing(dwellings, drawn)


def _demands_moving(reading: Reading, drawn: Drawing) -> list[Change]:
    """The open demands that would get another grid; one that a boundary to come leaves to the village stays there."""
    matters = redrawings.open_matters(reading.session, scope=Scope.of([drawn.village]))
    to = {
        change.sited.id: change.to if change.placed else drawn.village
        for change in _until_then(reading, drawn, matters)
    }
    return _changing([replace(each, grid=to.get(each.id, each.grid)) for each in matters], drawn)


def _changing(all_sited: Sequence[Sited], drawn: Drawing) -> list[Change]:
    return rehoused(
        all_sited,
        before=drawn.before.outlines,
        after=drawn.after.outlines,
        origins={code: piece.origins for code, piece in drawn.after.pieces.items()},
    )


def _until_then(reading: Reading, drawn: Drawing, all_sited: Sequence[Sited]) -> list[Change]:
    """What changes before the draft does: on the day the newest boundaries hold, if these are still to come."""
    if drawn.first_day <= local_day(reading.now):
        return []
    scope = Scope.of([drawn.village])
    return rehoused(
        all_sited,
        before=dict(grids.outlines(reading.session, scope=scope, on=local_day(reading.now))),
        after=drawn.before.outlines,
        origins=redrawings.origins(reading.session, scope=scope),
    )


def lines(reading: Reading, drawn: Drawing) -> list[GridLine]:
    """Return every grid of the village, those that end among them, by code."""
    dwellings, changing = moves(reading, drawn)
    to = {change.sited.id: change.to for change in changing}
    before = Counter(dwelling.grid for dwelling in dwellings)
    after = Counter(to.get(dwelling.id, dwelling.grid) for dwelling in dwellings)
    fate_of = fates(drawn.changes)
    return [
        _line(code, drawn, fate_of.get(code, "same"), before[code], after[code])
        for code in sorted(drawn.before.pieces.keys() | drawn.after.pieces.keys())
    ]


def _line(code: str, drawn: Drawing, fate: str, households_before: int, households_after: int) -> GridLine:
    was, now = drawn.before.pieces.get(code), drawn.after.pieces.get(code)
    piece = now or drawn.before.pieces[code]
    return GridLine(
        code=code,
        name=piece.name,
        kind=piece.kind,
        fate=fate,
        area_before=None if was is None else area_m2(was.outline) / _M2_PER_KM2,
        area_after=None if now is None else area_m2(now.outline) / _M2_PER_KM2,
        households_before=None if was is None else households_before,
        households_after=None if now is None else households_after,
    )


def follows(reading: Reading, drawn: Drawing) -> Consequences:
    """Return what publishing the draft would bring about."""
    _, households = moves(reading, drawn)
    return consequences(
        reading,
        [Followers(drawn.village, households, _demands_moving(reading, drawn))],
        ended=[piece.code for piece in drawn.changes.ended],
        redrawn=[piece.code for piece in drawn.changes.redrawn],
    )
