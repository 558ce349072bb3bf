"""走访到位: how far each grid's visits have come in a window, by duty (METRICS V1 to V6)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from server.domain import obligation
from server.domain.jurisdiction import contains
from server.domain.mechanism import MechanismProfile
from server.domain.obligation import (
    Duty,
    Figure,
    GridVisits,
    Id,
    Standing,
    Unit,
    VisitIndex,
    Window,
    WindowKind,
    due_state,
    late_additions,
    sheet_instant,
    total,
    window_of,
)
from server.domain.problems import NotFound
from server.domain.scope import Scope
from server.domain.work_calendar import local_day
from server.figures import areas, roster
from server.figures.areas import GridName
from server.figures.staffing import Staffing, staffing
from server.storage.profiles import calendar_of
from server.work import Reading

PREVIOUS_WINDOWS = 3
ROLLING: WindowKind = "rolling"
_SHEETS = frozenset({"month", "quarter", "half_year", "year"})
_UNITS = {"visit_person": roster.persons, "visit_household": roster.households}
_ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class GridCompliance:
    """One grid's line: V1 to V6, who left and who came, and who answers for the grid today."""

    grid: GridName
    visits: GridVisits
    staff: Staffing


@dataclass(frozen=True, slots=True, kw_only=True)
class Compliance:
    """The lines of an area in a window at `as_of`, by grid code, and their sums (METRICS D10).

    `late` came after the sheet of the window was frozen
    (封账后补录). `stranded`: units of the register whose grid is no longer there, in no line.
    """

    as_of: dt.datetime
    scope: Scope
    duty: Duty
    profile: MechanismProfile
    window: Window
    is_sheet: bool
    grids: tuple[GridCompliance, ...]
    late: tuple[obligation.Visit, ...]
    stranded: tuple[Unit, ...]

    def sum_of(self, figure: Callable[[GridVisits], Figure[Id]]) -> Figure[Id]:
        """Σn of Σd of one figure."""
        return total(figure(line.visits) for line in self.grids)

    @property
    def standings(self) -> list[Standing]:
        """How every unit of d stands, grid by grid."""
        return [standing for line in self.grids for standing in line.visits.standings]

    @property
    def waiting(self) -> list[Standing]:
        """Those of d not reached yet."""
        return [standing for standing in self.standings if not standing.done]

    @property
    def moved_out(self) -> int:
        """How many left d before they were reached (本期移出)."""
        return sum(len(line.visits.moved_out) for line in self.grids)

    def of_group(self, code: str) -> Compliance:
        """The lines of one grid or division. Raises NotFound("grid.unknown") where there is none."""
        lines = tuple(line for line in self.grids if contains(code, line.grid.code))
        if not lines:
            raise NotFound("grid.unknown", code=code)
        return Compliance(
            as_of=self.as_of,
            scope=self.scope,
            duty=self.duty,
            profile=self.profile,
            window=self.window,
            is_sheet=self.is_sheet,
            grids=lines,
            late=tuple(visit for visit in self.late if contains(code, visit.grid)),
            stranded=(),
        )


def duties(reading: Reading, *, area: str | None = None) -> list[Duty]:
    """Return the duties owed in an area other than patrols, those to people in special need first."""
    scope = areas.narrowed(reading.actor.scope, area)
    codes = areas.grid_names(reading.session, scope=scope)
    found: dict[str, Duty] = {}
    for profile, _ in areas.profiles(reading.session, codes, now=reading.now):
        found |= {duty.id: duty for duty in profile.duties() if duty.what != "patrol"}
    return sorted(found.values(), key=lambda duty: duty.what != "visit_person")


def windows(duty: Duty, *, today: dt.date) -> list[Window]:
    """Return the windows of a duty that can be looked at: the present one, the ones before, and 滚动 for residents.

    Weeks, and sessions of one day of the month, are looked at month by month.
    """
    monthly = duty.what == "need_visit" or duty.on_day is not None
    kind: WindowKind = "month" if monthly else duty.window
    found = [window_of(kind, today)]
    for _ in range(PREVIOUS_WINDOWS):
        found.append(window_of(kind, found[-1].first - _ONE_DAY))
    return [*found, window_of(ROLLING, today)] if duty.what == "visit_household" else found


