"""第一版: what was raised from a record, and said about it, hangs on the first of its versions."""

from __future__ import annotations

from server.storage import submissions
from server.storage.submissions import Submission
from server.work import Reading


def root_of(reading: Reading, submission: Submission) -> int:
    """The id of a record's first version: what was raised from it hangs on that."""
    if submission.root_instance_id == submission.instance_id:
        return submission.id
    root = submissions.by_instance(
        reading.session, form_id=submission.form_id, instance_id=submission.root_instance_id
    )
    return submission.id if root is None else root.id
