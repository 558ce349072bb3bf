"""走访到位: each grid's visits in a window, as figures with their rows (METRICS V1 to V6)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction

from server.domain.obligation.duty import Duty, DutyGrid, Id, WorkdayCalendar
from server.domain.obligation.figure import Figure
from server.domain.obligation.pace import Pace, pace_of, share_elapsed
from server.domain.obligation.roster import Exit, Unit, membership, needs_township, vacant_units
from server.domain.obligation.visits import Standing, VisitIndex, standing
from server.domain.obligation.windows import Window


@dataclass(frozen=True, slots=True)
class MovedOut:
    """移出: a unit that left d before it was done, and why."""

    unit: Unit
    exit: Exit


@dataclass(frozen=True, slots=True, kw_only=True)
class GridVisits:
    """A grid's visits in a window.

    `reached` is V1 (persons) or V2 (households), `by_own_role` its part done by the role the rule names, `by_phone`
    V3, `not_met` V4, `never` V5 (strictest tier first, then longest waiting), `long_unseen` V6. `family_only` are
    those whose family was met (见到家属). `next_window` are 新增: entered too late for this window. `exits` counts
    everybody who left in the window, done or not. `unoccupied` are the households confirmed vacant, outside d, of
    which n were looked at in the window. `standings` are the units of d in the order given.
    """

    grid: str
    vacant: bool
    trial: bool
    pace: Pace
    reached: Figure[Id]
    by_own_role: Figure[Id]
    by_phone: Figure[Id]
    not_met: Figure[Id]
    never: Figure[Id]
    long_unseen: Figure[Id]
    family_only: tuple[Id, ...]
    moved_out: tuple[MovedOut, ...]
    next_window: tuple[Unit, ...]
    exits: int
    unoccupied: Figure[Id]
    standings: tuple[Standing, ...]

    @property
    def exits_need_township(self) -> bool:
        """Whether so many left that the township is to confirm them (METRICS D4)."""
        return needs_township(exits=self.exits, d=self.reached.d)


@dataclass(slots=True)
class _Sorted:
    """A grid's units, sorted by how they stand in the window."""

    standings: list[Standing]
    moved_out: list[MovedOut]
    next_window: list[Unit]
    exits: int = 0


def compliance(
    duty: Duty,
    window: Window,
    units: Iterable[Unit],
    index: VisitIndex,
    *,
    grids: Iterable[DutyGrid],
    calendar: WorkdayCalendar,
) -> dict[str, GridVisits]:
    """Return each grid's visits in `window` at the index's `as_of`, by grid.

    The grid of every unit is to be among `grids`. A village that began after the window owes nothing in it.
    """
    grids = list(grids)
    living: dict[str, list[Unit]] = {grid.id: [] for grid in grids}
    for unit in units:
        living[unit.grid].append(unit)
    elapsed = {
        start_date: share_elapsed(window, start_date=start_date, today=index.today, calendar=calendar)
        for start_date in {grid.start_date for grid in grids}
    }
    found = {}
    for grid in grids:
        owing = living[grid.id] if grid.start_date <= window.last else []
        stand = _sort(duty, window, owing, index, start_date=grid.start_date, calendar=calendar)
        found[grid.id] = _grid_visits(
            grid,
            stand,
            window=window,
            unoccupied=_unoccupied(duty, window, owing, index, vacant=grid.vacant),
            elapsed=elapsed[grid.start_date],
            today=index.today,
        )
    return found


def _sort(
    duty: Duty,
    window: Window,
    units: Iterable[Unit],
    index: VisitIndex,
    *,
    start_date: dt.date,
    calendar: WorkdayCalendar,
) -> _Sorted:
    into = _Sorted([], [], [])
    for unit in units:
        member = membership(unit, duty, window, as_of=index.as_of)
        if member is None:
            continue
        if member.late:
            into.next_window.append(unit)
        if not member.counts:
            continue
        into.exits += member.exit is not None
        stands = standing(duty, member, window, index, start_date=start_date, calendar=calendar)
        if member.exit is not None and not stands.done:
            into.moved_out.append(MovedOut(unit, member.exit))
        else:
            into.standings.append(stands)
    return into


def _grid_visits(
    grid: DutyGrid,
    units: _Sorted,
    *,
    window: Window,
    unoccupied: Figure[Id],
    elapsed: Fraction,
    today: dt.date,
) -> GridVisits:
    trial = window.is_trial(grid.start_date)
    standings = units.standings
    rows_d = tuple(stands.unit.id for stands in standings)

    def those(true_of: Callable[[Standing], bool]) -> tuple[Id, ...]:
        return tuple(stands.unit.id for stands in standings if true_of(stands))

    def figure(rows_n: tuple[Id, ...], of: tuple[Id, ...] = rows_d) -> Figure[Id]:
        return Figure(rows_n, of, int(grid.vacant))

    done = those(lambda stands: stands.done)
    waiting = sorted((s for s in standings if s.never), key=lambda s: (s.strictness, s.entered_on))
    return GridVisits(
        grid=grid.id,
        vacant=grid.vacant,
        trial=trial,
        pace=pace_of(len(done), len(rows_d), elapsed=elapsed, ended=today > window.last, trial=trial),
        reached=figure(done),
        by_own_role=figure(those(lambda stands: stands.by_own_role)),
        by_phone=figure(those(lambda stands: stands.phone_only), of=done),
        not_met=figure(those(lambda stands: stands.not_met)),
        never=figure(tuple(stands.unit.id for stands in waiting)),
        long_unseen=figure(those(lambda stands: stands.long_unseen)),
        family_only=those(lambda stands: stands.family_only),
        moved_out=tuple(units.moved_out),
        next_window=tuple(units.next_window),
        exits=units.exits,
        unoccupied=unoccupied,
        standings=tuple(standings),
    )


def _unoccupied(
    duty: Duty, window: Window, units: Iterable[Unit], index: VisitIndex, *, vacant: bool
) -> Figure[Id]:
    if duty.what != "visit_household":
        return Figure((), (), int(vacant))
    empty = [unit.id for unit in vacant_units(units, window=window, as_of=index.as_of)]
    looked_at = [
        household
        for household in empty
        if any(v.day in window and not v.imported and duty.accepts(v.roles) for v in index.at(household))
    ]
    return Figure(tuple(looked_at), tuple(empty), int(vacant))
