"""不予采信: what the village says about a record after it has been received (METRICS D13)."""

from __future__ import annotations

from server.domain.events import submissions as events
from server.domain.events.people import PersonalDataRevealed
from server.domain.people import Permission
from server.domain.problems import Conflict
from server.services.submissions.identity import root_of
from server.storage import submissions as storage
from server.storage.submissions import Submission
from server.work import Work


def reject(work: Work, submission_id: int, *, reason: str) -> None:
    """不予采信: the record stops counting from now on; itself, its reason and its demands stay.

    Raises NotFound outside the actor's divisions, Forbidden, Conflict("submission.not_current") for a record that
    has been replaced or taken back.
    """
    submission = storage.get(work.session, submission_id, scope=work.actor.scope)
    work.actor.require(Permission.REJECT_SUBMISSIONS, at=submission.jurisdiction)
    if submission.state != "received":
        raise Conflict("submission.not_current", id=submission.id)
    submission.state = "rejected"
    submission.rejected_reason = reason
    storage.mark_removed(work.session, root_of(work, submission), at=work.now)
    work.record(
        events.SubmissionRejected(
            subject_id=submission.id, jurisdiction=submission.jurisdiction, reason=reason
        )
    )


def reveal(work: Work, submission_id: int, *, reason: str) -> Submission:
    """查看个人信息: what a record says is opened by somebody above the village, with a reason that is kept.

    Raises NotFound outside the actor's divisions, Forbidden.
    """
    submission = storage.get(work.session, submission_id, scope=work.actor.scope)
    work.actor.require(Permission.REVEAL_PERSONAL_DATA, at=submission.jurisdiction)
    work.record(
        PersonalDataRevealed(
            subject_id=submission.id, jurisdiction=submission.jurisdiction, what="submission", reason=reason
        )
    )
    return submission
