"""应走访: how the units of some grids stand in a window at an instant, judged from the register and the visits."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy.orm import Session

from server.domain import obligation
from server.domain.mechanism import MechanismProfile
from server.domain.obligation import Duty, GridVisits, Unit, VisitIndex, Window
from server.domain.scope import Scope
from server.domain.work_calendar import local_day
from server.figures import roster
from server.storage.profiles import calendar_of

_VILLAGE_DIGITS = 12


class Owing(NamedTuple):
    """A duty of one mechanism, and the grids that owe it."""

    duty: Duty
    profile: MechanismProfile
    grids: set[str]


class Judged(NamedTuple):
    """Each grid's visits, and the units whose grid is no longer there."""

    lines: dict[str, GridVisits]
    stranded: list[Unit]


def judge(
    session: Session, owing: Sequence[Owing], window: Window, *, scope: Scope, as_of: dt.datetime
) -> Judged:
    """Return the visits of the grids of `owing`, all within `scope`, in a window as known at `as_of` (METRICS V)."""
    grids = {
        grid.id: grid
        for grid in roster.duty_grids(session, scope=scope, on=local_day(as_of), since=window.first)
    }
    owed = {code for _, _, members in owing for code in members if code in grids}
    begun = {code for code in owed if grids[code].start_date <= window.last}
    # Where some grids of the scope are not asked for, nobody's units there need to be read.
    where = scope if owed == grids.keys() else _around(begun, scope)
    living = _living(session, owing[0].duty, scope=where, as_of=as_of)
    index = _index(session, owing[0].duty, window, scope=where, as_of=as_of)
    lines: dict[str, GridVisits] = {}
    for duty, profile, members in owing:
        there = sorted(members & owed)
        lines |= obligation.compliance(
            duty,
            window,
            [unit for code in there for unit in living.get(code, ())],
            index,
            grids=[grids[code] for code in there],
            calendar=calendar_of(profile),
        )
    return Judged(lines, [unit for code, units in living.items() if code not in grids for unit in units])


def _around(codes: Iterable[str], scope: Scope) -> Scope:
    """The villages that grids lie in, as far as the scope covers them."""
    villages = {code: code[:_VILLAGE_DIGITS] for code in codes}
    return Scope.of(village if scope.covers(village) else code for code, village in villages.items())


def _living(
    session: Session, duty: Duty, *, scope: Scope, as_of: dt.datetime
) -> Mapping[str, Sequence[Unit]]:
    found: dict[str, list[Unit]] = defaultdict(list)
    for unit in roster.units(session, duty, scope=scope, as_of=as_of):
        found[unit.grid].append(unit)
    return found


def _index(session: Session, duty: Duty, window: Window, *, scope: Scope, as_of: dt.datetime) -> VisitIndex:
    visits = roster.visits(
        session,
        scope=scope,
        since=window.first,
        as_of=as_of,
        in_care_only=duty.what == "visit_person",
    )
    return VisitIndex(visits, as_of=as_of)
