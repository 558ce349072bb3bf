"""改划草稿: a village's grids as they stand, and as an officer's draft leaves them, step by step."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

import shapely
from shapely import MultiPolygon, Polygon

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
from server.storage import jurisdictions, redrawings
from server.storage.redrawings import Redrawing, Standing
from server.work import Reading


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


def told(drawn: Drawing) -> list[str]:
    """Return each step in words, with the names the grids had when it was taken."""
    if drawn.is_stale:
        return []
    plans = list(accumulate(drawn.steps, redrawing.take, initial=drawn.before))
    return [_told(step, was, now) for step, was, now in zip(drawn.steps, plans, plans[1:], strict=False)]


def _told(step: Step, was: Plan, now: Plan) -> str:
    new = "、".join(called(now, code) for code in now.pieces if code not in was.pieces)
    match step:
        case Split(code=code):
            return f"{called(was, code)}拆成{new}"
        case Merge(codes=codes):
            return f"{'、'.join(called(was, code) for code in sorted(codes))}并成{new}"
        case Reshape(code=code, shared=True):
            return f"改{called(was, code)}的边界，邻格跟着变"
        case Reshape(code=code):
            return f"只改{called(was, code)}的边界"
        case Draw():
            return f"新画{new}"
        case Rename(code=code, name=name):
            return f"{called(was, code)}改名「{name}」"


def called(plan: Plan, code: str) -> str:
    """A grid's name with its number, as pages write it."""
    return f"「{plan.pieces[code].name}」（{code[Level.VILLAGE.digits :]}）"


def drawings_begun(reading: Reading) -> list[tuple[str, str, int, dt.datetime]]:
    """Return the reader's drafts, newest first: village, its name, how many steps, when changed."""
    found = redrawings.drafts(reading.session, account_id=account_of(reading), scope=reading.actor.scope)
    names = jurisdictions.names(reading.session, [draft.village for draft in found])
    return [
        (draft.village, names.get(draft.village, draft.village), len(draft.steps), draft.changed_at)
        for draft in found
    ]
