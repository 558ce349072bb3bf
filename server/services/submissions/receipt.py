"""收到提交: decide what a submission is, keep it as sent, and write its rows — all in one transaction."""

from __future__ import annotations

from dataclasses import replace

from forms.instance import EntityBlock
from server.domain.events import Event
from server.domain.events import submissions as events
from server.domain.problems import Conflict
from server.domain.submission import Arrival
from server.services import ground
from server.services.submissions.attachments import attach, carry_over
from server.services.submissions.identity import decide, original_of, replace_original
from server.services.submissions.rows import apply_held, described, note_failure, write_rows
from server.services.submissions.upload import Prepared, prepare
from server.storage import submissions as storage
from server.storage.base import adopt, insert_once
from server.storage.submissions import Submission
from server.work import Work


def receive(work: Work, prepared: Prepared) -> Arrival:
    """收到: write a submission and its rows. Raises Conflict for an instanceID with other XML, RowsFailed.

    A repeat adds the attachments that are new and answers as the first time; of two identical submissions at the
    same moment the second waits for the first and is a repeat. A submission prepared on boundaries that have been
    replaced meanwhile is placed once more.
    """
    met = storage.met_by(
        work.session, form_id=prepared.instance.form_id, instance_id=prepared.instance.instance_id
    )
    if met.boundaries != prepared.ground.token:
        ground.ground(work.session)  # from now on what this process remembers
        prepared = replace(prepare(work, prepared.upload), failure=prepared.failure)
    # Of a plain record the insert itself tells whether it is new; all others are looked up first.
    is_plain = prepared.form.is_published and not prepared.instance.deprecated_id
    known = None if is_plain else _known(work, prepared)
    arrival = decide(work, prepared, known=known)
    if arrival is Arrival.REPEAT:
        return _repeat(work, prepared, known)
    submission = _insert(work, prepared, arrival)
    if submission is None:
        return _repeat(work, prepared, _known(work, prepared))
    if arrival.set_aside:
        return arrival
    if prepared.failure is not None:
        note_failure(work, submission, prepared.failure)
    else:
        write_rows(work, submission, prepared, is_first=arrival is Arrival.NEW)
    if met.held_edit is not None:
        apply_held(work, submission)
    return arrival


def receive_raw(work: Work, prepared: Prepared, error: str) -> Arrival:
    """Keep a submission whose rows could not be written, with the reason; `wangge submissions reproject` retries."""
    return receive(work, replace(prepared, failure=error, facts=None))


def _known(work: Work, prepared: Prepared) -> Submission | None:
    instance = prepared.instance
    return storage.by_instance(work.session, form_id=instance.form_id, instance_id=instance.instance_id)


def _insert(work: Work, prepared: Prepared, arrival: Arrival) -> Submission | None:
    """The new row with its files and its event; None where the same instanceID was written at the same moment."""
    instance = prepared.instance
    submission = Submission(
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
        entities=[_block(block) for block in prepared.entities],
        projection_error=None,
        rejected_reason=None,
        **described(prepared),
    )
    key = insert_once(work.session, submission, unique=("form_id", "instance_id"))
    if key is None:
        return None
    adopt(work.session, submission, id=key)
    _announce(work, submission, arrival)
    attach(work, submission, prepared.upload.files, announce=False)
    if arrival is Arrival.EDIT:
        original = original_of(work, submission.form_id, submission.deprecated_id)
        if original is not None:
            replace_original(work, original, submission)
            carry_over(work, submission, original)
    return submission


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


def _block(block: EntityBlock) -> dict[str, object]:
    return {
        "dataset": block.dataset,
        "id": block.entity_id,
        "create": block.create,
        "update": block.update,
        "label": block.label,
        "baseVersion": block.base_version,
        "trunkVersion": block.trunk_version,
        "branchId": block.branch_id,
        "properties": block.properties,
    }
