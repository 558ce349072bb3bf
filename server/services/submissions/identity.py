"""What an arriving submission is, seen against those already here (OPENROSA §5.3)."""

from __future__ import annotations

from server.domain.review import Standing
from server.domain.submission import Arrival, ArrivalFacts, KnownInstance, Original, decide_arrival
from server.services.submissions.upload import Prepared
from server.storage import submissions as storage
from server.storage.submissions import Submission
from server.work import Work

_CURRENT = frozenset({"received", "rejected", "withdrawn"})
"""States in which no later version has replaced a submission: what the village rejected may still be corrected."""
_SET_ASIDE = frozenset({"held", "quarantined"})


def decide(work: Work, prepared: Prepared, *, known: Submission | None) -> Arrival:
    """Decide what an upload is; `known` is the stored submission with its instanceID. Raises Conflict."""
    original = original_of(work, prepared.instance.form_id, prepared.instance.deprecated_id)
    return decide_arrival(
        ArrivalFacts(
            form_known=True,
            version_known=prepared.form.is_published,
            instance_id=prepared.instance.instance_id,
            deprecated_id=prepared.instance.deprecated_id,
            known=None if known is None else KnownInstance(same_xml=known.sha256 == prepared.sha256),
            original=None
            if original is None
            else Original(current=original.state in _CURRENT, set_aside=original.state in _SET_ASIDE),
        )
    )


def original_of(work: Work, form_id: str, deprecated_id: str | None) -> Submission | None:
    """The version an edit names, locked: of two edits at the same moment the second sees what the first did."""
    if not deprecated_id:
        return None
    return storage.by_instance(work.session, form_id=form_id, instance_id=deprecated_id, lock=True)


def replace_original(work: Work, original: Submission, edit: Submission) -> None:
    """Let an edit take the place of the version it names; it answers what was found, and what was rejected counts again."""
    edit.root_instance_id = original.root_instance_id
    if original.standing is not None:
        edit.standing = Standing.CORRECTED.value
    if original.state != "received":
        storage.mark_removed(work.session, root_of(work, original), at=None)
    original.state = "superseded"


def root_of(work: Work, submission: Submission) -> Submission:
    """The first version: rows hang on it, so that an edit updates them."""
    if submission.root_instance_id == submission.instance_id:
        return submission
    root = storage.by_instance(
        work.session, form_id=submission.form_id, instance_id=submission.root_instance_id
    )
    return submission if root is None else root
