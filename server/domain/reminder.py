"""提醒: when whoever holds a demand is reminded of its next date — once before it, and once when it has passed."""

from __future__ import annotations

import datetime as dt

from server.domain.demand_states import RUNNING, DemandState

BEFORE = dt.timedelta(hours=15)
"""Dates run to 24:00: fifteen hours earlier is nine in the morning of the last day."""


def next_date(state: DemandState) -> dt.datetime | None:
    """Return the nearest date something is waited for by (aware UTC); None where no clock is running."""
    if state.key not in RUNNING:
        return None
    return min((date for date in (state.due_at, state.step_due_at) if date is not None), default=None)


def remind_at(date: dt.datetime | None, *, now: dt.datetime) -> dt.datetime | None:
    """Return when to remind of `date`, told at `now`: in the morning of the last day, or halfway where less is left.

    A date that has passed is reminded of at once.
    """
    if date is None or date <= now:
        return date
    return max(date - BEFORE, now + (date - now) / 2)
