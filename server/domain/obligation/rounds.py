"""走访路线: whom to visit next, in the order of walking; the one list behind phone, map, table and sheet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from server.domain.obligation.duty import Duty, Id
from server.domain.obligation.visits import DueState, Standing
from server.domain.obligation.windows import window_of

_BY_URGENCY: tuple[DueState, ...] = ("overdue", "due", "done", "none")


def due_state(duty: Duty, standing: Standing, *, today: dt.date) -> DueState:
    """Return the state of one unit in the window that holds `today` (FORMS §2 `due_state`).

    A tier with an interval is due from the start of the week in which the interval ends, one longer than the
    duty's window from the start of that window.
    """
    if standing.overdue_days:
        return "overdue"
    interval = duty.interval(standing.tier)
    if interval is None or standing.due_on is None:
        return "done" if standing.done else "due"
    horizon = window_of("week" if interval < duty.strictness(None) else duty.window, today)
    return "due" if standing.due_on <= horizon.last else "done"


def most_urgent(states: Iterable[DueState]) -> DueState:
    """Return the state of a household from those of its own and its people's duties; none where it has no duty."""
    present = set(states)
    return next((state for state in _BY_URGENCY if state in present), "none")


def in_visiting_order(standings: Iterable[Standing], *, walking_order: Mapping[Id, int]) -> list[Standing]:
    """Sort by tier (strictest first), then days overdue, then the household's place in `walking_order`.

    Households without a place on the walk come after those with one.
    """
    unplaced = len(walking_order)
    return sorted(
        standings,
        key=lambda standing: (
            standing.strictness,
            -standing.overdue_days,
            walking_order.get(standing.unit.household, unplaced),
            str(standing.unit.id),
        ),
    )
