"""诉求的时限: age, due, overdue, stalled — each defined once (METRICS C2 to C5)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from server.domain.deadline import Allowance, due_at
from server.domain.demand_states import RUNNING, UNRESOLVED, DemandState, StateKey
from server.domain.mechanism import MechanismProfile
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


@dataclass(frozen=True, slots=True)
class DueDates:
    """The three dates of a demand, as DemandState explains them."""

    due_at: dt.datetime | None
    original_due_at: dt.datetime | None
    step_due_at: dt.datetime | None


_BEFORE_ASSIGNMENT = frozenset(
    {StateKey.SUBMITTED, StateKey.REGISTERED, StateKey.LISTED, StateKey.CLASSIFIED}
)
_TO_BE_TOLD = frozenset({StateKey.DONE, StateKey.ANSWERED, StateKey.EXPLAINED})


@dataclass(frozen=True, slots=True)
class Clock:
    """Sets the dates of a demand that has just been acted on, by the county's allowances, at `now`."""

    profile: MechanismProfile
    calendar: WorkCalendar
    now: dt.datetime

    def set(self, state: DemandState, *, entered: bool, channel: str, deadline: dt.date | None) -> DueDates:
        """Return the dates of `state`, already moved.

        `entered` says that the act led into this state, rather than leaving the demand where it was; `deadline` is
        the day agreed on assigning (完成时限).
        """
        due, original = state.due_at, state.original_due_at
        if state.class_ == "PRIVATE":
            due = None
        elif state.key is StateKey.PROMISED and state.promised_on is not None:
            due = end_of_day(state.promised_on)
            original = original or due
        elif state.key is StateKey.ASSIGNED:
            due = self._matter_due(state, channel=channel, deadline=deadline)
            original = original or due
        elif state.key in _BEFORE_ASSIGNMENT and (due is None or (entered and original is None)):
            due = original or self._step_due(
                state.key
            )  # what was promised holds again once it is not PRIVATE
        return DueDates(due_at=due, original_due_at=original, step_due_at=self._waited_for(state))

    def _matter_due(
        self, state: DemandState, *, channel: str, deadline: dt.date | None
    ) -> dt.datetime | None:
        """The day agreed, else what was promised or allowed before, else what the class is allowed."""
        if deadline is not None:
            return end_of_day(deadline)
        if state.original_due_at is not None or state.class_ is None:
            return state.due_at
        return self._after(self.profile.allowance(state.class_, channel=channel))

    def _step_due(self, key: StateKey) -> dt.datetime:
        deadlines = self.profile.deadlines
        if key is StateKey.SUBMITTED:
            return self._after(deadlines.acknowledge)
        return self._after(deadlines.screen if key is StateKey.REGISTERED else deadlines.classify)

    def _waited_for(self, state: DemandState) -> dt.datetime | None:
        if state.key in _TO_BE_TOLD:
            return self._after(self.profile.deadlines.feed_back)
        if state.key is StateKey.VERIFIED:
            return state.step_due_at  # being checked gives no more time to report back
        if state.key is StateKey.FED_BACK:
            return self._after(self.profile.rating.window)
        if state.class_ == "PRIVATE" and state.key in UNRESOLVED:
            return self._private_word(state.key)
        return self._after(self.profile.deadlines.accept) if state.key is StateKey.ASSIGNED else None

    def _private_word(self, key: StateKey) -> dt.datetime:
        """A PRIVATE matter has its clock on the first contact, then on a word each week, never on the solution."""
        if key is StateKey.CLASSIFIED:
            return self._step_due(key)
        if key is StateKey.ASSIGNED:
            return self._after(self.profile.class_of("PRIVATE").allowance)
        return self._after(self.profile.deadlines.private_word)

    def _after(self, allowance: Allowance) -> dt.datetime:
        return due_at(self.now, allowance, calendar=self.calendar)
