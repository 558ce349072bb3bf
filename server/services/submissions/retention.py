"""删除轨迹: raw tracks are kept for 90 days (METRICS P); the record around them stays."""

from __future__ import annotations

import datetime as dt
from copy import deepcopy
from typing import Any

from forms.instance import cut
from server.domain.events.patrols import TrackRemoved
from server.services.submissions.identity import root_of
from server.storage import forms
from server.storage import submissions as storage
from server.storage.submissions import Submission
from server.work import Work

FORM = "patrol"
TRACK = ("wrap_up", "track")
"""The question of that form whose answer is where somebody walked."""


def forget_tracks(work: Work, *, before: dt.date, at_most: int) -> int:
    """Delete the tracks of patrols of days before `before`, `at_most` of them; how many were deleted.

    The track goes from the XML, the values and the patrol. The hash of the XML stays that of what was received, so
    that a phone sending it again still finds its record.
    """
    old: list[Submission] = []
    for form_id in forms.standing_for(work.session, FORM):
        left = at_most - len(old)
        old += storage.with_answer(work.session, form_id=form_id, path=TRACK, before=before, at_most=left)
    for submission in old:
        submission.xml = cut(submission.xml, "/".join(("", "data", *TRACK)))
        submission.values = _without(submission.values)
        storage.forget_track(work.session, root_of(work, submission))
        work.record(
            TrackRemoved(subject_id=submission.id, jurisdiction=submission.jurisdiction, day=submission.day)
        )
    return len(old)


def _without(values: dict[str, Any]) -> dict[str, Any]:
    kept = deepcopy(values)
    group, name = TRACK
    kept[group][name] = None
    return kept
