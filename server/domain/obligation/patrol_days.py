"""巡查到位: the days on which a grid owed a patrol, and those on which it had one (METRICS P1 to P3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from server.domain.obligation.duty import Duty, DutyGrid, WorkdayCalendar
from server.domain.obligation.figure import Figure
from server.domain.obligation.pace import CoverageLevel, coverage_level
from server.domain.obligation.records import EVENING, Patrol, accepted
from server.domain.obligation.windows import Window
from server.domain.work_calendar import SHANGHAI, end_of_day, local_day

TodayState = Literal["today_done", "today_waiting", "today_evening", "today_exempt", "today_none"]

_ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """免巡: declared by the township for a grid and day with a reason; valid if declared before the day is over."""

    grid: str
    day: dt.date
    reason: str
    declared_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PatrolDays:
    """A grid's patrols over a period; grids that nobody patrolled and that are alike in time share theirs.

    The rows of its figures are days: `reached` is P1, `by_own_role` its part done by the role the rule names, `located` P2. `missed_in_a_row` is P3.
    `exempt` are the exempt duty days with `exempt_worked` those patrolled all the same, in neither n nor d.
    `patrols` gives the accepted patrols behind each day, the day of an exemption and days without a duty included.
    """

    vacant: bool
    trial: bool
    reached: Figure[dt.date]
    by_own_role: Figure[dt.date]
    located: Figure[dt.date]
    missed_in_a_row: int
    today: TodayState
    exempt: tuple[dt.date, ...]
    exempt_worked: tuple[dt.date, ...]
    patrols: Mapping[dt.date, tuple[Patrol, ...]]

    @property
    def level(self) -> CoverageLevel:
        """The class of the grid's colour over the period."""
        return coverage_level(self.reached.n, self.reached.d, trial=self.trial)


@dataclass(frozen=True, slots=True)
class _GridRecord:
    """What the days of one grid are judged by."""

    duty: Duty
    grid: DutyGrid
    calendar: WorkdayCalendar
    patrols: Mapping[dt.date, list[Patrol]]
    exempt: frozenset[dt.date]

    def owed_on(self, day: dt.date) -> bool:
        """Say whether the grid's duty falls on `day`, exempt or not."""
        return self.grid.owes_on(day) and _is_duty_day(self.duty, self.calendar, day)

    def owed_of(self, days: tuple[dt.date, ...]) -> tuple[dt.date, ...]:
        """Return those of some duty days in their order on which the grid was there, exempt or not."""
        first, last = self.grid.owes_since, self.grid.last_day or dt.date.max
        if days and first <= days[0] and days[-1] <= last:  # nearly always, and there are very many grids
            return days
        return tuple(day for day in days if first <= day <= last)

    def missed_before(self, today: dt.date) -> int:
        """连续未巡: count the duty days immediately before `today` without a patrol, exempt ones skipped."""
        done = (day for day in self.patrols if day < today and day not in self.exempt and self.owed_on(day))
        first = max((self.grid.owes_since, *(day + _ONE_DAY for day in done)))
        last = min(today - _ONE_DAY, self.grid.last_day or dt.date.max)
        skipped = sum(first <= day <= last and self.owed_on(day) for day in self.exempt)
        return self._duty_days_between(first, last) - skipped

    def _duty_days_between(self, first: dt.date, last: dt.date) -> int:
        length = max(0, (last - first).days + 1)
        if self.duty.patrol_days == "calendar":  # every grid of a city is asked, back to its first day
            return length
        return sum(self.calendar.is_working(first + dt.timedelta(days=day)) for day in range(length))


