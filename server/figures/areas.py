"""所看范围: the part of a reader's scope he asked for, with the names of its grids and their divisions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from server.domain.mechanism import MechanismProfile
from server.domain.problems import NotFound
from server.domain.scope import Scope
from server.domain.work_calendar import local_day
from server.storage import profiles as storage
from server.storage.grids import Grid
from server.storage.jurisdictions import Jurisdiction
from server.storage.selection import within
from server.work import Reading

COUNTY_DIGITS, TOWNSHIP_DIGITS, VILLAGE_DIGITS = 6, 9, 12
_KINDS = {"general": "一般网格", "special": "专属网格"}


@dataclass(frozen=True, slots=True, kw_only=True)
class GridName:
    """A grid as lists write it. `adjusted_on`: its last day, where it was or will be redrawn (已调整, METRICS D5)."""

    code: str
    name: str
    village: str
    township: str
    area: str
    kind: str
    begun_on: dt.date
    adjusted_on: dt.date | None

    def is_in_force(self, on: dt.date) -> bool:
        """Whether it is a grid on a day: begun, and not yet adjusted."""
        return self.begun_on <= on and (self.adjusted_on is None or on <= self.adjusted_on)

    @property
    def kind_label(self) -> str:
        """一般网格 or 专属网格."""
        return _KINDS[self.kind]

    @property
    def full_name(self) -> str:
        """Village and grid, as somebody of the township says it; the village once, where the grid is named after it."""
        return in_village(self.village, self.name)


def in_village(village: str, grid: str) -> str:
    """Return a grid's name after its village's, which stands once where the grid is named after it."""
    return grid if grid.startswith(village) else f"{village}{grid}"


@dataclass(frozen=True, slots=True)
class Division:
    """A division a reader may choose, by its code."""

    code: str
    name: str


def narrowed(scope: Scope, area: str | None) -> Scope:
    """Return the scope of one division of it, or all of it. Raises NotFound("jurisdiction.unknown") outside."""
    if area is None:
        return scope
    if not scope.covers(area):
        raise NotFound("jurisdiction.unknown", code=area)
    return Scope.of([area])


def grid_names(session: Session, *, scope: Scope) -> dict[str, GridName]:
    """Every grid within the scope, redrawn ones included, by code."""
    query = sa.select(Grid.code, Grid.name, Grid.kind, Grid.valid_from, Grid.valid_to).where(
        within(Grid.code, scope)
    )
    rows = session.execute(query.order_by(Grid.code)).all()
    divisions = _divisions(session, {row.code[:COUNTY_DIGITS] for row in rows})
    found: dict[str, GridName] = {}
    for village, grids in groupby(
        rows, key=lambda row: row.code[:VILLAGE_DIGITS]
    ):  # named once, not grid by grid
        of_village = _name(divisions, village), _name(divisions, village[:TOWNSHIP_DIGITS])
        area = _area(divisions, village)
        for code, name, kind, valid_from, valid_to in grids:
            found[code] = GridName(
                code=code,
                name=name,
                village=of_village[0],
                township=of_village[1],
                area=area,
                kind=kind,
                begun_on=valid_from,
                adjusted_on=valid_to,
            )
    return found


def choices(reading: Reading) -> list[Division]:
    """The villages, townships and, for somebody of a single village, grids that a reader may narrow his view to."""
    session, scope = reading.session, reading.actor.scope
    villages = villages_with_grids(session, scope=scope)
    wider = {code[:digits] for code in villages for digits in (TOWNSHIP_DIGITS, VILLAGE_DIGITS)}
    divisions = _divisions(session, {code[:COUNTY_DIGITS] for code in wider})
    found = {code: _name(divisions, code) for code in wider if scope.covers(code)}
    if sum(len(code) == VILLAGE_DIGITS for code in found) <= 1:
        today = local_day(reading.now)
        names = grid_names(session, scope=scope)
        found.update((grid.code, grid.full_name) for grid in names.values() if grid.is_in_force(today))
    return [Division(code, found[code]) for code in sorted(found)]


def villages_with_grids(session: Session, *, scope: Scope) -> Sequence[str]:
    """The codes of the villages within the scope that have grids; without asking for every grid's name."""
    village = sa.func.substr(Grid.code, 1, VILLAGE_DIGITS)
    return session.scalars(sa.select(village).where(within(Grid.code, scope)).distinct()).all()


def profiles(
    session: Session, codes: Iterable[str], *, now: dt.datetime, on: dt.date | None = None
) -> Iterator[tuple[MechanismProfile, set[str]]]:
    """Group grids, or villages, by the mechanism in force at their village: now, or on the day `on`, where there was one then.

    Raises NotFound("profile.none") where none is in force.
    """
    by_village: dict[str, set[str]] = {}
    for code in codes:
        by_village.setdefault(code[:VILLAGE_DIGITS], set()).add(code)
    installed = storage.installed(session)
    groups: dict[int, tuple[MechanismProfile, set[str]]] = {}
    for village, members in by_village.items():
        version = None if on is None else installed.at(village, on=on)
        version = version or installed.at(village, on=local_day(now))
        if version is None:
            raise NotFound("profile.none", jurisdiction=village)
        profile = storage.parsed(version.text)
        groups.setdefault(id(profile), (profile, set()))[1].update(members)
    yield from groups.values()


def _divisions(session: Session, counties: set[str]) -> dict[str, Any]:
    query = sa.select(Jurisdiction.code, Jurisdiction.name, Jurisdiction.area).where(
        within(Jurisdiction.code, Scope.of(counties)), Jurisdiction.valid_to.is_(None)
    )
    return {row.code: row for row in session.execute(query)}


def _name(divisions: Mapping[str, Any], code: str) -> str:
    return divisions[code].name if code in divisions else code


def _area(divisions: Mapping[str, Any], code: str) -> str:
    return divisions[code].area if code in divisions else "rural"
