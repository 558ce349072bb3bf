"""可能重复: records that look like the same thing told twice, for somebody to look at; nothing is merged."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from server.domain.likeness import NEAR, Telling, alike
from server.figures.record_lines import RecordForms
from server.figures.record_roots import root_of
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


def among(reading: Reading, forms: RecordForms, records: Sequence[Submission]) -> set[int]:
    """The ids of those of some records that look like another of them and are not known to be others."""
    found: set[int] = set()
    for one, other in _pairs(forms, records):
        if {one.id, other.id} <= found:
            continue
        roots = root_of(reading, one), root_of(reading, other)
        if roots[0] != roots[1] and roots[1] not in reviews.told_apart(reading.session, roots[0]):
            found |= {one.id, other.id}
    return found


def _pairs(forms: RecordForms, records: Sequence[Submission]) -> Iterator[tuple[Submission, Submission]]:
    """Pairs of received records that look alike."""
    told = [
        (telling, each) for each in records if each.state == "received" and (telling := _telling(forms, each))
    ]
    by_sender: dict[tuple[object, ...], list[tuple[Telling, Submission]]] = defaultdict(list)
    for telling, each in sorted(told, key=lambda pair: pair[0].begun_at):
        by_sender[telling.form_id, telling.account_id, telling.jurisdiction].append((telling, each))
    for of_sender in by_sender.values():
        for number, (telling, one) in enumerate(of_sender, start=1):
            for held_against, other in islice(of_sender, number, None):
                if held_against.begun_at - telling.begun_at > NEAR:
                    break
                if alike(telling, held_against):
                    yield one, other


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
