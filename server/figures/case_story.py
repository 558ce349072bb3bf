"""经过: what happened to a demand, from its events and from what was written with them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from forms import catalogue
from server.domain.demand_acts import RESULTS, Action
from server.domain.demand_states import StateKey
from server.figures.case_words import channels, steps
from server.figures.staffing import names_of
from server.storage import demands, events
from server.storage.demands import Demand, DemandNote
from server.storage.events import EventRow
from server.work import Reading

_MEANS = {"phone": "电话", "visit": "上门", "message": "短信、微信", "in_person": "当面"}
_TASKS = {"look": "请人去核实", "check": "请人去核查"}
_LATE = "（来晚了或不由他办，没有改变办理状态）"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of the story; `note_id` names the note that holds its photo, where there is one."""

    at: dt.datetime
    who: str
    what: str
    words: str
    note_id: int | None = None


def story(reading: Reading, demand: Demand) -> list[Entry]:
    """What happened to a demand the reader has been given, oldest first; words that moved nothing included."""
    notes = list(demands.notes(reading.session, demand.id))
    rows = events.of_subject(reading.session, "demand", demand.id)
    people = names_of(reading.session, _mentioned(rows, notes))
    entries = []
    for row in rows:
        note = _belonging(row, notes)
        if note is not None:
            notes.remove(note)
        entries.append(_entry(row, note, people))
    entries += [_left_over(note, people) for note in notes]
    return sorted(entries, key=lambda entry: entry.at)


def _mentioned(rows: Sequence[EventRow], notes: Sequence[DemandNote]) -> set[uuid.UUID]:
    named = {row.details.get(key) for row in rows for key in ("account_id", "handler_id")}
    return {uuid.UUID(each) for each in named if each} | {
        note.account_id for note in notes if note.account_id is not None
    }


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


def _entry(row: EventRow, note: DemandNote | None, people: Mapping[uuid.UUID, str]) -> Entry:
    says = _SAYINGS.get(row.kind)
    return Entry(
        at=row.at,
        who=row.actor_name,
        what=says(row.details, people) if says is not None else "",
        words=_words(note),
        note_id=None if note is None or note.photo is None else note.id,
    )


def _left_over(note: DemandNote, people: Mapping[uuid.UUID, str]) -> Entry:
    late = _LATE if "refused" in note.details else ""
    return Entry(
        at=note.at,
        who=people.get(note.account_id, "") if note.account_id is not None else "",
        what=f"{steps().get(note.step, '')}{late}",
        words=_words(note),
        note_id=None if note.photo is None else note.id,
    )


def _words(note: DemandNote | None) -> str:
    if note is None:
        return ""
    extra = (
        _how_solved().get(note.details.get("how_solved", ""), ""),
        note.words or "",
    )
    return "；".join(part for part in extra if part)


Details = Mapping[str, Any]
People = Mapping[uuid.UUID, str]


def _taken_in(details: Details, _people: People) -> str:
    return f"点单（{channels().get(details['channel'], details['channel'])}）"


def _moved(details: Details, people: People) -> str:
    """登记：已反映 → 已登记; an assignment names whom it was given to."""
    way = f"{StateKey(details['from_key']).label} → {StateKey(details['to_key']).label}"
    handler = details.get("handler_id")
    given = f"给{people.get(uuid.UUID(handler), '')}" if handler and details["action"] == "assign" else ""
    return f"{Action(details['action']).label}{given}：{way}"


def _looked(details: Details, _people: People) -> str:
    return f"核实：{steps().get(details['step'], '')}"


def _progressed(details: Details, _people: People) -> str:
    return f"进展：{steps().get(details['step'], '')}"


def _escalation(details: Details, _people: People) -> str:
    return f"办不了，请村里定：{_reasons().get(details['reason'], '')}"


def _extension(details: Details, _people: People) -> str:
    return f"想延到 {details['until']}（原时限不变，仍按原时限算按时率）"


def _told(details: Details, _people: People) -> str:
    if details["by"] == "handler":
        return "办理人说已告诉反映人，村里的反馈还要做"
    return f"已告诉反映人（{_MEANS.get(details['means'], '')}）"


def _task(details: Details, people: People) -> str:
    return f"{_TASKS[details['task']]}：{people.get(uuid.UUID(details['account_id']), '')}"


_SAYINGS: Mapping[str, Callable[[Details, People], str]] = {
    "demand.taken_in": _taken_in,
    "demand.moved": _moved,
    "demand.progressed": _progressed,
    "demand.looked_at": _looked,
    "demand.escalation_asked": _escalation,
    "demand.extension_asked": _extension,
    "demand.reporter_told": _told,
    "demand.task_given": _task,
}


@cache
def _how_solved() -> Mapping[str, str]:
    return catalogue.choices("case_followup", "how_solved")


@cache
def _reasons() -> Mapping[str, str]:
    return catalogue.choices("case_followup", "cannot_reason")
