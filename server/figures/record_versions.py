"""修改经过: the versions of a record, and what changed from each to the next, question by question."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from forms.wording import Line
from server.figures.record_lines import RecordForms
from server.storage import submissions
from server.storage.submissions import Submission
from server.work import Reading

Key = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class Change:
    """A question whose answer changed; None on the side where it was not answered. `within`: the headings above it."""

    label: str
    within: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a record and what it changed of the one before it; nothing in the first."""

    id: int
    received_at: dt.datetime
    changes: Sequence[Change]


def versions(reading: Reading, forms: RecordForms, submission: Submission) -> list[Version]:
    """The versions of a record, the oldest first; none where there is only one. Held edits wait and are none yet."""
    found = submissions.versions_of(reading.session, submission)
    if len(found) < 2:
        return []
    told: list[Version] = []
    before: list[Line] | None = None
    for each in found:
        lines = forms.lines(each)
        told.append(Version(each.id, each.received_at, [] if before is None else changes(before, lines)))
        before = lines
    return told


def changes(before: Iterable[Line], after: Iterable[Line]) -> list[Change]:
    """What differs between two versions, in the order of the form; rounds of a repeat are held against each other in turn."""
    old, new = _answers(before), _answers(after)
    order = [*new, *(key for key in old if key not in new)]
    return [
        Change(_line(key, old, new).label, key[0], _said(old, key), _said(new, key))
        for key in order
        if _said(old, key) != _said(new, key)
    ]


def _answers(lines: Iterable[Line]) -> dict[Key, Line]:
    """Lines with an answer by the headings above them, their path, and how often that came before under these."""
    seen: dict[tuple[str, str], int] = defaultdict(int)
    found: dict[Key, Line] = {}
    headings: list[str] = []
    for line in lines:
        del headings[line.depth :]
        if line.answer is None:
            headings.append(line.label)
            continue
        within = "，".join(headings)
        found[within, line.path, seen[within, line.path]] = line
        seen[within, line.path] += 1
    return found


def _line(key: Key, old: dict[Key, Line], new: dict[Key, Line]) -> Line:
    return new[key] if key in new else old[key]


def _said(answers: dict[Key, Line], key: Key) -> str | None:
    return answers[key].answer if key in answers else None
