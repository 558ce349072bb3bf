"""每日巡查 → a patrol, its findings, and the demands among them (FORMS §3)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa
from shapely import Point

from forms import answers
from forms.answers import Fix
from forms.instance import Answers
from gis import tracks
from server.domain.events import patrols as events
from server.services.demands.intake import Reporter
from server.services.projection import urgent_finding
from server.services.projection.finding_demand import raise_from
from server.services.projection.record import Record
from server.storage.base import insert, insert_few
from server.storage.patrols import Finding, Pass, Patrol
from server.storage.submissions import Submission
from server.work import Work

_LOOK_AGAIN = dt.timedelta(days=7)
_GOOD_ACCURACY = 100.0
_SMALLEST_MARGIN = 50.0


@dataclass(frozen=True)
class FoundThing:
    """One finding as the phone reported it, placed as FORMS §3 says: `place`, else `fix`, else none."""

    position: int
    kind: str
    detail: str | None
    words: str | None
    handled: str
    urgency: str | None
    source: str
    place: Fix | None
    place_source: Literal["map", "fix"]
    landmark: str | None
    photo: str | None
    photo_after: str | None
    voice: str | None
    reporter_name: str | None
    reporter_phone: str | None


@dataclass(frozen=True)
class PatrolFacts:
    """A patrol as the phone reported it; `walked` are the parts of its track that were truly walked."""

    grid: str
    result: str
    note: str | None
    extent: str | None
    cut_reason: str | None
    outside_reason: str | None
    companions: tuple[str, ...]
    walked: tuple[tracks.Part, ...]
    positioned: bool
    findings: tuple[FoundThing, ...]


def grid_of(record: Record) -> str | None:
    """The grid the worker chose."""
    return record.text("grid")


def read(record: Record) -> PatrolFacts:
    """A patrol's facts. Raises ValueError where no grid or no result is named."""
    if not record.grid or record.grid not in record.index:
        raise ValueError("巡查没有现行的网格")
    result = record.text("result")
    if result not in ("clear", "found"):
        raise ValueError("巡查没有结果")
    findings = tuple(_finding(number, answers_) for number, answers_ in enumerate(record.rounds("finding")))
    track = answers.geotrace(record.text("wrap_up", "track"))
    empty = result == "found" and not findings
    fixes = [fix for fix in (record.fix, *(each.place for each in findings), *track) if fix is not None]
    return PatrolFacts(
        grid=record.grid,
        result="clear" if empty else result,
        note="选了有发现，没有写是什么" if empty else None,
        extent=record.text("wrap_up", "extent"),
        cut_reason=record.text("wrap_up", "cut_reason"),
        outside_reason=record.text("wrap_up", "outside_reason"),
        companions=answers.choices_of(record.text("wrap_up", "companion")),
        walked=_walked(track),
        positioned=any(_lies_within(record, fix) for fix in fixes),
        findings=findings,
    )


def _walked(track: Sequence[Fix]) -> tuple[tracks.Part, ...]:
    """Cleaned before any lock is taken. A point without accuracy was drawn by hand, as one of accuracy 0."""
    return tuple(tracks.clean([tracks.Fix(fix.lon, fix.lat, fix.accuracy or 0.0) for fix in track]))


def _lies_within(record: Record, fix: Fix) -> bool:
    """Evidence of METRICS P2: accuracy ≤ 100 m, inside the grid grown by max(50 m, 2 × accuracy)."""
    accuracy = fix.accuracy or 0.0
    if accuracy > _GOOD_ACCURACY or record.grid is None:
        return False
    return record.index.within(record.grid, fix.lon, fix.lat, margin_m=max(_SMALLEST_MARGIN, 2 * accuracy))


def _finding(position: int, round_: Answers) -> FoundThing:
    what, more = _group(round_, "what"), _group(round_, "more")
    tapped = answers.geopoint(more.get("place"))
    return FoundThing(
        position=position,
        kind=what.get("kind") or "other",
        detail=what.get("detail"),
        words=what.get("words"),
        handled=what.get("handled") or "report",
        urgency=what.get("urgency"),
        source=more.get("source") or "seen",
        place=tapped or answers.geopoint(what.get("fix")),
        place_source="fix" if tapped is None else "map",
        landmark=more.get("landmark"),
        photo=what.get("photo"),
        photo_after=what.get("photo_after"),
        voice=more.get("voice"),
        reporter_name=more.get("reporter_name"),
        reporter_phone=more.get("reporter_phone"),
    )


def _group(round_: Answers, name: str) -> dict[str, str | None]:
    group = round_.get(name)
    items = group.items() if isinstance(group, dict) else ()
    return {key: value for key, value in items if value is None or isinstance(value, str)}


def write(work: Work, submission: Submission, record: Record, facts: PatrolFacts) -> None:
    """记录巡查: the patrol's row, its findings by position, and the places it passed."""
    patrol, something_ahead = None if record.is_first else _stored(work, submission), True
    if patrol is None:
        patrol, something_ahead = _new_patrol(work, submission, record, facts)
    else:
        _describe(patrol, record, facts)
        work.session.flush()
    stored = {} if record.is_first else _stored_findings(work, submission)
    _write_findings(work, submission, patrol, facts, stored)
    if something_ahead:
        urgent_finding.link(work, patrol)
    if not record.is_first:
        work.session.execute(sa.delete(Pass).where(Pass.submission_id == submission.id))
    _write_passes(work, submission, patrol, facts)


