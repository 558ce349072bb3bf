"""提醒: when whoever holds a demand is reminded of its dates — once before each, and once when it has passed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from server.domain.demand_states import RUNNING, DemandState, StateKey

BEFORE = dt.timedelta(hours=15)
"""Dates run to 24:00: fifteen hours earlier is nine in the morning of the last day."""

_OWED = frozenset(
    {StateKey.DONE, StateKey.VERIFIED, StateKey.ANSWERED, StateKey.EXPLAINED, StateKey.REJECTED}
)
"""Settled, and the reporter waits for his answer."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """What to remind of: a `date` that comes near ("soon") or has passed ("over"), and when to remind next."""

    what: Literal["soon", "over"]
    date: dt.datetime
    next_at: dt.datetime | None


def dates_of(state: DemandState) -> tuple[dt.datetime, ...]:
    """Return the dates the office has to keep now, the nearest first (aware UTC); none while the clock stands still."""
    running = state.key in RUNNING
    owed = state.key in _OWED and (state.key is not StateKey.REJECTED or state.told_at is None)
    dates = {state.due_at if running else None, state.step_due_at if running or owed else None}
    return tuple(sorted(date for date in dates if date is not None))


def first_at(state: DemandState, *, now: dt.datetime) -> dt.datetime | None:
    """Return when to remind of the nearest date that is still to come; None where there is none."""
    coming = next((date for date in dates_of(state) if date > now), None)
    return None if coming is None else _before(coming, now=now)


def reminder(state: DemandState, *, scheduled: dt.datetime, now: dt.datetime) -> Reminder | None:
    """Return what was to be reminded of at `scheduled`, as it is at `now`; None where nothing is waited for any more."""
    dates = dates_of(state)
    date = next((each for each in dates if each >= scheduled), None)
    if date is None:
        return None
    if now < date:
        return Reminder("soon", date, next_at=date)
    return Reminder("over", date, next_at=first_at(state, now=now))


def _before(date: dt.datetime, *, now: dt.datetime) -> dt.datetime:
    """In the morning of the last day, or halfway where less is left."""
    return max(date - BEFORE, now + (date - now) / 2)
