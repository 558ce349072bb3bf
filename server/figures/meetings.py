"""会议: the county's meetings, what waits for each, an agenda that can be posted, what became of it (JJ-10 to JJ-22)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from server.domain.deadline import due_at
from server.domain.demand_acts import Action
from server.domain.demand_states import Group
from server.domain.demand_ways import meeting_of
from server.domain.jurisdiction import Level
from server.domain.mechanism import MechanismProfile, Meeting
from server.domain.permissions import Permission
from server.domain.work_calendar import local_day
from server.figures import areas, open_cases
from server.figures.next_step import mechanism_of, open_to
from server.figures.open_cases import Case, lines, mechanism
from server.storage import jurisdictions, ledger
from server.storage import meetings as storage
from server.storage.case_filter import CaseFilter
from server.storage.demands import Demand
from server.storage.meetings import MeetingItem, MeetingRow
from server.storage.profiles import calendar_of
from server.work import Reading

_PAST = dt.timedelta(days=365)
_MOST_OFFERED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """A meeting in a list: its county's name for it, where, and how far it has come."""

    row: MeetingRow
    label: str
    where: str
    stage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of meeting the reader may call.

    `places` are the divisions (code, name) whose meeting it may be; `waiting` the demands that wait for one, `others`
    those that could be put on its agenda; `earliest` the first day it could be held, its agenda posted today.
    """

    meeting: Meeting
    places: Sequence[tuple[str, str]]
    waiting: Sequence[Case]
    others: Sequence[Case]
    earliest: dt.date


@dataclass(frozen=True, slots=True)
class Topic:
    """An item of an agenda with its demand."""

    item: MeetingItem
    case: Case


@dataclass(frozen=True, slots=True, kw_only=True)
class Agenda:
    """A meeting with its agenda; `may_hold` says whether the reader may carry it on."""

    called: Called
    meeting: Meeting | None
    topics: Sequence[Topic]
    may_hold: bool


def held_in(reading: Reading) -> bool:
    """Say whether the reader's county holds meetings on demands at all."""
    return bool(mechanism(reading)[0].meetings)


def listing(reading: Reading) -> list[Called]:
    """Return the meetings of the last year and those to come in the reader's divisions, the newest first."""
    since = local_day(reading.now) - _PAST
    rows = storage.listing(reading.session, scope=reading.actor.scope, since=since)
    return _called(reading, rows)


def kinds(reading: Reading) -> list[Kind]:
    """Return the kinds of meetings the reader may call, with what could be on their agendas."""
    if not reading.actor.may(Permission.HOLD_MEETING):
        return []
    profile, _ = mechanism(reading)
    found = [_kind(reading, profile, meeting) for meeting in profile.meetings]
    return [each for each in found if each.places]


def agenda(reading: Reading, meeting_id: uuid.UUID) -> Agenda:
    """Return a meeting with its agenda. Raises NotFound("meeting.unknown") outside the reader's divisions."""
    row = storage.get(reading.session, meeting_id, scope=reading.actor.scope)
    items = storage.items(reading.session, row.id)
    on_it = sa.select(Demand).where(Demand.id.in_([item.demand_id for item in items]))
    cases = {each.demand.id: each for each in lines(reading, reading.session.scalars(on_it).all())}
    profile, _ = mechanism(reading)
    return Agenda(
        called=_called(reading, [row])[0],
        meeting=next((each for each in profile.meetings if each.id == row.kind), None),
        topics=[Topic(item, cases[item.demand_id]) for item in items],
        may_hold=reading.actor.may(Permission.HOLD_MEETING, at=row.jurisdiction),
    )


def _kind(reading: Reading, profile: MechanismProfile, meeting: Meeting) -> Kind:
    waiting = storage.waiting(reading.session, meeting.id, scope=reading.actor.scope)
    posted_until = due_at(reading.now, meeting.notice, calendar=calendar_of(profile))
    return Kind(
        meeting=meeting,
        places=_places(reading, Level(meeting.level)),
        waiting=lines(reading, [demand for _, demand in waiting]),
        others=_others(reading, meeting),
        earliest=local_day(posted_until),
    )


def _others(reading: Reading, meeting: Meeting) -> list[Case]:
    """Demands the reader could put on the agenda himself, the newest first."""
    moments = open_cases.moments(reading)
    found: list[Demand] = []
    for class_ in meeting.canonical:
        wanted = CaseFilter(groups=(Group.TO_ASSIGN,), class_=class_)
        found += ledger.every(
            reading.session, wanted, scope=reading.actor.scope, moments=moments, most=_MOST_OFFERED
        )
    return lines(reading, [each for each in found if _may_go_to(reading, each, meeting)])


def _may_go_to(reading: Reading, demand: Demand, meeting: Meeting) -> bool:
    own = meeting_of(demand.state, mechanism_of(reading, demand))
    return own is not None and own.id == meeting.id and Action.PUT_ON_AGENDA in open_to(reading, demand)


def _places(reading: Reading, level: Level) -> list[tuple[str, str]]:
    """The divisions of a level the reader may hold a meeting for."""
    scope = reading.actor.scope
    if level is Level.GRID:
        grids = areas.grid_names(reading.session, scope=scope)
        today = local_day(reading.now)
        found = {code: grid.full_name for code, grid in grids.items() if grid.is_in_force(today)}
    else:
        rows = jurisdictions.listing(reading.session, scope=scope, digits=level.digits)
        found = {row.code: row.name for row in rows}
    may = reading.actor.may
    return [(code, name) for code, name in found.items() if may(Permission.HOLD_MEETING, at=code)]


def _called(reading: Reading, rows: Sequence[MeetingRow]) -> list[Called]:
    profile, _ = mechanism(reading)
    labels = {each.id: each.label for each in profile.meetings}
    where = open_cases.place_names(reading, {row.jurisdiction for row in rows})
    return [
        Called(
            row=row,
            label=labels.get(row.kind, "议事会"),
            where=where.get(row.jurisdiction, row.jurisdiction),
            stage=_stage(row, today=local_day(reading.now)),
        )
        for row in rows
    ]


def _stage(row: MeetingRow, *, today: dt.date) -> str:
    if row.held_at is not None:
        return "已开"
    if row.posted_at is None:
        return "议题还没公示"
    return "等开会" if today < row.held_on else "该开会了"