def patrol_days(
    duty: Duty,
    period: Window,
    grids: Iterable[DutyGrid],
    *,
    patrols: Iterable[Patrol],
    exemptions: Iterable[Exemption],
    calendar: WorkdayCalendar,
    as_of: dt.datetime,
) -> dict[str, PatrolDays]:
    """Return each grid's patrols over `period` at the aware instant `as_of`, by grid.

    `patrols` are to reach back before the period as far as P3 shall count: to the last patrol of each grid.
    """
    by_grid = _by_grid_and_day(duty, patrols, as_of=as_of)
    exempt = _exempt_days(exemptions, as_of=as_of)
    today = local_day(as_of)
    duty_days = tuple(day for day in period.days() if day <= today and _is_duty_day(duty, calendar, day))
    found: dict[str, PatrolDays] = {}
    alike: dict[tuple[object, ...], PatrolDays] = {}
    for grid in grids:
        there, excused = by_grid.get(grid.id, {}), frozenset(exempt.get(grid.id, ()))
        terms = (grid.first_day, grid.start_date, grid.last_day, grid.vacant)
        days = None if there or excused else alike.get(terms)
        if days is None:
            record = _GridRecord(duty, grid, calendar, there, excused)
            days = _count(record, period, duty_days, as_of=as_of)
        if not (there or excused):
            alike[terms] = days
        found[grid.id] = days
    return found


def _is_duty_day(duty: Duty, calendar: WorkdayCalendar, day: dt.date) -> bool:
    return duty.patrol_days == "calendar" or calendar.is_working(day)


def _by_grid_and_day(
    duty: Duty, patrols: Iterable[Patrol], *, as_of: dt.datetime
) -> dict[str, dict[dt.date, list[Patrol]]]:
    found: dict[str, dict[dt.date, list[Patrol]]] = {}
    for patrol in accepted(patrols, as_of=as_of):
        if duty.accepts(patrol.roles):
            found.setdefault(patrol.grid, {}).setdefault(patrol.day, []).append(patrol)
    return found


def _exempt_days(exemptions: Iterable[Exemption], *, as_of: dt.datetime) -> dict[str, set[dt.date]]:
    found: dict[str, set[dt.date]] = {}
    for exemption in exemptions:
        if exemption.declared_at <= as_of and exemption.declared_at < end_of_day(exemption.day):
            found.setdefault(exemption.grid, set()).add(exemption.day)
    return found


def _count(
    record: _GridRecord, period: Window, duty_days: tuple[dt.date, ...], *, as_of: dt.datetime
) -> PatrolDays:
    today = local_day(as_of)
    grid, patrols = record.grid, record.patrols
    owed = record.owed_of(duty_days)
    exempt = tuple(day for day in owed if day in record.exempt) if record.exempt else ()
    # The present day is in n and d once it is done, in neither before (METRICS D2).
    due = owed if not owed or owed[-1] < today or today in patrols else owed[:-1]
    if exempt:
        due = tuple(day for day in due if day not in record.exempt)
    done = tuple(day for day in due if day in patrols) if patrols else ()
    own = tuple(day for day in done if any(record.duty.is_own(patrol.roles) for patrol in patrols[day]))
    located = tuple(day for day in done if any(patrol.located for patrol in patrols[day]))
    vacant = int(grid.vacant)
    return PatrolDays(
        vacant=grid.vacant,
        trial=period.is_trial(grid.start_date),
        reached=Figure(done, due, vacant),
        by_own_role=Figure(own, due, vacant),
        located=Figure(located, done, vacant),
        missed_in_a_row=record.missed_before(today),
        today=_today(record, today, as_of=as_of),
        exempt=exempt,
        exempt_worked=tuple(day for day in exempt if day in patrols),
        patrols={day: tuple(found) for day, found in sorted(patrols.items()) if day in period},
    )


def _today(record: _GridRecord, today: dt.date, *, as_of: dt.datetime) -> TodayState:
    if not record.owed_on(today):
        return "today_none"
    if today in record.exempt:
        return "today_exempt"
    if today in record.patrols:
        return "today_done"
    return "today_evening" if as_of.astimezone(SHANGHAI).time() >= EVENING else "today_waiting"
