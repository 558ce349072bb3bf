"""经过: what happened to a demand, from its events and from what was written with them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from forms import catalogue
from server.domain.demand_acts import RESULTS, Action
from server.figures.case_sayings import Names, saying
from server.figures.case_words import steps
from server.figures.next_step import mechanism_of
from server.figures.staffing import names_of
from server.storage import demands, events, units
from server.storage.demands import VOICE, Demand, DemandNote
from server.storage.events import EventRow
from server.work import Reading

_LATE = "（来晚了或不由他办，没有改变办理状态）"
_BY_ITSELF = "call_back"
"""A task that follows from low stars: whoever gave them asked nobody for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of the story; `note_id` names the note that holds its photo or recording, where there is one."""

    at: dt.datetime
    who: str
    what: str
    words: str
    note_id: int | None = None
    has_photo: bool = False
    has_voice: bool = False


def story(reading: Reading, demand: Demand) -> list[Entry]:
    """What happened to a demand the reader has been given, oldest first; words that moved nothing included."""
    notes = list(demands.notes(reading.session, demand.id))
    rows = events.of_subject(reading.session, "demand", demand.id)
    names = _names(reading, demand, rows, notes)
    entries = []
    for row in rows:
        what = saying(row.kind, row.details, names)
        note = _belonging(row, notes)
        if note is not None:
            notes.remove(note)
        if what:
            entries.append(_entry(row, note, what))
    entries += [_left_over(note, names.people) for note in notes]
    return sorted(entries, key=lambda entry: entry.at)


def _names(reading: Reading, demand: Demand, rows: Sequence[EventRow], notes: Sequence[DemandNote]) -> Names:
    people = {uuid.UUID(each) for row in rows for each in _mentioned(row, "account_id", "handler_id")}
    people |= {note.account_id for note in notes if note.account_id is not None}
    called = {uuid.UUID(each) for row in rows for each in _mentioned(row, "unit_id", "unit_ids")}
    return Names(
        people=names_of(reading.session, people),
        units=units.names_of(reading.session, called),
        profile=mechanism_of(reading, demand),
    )


def _mentioned(row: EventRow, *keys: str) -> Iterator[str]:
    for details in (row.details, row.details.get("facts", {})):
        for key in keys:
            named = details.get(key) or ()
            yield from [named] if isinstance(named, str) else named


def _belonging(row: EventRow, notes: Sequence[DemandNote]) -> DemandNote | None:
    """The note written with an event: of the same submission, else of the same act at the same moment."""
    submission = row.details.get("submission_id")
    if submission is not None:
        return next((note for note in notes if note.submission_id == submission), None)
    act = row.details.get("action") or row.details.get("step")
    at_once = (note for note in notes if note.submission_id is None and note.at == row.at)
    return next((note for note in at_once if act in (note.step, _ACTION_OF.get(note.step))), None)


_ACTION_OF = {step: action.value for action, results in RESULTS.items() for step in results} | {
    "done": Action.FINISH.value,
    "cannot": Action.CANNOT.value,
}


def _entry(row: EventRow, note: DemandNote | None, what: str) -> Entry:
    return Entry(
        at=row.at,
        who="" if row.details.get("task") == _BY_ITSELF else row.actor_name,
        what=what,
        words=_words(note),
        **_files(note),
    )


def _left_over(note: DemandNote, people: Mapping[uuid.UUID, str]) -> Entry:
    late = _LATE if "refused" in note.details else ""
    return Entry(
        at=note.at,
        who=people.get(note.account_id, "") if note.account_id is not None else "",
        what=f"{steps().get(note.step, '')}{late}",
        words=_words(note),
        **_files(note),
    )


def _files(note: DemandNote | None) -> dict[str, Any]:
    if note is None:
        return {}
    return {"note_id": note.id, "has_photo": note.photo is not None, "has_voice": VOICE in note.details}


def _words(note: DemandNote | None) -> str:
    if note is None:
        return ""
    extra = (
        _how_solved().get(note.details.get("how_solved", ""), ""),
        note.words or "",
    )
    return "；".join(part for part in extra if part)


@cache
def _how_solved() -> Mapping[str, str]:
    return catalogue.choices("case_followup", "how_solved")
