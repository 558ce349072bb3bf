"""改划网格: a village's grids as an officer's draft leaves them, what is wrong with it, and what follows from it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate

import shapely
from shapely import MultiPolygon, Polygon

from gis.measure import area_m2
from gis.redraw import Outline
from server.domain import redrawing
from server.domain.jurisdiction import Level
from server.domain.permissions import Permission
from server.domain.problems import Forbidden
from server.domain.redrawing import (
    STEPS,
    Changes,
    Draw,
    Merge,
    Piece,
    Plan,
    Rename,
    Reshape,
    Split,
    Step,
)
from server.domain.rehousing import Change, Sited, rehoused
from server.domain.roles import Function
from server.domain.scope import Scope
from server.domain.work_calendar import local_day
from server.storage import grids, jurisdictions, posts, redrawings
from server.storage.redrawings import Redrawing, Standing
from server.work import Reading

_M2_PER_KM2 = 1_000_000


@dataclass(frozen=True)
class Drawing:
    """A village as it stands and as the draft leaves it; `draft` None while nothing is drawn."""

    village: str
    name: str
    draft: Redrawing | None
    standing: Standing
    steps: tuple[Step, ...]
    before: Plan
    after: Plan

    @property
    def version(self) -> int:
        """What a form says it was made from."""
        return 0 if self.draft is None else self.draft.version

    @property
    def is_stale(self) -> bool:
        """Boundaries were published for the village since the draft began."""
        return self.draft is not None and self.draft.drawn_on != self.standing.digest

    @cached_property
    def changes(self) -> Changes:
        """What the draft does to the grids that stand."""
        return redrawing.changes(self.before, self.after)

    @property
    def first_day(self) -> dt.date:
        """The first day the draft can take force, as far as the grids themselves say."""
        return max((row.valid_from for row in self.standing.grids), default=dt.date.min) + dt.timedelta(
            days=1
        )


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequences:
    """What follows from publishing: grids, households that change theirs, and who works in grids that end.

    `unplaced` households have no door on the map and go with most of their neighbours; `open_demands` are those of
    grids that end, `posts` (grid, name, account) of posts in them. `records` are the patrols, visits and demands that
    stay with the grids cut, joined or redrawn (METRICS D5).
    """

    changes: Changes
    moving: int
    unplaced: int
    records: tuple[int, int, int]
    open_demands: int
    posts: tuple[tuple[str, str, uuid.UUID], ...]


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
    vacant = (_called(drawn.before, code) for code in drawn.before.pieces if code not in staffed)
    return Outlook(newest if newest > today else None, tuple(vacant))


def drawing(reading: Reading, village: str) -> Drawing:
    """Return a village with the reader's draft. Raises NotFound("jurisdiction.unknown") outside his divisions.

    A stale draft is not replayed: its steps speak of grids that stand no more.
    """
    division = jurisdictions.get(reading.session, village, scope=reading.actor.scope)
    standing = redrawings.standing(reading.session, village=village)
    before = _plan(village, standing)
    draft = redrawings.draft(reading.session, account_id=account_of(reading), village=village)
    steps = () if draft is None else STEPS.validate_python(draft.steps)
    is_stale = draft is not None and draft.drawn_on != standing.digest
    after = before if is_stale else redrawing.replay(before, steps)
    return Drawing(village, division.name, draft, standing, steps, before, after)


def account_of(reading: Reading) -> uuid.UUID:
    """Whose drafts they are. Raises Forbidden("actor.not_permitted") for whoever has no account."""
    if reading.actor.id is None:
        raise Forbidden("actor.not_permitted", permission=Permission.IMPORT_BOUNDARIES.value, at=None)
    return reading.actor.id


def _plan(village: str, standing: Standing) -> Plan:
    pieces = {
        row.code: Piece(
            code=row.code, name=row.name, kind=row.kind, outline=_simplest(row.outline), origins=(row.code,)
        )
        for row in standing.grids
    }
    return Plan(village, pieces, standing.used)


def _simplest(outline: MultiPolygon) -> Outline:
    """A polygon where the column keeps a collection of one.

    A ring that touches itself, let in as it was drawn, is written as what can be cut: the same ground.
    """
    if not outline.is_valid:
        valid = shapely.get_parts(shapely.make_valid(outline, method="structure", keep_collapsed=False))
        outline = MultiPolygon([part for part in shapely.get_parts(valid) if isinstance(part, Polygon)])
    parts = shapely.get_parts(outline)
    return parts[0] if len(parts) == 1 else outline


def moves(reading: Reading, drawn: Drawing) -> tuple[list[Sited], list[Change]]:
    """Return the village's households, and those of them that would change their grid (domain/rehousing.py)."""
    dwellings = _housed(reading, drawn)
    changing = rehoused(
        dwellings,
        before=drawn.before.outlines,
        after=drawn.after.outlines,
        origins={code: piece.origins for code, piece in drawn.after.pieces.items()},
    )
    return dwellings, changing


