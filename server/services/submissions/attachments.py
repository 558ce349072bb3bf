"""附件: the files of a submission; the same name with other bytes is kept beside the first."""

from __future__ import annotations

from collections.abc import Sequence

from server.domain.events.submissions import AttachmentAdded
from server.services.submissions.upload import UploadedFile
from server.storage import submissions as storage
from server.storage.base import insert_once
from server.storage.files import StoredFile
from server.storage.submissions import Attachment, Submission
from server.work import Work


def attach(work: Work, submission: Submission, files: Sequence[UploadedFile], *, announce: bool) -> None:
    """Add the files that are not there yet; `announce` those of a later part."""
    for file in files:
        row = Attachment(
            submission_id=submission.id,
            name=file.name,
            sha256=file.stored.sha256,
            size=file.stored.size,
            mime=file.mime,
            received_at=work.now,
        )
        added = insert_once(work.session, row, unique=("submission_id", "name", "sha256"))
        if added is not None and announce:
            work.record(
                AttachmentAdded(
                    subject_id=submission.id,
                    jurisdiction=submission.jurisdiction,
                    sha256=file.stored.sha256,
                    size=file.stored.size,
                )
            )


def carry_over(work: Work, edit: Submission, original: Submission) -> None:
    """Files the edit still names but did not send again come from the version it replaces, by name."""
    here = {file.name for file in storage.attachments(work.session, edit.id)}
    for file in storage.attachments(work.session, original.id):
        if file.name in edit.expected_files and file.name not in here:
            stored = StoredFile(file.sha256, file.size)
            attach(work, edit, [UploadedFile(file.name, file.mime, stored)], announce=False)
