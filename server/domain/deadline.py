"""时限: hours, days and working days, the holiday calendar behind them, and pauses (METRICS C, "Due date")."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from server.domain.problems import Invalid
from server.domain.work_calendar import WorkCalendar, end_of_day, local_day

NEED_INFO_LIMIT = 5
"""Working days that waiting for information may stop the clock of one case, in all."""

_ONE_DAY = dt.timedelta(days=1)
_WRITTEN = re.compile(r"(?P<amount>[1-9][0-9]{0,3})(?P<unit>h|d|wd)")


class Unit(StrEnum):
    """What an allowance is counted in."""

    HOUR = "h"
    DAY = "d"
    WORKING_DAY = "wd"


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much time is allowed: "24h", "3d" or "5wd" (working days)."""

    amount: int
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> Allowance:
        """Read "24h", "3d" or "5wd"; raises Invalid("deadline.malformed_allowance")."""
        written = _WRITTEN.fullmatch(text)
        if written is None:
            raise Invalid("deadline.malformed_allowance", text=text)
        return cls(amount=int(written["amount"]), unit=Unit(written["unit"]))

    def __str__(self) -> str:
        return f"{self.amount}{self.unit.value}"


class PauseReason(StrEnum):
    """Why a clock stands still. Returning or escalating a case stops nothing."""

    NEED_INFO = "need_info"
    SUSPENSION = "suspension"


@dataclass(frozen=True, slots=True)
class Pause:
    """A time the clock stood still, aware datetimes; `until` is None while it still does.

    A suspension ends at its review date at the latest, so it always has an end.
    """

    reason: PauseReason
    since: dt.datetime
    until: dt.datetime | None

    def __post_init__(self) -> None:
        if self.until is None and self.reason is PauseReason.SUSPENSION:
            raise Invalid("deadline.suspension_without_review")


def due_at(
    start: dt.datetime, allowance: Allowance, *, calendar: WorkCalendar, pauses: Sequence[Pause] = ()
) -> dt.datetime:
    """Return when time is up (aware UTC), for a clock started at the aware `start`.

    The day of `start` is day 0 at whatever hour. A day counts if the clock is running at its end; time is up at
    24:00 of the last counted day. Hours run in calendar hours and stand still in pauses. A pause that has not ended
    is taken to last as long as it can, so that there is a date to show.
    """
    standing = [span for span in _standing_still(pauses, calendar) if span[1] > start]
    if allowance.unit is Unit.HOUR:
        return _after_hours(start, allowance.amount, standing)
    day, left = local_day(start), allowance.amount
    while left:
        day += _ONE_DAY
        if allowance.unit is Unit.DAY or calendar.is_working(day):
            left -= not (standing and _stands_still(end_of_day(day), standing))
    return end_of_day(day)


def day_due(
    day: dt.date, *, since: dt.datetime, calendar: WorkCalendar, pauses: Sequence[Pause] = ()
) -> dt.datetime:
    """Return when time is up (aware UTC) where a day was agreed at `since`: its 24:00, later by the days paused since.

    As with an allowance, a day counts if the clock is running at its end.
    """
    for stood_still, until in sorted(_standing_still(pauses, calendar)):
        if since <= stood_still < end_of_day(day):
            day += local_day(until) - local_day(stood_still)
    return end_of_day(day)


def spans_provisional(start: dt.datetime, due: dt.datetime, *, calendar: WorkCalendar) -> bool:
    """Say whether a deadline runs through a year whose holidays are not announced yet: it may still move."""
    first, last = local_day(start), local_day(due - dt.timedelta(seconds=1))
    return any(calendar.is_provisional(dt.date(year, 1, 1)) for year in range(first.year, last.year + 1))


def _standing_still(pauses: Iterable[Pause], calendar: WorkCalendar) -> list[tuple[dt.datetime, dt.datetime]]:
    """Return the spans in which the clock stands still: waiting for information is cut where its limit is used up."""
    spans, left = [], NEED_INFO_LIMIT
    for pause in sorted(pauses, key=lambda pause: pause.since):
        if pause.reason is PauseReason.SUSPENSION and pause.until is not None:
            spans.append((pause.since, pause.until))
            continue
        until, used = _use_up(pause, left=left, calendar=calendar)
        spans.append((pause.since, until))
        left -= used
    return spans


def _stands_still(moment: dt.datetime, standing: Iterable[tuple[dt.datetime, dt.datetime]]) -> bool:
    return any(since < moment <= until for since, until in standing)


def _use_up(pause: Pause, *, left: int, calendar: WorkCalendar) -> tuple[dt.datetime, int]:
    """Return when waiting for information stops counting as a pause, and how many working days it used."""
    day, used, reached = local_day(pause.since), 0, pause.since
    while used < left:
        midnight = end_of_day(day)
        if pause.until is not None and pause.until < midnight:
            return pause.until, used
        if calendar.is_working(day):
            used, reached = used + 1, midnight
        day += _ONE_DAY
    return reached, used


def _after_hours(
    start: dt.datetime, hours: int, standing: Iterable[tuple[dt.datetime, dt.datetime]]
) -> dt.datetime:
    due = start.astimezone(dt.UTC) + dt.timedelta(hours=hours)
    running_again = start
    for since, until in sorted(standing):
        since = max(since, running_again)
        if since < due and until > since:
            due += until - since
            running_again = until
    return due
