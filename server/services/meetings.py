"""会议 services: calling one, posting its agenda, holding it, and what it resolves about each matter (JJ-20 to JJ-22)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Literal

from server.domain.deadline import due_at
from server.domain.demand_acts import Action
from server.domain.demand_states import StateKey
from server.domain.events import meetings as events
from server.domain.jurisdiction import contains, validate
from server.domain.mechanism import Meeting
from server.domain.permissions import Permission
from server.domain.problems import Conflict, Invalid
from server.domain.work_calendar import local_day
from server.services.demands.acts import perform
from server.services.demands.dispatch import Order, give, put_on_agenda
from server.services.demands.notes import noted
from server.services.demands.reach import reached
from server.services.demands.words import legible
from server.storage import meetings as storage
from server.storage import profiles
from server.storage.meetings import MeetingItem, MeetingRow
from server.work import Reading, Work

Outcome = Literal["assign", "escalate", "explain"]


def call(
    work: Work,
    kind: str,
    *,
    jurisdiction: str,
    on: dt.date,
    place: str | None,
    demands: Sequence[uuid.UUID],
) -> MeetingRow:
    """召集会议 of a kind of the county's profile, with its agenda in the order given.

    Matters that wait for such a meeting are taken from there, others are put on the agenda now. Raises Forbidden,
    NotFound, Conflict, Invalid("meeting.kind_unknown"), Invalid("meeting.nothing_to_discuss"),
    Invalid("meeting.too_soon", earliest=…) before the agenda has been posted for the county's time.
    """
    work.actor.require(Permission.HOLD_MEETING, at=validate(jurisdiction))
    earliest = earliest_day(work, _kind(work, kind, jurisdiction), jurisdiction)
    if on < earliest:
        raise Invalid("meeting.too_soon", earliest=earliest)
    if not demands:
        raise Invalid("meeting.nothing_to_discuss")
    meeting = MeetingRow(
        kind=kind,
        jurisdiction=jurisdiction,
        held_on=on,
        place=legible(place) or None,
        called_at=work.now,
        called_by=work.actor.id,
    )
    work.session.add(meeting)
    work.session.flush()
    for position, demand_id in enumerate(dict.fromkeys(demands), start=1):
        item = _waiting(work, demand_id, meeting)
        item.meeting_id, item.position = meeting.id, position
    work.session.flush()
    work.record(
        events.MeetingCalled(
            subject_id=meeting.id,
            jurisdiction=jurisdiction,
            meeting_kind=kind,
            held_on=on,
            items=len(set(demands)),
        )
    )
    return meeting


def earliest_day(reading: Reading, meeting: Meeting, jurisdiction: str) -> dt.date:
    """The first day a meeting of a kind may be held that is called now: its agenda is posted for the county's time."""
    profile = profiles.profile_at(reading.session, jurisdiction, on=local_day(reading.now))
    return local_day(due_at(reading.now, meeting.notice, calendar=profiles.calendar_of(profile)))


def post_agenda(work: Work, meeting_id: uuid.UUID) -> MeetingRow:
    """公示议题: matters, time and place are posted (JJ-20). Raises NotFound, Forbidden, Conflict("meeting.posted")."""
    meeting = _meeting(work, meeting_id)
    if meeting.posted_at is not None:
        raise Conflict("meeting.posted")
    meeting.posted_at = work.now
    work.session.flush()
    work.record(events.AgendaPosted(subject_id=meeting.id, jurisdiction=meeting.jurisdiction))
    return meeting


def hold(work: Work, meeting_id: uuid.UUID, *, attendance: Sequence[str], minutes: str | None) -> MeetingRow:
    """开会: who attended, by name or office, and the minutes; both may be corrected until everything is decided.

    Raises NotFound, Forbidden, Conflict("meeting.not_posted"), Conflict("meeting.not_yet"),
    Invalid("meeting.nobody_attended").
    """
    meeting = _meeting(work, meeting_id)
    if meeting.posted_at is None:
        raise Conflict("meeting.not_posted")
    if local_day(work.now) < meeting.held_on:
        raise Conflict("meeting.not_yet", on=meeting.held_on)
    attended = [name for each in attendance if (name := legible(each))]
    if not attended:
        raise Invalid("meeting.nobody_attended")
    meeting.held_at = meeting.held_at or work.now
    meeting.attendance, meeting.minutes = attended, legible(minutes) or None
    work.session.flush()
    work.record(
        events.MeetingHeld(subject_id=meeting.id, jurisdiction=meeting.jurisdiction, attended=len(attended))
    )
    return meeting


def resolve(
    work: Work,
    item_id: uuid.UUID,
    *,
    votes_for: int,
    votes_against: int,
    outcome: Outcome,
    words: str,
    abstentions: int = 0,
    task: Order | None = None,
) -> MeetingItem:
    """表决: what was voted about a matter and what comes of it (JJ-21); `task` charges somebody with it at once.

    Raises NotFound, Forbidden, Invalid, Conflict("meeting.not_held"), Conflict("meeting.no_minutes") where the county
    wants them, Conflict("meeting.item_decided").
    """
    item = storage.item(work.session, item_id)
    meeting = None if item.meeting_id is None else _meeting(work, item.meeting_id)
    if meeting is None or meeting.held_at is None:
        raise Conflict("meeting.not_held")
    if not meeting.minutes and _kind(work, meeting.kind, meeting.jurisdiction).minutes:
        raise Conflict("meeting.no_minutes")
    if item.decided_at is not None:
        raise Conflict("meeting.item_decided")
    demand = reached(work, item.demand_id)
    resolution = legible(words)
    perform(
        work,
        demand,
        Action.RESOLVE,
        votes_for=votes_for,
        votes_against=votes_against,
        outcome=outcome,
        words=resolution,
    )
    noted(work, demand, Action.RESOLVE.value, resolution, outcome=outcome)
    item.votes_for, item.votes_against, item.abstentions = votes_for, votes_against, abstentions
    item.outcome, item.resolution, item.decided_at = outcome, resolution, work.now
    work.session.flush()
    if task is not None and demand.state.key is StateKey.DELIBERATED:
        give(work, demand, Action.ASSIGN, task)
    return item


def _kind(work: Work, kind: str, jurisdiction: str) -> Meeting:
    profile = profiles.profile_at(work.session, jurisdiction, on=local_day(work.now))
    found = next((each for each in profile.meetings if each.id == kind), None)
    if found is None:
        raise Invalid("meeting.kind_unknown", meeting=kind)
    return found


def _meeting(work: Work, meeting_id: uuid.UUID) -> MeetingRow:
    meeting = storage.get(work.session, meeting_id, scope=work.actor.scope, to_change=True)
    work.actor.require(Permission.HOLD_MEETING, at=meeting.jurisdiction)
    return meeting


def _waiting(work: Work, demand_id: uuid.UUID, meeting: MeetingRow) -> MeetingItem:
    """The demand's place among what waits for such a meeting, made now where it has none."""
    demand = reached(work, demand_id)
    if not contains(meeting.jurisdiction, demand.jurisdiction):
        raise Invalid("meeting.lies_elsewhere", number=demand.number)
    if demand.state.key is not StateKey.AGENDA:
        put_on_agenda(work, demand.id, meeting_id=meeting.kind)
    item = storage.undecided_of(work.session, demand.id)
    if item is None or item.kind != meeting.kind or item.meeting_id is not None:
        raise Conflict("meeting.on_another_agenda", number=demand.number)
    return item
