"""名册: households, persons and visits as the obligation engine takes them, read in a few queries.

What leaves with a move stays with the unit: units and their visits are chosen by where the household lay at the
instant the figure speaks of, not by where it lay when the visit was made (METRICS D5).
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from server.domain import obligation
from server.domain.jurisdiction import Level
from server.domain.obligation import Away, Duty, DutyGrid, Exit, Stay, Unit
from server.domain.roles import Function
from server.domain.scope import Scope
from server.figures.areas import grid_names
from server.figures.staffing import held_posts
from server.storage.households import AwaySpell, CareTag, Household, Person, whereabouts
from server.storage.jurisdictions import Jurisdiction
from server.storage.selection import within
from server.storage.visits import Visit, VisitPerson

_NOT_BEGUN = dt.date.max
_VILLAGE_DIGITS = Level.VILLAGE.digits
_WIDER_DIGITS = tuple(level.digits for level in Level if level is not Level.GRID)


def units(session: Session, duty: Duty, *, scope: Scope, as_of: dt.datetime) -> list[Unit]:
    """The persons or households a visit duty may be owed to, within the scope at `as_of`."""
    return _UNITS[duty.what](session, scope=scope, as_of=as_of)


def persons(session: Session, *, scope: Scope, as_of: dt.datetime) -> list[Unit]:
    """Everybody who has or had a care tag, in households registered within the scope, those who left included."""
    there = whereabouts(session, scope=scope, as_of=as_of)
    tags = _tags(session, there.condition)
    aways = _aways(session, there.condition)
    query = (
        sa.select(
            Person.id,
            Person.household_id,
            Person.in_hospital,
            Person.tier,
            *_stay_columns(Person),
            Household.grid_code,
        )
        .join(Household, Household.id == Person.household_id)
        .where(*_registered(there.condition), Person.id.in_(sa.select(CareTag.person_id)))
        .order_by(Household.grid_code, Household.address, Person.name, Person.id)
    )
    found = (
        Unit(
            id=person.id,
            household=person.household_id,
            grid=there.grid(person.household_id, person.grid_code),
            stays=(_stay(person),),
            tags=tuple(tags[person.id]),
            aways=(*aways[person.household_id, None], *aways[person.household_id, person.id]),
            in_hospital=person.in_hospital,
            tier=person.tier,
        )
        for person in session.execute(query)
    )
    return [unit for unit in found if not there.left or scope.covers(unit.grid)]


def households(session: Session, *, scope: Scope, as_of: dt.datetime) -> list[Unit]:
    """Every household registered within the scope, those that left included; a pending one is not on the register."""
    there = whereabouts(session, scope=scope, as_of=as_of)
    aways = _aways(session, there.condition)
    query = sa.select(Household.id, Household.grid_code, *_stay_columns(Household)).where(
        *_registered(there.condition)
    )
    found = (
        Unit(
            id=household.id,
            household=household.id,
            grid=there.grid(household.id, household.grid_code),
            stays=(_stay(household),),
            aways=tuple(aways[household.id, None]),
        )
        for household in session.execute(query.order_by(Household.grid_code, Household.address))
    )
    return [unit for unit in found if not there.left or scope.covers(unit.grid)]


_UNITS: Mapping[str, Callable[..., list[Unit]]] = {"visit_person": persons, "visit_household": households}
VISIT_DUTIES = frozenset(_UNITS)


def visits(
    session: Session, *, scope: Scope, since: dt.date, as_of: dt.datetime, in_care_only: bool = False
) -> list[obligation.Visit]:
    """Visits to households within the scope: all from `since` on, and from before it what `VisitIndex` needs.

    That is each unit's last one of every outcome, source and set of roles, and every call: whether a call counts
    hangs on the days somebody was away, which no query knows. `in_care_only`: those that matter to `persons`.
    """
    there = whereabouts(session, scope=scope, as_of=as_of)
    here = Visit.household_id.in_(sa.select(Household.id).where(there.condition))
    chosen = _chosen(sa.and_(here, _of_care()) if in_care_only else here, since=since, as_of=as_of)
    seen: dict[int, set[uuid.UUID]] = defaultdict(set)
    for visit_id, person_id in session.execute(
        sa.select(VisitPerson.visit_id, VisitPerson.person_id).where(VisitPerson.visit_id.in_(chosen))
    ):
        seen[visit_id].add(person_id)
    rows = session.execute(sa.select(*_VISIT_COLUMNS).where(Visit.id.in_(chosen)).order_by(Visit.id))
    return [_visit(row, seen.get(row.id, ())) for row in rows]


def visits_in(
    session: Session, *, scope: Scope, first: dt.date, last: dt.date, as_of: dt.datetime
) -> list[obligation.Visit]:
    """Visits of days first … last to households that lay within the scope on that day, without who was seen.

    What was done in a grid counts for it (METRICS D5 `grid_then`), wherever its household has moved since.
    """
    query = sa.select(*_VISIT_COLUMNS).where(
        within(Visit.grid_then, scope), Visit.day.between(first, last), Visit.received_at <= as_of
    )
    return [_visit(row, ()) for row in session.execute(query.order_by(Visit.day, Visit.id))]


def duty_grids(
    session: Session, *, scope: Scope, on: dt.date, since: dt.date | None = None
) -> list[DutyGrid]:
    """The grids within the scope in force on a day, or at any time from `since` to it; vacant as of `on`.

    Somebody standing in does the work but does not fill the post (METRICS D6). A grid of a village without a start date has not begun and owes nothing.
    """
    villages = _start_dates(session)
    workers = {
        post.jurisdiction
        for post in held_posts(session, on=on)
        if post.function == Function.GRID_WORKER and not post.is_stand_in
    }
    first = on if since is None else since
    rows = [
        (code, first_day, last_day)
        for code, first_day, last_day in grid_names(session, scope=scope).days()
        if first_day <= on and (last_day is None or last_day >= first)
    ]
    staffed = {
        village
        for village in {code[:_VILLAGE_DIGITS] for code, _, _ in rows}
        if any(village[:digits] in workers for digits in _WIDER_DIGITS)
    }
    return [
        DutyGrid(
            id=code,
            first_day=first_day,
            start_date=villages.get(code[:_VILLAGE_DIGITS]) or _NOT_BEGUN,
            last_day=last_day,
            vacant=code[:_VILLAGE_DIGITS] not in staffed and code not in workers,
        )
        for code, first_day, last_day in rows
    ]


def _registered(here: sa.ColumnElement[bool]) -> tuple[sa.ColumnElement[bool], ...]:
    return here, Household.state == "registered"


def _stay_columns(table: type[Household] | type[Person]) -> tuple[Any, ...]:
    return table.entered_on, table.exit_reason, table.exited_at, table.known_at


def _stay(row: Any) -> Stay:
    return Stay(row.entered_on, _exit(row.exit_reason, row.exited_at), row.known_at)


def _exit(reason: str | None, at: dt.datetime | None) -> Exit | None:
    return None if at is None else Exit(reason or "", at)


def _tags(session: Session, here: sa.ColumnElement[bool]) -> Mapping[uuid.UUID, list[obligation.CareTag]]:
    query = (
        sa.select(CareTag)
        .join(Person, Person.id == CareTag.person_id)
        .join(Household, Household.id == Person.household_id)
        .where(*_registered(here))
        .order_by(CareTag.begun_on)
    )
    found: dict[uuid.UUID, list[obligation.CareTag]] = defaultdict(list)
    for tag in session.scalars(query):
        found[tag.person_id].append(
            obligation.CareTag(tag.tag, tag.begun_on, _exit(tag.end_reason, tag.ended_at), tag.known_at)
        )
    return found


def _aways(
    session: Session, here: sa.ColumnElement[bool]
) -> Mapping[tuple[uuid.UUID, uuid.UUID | None], list[Away]]:
    query = (
        sa.select(AwaySpell)
        .join(Household, Household.id == AwaySpell.household_id)
        .where(*_registered(here))
        .order_by(AwaySpell.since)
    )
    found: dict[tuple[uuid.UUID, uuid.UUID | None], list[Away]] = defaultdict(list)
    for spell in session.scalars(query):
        found[spell.household_id, spell.person_id].append(Away(spell.since, spell.until, spell.known_at))
    return found


_VISIT_COLUMNS = (
    Visit.id,
    Visit.household_id,
    Visit.grid_then,
    Visit.day,
    Visit.started_at,
    Visit.received_at,
    Visit.roles,
    Visit.outcome,
    Visit.account_id,
    Visit.source,
    Visit.removed_at,
)


def _of_care() -> sa.ColumnElement[bool]:
    """Visits to the households of people with a care tag, and those that saw one of them elsewhere."""
    homes = sa.select(Person.household_id).join(CareTag, CareTag.person_id == Person.id)
    met = sa.select(VisitPerson.visit_id).join(CareTag, CareTag.person_id == VisitPerson.person_id)
    return sa.or_(Visit.household_id.in_(homes), Visit.id.in_(met))


def _chosen(here: sa.ColumnElement[bool], *, since: dt.date, as_of: dt.datetime) -> sa.Select[int]:
    accepted = (
        here,
        Visit.received_at <= as_of,
        sa.or_(Visit.removed_at.is_(None), Visit.removed_at > as_of),
    )
    newest_first = (Visit.day.desc(), Visit.started_at.desc(), Visit.id.desc())
    alike = (Visit.outcome, Visit.source, Visit.roles)
    of_household = sa.func.row_number().over(partition_by=(Visit.household_id, *alike), order_by=newest_first)
    of_person = sa.func.row_number().over(partition_by=(VisitPerson.person_id, *alike), order_by=newest_first)
    ranked = (
        sa.union_all(
            sa.select(Visit.id, of_household.label("rank")).where(*accepted, Visit.day < since),
            sa.select(Visit.id, of_person.label("rank"))
            .join(VisitPerson, VisitPerson.visit_id == Visit.id)
            .where(*accepted, Visit.day < since),
        )
    ).subquery()
    last_ones = sa.select(ranked.c.id).where(ranked.c.rank == 1)
    return sa.select(Visit.id).where(
        *accepted, sa.or_(Visit.day >= since, Visit.outcome == "phone", Visit.id.in_(last_ones))
    )


def _visit(row: Any, seen: Iterable[uuid.UUID]) -> obligation.Visit:
    return obligation.Visit(
        id=row.id,
        household=row.household_id,
        grid=row.grid_then,
        day=row.day,
        at=row.started_at,
        received_at=row.received_at,
        roles=frozenset(row.roles),
        outcome=row.outcome,
        seen=frozenset(seen),
        visitor="" if row.account_id is None else str(row.account_id),
        imported=row.source == "import",
        removed_at=row.removed_at,
    )


def _start_dates(session: Session) -> dict[str, dt.date | None]:
    query = sa.select(Jurisdiction.code, Jurisdiction.start_date).where(
        sa.func.length(Jurisdiction.code) == _VILLAGE_DIGITS, Jurisdiction.valid_to.is_(None)
    )
    return {row.code: row.start_date for row in session.execute(query)}
