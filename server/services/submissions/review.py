"""审核: what the office says about a record after it has been received (METRICS D13)."""

from __future__ import annotations

from server.domain.events import submissions as events
from server.domain.events.people import PersonalDataRevealed
from server.domain.permissions import Permission
from server.domain.problems import Conflict, Invalid
from server.domain.review import MOST_CHARACTERS, Verdict
from server.services import entities
from server.services.submissions.identity import root_of
from server.storage import reviews
from server.storage import submissions as storage
from server.storage.reviews import Review
from server.storage.submissions import Submission
from server.work import Work


def verdict(work: Work, submission_id: int, *, verdict: Verdict, comment: str | None = None) -> Review:
    """没有问题, 退回请改 or 不予采信: kept beside the earlier ones, the newest counts.

    A record sent back counts as before and its sender reads why; a rejected one stops counting from now on, while
    itself and its demands stay. Raises NotFound outside the actor's divisions, Forbidden, Invalid("review.no_words")
    where words are missing, Invalid("review.too_long"), Conflict("submission.not_current") for a record that has been
    replaced, rejected or taken back, Conflict("review.not_read_yet") for one that has not become a record so far.
    """
    submission = _reviewed(work, submission_id)
    # Of two verdicts at once the one written last is the newest, and a correction that arrives waits for its original.
    work.session.refresh(submission, with_for_update=True)
    words = _said(comment)
    if verdict.needs_words and not words:
        raise Invalid("review.no_words")
    if submission.state in {"held", "quarantined"}:
        raise Conflict("review.not_read_yet")
    if submission.state != "received":
        raise Conflict("submission.not_current", id=submission.id)
    row = _write(work, submission, verdict=verdict, words=words)
    submission.standing = verdict.standing.value
    if verdict is Verdict.REJECTED:
        _reject(work, submission, reason=words)
    else:
        work.record(
            events.SubmissionReviewed(
                subject_id=submission.id, jurisdiction=submission.jurisdiction, verdict=verdict.value
            )
        )
    if verdict is Verdict.APPROVED:
        entities.approve(work, submission)
    return row


def comment(work: Work, submission_id: int, *, words: str | None) -> Review:
    """备注: words about a record, which decide nothing and are read in the office only.

    Raises NotFound outside the actor's divisions, Forbidden, Invalid("review.no_comment"), Invalid("review.too_long").
    """
    submission = _reviewed(work, submission_id)
    said = _said(words)
    if not said:
        raise Invalid("review.no_comment")
    row = _write(work, submission, verdict=None, words=said)
    work.record(events.SubmissionCommented(subject_id=submission.id, jurisdiction=submission.jurisdiction))
    return row


def tell_apart(work: Work, submission_id: int, *, other_id: int) -> None:
    """不是重复: two records that look like one are two, and are not suggested again.

    Raises NotFound where either lies outside the actor's divisions, Forbidden.
    """
    one, other = _reviewed(work, submission_id), _reviewed(work, other_id)
    reviews.tell_apart(
        work.session, root_of(work, one).id, root_of(work, other).id, account_id=work.actor.id, at=work.now
    )
    work.record(
        events.SubmissionsToldApart(subject_id=one.id, jurisdiction=one.jurisdiction, other_id=other.id)
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


def _reviewed(work: Work, submission_id: int) -> Submission:
    submission = storage.get(work.session, submission_id, scope=work.actor.scope)
    work.actor.require(Permission.REVIEW_SUBMISSIONS, at=submission.jurisdiction)
    return submission


def _said(words: str | None) -> str:
    said = "".join(each for each in words or "" if each.isprintable() or each == "\n").strip()
    if len(said) > MOST_CHARACTERS:
        raise Invalid("review.too_long", most=MOST_CHARACTERS)
    return said


def _reject(work: Work, submission: Submission, *, reason: str) -> None:
    submission.state = "rejected"
    submission.rejected_reason = reason
    storage.mark_removed(work.session, root_of(work, submission), at=work.now)
    work.record(
        events.SubmissionRejected(
            subject_id=submission.id, jurisdiction=submission.jurisdiction, reason=reason
        )
    )


def _write(work: Work, submission: Submission, *, verdict: Verdict | None, words: str) -> Review:
    row = Review(
        form_id=submission.form_id,
        root_instance_id=submission.root_instance_id,
        submission_id=submission.id,
        verdict=None if verdict is None else verdict.value,
        words=words,
        account_id=work.actor.id,
        at=work.now,
        returned_to=submission.account_id if verdict is Verdict.HAS_ISSUES else None,
    )
    work.session.add(row)
    work.session.flush()
    return row
