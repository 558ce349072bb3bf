"""户 and 人员 services: entering, correcting and moving households, and the people and care tags in them."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import asdict, dataclass

from shapely import Point

from server.domain.events import people as people_events
from server.domain.events import register as events
from server.domain.permissions import Permission
from server.domain.problems import Conflict, Invalid, NotFound
from server.domain.register_change import NEW_HOUSEHOLD
from server.domain.work_calendar import local_day
from server.services.register.changes import Statement, state
from server.services.register.effects import begin_tag_of
from server.storage import grids
from server.storage import households as storage
from server.storage.households import CareTag, Household, HouseholdMove, Person
from server.work import Work


@dataclass(frozen=True, kw_only=True)
class Details:
    """What is kept of a household beside its people; `point` in degrees WGS-84, `hint` never a diagnosis."""

    address: str
    head_name: str | None = None
    telephone: str | None = None
    people: int | None = None
    hint: str | None = None
    point: Point | None = None


def add_household(work: Work, *, grid: str, details: Details) -> Household:
    """新增住户: on the register at once where the actor may decide there, else waiting for somebody who may.

    Raises NotFound for a grid outside his divisions, Forbidden where he proposes nothing.
    """
    place = grids.get(work.session, grid, scope=work.actor.scope).code
    work.actor.require(Permission.PROPOSE_REGISTER_CHANGE, at=place)
    decides = work.actor.may(Permission.CONFIRM_REGISTER_CHANGE, at=place)
    household = Household(
        grid_code=place,
        entered_on=local_day(work.now),
        known_at=work.now if decides else None,
        state="registered" if decides else "pending",
        **asdict(details),
    )
    work.session.add(household)
    work.session.flush()
    if decides:
        work.record(events.HouseholdCreated(subject_id=household.id, jurisdiction=place, source="desk"))
    else:
        state(work, household, Statement(change=NEW_HOUSEHOLD, whole=True, words=details.address))
    return household


def edit_household(work: Work, household_id: uuid.UUID, details: Details, *, version: int) -> Household:
    """更正住户, by somebody who sees what he corrects.

    Raises NotFound, Forbidden, and Conflict("register.changed_meanwhile") for an older `version`.
    """
    household = _decided_here(work, household_id)
    work.actor.require(Permission.SEE_NAMES, at=household.grid_code)
    if household.version != version:
        raise Conflict("register.changed_meanwhile")
    stated = asdict(details)
    changed = tuple(name for name, value in stated.items() if getattr(household, name) != value)
    if not changed:
        return household
    for name in changed:
        setattr(household, name, stated[name])
    household.version += 1
    work.session.flush()
    work.record(
        events.HouseholdEdited(subject_id=household.id, jurisdiction=household.grid_code, fields=changed)
    )
    return household


def move_household(work: Work, household_id: uuid.UUID, *, to_grid: str, moved_on: dt.date) -> Household:
    """迁居 inside the county: the household owes in the new grid and keeps its visits (METRICS V).

    Raises NotFound or Forbidden where either grid is beyond the actor, Conflict("register.already_there",
    "register.already_left"), Invalid("register.moved_in_the_future").
    """
    household = _decided_here(work, household_id)
    grid = grids.get(work.session, to_grid, scope=work.actor.scope)
    work.actor.require(Permission.CONFIRM_REGISTER_CHANGE, at=grid.code)
    if household.exited_at is not None:
        raise Conflict("register.already_left")
    if grid.code == household.grid_code:
        raise Conflict("register.already_there")
    if moved_on > local_day(work.now):
        raise Invalid("register.moved_in_the_future")
    left = household.grid_code
    work.session.add(
        HouseholdMove(
            household_id=household.id, from_grid=left, to_grid=grid.code, moved_on=moved_on, known_at=work.now
        )
    )
    household.grid_code = grid.code
    household.point = None  # the old door says nothing about the new one
    household.version += 1
    for waiting in storage.undecided(work.session, household.id):
        waiting.grid_code = grid.code
    work.session.flush()
    work.record(
        events.HouseholdMoved(subject_id=household.id, jurisdiction=grid.code, from_grid=left, on=moved_on)
    )
    return household


def add_person(
    work: Work, household_id: uuid.UUID, *, name: str, called: str, is_child: bool = False
) -> Person:
    """新增人员 of a household. Raises NotFound, Forbidden, Conflict("register.already_left")."""
    household = _decided_here(work, household_id)
    if household.exited_at is not None:
        raise Conflict("register.already_left")
    person = Person(
        name=name, called=called, is_child=is_child, entered_on=local_day(work.now), known_at=work.now
    )
    household.persons.append(person)
    household.version += 1
    work.session.flush()
    work.record(
        events.PersonAdded(subject_id=person.id, jurisdiction=household.grid_code, household_id=household.id)
    )
    return person


def begin_tag(
    work: Work, person_id: uuid.UUID, *, tag: str, begun_on: dt.date, basis: str, said_by: str
) -> CareTag:
    """新增关爱标签, with the paper it rests on and the unit that said so. Its end is proposed and confirmed.

    Raises NotFound, Forbidden, Invalid("register.no_such_tag"), Conflict("register.tag_in_force").
    """
    person = work.session.get(Person, person_id)
    if person is None:
        raise NotFound("household.unknown", id=str(person_id))
    _decided_here(work, person.household_id)
    return begin_tag_of(work, person, tag=tag, begun_on=begun_on, basis=basis, said_by=said_by)


def reveal(work: Work, household_id: uuid.UUID, *, reason: str) -> Household:
    """查看个人信息 of a household above its village: it is written down who looked, and why (METRICS V).

    Raises NotFound, Forbidden, Invalid("register.reason_needed").
    """
    household = storage.get(work.session, household_id, scope=work.actor.scope)
    work.actor.require(Permission.REVEAL_PERSONAL_DATA, at=household.grid_code)
    if not reason.strip():
        raise Invalid("register.reason_needed")
    work.record(
        people_events.PersonalDataRevealed(
            subject_id=household.id, jurisdiction=household.grid_code, what="household", reason=reason.strip()
        )
    )
    return household


def _decided_here(work: Work, household_id: uuid.UUID) -> Household:
    household = storage.get(work.session, household_id, scope=work.actor.scope)
    work.actor.require(Permission.CONFIRM_REGISTER_CHANGE, at=household.grid_code)
    return household
