"""The rows of a submission: written with it, or again later."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.exc import DBAPIError, OperationalError

from server.domain.events import submissions as events
from server.domain.people import Role
from server.domain.problems import Problem, Unavailable
from server.services import projection
from server.services.submissions.upload import Prepared, Upload, prepare
from server.storage import submissions as storage
from server.storage.submissions import Submission
from server.work import Reading, Work


class RowsFailed(Exception):
    """The rows of a submission could not be written; its transaction must be given up and the raw kept alone."""


def write_rows(work: Work, submission: Submission, prepared: Prepared) -> None:
    """Write what was projected. Raises RowsFailed when the rows cannot be written; what will pass is raised as it is."""
    if prepared.facts is None:
        return
    try:
        projection.write(work, _root(work, submission), prepared.record, prepared.facts)
        work.session.flush()
    except (Unavailable, OperationalError):
        raise
    except (Problem, DBAPIError, ValueError, LookupError, TypeError) as error:
        raise RowsFailed(f"{type(error).__name__}: {error}") from error


def _root(work: Work, submission: Submission) -> Submission:
    """The first version: rows hang on it, so that an edit updates them."""
    if submission.root_instance_id == submission.instance_id:
        return submission
    root = storage.by_instance(
        work.session, form_id=submission.form_id, instance_id=submission.root_instance_id
    )
    return submission if root is None else root


def note_failure(work: Work, submission: Submission, error: str) -> None:
    """Say on the submission why it has no rows; the event names the kind of error only."""
    submission.projection_error = error[:500]
    work.record(
        events.ProjectionFailed(
            subject_id=submission.id,
            jurisdiction=submission.jurisdiction,
            form_id=submission.form_id,
            error=error.partition(":")[0][:80],
        )
    )


def apply_held(work: Work, original: Submission) -> None:
    """An edit that came before this submission is applied now; one that waits for that edit, after it."""
    held = storage.held_for(work.session, form_id=original.form_id, instance_id=original.instance_id)
    if held is None:
        return
    held.state = "received"
    held.root_instance_id = original.root_instance_id
    original.state = "superseded"
    work.session.flush()
    reproject(work, held)
    apply_held(work, held)


def reproject(work: Work, submission: Submission) -> str | None:
    """重新转换: make the rows of a stored submission again; the reason if they fail again, else None."""
    sender = replace(
        work.actor, id=submission.account_id, role=Role(submission.role) if submission.role else None
    )
    prepared = prepare(
        Reading(work.session, sender, submission.received_at),
        Upload(submission.xml, (), submission.device_id),
    )
    failure = prepared.failure
    if failure is None:
        try:
            with work.session.begin_nested():
                write_rows(replace(work, actor=sender), submission, prepared)
        except RowsFailed as failed:
            failure = str(failed)
    submission.projection_error = failure
    if failure is None:
        work.record(
            events.SubmissionReprojected(
                subject_id=submission.id, jurisdiction=submission.jurisdiction, form_id=submission.form_id
            )
        )
    return failure
