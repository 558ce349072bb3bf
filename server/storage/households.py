"""户 and 人员: the register that denominators are made of, with dated care tags and the changes proposed to it."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship, selectinload

from server.domain.problems import NotFound
from server.domain.scope import Scope
from server.storage.base import Base, Code, Json, Key, Serial
from server.storage.geometry import geometry, gist_index
from server.storage.selection import within

_NUMBER_DIGITS = 8
_NUMBER = re.compile(rf"[0-9A-F]{{{_NUMBER_DIGITS}}}")
_AT_ONCE = 200


class Household(Base):
    """户: a dwelling's people. `occupancy` is occupied, away or vacant; `state` registered or pending approval."""

    __tablename__ = "households"

    id: Mapped[Key]
    grid_code: Mapped[Code] = mapped_column(index=True)
    address: Mapped[str]
    head_name: Mapped[str | None]
    telephone: Mapped[str | None]
    people: Mapped[int | None]
    occupancy: Mapped[str] = mapped_column(default="occupied")
    state: Mapped[str] = mapped_column(default="registered")
    entered_on: Mapped[dt.date]
    known_at: Mapped[dt.datetime | None]
    """When the register learned of it; None: it was there from the beginning."""
    exited_at: Mapped[dt.datetime | None]
    """When a second person confirmed that the household is gone (METRICS D4)."""
    exit_reason: Mapped[str | None]
    hint: Mapped[str | None]
    """A practical hint for the visitor (听力不好), never a diagnosis."""
    point: Mapped[BaseGeometry | None] = mapped_column(geometry("POINT"))
    version: Mapped[int] = mapped_column(default=1)
    outer_key: Mapped[str | None]
    """The key of the row it was imported from; a second import meets it again."""

    persons: Mapped[list[Person]] = relationship(back_populates="household", order_by="Person.name")
    away_spells: Mapped[list[AwaySpell]] = relationship(order_by="AwaySpell.since")

    __table_args__ = (gist_index("households", "point"), sa.UniqueConstraint("outer_key"))


class Person(Base):
    """人员 with a care duty, or a householder; nothing is kept that no question of the forms needs."""

    __tablename__ = "persons"

    id: Mapped[Key]
    household_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("households.id"), index=True)
    name: Mapped[str]
    called: Mapped[str]
    """How the phone shows the person: 王奶奶; a child is 孩子（王家） (FORMS §2)."""
    is_child: Mapped[bool] = mapped_column(default=False)
    entered_on: Mapped[dt.date]
    known_at: Mapped[dt.datetime | None]
    exited_at: Mapped[dt.datetime | None]
    exit_reason: Mapped[str | None]
    in_hospital: Mapped[bool] = mapped_column(default=False)
    tier: Mapped[str | None]
    """A tier of the profile set for this person alone; the strictest of it and of the tags holds."""

    household: Mapped[Household] = relationship(back_populates="persons")
    tags: Mapped[list[CareTag]] = relationship(order_by="CareTag.begun_on")


class CareTag(Base):
    """A care tag of FORMS §8, with its dates, its basis and the unit that said so."""

    __tablename__ = "care_tags"

    id: Mapped[Key]
    person_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("persons.id"), index=True)
    tag: Mapped[str]
    begun_on: Mapped[dt.date]
    known_at: Mapped[dt.datetime | None]
    ended_at: Mapped[dt.datetime | None]
    """When a second person confirmed its end (METRICS D4)."""
    end_reason: Mapped[str | None]
    basis: Mapped[str] = mapped_column(default="")
    said_by: Mapped[str] = mapped_column(default="")


class AwaySpell(Base):
    """外出: a household, or one person of it, is away from a day on; a call may then stand for a visit (METRICS V)."""

    __tablename__ = "away_spells"

    id: Mapped[Key]
    household_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("households.id"), index=True)
    person_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("persons.id"))
    since: Mapped[dt.date]
    until: Mapped[dt.date | None]
    known_at: Mapped[dt.datetime | None]


class HouseholdMove(Base):
    """迁居, 换格: from `moved_on` a household lies in another grid of the county; its visits keep the grid of their day."""

    __tablename__ = "household_moves"

    id: Mapped[Serial]
    household_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("households.id"), index=True)
    from_grid: Mapped[Code]
    to_grid: Mapped[Code]
    moved_on: Mapped[dt.date]
    known_at: Mapped[dt.datetime] = mapped_column(index=True)
    boundary_version_id: Mapped[int | None] = mapped_column(sa.ForeignKey("boundary_versions.id"))
    """The boundaries it was redrawn by; None where the household itself moved."""


