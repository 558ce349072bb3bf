"""代访: households given to somebody for some days, and back after the last of them (METRICS V *Act*)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, selectinload

from server.domain.problems import NotFound
from server.domain.scope import Scope
from server.domain.work_calendar import end_of_day
from server.storage.base import Base, Key
from server.storage.households import Household
from server.storage.posts import Account
from server.storage.selection import within

_ONE_DAY = dt.timedelta(days=1)


class Entrustment(Base):
    """代访: somebody visits some households from `first_day` to `last_day`, or until it is ended before."""

    __tablename__ = "entrustments"

    id: Mapped[Key]
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    """Who stands in."""
    first_day: Mapped[dt.date]
    last_day: Mapped[dt.date] = mapped_column(index=True)
    given_at: Mapped[dt.datetime]
    given_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id"))
    ended_at: Mapped[dt.datetime | None]
    """When it was taken back before its last day; a visit made until then still counts."""


class EntrustedHousehold(Base):
    """A household of an entrustment."""

    __tablename__ = "entrusted_households"

    entrustment_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("entrustments.id"), primary_key=True)
    household_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey("households.id"), primary_key=True, index=True
    )


def get(session: Session, entrustment_id: uuid.UUID, *, scope: Scope) -> Entrustment:
    """The entrustment. Raises NotFound where none of its households lies within the scope, or where there is none."""
    grids = session.scalars(_grids_of(entrustment_id)).all()
    if not any(scope.covers(grid) for grid in grids):
        raise NotFound("entrustment.unknown", id=str(entrustment_id))
    return session.get_one(Entrustment, entrustment_id)


def grids_of(session: Session, entrustment_id: uuid.UUID) -> Sequence[str]:
    """The grids its households lie in, by code; the caller has read the entrustment within his scope."""
    return session.scalars(_grids_of(entrustment_id)).all()


def _grids_of(entrustment_id: uuid.UUID) -> sa.Select[str]:
    return (
        sa.select(Household.grid_code)
        .join(EntrustedHousehold, EntrustedHousehold.household_id == Household.id)
        .where(EntrustedHousehold.entrustment_id == entrustment_id)
        .distinct()
        .order_by(Household.grid_code)
    )


def households_of(session: Session, account_id: uuid.UUID | None, *, on: dt.date) -> Sequence[Household]:
    """The households somebody is to visit on a day because they were given to him; those on the register only."""
    query = (
        sa.select(Household)
        .join(EntrustedHousehold, EntrustedHousehold.household_id == Household.id)
        .join(Entrustment, Entrustment.id == EntrustedHousehold.entrustment_id)
        .where(Entrustment.account_id == account_id, *_lasts(on))
        .where(Household.state == "registered", Household.exited_at.is_(None))
        .options(selectinload(Household.persons))
        .distinct()
    )
    return session.scalars(query.order_by(Household.grid_code, Household.address, Household.id)).all()


def is_given(session: Session, household_id: uuid.UUID, *, to: uuid.UUID | None, on: dt.date) -> bool:
    """Say whether a household was given to somebody on a day, the day on which it was taken back included."""
    query = (
        sa.select(Entrustment.id)
        .join(EntrustedHousehold, EntrustedHousehold.entrustment_id == Entrustment.id)
        .where(EntrustedHousehold.household_id == household_id, Entrustment.account_id == to)
        .where(Entrustment.first_day <= on, Entrustment.last_day >= on)
        .where(sa.or_(Entrustment.ended_at.is_(None), Entrustment.ended_at >= end_of_day(on - _ONE_DAY)))
    )
    return session.scalar(query.limit(1)) is not None


def stand_ins(
    session: Session, households: Iterable[uuid.UUID], *, on: dt.date
) -> dict[uuid.UUID, tuple[str, ...]]:
    """Who visits each of some households instead of its grid's worker on a day, by household."""
    query = (
        sa.select(EntrustedHousehold.household_id, Account.display_name)
        .join(Entrustment, Entrustment.id == EntrustedHousehold.entrustment_id)
        .join(Account, Account.id == Entrustment.account_id)
        .where(EntrustedHousehold.household_id.in_(list(households)), *_lasts(on))
        .distinct()
        .order_by(EntrustedHousehold.household_id, Account.display_name)
    )
    found: dict[uuid.UUID, tuple[str, ...]] = {}
    for row in session.execute(query):
        found[row.household_id] = (*found.get(row.household_id, ()), row.display_name)
    return found


def not_over(session: Session, *, scope: Scope, on: dt.date) -> Sequence[tuple[Entrustment, str, int]]:
    """(entrustment, who stands in, how many households of the scope), of those that last on a day or begin later."""
    query = (
        sa.select(Entrustment, Account.display_name, sa.func.count())
        .join(Account, Account.id == Entrustment.account_id)
        .join(EntrustedHousehold, EntrustedHousehold.entrustment_id == Entrustment.id)
        .join(Household, Household.id == EntrustedHousehold.household_id)
        .where(within(Household.grid_code, scope))
        .where(Entrustment.last_day >= on, Entrustment.ended_at.is_(None))
        .group_by(Entrustment.id, Account.display_name)
        .order_by(Entrustment.first_day, Entrustment.last_day, Entrustment.id)
    )
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def _lasts(on: dt.date) -> tuple[sa.ColumnElement[bool], ...]:
    return Entrustment.first_day <= on, Entrustment.last_day >= on, Entrustment.ended_at.is_(None)
