"""走访到位: each grid's visits in a window, as figures with their rows (METRICS V1 to V6)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

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
    """A grid's visits in a window; grids that owe nobody and that are alike share theirs.

    `reached` is V1 (persons) or V2 (households), `by_own_role` its part done by the role the rule names, `by_phone`
    V3, `not_met` V4, `never` V5 (strictest tier first, then longest waiting), `long_unseen` V6. `family_only` are
    those whose family was met (见到家属). `next_window` are 新增: entered too late for this window. `exits` counts
    everybody who left in the window, done or not. `unoccupied` are the households confirmed vacant, outside d, of
    which n were looked at in the window. `standings` are the units of d in the order given.
    """

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


@dataclass(slots=True, kw_only=True)
class GridUnits:
    """A grid's units, sorted by how they stand in the window: what its figures are counted from."""

    vacant: bool
    trial: bool
    pace: Pace = "none"
    standings: list[Standing] = field(default_factory=list)
    moved_out: list[MovedOut] = field(default_factory=list)
    next_window: list[Unit] = field(default_factory=list)
    exits: int = 0
    unoccupied: Figure[Id] = field(default_factory=lambda: Figure((), ()))

    def counted(self) -> GridVisits:
        """Count them: each figure with its rows."""
        return GridVisits(
            vacant=self.vacant,
            trial=self.trial,
            pace=self.pace,
            **(self._figures() if self.standings else self._nobody()),
            moved_out=tuple(self.moved_out),
            next_window=tuple(self.next_window),
            exits=self.exits,
            unoccupied=self.unoccupied,
            standings=tuple(self.standings),
        )

    def _nobody(self) -> dict[str, Any]:
        """The figures where nobody is in d: one for all, since most grids of a city owe nobody a given duty."""
        nothing: Figure[Id] = Figure((), (), int(self.vacant))
        return {**dict.fromkeys(_FIGURES, nothing), "family_only": ()}

    def _figures(self) -> dict[str, Any]:
        rows_d = tuple(stands.unit.id for stands in self.standings)

        def those(true_of: Callable[[Standing], bool]) -> tuple[Id, ...]:
            return tuple(stands.unit.id for stands in self.standings if true_of(stands))

        def figure(rows_n: tuple[Id, ...], of: tuple[Id, ...] = rows_d) -> Figure[Id]:
            return Figure(rows_n, of, int(self.vacant))

        done = those(lambda stands: stands.done)
        waiting = sorted((s for s in self.standings if s.never), key=lambda s: (s.strictness, s.entered_on))
        return {
            "reached": figure(done),
            "by_own_role": figure(those(lambda stands: stands.by_own_role)),
            "by_phone": figure(those(lambda stands: stands.phone_only), of=done),
            "not_met": figure(those(lambda stands: stands.not_met)),
            "never": figure(tuple(stands.unit.id for stands in waiting)),
            "long_unseen": figure(those(lambda stands: stands.long_unseen)),
            "family_only": those(lambda stands: stands.family_only),
        }


_FIGURES = ("reached", "by_own_role", "by_phone", "not_met", "never", "long_unseen")


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
        if not owing:
            found[grid.id] = _owed_nobody(vacant=grid.vacant, trial=window.is_trial(grid.start_date))
            continue
        sorted_ = _sort(duty, window, owing, index, grid=grid, calendar=calendar)
        sorted_.unoccupied = _unoccupied(duty, window, owing, index, vacant=grid.vacant)
        sorted_.pace = pace_of(
            sum(stands.done for stands in sorted_.standings),
            len(sorted_.standings),
            elapsed=elapsed[grid.start_date],
            ended=index.today > window.last,
            trial=sorted_.trial,
        )
        found[grid.id] = sorted_.counted()
    return found


def _sort(
    duty: Duty,
    window: Window,
    units: Iterable[Unit],
    index: VisitIndex,
    *,
    grid: DutyGrid,
    calendar: WorkdayCalendar,
) -> GridUnits:
    into = GridUnits(vacant=grid.vacant, trial=window.is_trial(grid.start_date))
    for unit in units:
        member = membership(unit, duty, window, as_of=index.as_of)
        if member is None:
            continue
        if member.late:
            into.next_window.append(unit)
        if not member.counts:
            continue
        into.exits += member.exit is not None
        stands = standing(duty, member, window, index, start_date=grid.start_date, calendar=calendar)
        if member.exit is not None and not stands.done:
            into.moved_out.append(MovedOut(unit, member.exit))
        else:
            into.standings.append(stands)
    return into


@cache
def _owed_nobody(*, vacant: bool, trial: bool) -> GridVisits:
    """A grid where nobody lives whom the duty is owed to, as are most of a city: one for all of them."""
    return GridUnits(vacant=vacant, trial=trial, unoccupied=Figure((), (), int(vacant))).counted()


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
