"""巡查覆盖: how far each grid's patrols have come, who answers for it today, and what was found (METRICS P)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from sqlalchemy.orm import Session

from server.domain import obligation
from server.domain.jurisdiction import contains
from server.domain.mechanism import MechanismProfile
from server.domain.obligation import (
    Duty,
    DutyGrid,
    Exemption,
    Figure,
    GridDay,
    PatrolDays,
    Window,
    patrol_days,
    total,
)
from server.domain.problems import NotFound
from server.domain.scope import Scope
from server.domain.work_calendar import local_day
from server.figures import areas, roster
from server.figures.areas import GridName
from server.figures.places import Place, PlacesReached, places_reached
from server.figures.staffing import Staffing, names_of, staffing
from server.storage import patrols
from server.storage.patrols import Finding
from server.storage.profiles import calendar_of
from server.work import Reading

GridKind = Literal["general", "special"]
MISSED_IN_A_ROW = 3
_NOT_YET = frozenset({"today_waiting", "today_evening"})
_REPORTED, _FIXED = "report", "fixed"
_URBAN = "urban"

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class PatrolRecord:
    """A patrol that counts, as a list shows it: who and when. `result`: clear or found."""

    grid: str
    day: dt.date
    started_at: dt.datetime
    who: str
    result: str
    positioned: bool


@dataclass(frozen=True, slots=True)
class FindingCounts:
    """发现: how many in all, fixed on the spot, asked to report, and by kind (METRICS P6)."""

    found: int
    fixed: int
    reported: int
    by_kind: Mapping[str, int]

    @classmethod
    def of(cls, findings: Iterable[Finding]) -> FindingCounts:
        """Count findings."""
        rows = list(findings)
        kinds: dict[str, int] = defaultdict(int)
        for row in rows:
            kinds[row.kind] += 1
        fixed = sum(row.handled == _FIXED for row in rows)
        return cls(len(rows), fixed, sum(row.handled == _REPORTED for row in rows), dict(kinds))


@dataclass(frozen=True, slots=True, kw_only=True)
class GridCoverage:
    """One grid's line: P1 to P3 in `days`, P4 and P5 in `places`, the findings of the period, who answers today."""

    grid: GridName
    days: PatrolDays
    staff: Staffing
    places: PlacesReached
    findings: tuple[Finding, ...]
    records: tuple[PatrolRecord, ...]
    last: PatrolRecord | None

    @property
    def finding_counts(self) -> FindingCounts:
        """The findings of the period, counted."""
        return FindingCounts.of(self.findings)

    @property
    def waits_today(self) -> bool:
        """Whether the grid's patrol of today is still to come."""
        return self.days.today in _NOT_YET

    @property
    def missed_three(self) -> bool:
        """Whether it went three duty days or more without a patrol."""
        return self.days.missed_in_a_row >= MISSED_IN_A_ROW


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The lines of an area over a period, by grid code, and their sums (METRICS D10)."""

    as_of: dt.datetime
    period: Window
    grids: tuple[GridCoverage, ...]

    @property
    def reached(self) -> Figure[GridDay]:
        """P1 of them all."""
        return total(line.days.reached for line in self.grids)

    @property
    def by_own_role(self) -> Figure[GridDay]:
        """P1 by the role the county's rule names."""
        return total(line.days.by_own_role for line in self.grids)

    @property
    def located(self) -> Figure[GridDay]:
        """P2 of them all."""
        return total(line.days.located for line in self.grids)

    @property
    def places(self) -> Figure[Place]:
        """P4 of the grids where it means anything."""
        return total(line.places.reached for line in self.grids if line.places.is_shown)

    @property
    def long_unseen(self) -> Figure[Place]:
        """P5 of the grids where it means anything."""
        return total(line.places.long_unseen for line in self.grids if line.places.is_shown)

    @property
    def chronic(self) -> tuple[Place, ...]:
        """Of P5, the places missed in three windows of 30 days one after another."""
        return tuple(place for line in self.grids if line.places.is_shown for place in line.places.chronic)

    def those(self, chosen: Callable[[GridCoverage], bool]) -> list[GridCoverage]:
        """The lines that something holds for, in their order."""
        return [line for line in self.grids if chosen(line)]

    def of_group(self, code: str) -> Coverage:
        """The lines of one grid or division. Raises NotFound("grid.unknown") where there is none."""
        lines = tuple(line for line in self.grids if contains(code, line.grid.code))
        if not lines:
            raise NotFound("grid.unknown", code=code)
        return Coverage(as_of=self.as_of, period=self.period, grids=lines)


