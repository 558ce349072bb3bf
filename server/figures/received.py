"""收到的记录: one submission as the office looks at it, and which of it the reader may see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from forms.wording import Line
from gis.sketch import Sketch, sketch
from server.domain.entity import Undone
from server.domain.permissions import Permission
from server.domain.problems import Forbidden, NotFound
from server.domain.review import Standing, Verdict
from server.domain.scope import Scope
from server.figures import likely_same
from server.figures.likely_same import LikelySame
from server.figures.record_lines import RecordForms
from server.figures.record_roots import root_of
from server.figures.record_versions import Version, versions
from server.figures.staffing import names_of
from server.storage import demands, grids, reviews, submissions
from server.storage.entities import EntityRemark
from server.storage.reviews import Review
from server.storage.submissions import Attachment, Submission
from server.work import Reading


@dataclass(frozen=True, slots=True)
class Remark:
    """What somebody in the office said about a record: a verdict with its words, or a comment (`verdict` is None)."""

    verdict: Verdict | None
    words: str
    who: str
    at: dt.datetime


@dataclass(frozen=True, kw_only=True)
class Received:
    """A submission, who sent it, its form's title; lines, files, drawing and versions where the reader may see what it says.

    `may_take` says that he may have the files themselves: an encrypted record tells nobody anything.
    """

    submission: Submission
    title: str
    sender: str
    standing: Standing
    remarks: Sequence[Remark]
    is_open: bool
    may_take: bool
    lines: Sequence[Line] = ()
    files: Sequence[Attachment] = ()
    missing: Sequence[str] = ()
    """Files the record names that have not arrived."""
    drawn: Sketch | None = None
    versions: Sequence[Version] = ()
    likely_same: Sequence[LikelySame] = ()
    undone: Sequence[tuple[str, Undone]] = ()
    """What it asked of which list in vain, and why."""


def received(reading: Reading, submission_id: int, *, revealed: bool = False) -> Received:
    """One submission. Who sees names sees what it says; above the village only once `revealed` (METRICS V).

    Raises NotFound outside the reader's divisions.
    """
    session = reading.session
    submission = submissions.get(session, submission_id, scope=reading.actor.scope)
    said = reviews.of_record(session, submission)
    names = names_of(
        session, {key for key in (submission.account_id, *(row.account_id for row in said)) if key}
    )
    is_open = _may_open(reading, submission, revealed=revealed)
    found = Received(
        submission=submission,
        title=submission.form.title,
        sender=names.get(submission.account_id, "") if submission.account_id else "",
        standing=standing_of(submission),
        remarks=[_remark(row, names.get(row.account_id, "") if row.account_id else "") for row in said],
        is_open=is_open,
        may_take=_may_take(reading, submission),
        undone=_undone(reading, submission),
    )
    return _opened(reading, found) if is_open or submission.is_encrypted else found


def taken(reading: Reading, submission_id: int) -> Submission:
    """The submission, for somebody who may have its files.

    Raises NotFound, Forbidden("actor.not_permitted") for who sees no names, unless nobody can read it anyway.
    """
    submission = submissions.get(reading.session, submission_id, scope=reading.actor.scope)
    if not _may_take(reading, submission):
        raise Forbidden("actor.not_permitted", permission=Permission.SEE_NAMES.value)
    return submission


def taken_file(reading: Reading, submission_id: int, attachment_id: int) -> Attachment:
    """One file of a submission, for somebody who may have it. Raises as taken() does, NotFound("file.missing")."""
    taken(reading, submission_id)
    files = submissions.attachments(reading.session, submission_id)
    found = next((each for each in files if each.id == attachment_id), None)
    if found is None:
        raise NotFound("file.missing")
    return found


def standing_of(submission: Submission) -> Standing:
    """What stands of this version by the verdicts given."""
    return Standing(submission.standing or Standing.UNSEEN)


def _opened(reading: Reading, found: Received) -> Received:
    """The record with what it says."""
    submission = found.submission
    files = submissions.attachments(reading.session, submission.id)
    here = {file.name for file in files}
    missing = [name for name in submission.expected_files if name not in here]
    if submission.is_encrypted:
        return replace(found, files=files, missing=missing)
    forms = RecordForms(reading)
    return replace(
        found,
        lines=forms.lines(submission),
        files=files,
        missing=missing,
        drawn=_drawn(reading, submission),
        versions=versions(reading, forms, submission),
        likely_same=likely_same.suggested(reading, forms, submission, root_id=root_of(reading, submission)),
    )


def _may_take(reading: Reading, submission: Submission) -> bool:
    return submission.is_encrypted or _may_open(reading, submission, revealed=False)


def _may_open(reading: Reading, submission: Submission, *, revealed: bool) -> bool:
    if not demands.all_readable(
        reading.session, submission_id=root_of(reading, submission), scope=reading.actor.scope
    ):
        return False
    return revealed or reading.actor.may(Permission.SEE_NAMES, at=submission.jurisdiction)


def _remark(row: Review, who: str) -> Remark:
    return Remark(None if row.verdict is None else Verdict(row.verdict), row.words, who, row.at)


def _drawn(reading: Reading, submission: Submission) -> Sketch | None:
    """Where it was recorded, in the grid it belongs to as that was drawn on its day."""
    if submission.point is None:
        return None
    scope = Scope.of([submission.jurisdiction])
    outlines = dict(grids.outlines(reading.session, scope=scope, on=submission.day))
    return sketch(outlines.get(submission.jurisdiction), [submission.point])


def _undone(reading: Reading, submission: Submission) -> list[tuple[str, Undone]]:
    query = sa.select(EntityRemark.list_name, EntityRemark.reason).where(
        EntityRemark.submission_id == submission.id
    )
    rows = reading.session.execute(query.order_by(EntityRemark.id))
    return [(row.list_name, Undone(row.reason)) for row in rows]
