"""收到的记录: one submission as the office looks at it, and which of it the reader may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from forms.wording import Line, filled, wording
from server.domain.people import Permission
from server.domain.problems import Forbidden
from server.storage import demands, forms, submissions
from server.storage.posts import Account
from server.storage.submissions import Attachment, Submission
from server.work import Reading


@dataclass(frozen=True)
class Received:
    """A submission, who sent it, its form's title; lines and files where the reader may see what it says."""

    submission: Submission
    title: str
    sender: str
    is_open: bool
    lines: Sequence[Line]
    files: Sequence[Attachment]
    missing: Sequence[str]
    """Files the record names that have not arrived."""


def received(reading: Reading, submission_id: int, *, revealed: bool = False) -> Received:
    """One submission. Who sees names sees what it says; above the village only once `revealed` (METRICS V).

    Raises NotFound outside the reader's divisions.
    """
    session = reading.session
    submission = submissions.get(session, submission_id, scope=reading.actor.scope)
    is_open = _may_open(reading, submission, revealed=revealed)
    files = submissions.attachments(session, submission.id)
    here = {file.name for file in files}
    account = session.get(Account, submission.account_id) if submission.account_id else None
    return Received(
        submission=submission,
        title=submission.form.title,
        sender="" if account is None else account.display_name,
        is_open=is_open,
        lines=_lines(reading, submission) if is_open else (),
        files=files if is_open else (),
        missing=[name for name in submission.expected_files if name not in here] if is_open else (),
    )


def opened(reading: Reading, submission_id: int) -> Submission:
    """The submission, for somebody who sees names anyway. Raises NotFound, Forbidden("actor.not_permitted")."""
    submission = submissions.get(reading.session, submission_id, scope=reading.actor.scope)
    if not _may_open(reading, submission, revealed=False):
        raise Forbidden("actor.not_permitted", permission=Permission.SEE_NAMES.value)
    return submission


def _may_open(reading: Reading, submission: Submission, *, revealed: bool) -> bool:
    if not demands.all_readable(
        reading.session, submission_id=_root(reading, submission), scope=reading.actor.scope
    ):
        return False
    return revealed or reading.actor.may(Permission.SEE_NAMES, at=submission.jurisdiction)


def _root(reading: Reading, submission: Submission) -> int:
    root = submissions.by_instance(
        reading.session, form_id=submission.form_id, instance_id=submission.root_instance_id
    )
    return submission.id if root is None else root.id


def _lines(reading: Reading, submission: Submission) -> list[Line]:
    version = forms.version(reading.session, submission.form_id, submission.form_version)
    version = version or forms.newest(reading.session, submission.form_id)
    return [] if version is None else list(filled(submission.values, wording(version.xml)))
