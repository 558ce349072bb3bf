"""改划网格 services: an officer draws step by step, nothing is in force, until the whole draft is published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

import shapely
from shapely import Point

from gis.redraw import Outline, knitted
from server.domain.jurisdiction import Level, validate
from server.domain.permissions import Permission
from server.domain.problems import Conflict, Invalid
from server.domain.redrawing import STEPS, Piece, Step, take
from server.domain.scope import Scope
from server.domain.work_calendar import local_day
from server.figures import boundary_drawing, boundary_ground
from server.figures.boundary_drawing import Drawing
from server.services import boundaries, rehousing
from server.services.boundaries import Feature
from server.storage import grids, redrawings
from server.storage.grids import BoundaryVersion, MustSeePoint
from server.storage.redrawings import Redrawing
from server.work import Work

MOST_STEPS = 100
SOURCE = "在线改划"


def draw(work: Work, village: str, step: Step, *, version: int) -> Redrawing:
    """画一步: put a step behind the others of the actor's draft of a village; `version` is the one his page showed.

    Raises NotFound and Forbidden outside the actor's divisions, Conflict("redrawing.stale",
    "redrawing.changed_meanwhile"), Invalid("redrawing.too_many_steps") and what domain.redrawing.take() refuses.
    """
    drawn = _drawing(work, village, version=version)
    if len(drawn.steps) >= MOST_STEPS:
        raise Invalid("redrawing.too_many_steps", most=MOST_STEPS)
    take(drawn.after, step)
    draft = drawn.draft or _begin(work, drawn)
    _keep(work, draft, (*drawn.steps, step))
    return draft


def take_back(work: Work, village: str, *, version: int) -> None:
    """撤销一步: the last step is gone. Raises as draw(), and Conflict("redrawing.nothing_drawn")."""
    drawn = _drawing(work, village, version=version)
    if drawn.draft is None or not drawn.steps:
        raise Conflict("redrawing.nothing_drawn")
    if len(drawn.steps) == 1:
        work.session.delete(drawn.draft)
    else:
        _keep(work, drawn.draft, drawn.steps[:-1])


def give_up(work: Work, village: str) -> None:
    """放弃草稿, a stale one too: nothing of it was ever in force. Raises Forbidden outside the actor's divisions."""
    work.actor.require(Permission.IMPORT_BOUNDARIES, at=validate(village, Level.VILLAGE))
    draft = redrawings.draft(work.session, account_id=boundary_drawing.account_of(work), village=village)
    if draft is not None:
        work.session.delete(draft)


def publish(
    work: Work, village: str, *, version: int, effective_on: dt.date, knowingly: bool = False
) -> BoundaryVersion:
    """发布改划: what the draft says takes force on `effective_on`; households follow on that day, records stay.

    `knowingly`: overlaps, gaps and grids beside another village may be so on purpose. Raises as draw(), and
    Conflict("redrawing.nothing_drawn"), Invalid("redrawing.in_the_past", "redrawing.too_early",
    "redrawing.has_faults").
    """
    drawn = _drawing(work, village, version=version)
    if drawn.draft is None or not drawn.changes.touched:
        raise Conflict("redrawing.nothing_drawn")
    if effective_on < local_day(work.now):
        raise Invalid("redrawing.in_the_past")
    if effective_on < drawn.first_day:
        raise Invalid("redrawing.too_early", first=drawn.first_day)
    found = boundary_ground.findings(work, drawn, knowingly=knowingly)
    if faults := sum(finding.level == "error" for finding in found):
        raise Invalid("redrawing.has_faults", count=faults)
    new = drawn.changes.new
    published = boundaries.publish(
        work,
        _features(work, drawn),
        effective_on=effective_on,
        source=f"{SOURCE}：{drawn.name}",
        datum="wgs84",
        ended=[piece.code for piece in drawn.changes.ended],
        predecessors={piece.code: piece.origins for piece in new if piece.origins},
        remarks=[finding.message for finding in found],
    )
    work.session.delete(drawn.draft)
    rehousing.follow(work, published, villages=[village])
    return published


def _drawing(work: Work, village: str, *, version: int) -> Drawing:
    drawn = _looked_at(work, village)
    if drawn.is_stale:
        raise Conflict("redrawing.stale")
    if drawn.version != version:
        raise Conflict("redrawing.changed_meanwhile")
    return drawn


def _looked_at(work: Work, village: str) -> Drawing:
    work.actor.require(Permission.IMPORT_BOUNDARIES, at=validate(village, Level.VILLAGE))
    return boundary_drawing.drawing(work, village)


def _begin(work: Work, drawn: Drawing) -> Redrawing:
    draft = Redrawing(
        account_id=boundary_drawing.account_of(work),
        village=drawn.village,
        drawn_on=drawn.standing.digest,
        version=0,
    )
    work.session.add(draft)
    return draft


def _keep(work: Work, draft: Redrawing, steps: Iterable[Step]) -> None:
    draft.steps = STEPS.dump_python(tuple(steps), mode="json")
    draft.version += 1
    draft.changed_at = work.now
    work.session.flush()


def _features(work: Work, drawn: Drawing) -> list[Feature]:
    """The grids to publish: those touched, and the neighbours whose border got a vertex where a cut meets it."""
    points = [
        point
        for point in grids.must_see_points(work.session, scope=Scope.of([drawn.village]))
        if point.grid_code in drawn.before.pieces
    ]
    touched = {piece.code: piece.outline for piece in drawn.changes.touched}
    features = []
    for code, piece in drawn.after.pieces.items():
        if code in drawn.changes.ground:
            features.append(_feature(piece, piece.outline, points))
            continue
        beside = [cut for cut in touched.values() if shapely.intersects(cut, piece.outline)]
        outline = knitted(piece.outline, beside)
        if code in touched or outline is not piece.outline:
            features.append(_feature(piece, outline, ()))
    return features


def _feature(piece: Piece, outline: Outline, points: Sequence[MustSeePoint]) -> Feature:
    """A grid as it is published; of the village's 必巡点 it takes those on its ground."""
    inside = tuple(
        (each.name, each.point)
        for each in points
        if isinstance(each.point, Point) and shapely.covers(outline, each.point)
    )
    return Feature(code=piece.code, name=piece.name, outline=outline, kind=piece.kind, must_see=inside)
