"""走访到位: how far each grid's visits have come in a window, by duty (METRICS V1 to V6)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from server.domain.jurisdiction import contains
from server.domain.mechanism import MechanismProfile
from server.domain.obligation import (
    Duty,
    Figure,
    GridVisits,
    Id,
    Standing,
    Unit,
    Window,
    WindowKind,
    due_state,
    freeze_instant,
    total,
    window_of,
)
from server.domain.problems import NotFound
from server.domain.scope import Scope
from server.domain.work_calendar import local_day
from server.figures import areas, roster, sheets
from server.figures.areas import GridName, GridNames
from server.figures.sheets import Frozen, LateRecord
from server.figures.staffing import Staffing, staffing
from server.figures.standings import Judged, Owing, judge
from server.storage.visits import Visit
from server.work import Reading

PREVIOUS_WINDOWS = 3
ROLLING: WindowKind = "rolling"
_SHEETS = frozenset({"month", "quarter", "half_year", "year"})
_ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class GridCompliance:
    """One grid's line: V1 to V6, who left and who came, and who answers for the grid today."""

    code: str
    named: GridNames = field(repr=False, compare=False)
    visits: GridVisits
    staff: Staffing

    @property
    def grid(self) -> GridName:
        """The grid by its name."""
        return self.named[self.code]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compliance:
    """The lines of an area in a window at `as_of`, by grid code, and their sums (METRICS D10).

    `frozen_at`: when the window was frozen, if these are the figures of its sheet; `late` came afterwards
    (封账后补录). `stranded`: units of the register whose grid is no longer there, in no line.
    """

    as_of: dt.datetime
    scope: Scope
    duty: Duty
    profile: MechanismProfile
    window: Window
    frozen_at: dt.datetime | None
    grids: tuple[GridCompliance, ...]
    late: tuple[LateRecord[Visit], ...]
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
    def has_ended(self) -> bool:
        """Whether the window was over at `as_of`."""
        return self.window.last < local_day(self.as_of)

    @property
    def moved_out(self) -> int:
        """How many left d before they were reached (本期移出)."""
        return sum(len(line.visits.moved_out) for line in self.grids)

    def of_group(self, code: str) -> Compliance:
        """The lines of one grid or division. Raises NotFound("grid.unknown") where there is none."""
        lines = tuple(line for line in self.grids if contains(code, line.code))
        if not lines:
            raise NotFound("grid.unknown", code=code)
        late = tuple(record for record in self.late if contains(code, record.row.grid_then))
        return replace(self, grids=lines, late=late, stranded=())

    def divided(self, digits: int) -> list[tuple[str, Compliance]]:
        """(code, lines) of each division whose code has so many digits, without what came too late."""
        grouped = groupby(self.grids, key=lambda line: line.code[:digits])
        return [(code, replace(self, grids=tuple(lines), late=(), stranded=())) for code, lines in grouped]


def duties(reading: Reading, *, area: str | None = None) -> list[Duty]:
    """Return the duties owed in an area other than patrols, those to people in special need first."""
    scope = areas.narrowed(reading.actor.scope, area)
    villages = areas.villages_with_grids(reading.session, scope=scope)
    found: dict[str, Duty] = {}
    for profile, _ in areas.profiles(reading.session, villages, now=reading.now):
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
    reading: Reading,
    duty_id: str,
    *,
    window: Window | None = None,
    area: str | None = None,
    live: bool = False,
) -> Compliance:
    """Return the visits of an area's grids in a window of `windows`, the present one where none is given.

    A window that is frozen is read from its sheets, whatever has changed since (METRICS D3); `live` asks what it
    would be as of now. Raises NotFound("duty.unknown") for a duty that is not owed there,
    NotFound("jurisdiction.unknown") for an area outside the reader's scope.
    """
    scope = areas.narrowed(reading.actor.scope, area)
    named = areas.grid_names(reading.session, scope=scope)
    today = local_day(reading.now)
    frozen = None if live or window is None else sheets.frozen(reading.session, duty_id, window, scope=scope)
    owing = _owing(reading, _unfrozen(named, frozen), duty_id, window)
    if frozen is None and not owing:
        raise NotFound("duty.unknown", duty=duty_id)
    duty, profile = (owing[0].duty, owing[0].profile) if frozen is None else (frozen.duty, frozen.profile)
    chosen = window or window_of(duty.window, today)
    freezes = freeze_instant(chosen, freeze_day=profile.freeze_day) if chosen.kind in _SHEETS else None
    frozen_at = frozen.frozen_at if frozen else freezes
    if live or frozen_at is None or frozen_at > reading.now:
        frozen_at = None
    as_of = frozen_at or reading.now
    judged = _judged(reading, owing, chosen, scope=scope, as_of=as_of)
    lines = judged.lines | (frozen.lines if frozen else {})
    staff = staffing(reading.session, lines, on=today)
    return Compliance(
        as_of=as_of,
        scope=scope,
        duty=duty,
        profile=profile,
        window=chosen,
        frozen_at=frozen_at,
        grids=tuple(
            GridCompliance(code=code, named=named, visits=lines[code], staff=staff[code])
            for code in sorted(lines)
        ),
        late=_late(reading, chosen, frozen_at=frozen_at, scope=scope),
        stranded=tuple(judged.stranded),
    )


def state_of(found: Compliance, standing: Standing) -> str:
    """Return the due state of a unit on the day the figures speak of (FORMS §2)."""
    return due_state(found.duty, standing, today=local_day(found.as_of))


def _unfrozen(named: Iterable[str], frozen: Frozen | None) -> list[str]:
    """The grids of the villages of which no sheet was written: those that began later, or wait for the job."""
    return [code for code in named if frozen is None or code[: areas.VILLAGE_DIGITS] not in frozen.villages]


def _owing(reading: Reading, codes: Iterable[str], duty_id: str, window: Window | None) -> list[Owing]:
    """The duty of that name in each mechanism of the area, with the grids that owe it.

    A window that is over is judged by the mechanism in force when it ended.
    """
    on = None if window is None else min(window.last, local_day(reading.now))
    return [
        Owing(duty, profile, members)
        for profile, members in areas.profiles(reading.session, codes, now=reading.now, on=on)
        for duty in profile.duties()
        if duty.id == duty_id and duty.what in roster.VISIT_DUTIES
    ]


def _judged(
    reading: Reading, owing: Sequence[Owing], window: Window, *, scope: Scope, as_of: dt.datetime
) -> Judged:
    return judge(reading.session, owing, window, scope=scope, as_of=as_of) if owing else Judged({}, [])


def _late(
    reading: Reading, window: Window, *, frozen_at: dt.datetime | None, scope: Scope
) -> tuple[LateRecord[Visit], ...]:
    if frozen_at is None:
        return ()
    return tuple(
        sheets.late_visits(reading.session, window, scope=scope, frozen_at=frozen_at, as_of=reading.now)
    )
