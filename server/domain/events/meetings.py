"""会议: what happens to a meeting. What it decides about a matter happens to the matter."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from server.domain.events.event import Event


@dataclass(frozen=True, kw_only=True)
class MeetingCalled(Event, kind="meeting.called"):
    """召集会议: of a kind of the county's profile, with so many matters on its agenda."""

    meeting_kind: str
    held_on: dt.date
    items: int


@dataclass(frozen=True, kw_only=True)
class AgendaPosted(Event, kind="meeting.agenda_posted"):
    """公示议题: matters, time and place were posted before the meeting (JJ-20)."""


@dataclass(frozen=True, kw_only=True)
class MeetingHeld(Event, kind="meeting.held"):
    """会议召开: so many attended; the minutes are with the meeting."""

    attended: int
