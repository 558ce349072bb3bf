"""The rows of a submission: written with it, or again later."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy.exc import DBAPIError, OperationalError

from server.domain.events import submissions as events
from server.domain.people import Actor
from server.domain.problems import Conflict, Problem, Unavailable
from server.domain.submission import Arrival
from server.services import actors, entities, projection
from server.services.submissions.attachments import carry_over
from server.services.submissions.identity import decide, original_of, replace_original, root_of
from server.services.submissions.upload import Prepared, Upload, prepare
from server.storage import submissions as storage
from server.storage.posts import Account
from server.storage.submissions import Submission
from server.work import Reading, Work


class RowsFailed(Exception):
    """The rows of a submission could not be written; its transaction must be given up and the raw kept alone."""


def described(prepared: Prepared) -> dict[str, Any]:
    """What reading an upload says about it: the columns of a submission that can be told again from its XML."""
    record = prepared.record
    return {
        "values": prepared.values,
        "device_start": record.device_start,
        "day": record.day,
        "jurisdiction": record.jurisdiction,
        "flags": sorted(record.flags),
        "point": record.point,
        "accuracy": record.fix.accuracy if record.fix is not None else None,
        "located_grid": record.located.nearest if record.located is not None else None,
        "located_metres": record.located.distance_m if record.located is not None else None,
        "boundary_version": prepared.ground.version,
        "expected_files": list(prepared.expected),
        "entities": entities.kept(prepared.entities),
    }


def write_rows(work: Work, submission: Submission, prepared: Prepared, *, is_first: bool = False) -> None:
    """Write what was projected; `is_first` where no rows of it can be there yet. Raises RowsFailed when the rows cannot be written; what will pass is raised as it is."""
    if prepared.facts is None:
        return
    record = replace(prepared.record, is_first=is_first)
    try:
        projection.write(work, root_of(work, submission), record, prepared.facts)
        work.session.flush()
    except (Unavailable, OperationalError):
        raise
    except (Problem, DBAPIError, ValueError, LookupError, TypeError) as error:
        raise RowsFailed(f"{type(error).__name__}: {error}") from error


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
    replace_original(work, original, held)
    carry_over(work, held, original)
    work.session.flush()
    reproject(work, held)
    apply_held(work, held)


def settle_held(work: Work) -> int:
    """Apply edits that arrived at the very moment of their original and missed it; how many there were."""
    originals = storage.originals_of_held(work.session)
    for original in originals:
        apply_held(work, original)
    return len(originals)


def reproject(work: Work, submission: Submission) -> str | None:
    """重新转换: make the rows of a stored submission again; the reason if they fail again, else None.

    A submission in quarantine leaves it if its form version has been published since. Raises
    Conflict("submission.not_current") for one that has been replaced or taken back.
    """
    sender = _sender(work, submission)
    prepared = prepare(
        Reading(work.session, sender, submission.received_at),
        Upload(submission.xml, (), submission.device_id),
    )
    if submission.state == "quarantined":
        refusal = _leave_quarantine(work, submission, prepared)
        if refusal is not None or submission.state == "held":
            return refusal
    if submission.state != "received":
        raise Conflict("submission.not_current", id=submission.id)
    for name, value in described(prepared).items():
        setattr(submission, name, value)
    failure = prepared.failure or _write_again(replace(work, actor=sender), submission, prepared)
    submission.projection_error = failure
    if prepared.entities:
        entities.take(work, submission, prepared.entities)
    if failure is None:
        work.record(
            events.SubmissionReprojected(
                subject_id=submission.id, jurisdiction=submission.jurisdiction, form_id=submission.form_id
            )
        )
    return failure


def reproject_waiting(work: Work) -> tuple[int, int]:
    """重新转换 what lies within the actor's divisions without rows; how many have them now, and how many still wait."""
    waiting = storage.unprojected(work.session, scope=work.actor.scope)
    done = sum(reproject(work, submission) is None for submission in waiting)
    return done, len(waiting) - done


def _write_again(work: Work, submission: Submission, prepared: Prepared) -> str | None:
    try:
        with work.savepoint():
            write_rows(work, submission, prepared)
    except RowsFailed as failed:
        return str(failed)[:500]
    return None


def _sender(work: Work, submission: Submission) -> Actor:
    """Who sent it, with the posts he held when it arrived: his roles that day count, not today's (METRICS D7)."""
    account = work.session.get(Account, submission.account_id) if submission.account_id else None
    if account is None:
        return work.actor
    sender = actors.of_account(work.session, account, now=submission.received_at)
    return replace(sender, app_user_id=submission.app_user_id)


def _leave_quarantine(work: Work, submission: Submission, prepared: Prepared) -> str | None:
    """Receive a submission whose version is known by now, as if it came today; the reason where it must stay."""
    if not prepared.form.is_published:
        return "submission.version_unknown"
    try:
        arrival = decide(work, prepared, known=None)
    except Conflict as conflict:
        return conflict.code
    submission.state = "held" if arrival is Arrival.HELD else "received"
    original = original_of(work, submission.form_id, submission.deprecated_id)
    if arrival is Arrival.EDIT and original is not None:
        replace_original(work, original, submission)
        carry_over(work, submission, original)
    return None
