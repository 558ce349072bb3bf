"""诉求的时限: age, due, overdue, stalled — each defined once (METRICS C2 to C5)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from server.domain.demand_states import RUNNING, DemandState
from server.domain.work_calendar import WorkCalendar, end_of_day, local_day

STALLED_AFTER = dt.timedelta(days=7)
"""How long nothing may happen before a case is stalled (METRICS C5)."""


@dataclass(frozen=True, slots=True)
class AgeBand:
    """件龄: a band of ages in days, up to and including `last_day` (None: no end), and its colour on the map."""

    label: str
    last_day: int | None
    colour: str


AGE_BANDS = (
    AgeBand("0–3 天", 3, "#abd9e9"),
    AgeBand("4–7 天", 7, "#74add1"),
    AgeBand("8–15 天", 15, "#fee090"),
    AgeBand("16–30 天", 30, "#f46d43"),
    AgeBand("30 天以上", None, "#a50026"),
)


def age_in_days(received_at: dt.datetime, *, as_of: dt.datetime) -> int:
    """Return the calendar days from first receipt to `as_of`; nothing ever resets it (METRICS C2)."""
    return (local_day(as_of) - local_day(received_at)).days


def age_band(days: int) -> AgeBand:
    """Return the band an age in days falls into."""
    return next(band for band in AGE_BANDS if band.last_day is None or days <= band.last_day)


def is_overdue(state: DemandState, *, as_of: dt.datetime) -> bool:
    """超期: unresolved, clock running, `due_at` before `as_of` (METRICS C3). A PRIVATE matter has no due date."""
    return state.key in RUNNING and state.due_at is not None and state.due_at < as_of


def is_due_soon(state: DemandState, *, as_of: dt.datetime, calendar: WorkCalendar) -> bool:
    """将到期: clock running, not overdue, due by the end of the next working day (METRICS C4)."""
    return _due_by(state, calendar.next_working_day(local_day(as_of)), as_of=as_of)


def is_due_today(state: DemandState, *, as_of: dt.datetime) -> bool:
    """今天到期: clock running, not overdue, due by the end of today."""
    return _due_by(state, local_day(as_of), as_of=as_of)


def is_stalled(state: DemandState, *, as_of: dt.datetime) -> bool:
    """停滞: unresolved, not paused, no act but "same" for seven days (METRICS C5)."""
    return state.key in RUNNING and as_of - state.last_event_at >= STALLED_AFTER


def _due_by(state: DemandState, day: dt.date, *, as_of: dt.datetime) -> bool:
    return state.key in RUNNING and state.due_at is not None and as_of <= state.due_at <= end_of_day(day)
