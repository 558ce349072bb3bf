"""时限: a demand's clock as its page tells it — due when, first due when, when it stood still, and how sure that is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from server.domain.deadline import Pause, PauseReason, spans_provisional
from server.domain.mechanism import MechanismProfile
from server.figures.case_words import due_day, due_day_of
from server.storage.demands import Demand
from server.storage.profiles import calendar_of

_PAUSES = {PauseReason.NEED_INFO: "等反映人补充", PauseReason.SUSPENSION: "暂缓"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseClock:
    """Days in Shanghai, moments aware UTC.

    `first_due` is the day first promised or allowed, None while it still holds (METRICS C6). `is_provisional`: a day
    counted towards `due` lies in a year whose holidays are not announced yet. `step_due` is when the step now waited
    for is due.
    """

    due: dt.date | None
    first_due: dt.date | None
    step_due: dt.datetime | None
    is_provisional: bool
    pauses: Sequence[tuple[str, Pause]]


def clock(demand: Demand, profile: MechanismProfile) -> CaseClock:
    """Return the clock of a demand under its own mechanism."""
    state = demand.state
    first = None if state.original_due_at is None else due_day_of(state.original_due_at)
    started = state.clock_from or demand.received_at
    due = due_day(state)
    return CaseClock(
        due=due,
        first_due=first if first != due else None,
        step_due=state.step_due_at,
        is_provisional=state.due_at is not None
        and spans_provisional(started, state.due_at, calendar=calendar_of(profile)),
        pauses=[(_PAUSES[pause.reason], pause) for pause in state.pauses],
    )
