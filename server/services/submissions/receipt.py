"""收到提交: decide what a submission is, keep it as sent, and write its rows — all in one transaction."""

from __future__ import annotations

from dataclasses import replace

from server.domain.events import Event
from server.domain.events import submissions as events
from server.domain.problems import Conflict
from server.domain.submission import Arrival
from server.services import entities, ground
from server.services.submissions.attachments import attach, carry_over
from server.services.submissions.identity import decide, original_of, replace_original
from server.services.submissions.rows import apply_held, described, note_failure, write_rows
from server.services.submissions.upload import Prepared, prepare
from server.storage import submissions as storage
from server.storage.submissions import Submission
from server.work import Work


def receive(work: Work, prepared: Prepared) -> Arrival:
    """收到: write a submission and its rows. Raises Conflict for an instanceID with other XML, RowsFailed.

    A repeat adds the attachments that are new and answers as the first time; of two identical submissions at the
    same moment the second waits for the first and is a repeat. A submission prepared on boundaries that have been
    replaced meanwhile is placed once more.
    """
    # Of a plain record the insert itself tells whether it is new; all others are looked up first.
    is_plain = prepared.form.is_published and not prepared.instance.deprecated_id
    known = None if is_plain else _known(work, prepared)
    arrival = decide(work, prepared, known=known)
    if arrival is Arrival.REPEAT:
        return _repeat(work, prepared, known)
    submission = _row(work, prepared, arrival)
    met = storage.write_new(work.session, submission)
    if met is None:
        return _repeat(work, prepared, _known(work, prepared))
    if met.boundaries != prepared.ground.token:
        prepared = _placed_again(work, prepared, submission)
    _accompany(work, submission, prepared, arrival)
    if arrival.set_aside:
        return arrival
    if prepared.failure is not None:
        note_failure(work, submission, prepared.failure)
    else:
        write_rows(work, submission, prepared, is_first=arrival is Arrival.NEW)
    if prepared.entities:
        entities.take(work, submission, prepared.entities)
    if met.held_edit is not None:
        apply_held(work, submission)
    return arrival


def _placed_again(work: Work, prepared: Prepared, submission: Submission) -> Prepared:
    """The submission prepared on the boundaries in force, which this process remembers from now on."""
    ground.ground(work)
    prepared = replace(prepare(work, prepared.upload), failure=prepared.failure)
    for name, value in described(prepared).items():
        setattr(submission, name, value)
    return prepared


def receive_raw(work: Work, prepared: Prepared, error: str) -> Arrival:
    """Keep a submission whose rows could not be written, with the reason; `wangge submissions reproject` retries."""
    return receive(work, replace(prepared, failure=error, facts=None))


def _known(work: Work, prepared: Prepared) -> Submission | None:
    instance = prepared.instance
    return storage.by_instance(work.session, form_id=instance.form_id, instance_id=instance.instance_id)


def _row(work: Work, prepared: Prepared, arrival: Arrival) -> Submission:
    instance = prepared.instance
    return Submission(
        form_id=instance.form_id,
        form_version=instance.version,
        instance_id=instance.instance_id,
        root_instance_id=instance.instance_id,
        deprecated_id=instance.deprecated_id,
        state=arrival.value if arrival.set_aside else "received",
        xml=prepared.upload.xml,
        sha256=prepared.sha256,
        account_id=work.actor.id,
        role=work.actor.role.value if work.actor.role is not None else "",
        app_user_id=work.actor.app_user_id,
        device_id=prepared.upload.device_id,
        received_at=work.now,
        projection_error=None,
        rejected_reason=None,
        **described(prepared),
    )


def _accompany(work: Work, submission: Submission, prepared: Prepared, arrival: Arrival) -> None:
    """What comes with a new row: its event, its files, and the version it takes the place of."""
    _announce(work, submission, arrival)
    attach(work, submission, prepared.upload.files, announce=False)
    if arrival is Arrival.EDIT:
        original = original_of(work, submission.form_id, submission.deprecated_id)
        if original is not None:
            replace_original(work, original, submission)
            carry_over(work, submission, original)


def _announce(work: Work, submission: Submission, arrival: Arrival) -> None:
    key, place, form_id = submission.id, submission.jurisdiction, submission.form_id
    version = submission.form_version
    event: Event
    if arrival is Arrival.QUARANTINED:
        event = events.SubmissionQuarantined(
            subject_id=key, jurisdiction=place, form_id=form_id, form_version=version
        )
    elif arrival is Arrival.HELD:
        original = submission.deprecated_id or ""
        event = events.SubmissionHeld(
            subject_id=key, jurisdiction=place, form_id=form_id, deprecated_id=original
        )
    else:
        event = events.SubmissionReceived(
            subject_id=key, jurisdiction=place, form_id=form_id, form_version=version, arrival=arrival
        )
    work.record(event)


def _repeat(work: Work, prepared: Prepared, known: Submission | None) -> Arrival:
    if known is None or known.sha256 != prepared.sha256:
        raise Conflict("submission.other_xml", instance_id=prepared.instance.instance_id)
    attach(work, known, prepared.upload.files, announce=True)
    return Arrival.REPEAT