def coverage(
    reading: Reading, period: Window, *, area: str | None = None, kind: GridKind | None = None
) -> Coverage:
    """Return the patrols of an area's grids over `period` as of now.

    Raises NotFound("jurisdiction.unknown") for an area outside the reader's scope.
    """
    scope = areas.narrowed(reading.actor.scope, area)
    session, today = reading.session, local_day(reading.now)
    duty_grids = roster.duty_grids(session, scope=scope, on=today, since=min(period.first, today))
    named = areas.grid_names(session, scope=scope)
    chosen = {grid.id: grid for grid in duty_grids if kind is None or named[grid.id].kind == kind}
    taken = _taken(reading, period, scope=scope)
    judged = _judge(reading, period, chosen, taken=taken, scope=scope)
    days = judged.days
    places = places_reached(
        session,
        scope=scope,
        as_of=reading.now,
        radius_m={code: judged.radius_m(named[code]) for code in days},
    )
    staff = staffing(session, days, on=today)
    found = _by_grid(
        patrols.findings_between(session, scope=scope, first=period.first, last=period.last),
        lambda row: row.grid_then,
    )
    records = _records(session, judged.counting(taken))
    return Coverage(
        as_of=reading.now,
        period=period,
        grids=tuple(
            GridCoverage(
                grid=named[code],
                days=days[code],
                staff=staff[code],
                places=places[code],
                findings=tuple(found[code]),
                records=tuple(record for record in records[code] if record.day in period),
                last=records[code][-1] if records[code] else None,
            )
            for code in sorted(days)
        ),
    )


def _taken(reading: Reading, period: Window, *, scope: Scope) -> list[Any]:
    """The patrols that count: those since the period or the month before today, and the last ones before them."""
    today = local_day(reading.now)
    first = min(period.first, today - dt.timedelta(days=31))
    before = patrols.latest(reading.session, scope=scope, before=first, as_of=reading.now)
    since = patrols.counting(reading.session, scope=scope, first=first, last=today, as_of=reading.now)
    return sorted((*before, *since), key=lambda row: (row.day, row.started_at, row.id))


@dataclass(frozen=True, slots=True)
class _Judged:
    """Each grid's patrol days, and the mechanism with its patrol duty that they were judged by."""

    days: Mapping[str, PatrolDays]
    rules: Mapping[str, tuple[MechanismProfile, Duty]]

    def counting(self, taken: Iterable[Any]) -> list[Any]:
        """The patrols by anyone whose work counts for the grid (METRICS D7)."""
        return [
            row
            for row in taken
            if row.grid_then in self.rules and self.rules[row.grid_then][1].accepts(frozenset(row.roles))
        ]

    def radius_m(self, grid: GridName) -> float:
        """How near in metres somebody passes a place of the grid to have been there (METRICS P4)."""
        near = self.rules[grid.code][0].coverage
        return near.urban_m if grid.area == _URBAN else near.rural_m


def _judge(
    reading: Reading, period: Window, grids: Mapping[str, DutyGrid], *, taken: Sequence[Any], scope: Scope
) -> _Judged:
    exempt = _exemptions(reading.session, scope=scope)
    by_grid = _by_grid(taken, lambda row: row.grid_then)
    days: dict[str, PatrolDays] = {}
    rules: dict[str, tuple[MechanismProfile, Duty]] = {}
    for profile, codes in areas.profiles(reading.session, grids, now=reading.now):
        duty = next((duty for duty in profile.duties() if duty.what == "patrol"), None)
        if duty is None:
            continue
        rules |= dict.fromkeys(codes, (profile, duty))
        days |= patrol_days(
            duty,
            period,
            [grids[code] for code in sorted(codes)],
            patrols=[_patrol(row) for code in codes for row in by_grid[code]],
            exemptions=exempt,
            calendar=calendar_of(profile),
            as_of=reading.now,
        )
    return _Judged(days, rules)


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


def _records(session: Session, rows: Sequence[Any]) -> dict[str, list[PatrolRecord]]:
    names = names_of(session, (row.account_id for row in rows if row.account_id is not None))
    records = (
        PatrolRecord(
            grid=row.grid_then,
            day=row.day,
            started_at=row.started_at,
            who=names.get(row.account_id, ""),
            result=row.result,
            positioned=row.positioned,
        )
        for row in rows
    )
    return _by_grid(records, lambda record: record.grid)


def _by_grid(rows: Iterable[Row], grid_of: Callable[[Row], str]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[grid_of(row)].append(row)
    return found
