"""还没见到的人和户: the list a leader opens first, and the round of a day that is printed from it (METRICS V)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from gis.walk import walking_order
from server.domain.obligation import Id, Standing, Unit, in_visiting_order
from server.domain.permissions import Permission
from server.domain.work_calendar import local_day
from server.figures.compliance import Compliance, state_of
from server.figures.staffing import Staffing, names_of
from server.storage import entrustments
from server.storage.households import Household, Person, number_of
from server.storage.selection import within
from server.storage.visits import Visit
from server.work import Reading

FAMILY_ONLY: Mapping[str, str] = {
    "met": "上门，见到家属，没见到本人",
    "phone": "电话联系上家属，没联系上本人",
}
"""What is said of a visit, by its outcome, that reached the family and not the person himself (METRICS V)."""

_AT_ONCE = 500
"""Keys in one query: a database takes only so many."""

Row = TypeVar("Row", Household, Person)


@dataclass(frozen=True, slots=True, kw_only=True)
class LastVisit:
    """The visit before, whatever came of it; `who` is empty for an imported one.

    `missed`: it reached the family, the person himself not (见到家属).
    """

    day: dt.date
    outcome: str
    missed: bool
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToVisit:
    """A line of the list: one unit of d that is not reached yet.

    `whom` is the person, or the head of the household; None for a reader who sees no names, to whom `unnamed` says
    which of the household it is. `next_try` is what the last attempt advised (FORMS §4 `retry`). `staff` says whose household it is, `stand_ins` to whom it is given 代访
    today.
    """

    standing: Standing
    grid: str
    grid_name: str
    household: uuid.UUID
    address: str
    whom: str | None
    unnamed: str
    tier: str | None
    state: str
    last: LastVisit | None
    next_try: str | None
    staff: Staffing
    stand_ins: tuple[str, ...]
    hint: str | None

    @property
    def code(self) -> str:
        """What the household is called where it is not named."""
        return number_of(self.household)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dwelling:
    """Where a unit lives and who it is; `whom` is None for a reader who sees no names, who is told `unnamed`."""

    grid_name: str
    address: str
    whom: str | None
    unnamed: str


def in_order(reading: Reading, found: Compliance, standings: Iterable[Standing]) -> list[Standing]:
    """Sort by tier, then days overdue, then by the walk through each grid (METRICS V)."""
    chosen = list(standings)
    walk = walk_through(reading, found, chosen)
    return in_visiting_order(chosen, walking_order=walk)


def walk_through(reading: Reading, found: Compliance, standings: Iterable[Standing]) -> dict[Id, int]:
    """Return the place of each household on a walk past those of `standings`, grid after grid.

    Households without a position come at the end of their grid, by address.
    """
    wanted = {standing.unit.household for standing in standings}
    query = sa.select(Household.id, Household.grid_code, Household.point).where(
        within(Household.grid_code, found.scope)
    )
    placed: dict[str, list[tuple[Id, Any]]] = defaultdict(list)
    unplaced: dict[str, list[Id]] = defaultdict(list)
    for key, grid, point in reading.session.execute(
        query.order_by(Household.grid_code, Household.address, Household.id)
    ):
        if key in wanted and point is None:
            unplaced[grid].append(key)
        elif key in wanted:
            placed[grid].append((key, point))
    walk: dict[Id, int] = {}
    for grid in sorted({*placed, *unplaced}):
        members = placed[grid]
        coordinates = np.array([(point.x, point.y) for _, point in members])
        for household in (
            *(members[position][0] for position in walking_order(coordinates)),
            *unplaced[grid],
        ):
            walk[household] = len(walk)
    return walk


def lines(reading: Reading, found: Compliance, standings: Sequence[Standing]) -> list[ToVisit]:
    """Return the lines of `standings`, in their order; names only where the reader may see them."""
    written = []
    for first in range(0, len(standings), _AT_ONCE):
        written += _lines(reading, found, standings[first : first + _AT_ONCE])
    return written


def dwellings(reading: Reading, found: Compliance, units: Sequence[Unit]) -> list[Dwelling]:
    """Return where units live, in their order; names only where the reader may see them."""
    homes: dict[Id, Household] = {}
    people: dict[Id, Person] = {}
    for first in range(0, len(units), _AT_ONCE):
        some = units[first : first + _AT_ONCE]
        homes |= _rows(reading.session, Household, {unit.household for unit in some})
        people |= _rows(reading.session, Person, {unit.id for unit in some})
    fellows = _fellows(reading.session, people.values())
    by_grid = {line.code: line for line in found.grids}
    return [
        Dwelling(
            grid_name=by_grid[unit.grid].grid.full_name if unit.grid in by_grid else unit.grid,
            address=homes[unit.household].address,
            whom=_whom(reading, homes[unit.household], people.get(unit.id)),
            unnamed=_unnamed(unit, fellows),
        )
        for unit in units
    ]


def unoccupied(found: Compliance) -> list[Unit]:
    """Return the households confirmed vacant in the window, by grid: outside d, but looked at."""
    return [
        Unit(id=household, household=household, grid=line.code, stays=())
        for line in found.grids
        for household in line.visits.unoccupied.rows_d
    ]


def _lines(reading: Reading, found: Compliance, standings: Sequence[Standing]) -> list[ToVisit]:
    session = reading.session
    homes = _rows(session, Household, {standing.unit.household for standing in standings})
    people = _rows(session, Person, {standing.unit.id for standing in standings})
    fellows = _fellows(session, people.values())
    visitors = names_of(session, _visitors(standings))
    tries = _next_tries(session, standings)
    by_grid = {line.code: line for line in found.grids}
    given = entrustments.stand_ins(session, (home.id for home in homes.values()), on=local_day(reading.now))
    return [
        ToVisit(
            standing=standing,
            grid=standing.unit.grid,
            grid_name=by_grid[standing.unit.grid].grid.full_name,
            household=homes[standing.unit.household].id,
            address=homes[standing.unit.household].address,
            whom=_whom(reading, homes[standing.unit.household], people.get(standing.unit.id)),
            unnamed=_unnamed(standing.unit, fellows),
            tier=standing.tier,
            state=state_of(found, standing),
            last=_last(standing, visitors),
            next_try=tries.get(standing.attempts[-1].id) if standing.attempts else None,
            staff=by_grid[standing.unit.grid].staff,
            stand_ins=given.get(homes[standing.unit.household].id, ()),
            hint=homes[standing.unit.household].hint,
        )
        for standing in standings
    ]


def _rows(session: Session, table: type[Row], keys: set[Id]) -> dict[Id, Row]:
    return {row.id: row for row in session.scalars(sa.select(table).where(table.id.in_(keys)))}


def _whom(reading: Reading, home: Household, person: Person | None) -> str | None:
    if not reading.actor.may(Permission.SEE_NAMES, at=home.grid_code):
        return None
    return home.head_name if person is None else person.name


def _fellows(session: Session, people: Iterable[Person]) -> dict[Id, list[Id]]:
    """Who lives in the households of some people, each in one order whoever looks."""
    homes = sorted({person.household_id for person in people})
    fellows: dict[Id, list[Id]] = defaultdict(list)
    for first in range(0, len(homes), _AT_ONCE):
        query = sa.select(Person.household_id, Person.id).where(
            Person.household_id.in_(homes[first : first + _AT_ONCE]), Person.exited_at.is_(None)
        )
        for household, person in session.execute(query.order_by(Person.entered_on, Person.id)):
            fellows[household].append(person)
    return fellows


def _unnamed(unit: Unit, fellows: Mapping[Id, Sequence[Id]]) -> str:
    """Which of a household is meant, told to whoever sees no names."""
    if unit.id == unit.household:
        return "这一户（姓名不显示）"
    living = fellows.get(unit.household, ())
    which = f"第 {living.index(unit.id) + 1} 人" if len(living) > 1 and unit.id in living else "一人"
    return f"户内{which}（姓名不显示）"


def _last(standing: Standing, visitors: Mapping[uuid.UUID, str]) -> LastVisit | None:
    visit = standing.last_visit
    if visit is None:
        return None
    who = "" if visit.imported or not visit.visitor else visitors.get(uuid.UUID(visit.visitor), "")
    return LastVisit(day=visit.day, outcome=visit.outcome, missed=standing.last_missed, who=who)


def _visitors(standings: Iterable[Standing]) -> set[uuid.UUID]:
    last = (standing.last_visit for standing in standings)
    return {uuid.UUID(visit.visitor) for visit in last if visit is not None and visit.visitor}


def _next_tries(session: Session, standings: Iterable[Standing]) -> dict[Id, str]:
    """What the last attempts advised, by visit."""
    attempts = {standing.attempts[-1].id for standing in standings if standing.attempts}
    query = sa.select(Visit.id, Visit.retry).where(Visit.id.in_(attempts), Visit.retry.is_not(None))
    return {row.id: row.retry for row in session.execute(query)}
