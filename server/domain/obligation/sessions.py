"""入户问需 by grid and week (METRICS V7), 点单日 and 院坝会 by place (METRICS V8)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from server.domain.obligation.duty import Duty, DutyGrid, Id
from server.domain.obligation.figure import Figure
from server.domain.obligation.records import Session, Visit, accepted
from server.domain.obligation.windows import Window, next_window, posting_window, window_of
from server.domain.work_calendar import local_day


class GridWeek(NamedTuple):
    """One row of V7: a grid in the week of a Monday."""

    grid: str
    monday: dt.date


def need_visits(
    duty: Duty, period: Window, grids: Iterable[DutyGrid], *, visits: Iterable[Visit], as_of: dt.datetime
) -> dict[str, Figure[GridWeek]]:
    """入户问需: of each grid's completed weeks, those with a visit that met somebody there, by grid (METRICS V7).

    A week belongs to the period in which it ends, and is owed by the grid in force on all its days. A visit counts
    for the grid its household lay in that day.
    """
    mondays = _completed_weeks(period, today=local_day(as_of))
    met = {
        GridWeek(visit.grid, window_of("week", visit.day).first)
        for visit in accepted(visits, as_of=as_of)
        if visit.outcome == "met" and not visit.imported and duty.accepts(visit.roles)
    }
    figures = {}
    for grid in grids:
        owed = tuple(GridWeek(grid.id, week.first) for week in mondays if _owes_week(grid, week))
        figures[grid.id] = Figure(tuple(week for week in owed if week in met), owed, int(grid.vacant))
    return figures


def session_window(duty: Duty, day: dt.date) -> Window:
    """Return the window of a session duty that `day` falls into: around its day of the month, where it has one."""
    if duty.on_day is None:
        return window_of(duty.window, day)
    return posting_window(window_of("month", day), on_day=duty.on_day)


def sessions_held(
    duty: Duty, window: Window, places: Iterable[Id], *, sessions: Iterable[Session], as_of: dt.datetime
) -> Figure[Id]:
    """点单日、院坝会: of the places owing a session in `window`, those that held one (METRICS V8).

    A session with no demand at all is one.
    """
    held = {
        session.place
        for session in accepted(sessions, as_of=as_of)
        if session.channel == duty.channel and session.day in window and duty.accepts(session.roles)
    }
    owed = tuple(places)
    return Figure(tuple(place for place in owed if place in held), owed)


def _completed_weeks(period: Window, *, today: dt.date) -> list[Window]:
    weeks = []
    week = window_of("week", period.first)
    while week.last <= period.last and week.last < today:
        weeks.append(week)
        week = next_window(week)
    return weeks


def _owes_week(grid: DutyGrid, week: Window) -> bool:
    """The village's first week is owed from its start; before and after its time a grid owes no part of a week."""
    in_force = grid.first_day <= week.first and (grid.last_day is None or week.last <= grid.last_day)
    return in_force and grid.start_date <= week.last
