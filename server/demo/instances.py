"""What a phone would send for an act of the demo: the instance XML of the shipped forms (FORMS §3–§6)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from uuid import UUID

from lxml import etree

from forms import catalogue
from forms.workbook import sheets
from server.demo.acts import (
    SHANGHAI,
    Ask,
    Finding,
    Fix,
    FollowUpAct,
    IntakeAct,
    PatrolAct,
    PhoneAct,
    Record,
    VisitAct,
)

Answers = Mapping[str, object]
"""Answers by question; a mapping is a group, a list of mappings a repeat, None or "" an empty answer."""


def xml_of(act: PhoneAct, *, demand_id: UUID | None = None) -> bytes:
    """The instance XML of a phone's act; a follow-up names the demand as the phone's list of open cases does."""
    form_id, answers = _filled_in(act, demand_id)
    root = etree.Element("data", id=form_id, version=form_version(form_id))
    _write(root, {**_timing(act), **answers})
    meta = etree.SubElement(root, "meta")
    etree.SubElement(meta, "instanceID").text = f"uuid:{act.instance_id}"
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


@cache
def form_version(form_id: str) -> str:
    """The version of a shipped form."""
    header, settings = sheets(catalogue.source(form_id))["settings"][:2]
    return settings[header.index("version")]


def _write(parent: etree._Element, answers: Answers) -> None:
    for name, value in answers.items():
        for each in value if isinstance(value, list) else [value]:
            node = etree.SubElement(parent, name)
            if isinstance(each, Mapping):
                _write(node, each)
            elif each not in (None, ""):
                node.text = str(each)


def _filled_in(act: PhoneAct, demand_id: UUID | None) -> tuple[str, Answers]:
    """The form an act is recorded on, and its answers."""
    match act:
        case PatrolAct():
            return "patrol", _patrol(act)
        case VisitAct():
            return "household_visit", _visit(act)
        case IntakeAct():
            return "demand_intake", _intake(act)
        case FollowUpAct():
            return "case_followup", _follow_up(act, demand_id)


def _timing(act: Record) -> Answers:
    return {
        "start": _stamp(act.start),
        "end": _stamp(act.end),
        "today": act.start.astimezone(SHANGHAI).date(),
        "fix_start": _geopoint(act.fix_start),
    }


def _stamp(moment: dt.datetime) -> str:
    return moment.astimezone(SHANGHAI).isoformat(timespec="milliseconds")


def _geopoint(fix: Fix | None) -> str | None:
    return None if fix is None else f"{fix.lat} {fix.lon} 0 {fix.accuracy}"


def _geotrace(track: Sequence[Fix]) -> str:
    return ";".join(f"{fix.lat} {fix.lon} 0 {fix.accuracy}" for fix in track)


def _several(chosen: Iterable[object]) -> str:
    return " ".join(map(str, chosen))


def _patrol(act: PatrolAct) -> Answers:
    return {
        "grid_pick": act.grid,
        "grid": act.grid,
        "result": act.result,
        "finding": [_finding(finding) for finding in act.findings],
        "wrap_up": {
            "extent": act.extent,
            "cut_reason": act.cut_reason,
            "outside_reason": act.outside_reason,
            "companion": _several(act.companions),
            "track": _geotrace(act.track),
        },
    }


def _finding(finding: Finding) -> Answers:
    return {
        "what": {
            "kind": finding.kind,
            "detail": finding.detail,
            "words": finding.words,
            "handled": finding.handled,
            "urgency": finding.urgency,
            "fix": _geopoint(finding.fix),
        },
        "more": {
            "source": finding.source,
            "reporter_name": finding.reporter_name,
            "reporter_phone": finding.reporter_phone,
        },
    }


def _visit(act: VisitAct) -> Answers:
    new = act.show == "new"
    reached = act.outcome in ("met", "phone")
    return {
        "door": {
            "show": act.show,
            "household": None if new else act.household,
            "new_address": act.new_address,
            "new_head": act.new_head,
            "new_people": act.new_people,
            "outcome": act.outcome,
        },
        "new_id": act.household if new else None,
        "household_id": act.household,
        "reached": int(reached),
        "visited_on": act.start.astimezone(SHANGHAI).date(),
        "people": _people(act) if reached else {},
        "demand": [{"ask": _ask(ask)} for ask in act.asks],
        "wrap_up": {
            "retry": act.retry,
            "topics": _several(act.topics),
            "companion": _several(act.companions),
            "door_point": _geopoint(act.door_point),
        },
    }


def _people(act: VisitAct) -> Answers:
    return {
        "seen": _several(act.seen),
        "condition": act.condition,
        "condition_words": act.condition_words,
        "changes": _several(act.changes),
        "change_words": act.change_words,
        "raised": "yes" if act.asks else "no",
    }


def _ask(ask: Ask) -> Answers:
    return {
        "kind": ask.kind,
        "detail": ask.detail,
        "words": ask.words,
        "answer": ask.answer,
        "answer_words": ask.answer_words,
        "promised_on": ask.promised_on,
        "anonymous": ask.anonymous,
    }


def _intake(act: IntakeAct) -> Answers:
    session: Answers = {
        "channel": act.channel,
        "tally": act.tally,
        "attendance": act.attendance,
        "outer_number": act.outer_number,
    }
    if act.tally == "none":
        return {"session": session, "taking": 0}
    return {
        "session": session,
        "taking": 1,
        "matter": {"kind": act.kind, "detail": act.detail, "words": act.words, "urgency": act.urgency},
        "location": {
            "place_how": act.place_how,
            "place": _geopoint(act.place),
            "address": act.address,
            "grid_pick": act.grid_pick,
        },
        "reporter": {
            "reporter_kind": act.reporter_kind,
            "reporter_name": act.reporter_name,
            "reporter_phone": act.reporter_phone,
        },
        "reply": {
            "answer": act.answer,
            "answer_words": act.answer_words,
            "promised_on": act.promised_on,
        },
    }


def _follow_up(act: FollowUpAct, demand_id: UUID | None) -> Answers:
    return {
        "which": {"find_by": "list", "case_list": demand_id},
        "case_id": demand_id,
        "task": act.task,
        "reported_on": act.start.astimezone(SHANGHAI).date(),
        "progress": {
            "step": act.step,
            "words": act.words,
            "how_solved": act.how_solved,
            "cannot_reason": act.cannot_reason,
            "tried": act.tried,
            "told": act.told,
            "ask_until": act.ask_until,
        },
    }


_FORM_BY_ACT = {
    "patrol": "patrol",
    "visit": "household_visit",
    "intake": "demand_intake",
    "session": "demand_intake",
    "followup": "case_followup",
}


def form_of(key: str) -> str:
    """The form of the act with this key: its first word says what was done."""
    return _FORM_BY_ACT[key.partition("/")[0]]
