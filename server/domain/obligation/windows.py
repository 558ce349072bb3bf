"""Days and windows: when a duty is owed, in Shanghai calendar days."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from typing import Literal

from server.domain.work_calendar import end_of_day

WindowKind = Literal["day", "week", "month", "quarter", "half_year", "year", "month_day", "rolling", "custom"]

ROLLING_DAYS = 183
POSTING_TOLERANCE_DAYS = 2

_MONTHS_LONG = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
_ENTRY_DAYS_LEFT = {"month": 10, "quarter": 30, "half_year": 30, "year": 30, "rolling": 30}
_ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """期: the days from `first` to `last`, both included. Week and longer kinds are those of METRICS V."""

    kind: WindowKind
    first: dt.date
    last: dt.date

    def __contains__(self, day: dt.date) -> bool:
        return self.first <= day <= self.last

    def days(self) -> list[dt.date]:
        """Return the days of the window in order."""
        return [self.first + dt.timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    def days_left(self, day: dt.date) -> int:
        """Count the days from `day` to the end, `day` included; 0 once the window is over."""
        return max(0, (self.last - max(day, self.first)).days + 1)

    def is_trial(self, start_date: dt.date) -> bool:
        """试运行: say whether the village began its work inside this window (METRICS D11)."""
        return start_date in self


def window_of(kind: WindowKind, day: dt.date) -> Window:
    """Return the window of `kind` that holds `day`; weeks run Monday to Sunday, the longer ones by calendar.

    Raises ValueError for kinds that a day alone does not fix (month_day, custom).
    """
    if kind == "day":
        return Window(kind, day, day)
    if kind == "week":
        monday = day - dt.timedelta(days=day.weekday())
        return Window(kind, monday, monday + dt.timedelta(days=6))
    if kind == "rolling":
        return Window(kind, day - dt.timedelta(days=ROLLING_DAYS - 1), day)
    if kind not in _MONTHS_LONG:
        raise ValueError(f"no window of kind {kind!r} can be told from a day")
    months = _MONTHS_LONG[kind]
    first_month = day.month - (day.month - 1) % months
    last_month = first_month + months - 1
    last_day = calendar.monthrange(day.year, last_month)[1]
    return Window(kind, dt.date(day.year, first_month, 1), dt.date(day.year, last_month, last_day))


def next_window(window: Window) -> Window:
    """Return the window of the same kind that begins on the day after."""
    return window_of(window.kind, window.last + _ONE_DAY)


def posting_window(month: Window, *, on_day: int) -> Window:
    """每月某日: day `on_day` of the month with two days of tolerance on either side (METRICS D8).

    A month without that day has it on its last.
    """
    last = calendar.monthrange(month.first.year, month.first.month)[1]
    day = month.first.replace(day=min(on_day, last))
    tolerance = dt.timedelta(days=POSTING_TOLERANCE_DAYS)
    return Window("month_day", day - tolerance, day + tolerance)


def entry_counts(entered_on: dt.date, window: Window) -> bool:
    """Say whether somebody who entered on that day is owed in this window already (METRICS D4).

    A week counts those who entered before its Monday; a month needs ten days left and a longer window thirty,
    the day of entry included. What was there when the window began always counts.
    """
    if window.kind == "week":
        return entered_on < window.first
    if entered_on <= window.first:
        return True
    needed = _ENTRY_DAYS_LEFT.get(window.kind)
    return needed is not None and (window.last - entered_on).days + 1 >= needed


def first_owed_window(kind: WindowKind, *, entered_on: dt.date, start_date: dt.date) -> Window:
    """Return the first window in which a unit is owed: not before the village's start, not against the entry rule."""
    window = window_of(kind, max(entered_on, start_date))
    return window if entry_counts(entered_on, window) else next_window(window)


def freeze_instant(month: Window, *, freeze_day: int) -> dt.datetime:
    """封账: when the sheet of `month` is frozen, 24:00 of `freeze_day` in the month after (METRICS D3). Aware UTC."""
    return end_of_day((month.last + _ONE_DAY).replace(day=freeze_day))