class RegisterChange(Base):
    """A change proposed to the register: it takes effect when a second person has confirmed it (METRICS D4)."""

    __tablename__ = "register_changes"

    id: Mapped[Key]
    grid_code: Mapped[Code] = mapped_column(index=True)
    household_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("households.id"), index=True)
    person_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("persons.id"))
    tag_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("care_tags.id"))
    change: Mapped[str]
    """A code of domain/register_change.py."""
    words: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="proposed")
    """proposed, confirmed, refused, or withdrawn by an edit of the visit that stated it."""
    proposed_at: Mapped[dt.datetime]
    proposed_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id"))
    decided_at: Mapped[dt.datetime | None]
    decided_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id"))
    submission_id: Mapped[int | None] = mapped_column(sa.ForeignKey("submissions.id"))
    details: Mapped[Json] = mapped_column(default=dict)

    __table_args__ = (sa.UniqueConstraint("submission_id", "household_id", "change"),)


def get(session: Session, household_id: uuid.UUID, *, scope: Scope) -> Household:
    """The household. Raises NotFound outside the scope or where there is none."""
    row = session.get(Household, household_id)
    if row is None or not scope.covers(row.grid_code):
        raise NotFound("household.unknown", id=str(household_id))
    return row


def listing(session: Session, *, scope: Scope) -> Sequence[Household]:
    """Households on the register that have not left it, with their people, by grid and address."""
    query = sa.select(Household).where(
        within(Household.grid_code, scope), Household.state == "registered", Household.exited_at.is_(None)
    )
    with_people = query.options(selectinload(Household.persons))
    return session.scalars(with_people.order_by(Household.grid_code, Household.address, Household.id)).all()


def number_of(household_id: uuid.UUID) -> str:
    """户编号: what a household is called in lists where it is not named."""
    return str(household_id)[:_NUMBER_DIGITS].upper()


def by_number(session: Session, numbers: Iterable[str]) -> list[Household]:
    """Every household with one of these 户编号; whoever asks keeps to his scope. Two may share a number."""
    asked = sorted(number for number in set(numbers) if _NUMBER.fullmatch(number))
    found: list[Household] = []
    for first in range(0, len(asked), _AT_ONCE):
        ranges = [
            Household.id.between(uuid.UUID(number + "0" * 24), uuid.UUID(number + "f" * 24))
            for number in asked[first : first + _AT_ONCE]
        ]
        query = sa.select(Household).where(sa.or_(*ranges))
        found += session.scalars(query.options(selectinload(Household.persons)))
    return found


def grid_on(session: Session, household: Household, *, day: dt.date) -> str:
    """The grid a household lived in on a day (METRICS D5 `grid_then`)."""
    query = (
        sa.select(HouseholdMove.from_grid)
        .where(HouseholdMove.household_id == household.id, HouseholdMove.moved_on > day)
        .order_by(HouseholdMove.moved_on, HouseholdMove.id)
        .limit(1)
    )
    return session.scalar(query) or household.grid_code


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where households lay at an instant: `condition` holds for all that lay within a scope, and for some others.

    `left` is the grid at that instant of each household that has moved since.
    """

    condition: sa.ColumnElement[bool]
    left: Mapping[uuid.UUID, str]

    def grid(self, household_id: uuid.UUID, grid_now: str) -> str:
        """The grid of a household at the instant, told by where it lies now."""
        return self.left.get(household_id, grid_now)


def whereabouts(session: Session, *, scope: Scope, as_of: dt.datetime) -> Whereabouts:
    """Where the households of a scope lay at `as_of` (METRICS D5 `grid_now`): a move counts once it is confirmed."""
    moved_since = HouseholdMove.known_at > as_of
    latest_first = sa.select(HouseholdMove.household_id, HouseholdMove.from_grid).where(moved_since)
    left = {
        row.household_id: row.from_grid
        for row in session.execute(latest_first.order_by(HouseholdMove.id.desc()))
    }
    here_now = within(Household.grid_code, scope)
    if not left:
        return Whereabouts(here_now, left)
    came_from_here = sa.select(HouseholdMove.household_id).where(
        moved_since, within(HouseholdMove.from_grid, scope)
    )
    return Whereabouts(
        Household.id.in_(sa.union(sa.select(Household.id).where(here_now), came_from_here)), left
    )


def undecided(session: Session, household_id: uuid.UUID) -> Sequence[RegisterChange]:
    """What waits for a second person at a household; the caller has read the household within his scope."""
    query = sa.select(RegisterChange).where(
        RegisterChange.household_id == household_id, RegisterChange.state == "proposed"
    )
    return session.scalars(query.order_by(RegisterChange.proposed_at)).all()


def proposals(session: Session, *, scope: Scope, state: str = "proposed") -> Sequence[RegisterChange]:
    """Changes of one state ("proposed", "confirmed", "refused"), oldest first."""
    query = sa.select(RegisterChange).where(
        within(RegisterChange.grid_code, scope), RegisterChange.state == state
    )
    return session.scalars(query.order_by(RegisterChange.proposed_at)).all()
