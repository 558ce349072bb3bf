"""走访: what happens on visits and at intake sessions."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from server.domain.events.event import Event


@dataclass(frozen=True, kw_only=True)
class VisitRecorded(Event, kind="visit.recorded"):
    """记录走访: a household was called on; `outcome` is the form's code (FORMS §4)."""

    household_id: UUID
    day: dt.date
    outcome: str


@dataclass(frozen=True, kw_only=True)
class HelpNeeded(Event, kind="visit.help_needed"):
    """马上要帮: somebody met on the visit needs help now (FORMS §4)."""

    household_id: UUID
    demand_id: UUID


@dataclass(frozen=True, kw_only=True)
class SessionRecorded(Event, kind="session.recorded"):
    """记录征集场次: a stand, meeting or box was held or emptied, demands or none (FORMS §5)."""

    channel: str
    day: dt.date
    demands: int


@dataclass(frozen=True, kw_only=True)
class SheetFrozen(Event, kind="sheet.frozen"):
    """封账: a duty's window was written down for a village; its division is the village (METRICS D3)."""

    duty: str
    first_day: dt.date
    last_day: dt.date
    n: int
    d: int
