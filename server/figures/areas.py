"""所看范围: the part of a reader's scope he asked for, with the names of its grids and their divisions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from server.domain.jurisdiction import Level
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
MOST_CHOICES = 500
_NAMES = "grid_names"
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


class GridNames(Mapping[str, GridName]):
    """The grids of a scope by code, ascending; one is named when it is asked for: a city's page names few of its grids."""

    def __init__(self, rows: Iterable[Sequence[Any]], divisions: Mapping[str, Any]) -> None:
        """`rows` are (code, name, kind, first day, last day or None); `divisions` those around them, by code."""
        self._rows = {row[0]: row for row in rows}
        self._divisions = divisions
        self._named: dict[str, GridName] = {}

    def __getitem__(self, code: str) -> GridName:
        found = self._named.get(code)
        if found is None:
            found = self._named[code] = self._name_of(self._rows[code])
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, code: object) -> bool:
        return code in self._rows

    def days(self) -> Iterator[tuple[str, dt.date, dt.date | None]]:
        """Each grid's code with its first day, and its last where it was or will be redrawn."""
        for code, _, _, first_day, last_day in self._rows.values():
            yield code, first_day, last_day

    def kind(self, code: str) -> str:
        """general 一般网格 or special 专属网格."""
        kind: str = self._rows[code][2]
        return kind

    def area(self, code: str) -> str:
        """Whether a grid's village is urban or rural."""
        return _area(self._divisions, code[:VILLAGE_DIGITS])

    def _name_of(self, row: Sequence[Any]) -> GridName:
        code, name, kind, first_day, last_day = row
        village = code[:VILLAGE_DIGITS]
        return GridName(
            code=code,
            name=name,
            village=_name(self._divisions, village),
            township=_name(self._divisions, code[:TOWNSHIP_DIGITS]),
            area=_area(self._divisions, village),
            kind=kind,
            begun_on=first_day,
            adjusted_on=last_day,
        )


def grid_names(session: Session, *, scope: Scope) -> GridNames:
    """Every grid within the scope, redrawn ones included; read once in a session that only looks."""
    only_looks = session.get_bind().get_execution_options().get("read_only", False)
    known = session.info.setdefault(_NAMES, {}) if only_looks else {}
    if scope.codes not in known:
        query = sa.select(Grid.code, Grid.name, Grid.kind, Grid.valid_from, Grid.valid_to)
        rows = session.execute(query.where(_grids_of(scope)).order_by(Grid.code)).all()
        known[scope.codes] = GridNames(rows, _divisions(session, {row[0][:COUNTY_DIGITS] for row in rows}))
    found: GridNames = known[scope.codes]
    return found


def _grids_of(scope: Scope) -> sa.ColumnElement[bool]:
    if scope.codes and all(len(code) == Level.GRID.digits for code in scope.codes):
        # One statement however many; of ranges each number would make another.
        return Grid.code.in_(scope.codes)
    return within(Grid.code, scope)


def choices(reading: Reading, chosen: str | None = None) -> list[Division]:
    """The villages, townships and, for somebody of a single village, grids that a reader may narrow his view to.

    Of a city's, more than MOST_CHOICES, the townships and the villages of the one that is or holds the `chosen`.
    """
    session, scope = reading.session, reading.actor.scope
    villages = villages_with_grids(session, scope=scope)
    wider = {code[:digits] for code in villages for digits in (TOWNSHIP_DIGITS, VILLAGE_DIGITS)}
    divisions = _divisions(session, {code[:COUNTY_DIGITS] for code in wider})
    found = {code: _name(divisions, code) for code in wider if scope.covers(code)}
    if sum(len(code) == VILLAGE_DIGITS for code in found) <= 1:
        today = local_day(reading.now)
        names = grid_names(session, scope=scope)
        found.update((grid.code, grid.full_name) for grid in names.values() if grid.is_in_force(today))
    if len(found) > MOST_CHOICES:
        township = (chosen or "")[:TOWNSHIP_DIGITS]
        found = {code: name for code, name in found.items() if code[:TOWNSHIP_DIGITS] in (code, township)}
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