def _new_patrol(
    work: Work, submission: Submission, record: Record, facts: PatrolFacts
) -> tuple[Patrol, bool]:
    """The patrol, and whether something was sent ahead of it."""
    patrol = Patrol(submission_id=submission.id, received_at=record.received_at, removed_at=None)
    _describe(patrol, record, facts)
    (something_ahead,) = insert(
        work.session, patrol, asking=(urgent_finding.IS_AHEAD,), **urgent_finding.asked_about(patrol)
    )
    work.record(
        events.PatrolRecorded(
            subject_id=patrol.id,
            jurisdiction=facts.grid,
            grid=facts.grid,
            day=record.day,
            flags=tuple(sorted(record.flags)),
        )
    )
    return patrol, something_ahead


def _describe(patrol: Patrol, record: Record, facts: PatrolFacts) -> None:
    patrol.grid_then = facts.grid
    patrol.day = record.day
    patrol.started_at = record.started_at
    patrol.account_id = record.actor.id
    patrol.roles = sorted(record.roles())
    patrol.result = facts.result
    patrol.note = facts.note
    patrol.extent = facts.extent
    patrol.cut_reason = facts.cut_reason
    patrol.outside_reason = facts.outside_reason
    patrol.companions = list(facts.companions)
    patrol.positioned = facts.positioned


def _stored(work: Work, submission: Submission) -> Patrol | None:
    return work.session.scalars(sa.select(Patrol).where(Patrol.submission_id == submission.id)).first()


def _stored_findings(work: Work, submission: Submission) -> dict[int, Finding]:
    query = sa.select(Finding).where(Finding.submission_id == submission.id)
    return {row.position: row for row in work.session.scalars(query)}


def _write_findings(
    work: Work,
    submission: Submission,
    patrol: Patrol,
    facts: PatrolFacts,
    stored: dict[int, Finding],
) -> None:
    for found in facts.findings:
        row = stored.pop(found.position, None)
        if row is None:
            _new_finding(work, submission, patrol, found)
        else:
            _fill(row, patrol, found)
            work.session.flush()
            row.demand_id = _demand_of(work, submission, patrol, row, found) or row.demand_id
            work.session.flush()
    for row in stored.values():
        row.removed_at = work.now  # an edit took the finding back; a demand raised from it stays


def _new_finding(work: Work, submission: Submission, patrol: Patrol, found: FoundThing) -> None:
    row = Finding(id=uuid.uuid4(), submission_id=submission.id, position=found.position)
    _fill(row, patrol, found)
    row.demand_id = _demand_of(work, submission, patrol, row, found)
    insert(work.session, row)
    work.record(
        events.FindingRecorded(
            subject_id=row.id,
            jurisdiction=patrol.grid_then,
            finding_kind=found.kind,
            handled=found.handled,
            demand_id=row.demand_id,
        )
    )


def _demand_of(
    work: Work, submission: Submission, patrol: Patrol, row: Finding, found: FoundThing
) -> uuid.UUID | None:
    """The demand raised from a finding; None where it asks for nothing."""
    demand = raise_from(
        work,
        row,
        patrol,
        place_source=found.place_source,
        told_by=_told_by(found),
        received_at=submission.received_at,
    )
    return None if demand is None else demand.id


def _told_by(found: FoundThing) -> Reporter | None:
    """Whoever told of it; without a telephone there is nobody to tell the result to."""
    if found.source != "told":
        return None
    kind = "named" if found.reporter_phone else "anonymous"
    return Reporter(kind=kind, name=found.reporter_name, phone=found.reporter_phone)


def _place_of(found: FoundThing) -> Point | None:
    return None if found.place is None else Point(found.place.lon, found.place.lat)


def _fill(row: Finding, patrol: Patrol, found: FoundThing) -> None:
    row.patrol_id = patrol.id
    row.grid_then = patrol.grid_then
    row.day = patrol.day
    row.kind, row.detail, row.words = found.kind, found.detail, found.words
    row.handled, row.urgency, row.source = found.handled, found.urgency, found.source
    row.landmark = found.landmark
    row.photo, row.photo_after, row.voice = found.photo, found.photo_after, found.voice
    row.point = _place_of(found)
    row.accuracy = found.place.accuracy if found.place is not None else None
    row.look_again_on = patrol.day + _LOOK_AGAIN if found.handled == "watch" else None
    row.removed_at = None


def _write_passes(work: Work, submission: Submission, patrol: Patrol, facts: PatrolFacts) -> None:
    places = [point for found in facts.findings if (point := _place_of(found)) is not None]
    passes = [
        {
            "submission_id": submission.id,
            "grid_then": facts.grid,
            "day": patrol.day,
            "shape": shape,
            "of_track": of_track,
        }
        for shapes, of_track in ((places, False), (facts.walked, True))
        for shape in shapes
    ]
    insert_few(work.session, Pass, passes)
