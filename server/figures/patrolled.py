"""巡查天数: the days each grid was patrolled, and the mechanism they are judged by (METRICS P1 to P3)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, TypeVar

from sqlalchemy.orm import Session

from server.domain import obligation
from server.domain.mechanism import MechanismProfile
from server.domain.obligation import (
    Duty,
    DutyGrid,
    Exemption,
    PatrolDays,
    Window,
    patrol_days,
    patrol_sheet,
)
from server.domain.scope import Scope
from server.domain.work_calendar import local_day
from server.figures import areas, roster, sheets
from server.figures.areas import GridName, GridNames
from server.storage import patrols
from server.storage.profiles import calendar_of
from server.work import Reading

GridKind = Literal["general", "special"]
MISSED_IN_A_ROW = 3
_NOT_YET = frozenset({"today_waiting", "today_evening"})
_URBAN = "urban"

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class GridPatrols:
    """One grid's patrol days: P1 to P3, today, and how many days it was missed in a row."""

    code: str
    named: GridNames = field(repr=False, compare=False)
    days: PatrolDays

    @property
    def grid(self) -> GridName:
        """The grid by its name."""
        return self.named[self.code]

    @property
    def waits_today(self) -> bool:
        """Whether the grid's patrol of today is still to come."""
        return self.days.today in _NOT_YET

    @property
    def missed_three(self) -> bool:
        """Whether it went three duty days or more without a patrol."""
        return self.days.missed_in_a_row >= MISSED_IN_A_ROW


@dataclass(frozen=True, kw_only=True)
class Patrolled:
    """The patrol days of an area's grids, by grid code, with the mechanism and patrol duty each was judged by.

    `taken` are the patrols of the period and of the month before today, and the last ones before them, oldest first.
    `frozen_at`: when the month was frozen, where P1 and P2 are those of its sheet.
    """

    scope: Scope
    days: Mapping[str, PatrolDays]
    rules: Mapping[str, tuple[MechanismProfile, Duty]]
    named: GridNames
    taken: Sequence[Any]
    frozen_at: dt.datetime | None

    @cached_property
    def lines(self) -> Sequence[GridPatrols]:
        """A line for every grid, in their order."""
        return [GridPatrols(code=code, named=self.named, days=self.days[code]) for code in sorted(self.days)]

    def those(self, chosen: Callable[[GridPatrols], bool]) -> list[GridPatrols]:
        """The grids that something holds for, in their order."""
        return [line for line in self.lines if chosen(line)]

    def counting(self) -> list[Any]:
        """The patrols by anyone whose work counts for the grid (METRICS D7)."""
        return [
            row
            for row in self.taken
            if row.grid_then in self.rules and self.rules[row.grid_then][1].accepts(frozenset(row.roles))
        ]

    def radius_m(self) -> dict[str, float]:
        """How near in metres somebody passes a place of each grid to have been there (METRICS P4)."""
        near = {code: profile.coverage for code, (profile, _) in self.rules.items()}
        return {
            code: near[code].urban_m if self.named.area(code) == _URBAN else near[code].rural_m
            for code in self.days
        }


def patrolled(
    reading: Reading,
    period: Window,
    *,
    area: str | None = None,
    kind: GridKind | None = None,
    live: bool = False,
) -> Patrolled:
    """Return the patrol days of an area's grids over `period` as of now.

    Of a month that is frozen P1 and P2 are read from its sheet (METRICS D3); `live` asks what they would be now. Raises NotFound("jurisdiction.unknown") for an area outside the reader's scope.
    """
    scope = areas.narrowed(reading.actor.scope, area)
    session, today = reading.session, local_day(reading.now)
    duty_grids = roster.duty_grids(session, scope=scope, on=today, since=min(period.first, today))
    named = areas.grid_names(session, scope=scope)
    chosen = {grid.id: grid for grid in duty_grids if kind is None or named.kind(grid.id) == kind}
    taken = _taken(reading, period, scope=scope)
    days, rules = _judge(reading, period, chosen, taken=taken, scope=scope)
    frozen = None
    if not live and period.kind == "month" and period.last < today:
        frozen = sheets.frozen_values(session, {duty.id for _, duty in rules.values()}, period, scope=scope)
    if frozen is not None:
        days |= {
            code: patrol_sheet.read(values, now=days[code])
            for code, values in frozen.values.items()
            if code in days
        }
    return Patrolled(
        scope=scope,
        days=days,
        rules=rules,
        named=named,
        taken=taken,
        frozen_at=None if frozen is None else frozen.frozen_at,
    )


def by_grid(rows: Iterable[Row], grid_of: Callable[[Row], str]) -> dict[str, list[Row]]:
    """Return rows by the grid each belongs to, in their order; none for a grid without."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[grid_of(row)].append(row)
    return found


def _taken(reading: Reading, period: Window, *, scope: Scope) -> list[Any]:
    """The patrols that count: those since the period or the month before today, and the last ones before them."""
    today = local_day(reading.now)
    first = min(period.first, today - dt.timedelta(days=31))
    before = patrols.latest(reading.session, scope=scope, before=first, as_of=reading.now)
    since = patrols.counting(reading.session, scope=scope, first=first, last=today, as_of=reading.now)
    return sorted((*before, *since), key=lambda row: (row.day, row.started_at, row.id))


def _judge(
    reading: Reading, period: Window, grids: Mapping[str, DutyGrid], *, taken: Sequence[Any], scope: Scope
) -> tuple[dict[str, PatrolDays], dict[str, tuple[MechanismProfile, Duty]]]:
    exempt = _exemptions(reading.session, scope=scope)
    on = min(period.last, local_day(reading.now))
    there = by_grid(taken, lambda row: row.grid_then)
    days: dict[str, PatrolDays] = {}
    rules: dict[str, tuple[MechanismProfile, Duty]] = {}
    for profile, codes in areas.profiles(reading.session, grids, now=reading.now, on=on):
        duty = next((duty for duty in profile.duties() if duty.what == "patrol"), None)
        if duty is None:
            continue
        rules |= dict.fromkeys(codes, (profile, duty))
        days |= patrol_days(
            duty,
            period,
            [grids[code] for code in sorted(codes)],
            patrols=[_patrol(row) for code in codes for row in there.get(code, ())],
            exemptions=exempt,
            calendar=calendar_of(profile),
            as_of=reading.now,
        )
    return days, rules


def _patrol(row: Any) -> obligation.Patrol:
    return obligation.Patrol(
        id=row.id,
        grid=row.grid_then,
        day=row.day,
        received_at=row.received_at,
        roles=frozenset(row.roles),
        located=row.positioned,
        removed_at=row.removed_at,
    )


def _exemptions(session: Session, *, scope: Scope) -> list[Exemption]:
    rows = patrols.exemptions(session, scope=scope, first=dt.date.min, last=dt.date.max)
    return [
        Exemption(grid=row.grid_code, day=row.day, reason=row.reason, declared_at=row.declared_at)
        for row in rows
    ]
