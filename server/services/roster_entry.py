"""导入名册: many households at once, with their people and the last visits an older list remembers.

For a county that begins, or a list that comes as a file; one household at a time is the register's business.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from shapely import Point

from server.domain.events import register as events
from server.domain.permissions import Permission
from server.domain.work_calendar import end_of_day
from server.storage.households import AwaySpell, CareTag, Household, Person
from server.storage.visits import Visit
from server.work import Work

IMPORT = "import"
"""The source of a visit that came with a list."""


@dataclass(frozen=True, kw_only=True)
class TagEntry:
    """A care tag as a list names it (FORMS §8): since when, on what paper, said by which unit."""

    code: str
    begun_on: dt.date
    basis: str = ""
    said_by: str = ""


@dataclass(frozen=True, kw_only=True)
class PersonEntry:
    """A person of a household; `called` is how the phone shows the name."""

    name: str
    called: str
    is_child: bool = False
    tags: tuple[TagEntry, ...] = ()
    id: uuid.UUID = field(default_factory=uuid.uuid4)


@dataclass(frozen=True, kw_only=True)
class HouseholdEntry:
    """A household as a list has it; `point` in degrees WGS-84, `last_visit` the day somebody was last there.

    `outer_key` is the list's own number for it, by which a second import meets it again.
    """

    grid: str
    address: str
    head_name: str | None = None
    telephone: str | None = None
    people: int | None = None
    hint: str | None = None
    occupancy: str = "occupied"
    away_since: dt.date | None = None
    point: Point | None = None
    persons: tuple[PersonEntry, ...] = ()
    last_visit: dt.date | None = None
    outer_key: str | None = None
    id: uuid.UUID = field(default_factory=uuid.uuid4)


def enter(
    work: Work,
    entries: Sequence[HouseholdEntry],
    *,
    entered_on: dt.date,
    sha256: str,
    known_at: dt.datetime | None = None,
) -> None:
    """导入名册: the households stand on the register from `entered_on` (METRICS D4).

    `known_at` None: known from the beginning, as where a county starts with its list; later lists say when they
    came, so that no sheet frozen before them changes. Last visits set 上次走访 and nothing else (METRICS D11).
    `sha256` is that of the list. Raises Forbidden for a
    grid outside the actor's divisions.
    """
    for grid in {entry.grid for entry in entries}:
        work.actor.require(Permission.IMPORT_REGISTER, at=grid)
    for entry in entries:
        work.session.add(_household(entry, entered_on, known_at))
    work.session.flush()
    for entry in entries:
        if entry.away_since is not None:
            work.session.add(AwaySpell(household_id=entry.id, since=entry.away_since))
        if entry.last_visit is not None:
            last = visit_row(entry.id, entry.grid, entry.last_visit, received_at=work.now)
            work.session.add(last)
    work.session.flush()
    work.record(
        events.RegisterImported(
            subject_id=sha256, jurisdiction=None, what="households", rows=len(entries), sha256=sha256
        )
    )


def _household(entry: HouseholdEntry, entered_on: dt.date, known_at: dt.datetime | None) -> Household:
    return Household(
        id=entry.id,
        grid_code=entry.grid,
        address=entry.address,
        head_name=entry.head_name,
        telephone=entry.telephone,
        people=entry.people,
        occupancy=entry.occupancy,
        entered_on=entered_on,
        known_at=known_at,
        point=entry.point,
        hint=entry.hint,
        outer_key=entry.outer_key,
        persons=[person_row(person, entered_on=entered_on, known_at=known_at) for person in entry.persons],
    )


def person_row(entry: PersonEntry, *, entered_on: dt.date, known_at: dt.datetime | None) -> Person:
    """A person of a list as the register keeps him, with his tags."""
    return Person(
        id=entry.id,
        name=entry.name,
        called=entry.called,
        is_child=entry.is_child,
        entered_on=entered_on,
        known_at=known_at,
        tags=[tag_row(tag, known_at=known_at) for tag in entry.tags],
    )


def tag_row(entry: TagEntry, *, known_at: dt.datetime | None) -> CareTag:
    """A care tag of a list as the register keeps it."""
    return CareTag(
        tag=entry.code,
        begun_on=entry.begun_on,
        known_at=known_at,
        basis=entry.basis,
        said_by=entry.said_by,
    )


def visit_row(household: uuid.UUID, grid: str, day: dt.date, *, received_at: dt.datetime) -> Visit:
    """A last visit as a list remembers it: it says the day, not the hour."""
    return Visit(
        household_id=household,
        grid_then=grid,
        day=day,
        started_at=end_of_day(day),
        received_at=received_at,
        outcome="met",
        source=IMPORT,
    )
