"""可能重复: records that look like the same thing told twice, for somebody to look at; nothing is merged."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from server.domain.likeness import NEAR, Telling, alike
from server.figures.record_lines import RecordForms
from server.storage import reviews, submissions
from server.storage.submissions import Submission
from server.work import Reading

_AT_MOST = 50


@dataclass(frozen=True, slots=True)
class LikelySame:
    """A record that may be this one told again, and when it was begun."""

    id: int
    begun_at: dt.datetime


def suggested(
    reading: Reading, forms: RecordForms, submission: Submission, *, root_id: int
) -> list[LikelySame]:
    """The records that look like this one and are not known to be others; none for one that does not count."""
    telling = _telling(forms, submission)
    if telling is None or submission.state != "received":
        return []
    others = submissions.told_near(reading.session, submission, within=NEAR, at_most=_AT_MOST)
    apart = reviews.told_apart(reading.session, root_id) if others else set()
    found = []
    for other, other_root in others:
        held_against = _telling(forms, other)
        if other_root not in apart and held_against is not None and alike(telling, held_against):
            found.append(LikelySame(other.id, held_against.begun_at))
    return found


def _telling(forms: RecordForms, submission: Submission) -> Telling | None:
    """None where the phone did not say who and when: then nothing can be held against it."""
    answers = forms.main_answers(submission)
    if submission.device_start is None or submission.account_id is None or not answers:
        return None
    return Telling(
        form_id=submission.form_id,
        account_id=submission.account_id,
        jurisdiction=submission.jurisdiction,
        begun_at=submission.device_start,
        answers=answers,
    )