def compliance(
    reading: Reading, duty_id: str, *, window: Window | None = None, area: str | None = None
) -> Compliance:
    """Return the visits of an area's grids in a window of `windows`, the present one where none is given.

    A window that is over is judged as its frozen sheet was (METRICS D3). Raises NotFound("duty.unknown") for a
    duty that is not owed there, NotFound("jurisdiction.unknown") for an area outside the reader's scope.
    """
    scope = areas.narrowed(reading.actor.scope, area)
    named = areas.grid_names(reading.session, scope=scope)
    owing = _owing(reading, named, duty_id)
    duty, profile = owing[0][0], owing[0][1]
    today = local_day(reading.now)
    chosen = window or window_of(duty.window, today)
    is_sheet = chosen.last < today and duty.window in _SHEETS
    as_of = sheet_instant(chosen, freeze_day=profile.freeze_day, now=reading.now) if is_sheet else reading.now
    judged = roster.visits(
        reading.session,
        scope=scope,
        since=chosen.first,
        as_of=as_of,
        in_care_only=duty.what == "visit_person",
    )
    units = _UNITS[duty.what](reading.session, scope=scope)
    lines, stranded = _judge(reading, owing, chosen, units, VisitIndex(judged, as_of=as_of), scope=scope)
    staff = staffing(reading.session, lines, on=today)
    return Compliance(
        as_of=as_of,
        scope=scope,
        duty=duty,
        profile=profile,
        window=chosen,
        is_sheet=is_sheet,
        grids=tuple(
            GridCompliance(grid=named[code], visits=lines[code], staff=staff[code]) for code in sorted(lines)
        ),
        late=_late(reading, chosen, frozen_at=as_of, scope=scope) if is_sheet else (),
        stranded=tuple(stranded),
    )


def state_of(found: Compliance, standing: Standing) -> str:
    """Return the due state of a unit on the day the figures speak of (FORMS §2)."""
    return due_state(found.duty, standing, today=local_day(found.as_of))


def _late(
    reading: Reading, window: Window, *, frozen_at: dt.datetime, scope: Scope
) -> tuple[obligation.Visit, ...]:
    """封账后补录: the visits of a window that came after its sheet was frozen (METRICS D3)."""
    visits = roster.visits(reading.session, scope=scope, since=window.first, as_of=reading.now)
    return tuple(late_additions(visits, window, frozen_at=frozen_at, as_of=reading.now))


Owing = tuple[Duty, MechanismProfile, set[str]]


def _owing(reading: Reading, codes: Iterable[str], duty_id: str) -> list[Owing]:
    """The duty of that name in each mechanism of the area, with the grids that owe it."""
    found = [
        (duty, profile, members)
        for profile, members in areas.profiles(reading.session, codes, now=reading.now)
        for duty in profile.duties()
        if duty.id == duty_id and duty.what in _UNITS
    ]
    if not found:
        raise NotFound("duty.unknown", duty=duty_id)
    return found


def _judge(
    reading: Reading,
    owing: Sequence[Owing],
    window: Window,
    units: Sequence[Unit],
    index: VisitIndex,
    *,
    scope: Scope,
) -> tuple[dict[str, GridVisits], list[Unit]]:
    today = local_day(reading.now)
    grids = {
        grid.id: grid
        for grid in roster.duty_grids(reading.session, scope=scope, on=today, since=window.first)
    }
    living: Mapping[str, list[Unit]] = _by_grid(units)
    lines: dict[str, GridVisits] = {}
    for duty, profile, members in owing:
        lines |= obligation.compliance(
            duty,
            window,
            [unit for code in sorted(members) if code in grids for unit in living.get(code, ())],
            index,
            grids=[grids[code] for code in sorted(members) if code in grids],
            calendar=calendar_of(profile),
        )
    return lines, [unit for code, there in living.items() if code not in grids for unit in there]


def _by_grid(units: Iterable[Unit]) -> dict[str, list[Unit]]:
    found: dict[str, list[Unit]] = defaultdict(list)
    for unit in units:
        found[unit.grid].append(unit)
    return found
