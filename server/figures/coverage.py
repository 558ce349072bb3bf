"""巡查覆盖: how far each grid's patrols have come, who answers for it today, and what was found (METRICS P)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from typing import Any

from sqlalchemy.orm import Session

from server.domain.jurisdiction import contains
from server.domain.obligation import Sum, Window, summed
from server.domain.problems import NotFound
from server.domain.work_calendar import local_day
from server.figures.area_shares import area_shares
from server.figures.patrolled import GridKind, GridPatrols, Patrolled, by_grid, patrolled
from server.figures.places import Place, PlacesReached, places_reached
from server.figures.sheets import LateRecord, late_patrols
from server.figures.staffing import Staffing, names_of, staffing
from server.storage import patrols
from server.storage.patrols import Finding, Patrol
from server.work import Reading

_REPORTED, _FIXED = "report", "fixed"


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
class GridCoverage(GridPatrols):
    """One grid's line: besides P1 to P3, P4 and P5 in `places`, the findings of the period, who answers today.

    `area_share`: see figures/area_shares.py; None unless an expert asked and the grid is small or 专属.
    """

    staff: Staffing
    places: PlacesReached
    findings: tuple[Finding, ...]
    records: tuple[PatrolRecord, ...]
    last: PatrolRecord | None
    area_share: float | None = None

    @property
    def finding_counts(self) -> FindingCounts:
        """The findings of the period, counted."""
        return FindingCounts.of(self.findings)


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """The lines of an area over a period, by grid code, and their sums (METRICS D10).

    `frozen_at`: when the month was frozen, where P1 and P2 are those of its sheet; `late` came afterwards (封账后补录).
    """

    as_of: dt.datetime
    frozen_at: dt.datetime | None
    late: tuple[LateRecord[Patrol], ...]
    period: Window
    grids: tuple[GridCoverage, ...]

    @property
    def has_ended(self) -> bool:
        """Whether it is a month that was over at `as_of`."""
        return self.period.kind == "month" and self.period.last < local_day(self.as_of)

    @cached_property
    def reached(self) -> Sum:
        """P1 of them all."""
        return summed(line.days.reached for line in self.grids)

    @cached_property
    def by_own_role(self) -> Sum:
        """P1 by the role the county's rule names."""
        return summed(line.days.by_own_role for line in self.grids)

    @cached_property
    def located(self) -> Sum:
        """P2 of them all."""
        return summed(line.days.located for line in self.grids)

    @cached_property
    def waiting_today(self) -> int:
        """How many grids' patrol of today is still to come."""
        return sum(line.waits_today for line in self.grids)

    @property
    def placed(self) -> list[PlacesReached]:
        """The places of the grids where P4 and P5 mean anything."""
        return [line.places for line in self.grids if line.places.is_shown]

    @cached_property
    def places(self) -> Sum:
        """P4 of them."""
        return summed(each.reached for each in self.placed)

    @cached_property
    def long_unseen(self) -> Sum:
        """P5 of them."""
        return summed(each.long_unseen for each in self.placed)

    @cached_property
    def chronic(self) -> tuple[Place, ...]:
        """Of P5, the places missed in three windows of 30 days one after another."""
        return tuple(place for each in self.placed for place in each.chronic)

    def those(self, chosen: Callable[[GridCoverage], bool]) -> list[GridCoverage]:
        """The lines that something holds for, in their order."""
        return [line for line in self.grids if chosen(line)]

    def of_group(self, code: str) -> Coverage:
        """The lines of one grid or division. Raises NotFound("grid.unknown") where there is none."""
        lines = tuple(line for line in self.grids if contains(code, line.code))
        if not lines:
            raise NotFound("grid.unknown", code=code)
        late = tuple(record for record in self.late if contains(code, record.row.grid_then))
        return replace(self, grids=lines, late=late)

    def divided(self, digits: int) -> list[tuple[str, Coverage]]:
        """(code, lines) of each division whose code has so many digits, without what came too late."""
        grouped = groupby(self.grids, key=lambda line: line.code[:digits])
        return [(code, replace(self, grids=tuple(lines), late=())) for code, lines in grouped]


def coverage(
    reading: Reading,
    period: Window,
    *,
    area: str | None = None,
    kind: GridKind | None = None,
    live: bool = False,
    expert: bool = False,
) -> Coverage:
    """Return the patrols of an area's grids over `period` as of now, or as frozen: see `patrolled`. `expert` adds area shares.

    Raises NotFound("jurisdiction.unknown") for an area outside the reader's scope.
    """
    session = reading.session
    walked = patrolled(reading, period, area=area, kind=kind, live=live)
    days, scope = walked.days, walked.scope
    places = places_reached(session, scope=scope, as_of=reading.now, radius_m=walked.radius_m())
    staff = staffing(session, days, on=local_day(reading.now))
    found = by_grid(
        patrols.findings_between(session, scope=scope, first=period.first, last=period.last),
        lambda row: row.grid_then,
    )
    records = _records(session, walked.counting())
    shares = area_shares(session, period, dict(walked.named), scope=scope) if expert else {}
    return Coverage(
        as_of=reading.now,
        frozen_at=walked.frozen_at,
        late=_late(reading, walked, period),
        period=period,
        grids=tuple(
            GridCoverage(
                code=code,
                named=walked.named,
                days=days[code],
                staff=staff[code],
                places=places[code],
                findings=tuple(found.get(code, ())),
                records=tuple(record for record in records.get(code, ()) if record.day in period),
                last=records[code][-1] if code in records else None,
                area_share=shares.get(code),
            )
            for code in sorted(days)
        ),
    )


def _late(reading: Reading, walked: Patrolled, period: Window) -> tuple[LateRecord[Patrol], ...]:
    if walked.frozen_at is None:
        return ()
    late = late_patrols(
        reading.session, period, scope=walked.scope, frozen_at=walked.frozen_at, as_of=reading.now
    )
    return tuple(record for record in late if record.row.grid_then in walked.days)


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
    return by_grid(records, lambda record: record.grid)
