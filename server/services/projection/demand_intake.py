"""诉求登记 → a demand, the session it was raised at, or a session at which nothing was raised (FORMS §5)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

import sqlalchemy as sa

from forms import answers, catalogue
from server.domain.events.visits import SessionRecorded
from server.domain.jurisdiction import Level
from server.services.demands.addresses import addressed
from server.services.demands.intake import PATROL, Answer, Place, Raised, Reporter, raise_demand
from server.services.projection import urgent_finding
from server.services.projection.record import Record
from server.storage.submissions import Submission
from server.storage.visits import IntakeSession
from server.work import Work

_FORM = "demand_intake"
_SESSION_CHANNELS = frozenset({"stand", "meeting", "box"})


@dataclass(frozen=True)
class IntakeFacts:
    """What the phone reported: a session where the channel is one, and a demand unless nothing was raised."""

    channel: str
    tally: str
    attendance: int | None
    raised: Raised | None


def grid_of(_record: Record) -> str | None:
    """None: the grid picked is that of the matter, and where the call was taken says nothing about it."""
    return None


def read(record: Record) -> IntakeFacts:
    """The facts. Raises ValueError where the channel or the kind is none of the form's."""
    channel = _one_of(record, "channel", "session", "channel")
    nothing_raised = record.text("session", "tally") == "none"
    attendance = record.text("session", "attendance") or ""
    return IntakeFacts(
        channel=channel,
        tally="none" if nothing_raised else "one",
        attendance=int(attendance) if attendance.isascii() and attendance.isdigit() else None,
        raised=None if nothing_raised else _raised(record, channel),
    )


def _raised(record: Record, channel: str) -> Raised:
    return Raised(
        raised_on=record.day,
        received_at=record.received_at,
        channel=channel,
        outer_number=record.text("session", "outer_number"),
        kind=_one_of(record, "demand_kind", "matter", "kind"),
        detail=record.text("matter", "detail"),
        words=record.text("matter", "words"),
        photo=record.text("matter", "photo"),
        voice=record.text("matter", "voice"),
        urgent=record.text("matter", "urgency") == "urgent",
        division=_own_division(record),
        grid=record.text("location", "grid_pick"),
        place=_place(record),
        place_how=record.text("location", "place_how"),
        address=record.text("location", "address"),
        reporter=None if channel == PATROL else _reporter(record),
        answer=cast(Answer, _one_of(record, "answer", "reply", "answer", otherwise="later")),
        answer_words=record.text("reply", "answer_words"),
        promised_on=answers.day(record.text("reply", "promised_on")),
        photo_after=record.text("reply", "photo_after"),
        class_hint=record.text("reply", "class_hint"),
    )


def _one_of(record: Record, choices: str, *path: str, otherwise: str | None = None) -> str:
    given = record.text(*path) or otherwise
    if given is None or given not in catalogue.choices(_FORM, choices):
        raise ValueError(f"没有这个选项：{path[-1]}")
    return given


def _own_division(record: Record) -> str:
    """The sender's village, or his own wider division: a call taken at a desk lies in no grid by itself."""
    return min(record.actor.scope.codes, default="")[: Level.VILLAGE.digits]


def _place(record: Record) -> Place | None:
    """FORMS rule 4: where the worker stands counts only if he says so."""
    how = record.text("location", "place_how")
    if how == "here" and record.fix is not None:
        return Place(lon=record.fix.lon, lat=record.fix.lat, source="here")
    tapped = answers.geopoint(record.text("location", "place")) if how == "map" else None
    return None if tapped is None else Place(lon=tapped.lon, lat=tapped.lat, source="map")


def _reporter(record: Record) -> Reporter:
    return Reporter(
        kind=_one_of(record, "reporter_kind", "reporter", "reporter_kind", otherwise="anonymous"),
        name=record.text("reporter", "reporter_name"),
        phone=record.text("reporter", "reporter_phone"),
    )


def write(work: Work, submission: Submission, record: Record, facts: IntakeFacts) -> None:
    """登记: the session's row where the channel is one, and the demand."""
    if facts.raised is not None:
        raised = replace(facts.raised, submission_id=submission.id, received_at=submission.received_at)
        demand = raise_demand(work, addressed(work, raised))
        if facts.channel == PATROL:
            urgent_finding.keep(work, demand, handled="fixed" if raised.answer == "fixed" else "report")
    if facts.channel in _SESSION_CHANNELS:
        _write_session(work, submission, record, facts)


def _write_session(work: Work, submission: Submission, record: Record, facts: IntakeFacts) -> None:
    query = sa.select(IntakeSession).where(IntakeSession.submission_id == submission.id)
    row = work.session.scalars(query).first()
    new = row is None
    if row is None:
        row = IntakeSession(submission_id=submission.id, received_at=submission.received_at)
        work.session.add(row)
    row.jurisdiction, row.day = record.jurisdiction, record.day
    row.channel, row.tally, row.attendance = facts.channel, facts.tally, facts.attendance
    row.account_id, row.roles = record.actor.id, sorted(record.roles())
    work.session.flush()
    if new:
        work.record(
            SessionRecorded(
                subject_id=row.id,
                jurisdiction=row.jurisdiction,
                channel=facts.channel,
                day=record.day,
                demands=0 if facts.raised is None else 1,
            )
        )