def _housed(reading: Reading, drawn: Drawing) -> list[Sited]:
    """The households as they will lie when the newest boundaries hold, if these are still to come."""
    dwellings = redrawings.doors(reading.session, village=drawn.village)
    if drawn.first_day <= local_day(reading.now):
        return dwellings
    scope = Scope.of([drawn.village])
    until_then = rehoused(
        dwellings,
        before=dict(grids.outlines(reading.session, scope=scope, on=local_day(reading.now))),
        after=drawn.before.outlines,
        origins={grid.code: grid.predecessors for grid in grids.listing(reading.session, scope=scope)},
    )
    to = {change.sited.id: change.to for change in until_then}
    return [replace(each, grid=to.get(each.id, each.grid)) for each in dwellings]


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


def fates(changes: Changes) -> dict[str, str]:
    """What becomes of each grid that does not stay as it is; new ground says more than a new name."""
    return {
        piece.code: fate
        for fate, pieces in (
            ("renamed", changes.renamed),
            ("redrawn", changes.redrawn),
            ("new", changes.new),
            ("ended", changes.ended),
        )
        for piece in pieces
    }


def consequences(reading: Reading, drawn: Drawing) -> Consequences:
    """Return what publishing the draft would bring about."""
    _, changing = moves(reading, drawn)
    ended = Scope.of(piece.code for piece in drawn.changes.ended)
    held = posts.posts_in(reading.session, scope=ended, on=local_day(reading.now))
    return Consequences(
        changes=drawn.changes,
        moving=len(changing),
        unplaced=sum(not change.placed for change in changing),
        records=redrawings.records(
            reading.session,
            scope=Scope.of(piece.code for piece in (*drawn.changes.ended, *drawn.changes.redrawn)),
        ),
        open_demands=redrawings.open_demands(reading.session, scope=ended),
        posts=tuple((post.jurisdiction, account.display_name, account.id) for post, account in held),
    )


def told(drawn: Drawing) -> list[str]:
    """Return each step in words, with the names the grids had when it was taken."""
    if drawn.is_stale:
        return []
    plans = list(accumulate(drawn.steps, redrawing.take, initial=drawn.before))
    return [_told(step, was, now) for step, was, now in zip(drawn.steps, plans, plans[1:], strict=False)]


def _told(step: Step, was: Plan, now: Plan) -> str:
    new = "、".join(_called(now, code) for code in now.pieces if code not in was.pieces)
    match step:
        case Split(code=code):
            return f"{_called(was, code)}拆成{new}"
        case Merge(codes=codes):
            return f"{'、'.join(_called(was, code) for code in sorted(codes))}并成{new}"
        case Reshape(code=code, shared=True):
            return f"改{_called(was, code)}的边界，邻格跟着变"
        case Reshape(code=code):
            return f"只改{_called(was, code)}的边界"
        case Draw():
            return f"新画{new}"
        case Rename(code=code, name=name):
            return f"{_called(was, code)}改名「{name}」"


def _called(plan: Plan, code: str) -> str:
    return f"「{plan.pieces[code].name}」（{code[Level.VILLAGE.digits :]}）"


def drawings_begun(reading: Reading) -> list[tuple[str, str, int, dt.datetime]]:
    """Return the reader's drafts, newest first: village, its name, how many steps, when changed."""
    found = redrawings.drafts(reading.session, account_id=account_of(reading), scope=reading.actor.scope)
    names = jurisdictions.names(reading.session, [draft.village for draft in found])
    return [
        (draft.village, names.get(draft.village, draft.village), len(draft.steps), draft.changed_at)
        for draft in found
    ]
