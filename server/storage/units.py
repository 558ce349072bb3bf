"""单位: departments, alliance members and others that handle demands without an account of their own."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.domain.problems import NotFound
from server.domain.scope import Scope
from server.storage.base import Base, Code, Key
from server.storage.selection import within


class Unit(Base):
    """单位. `division` is the one it belongs to: it may be given what lies in it."""

    __tablename__ = "units"

    id: Mapped[Key]
    name: Mapped[str]
    kind: Mapped[str]
    """department, alliance, office, village_org or firm."""
    division: Mapped[Code] = mapped_column("jurisdiction", index=True)
    alliance: Mapped[str | None]
    """The alliance of the county's profile it is a member of, by its label."""
    contact_name: Mapped[str | None]
    contact_phone: Mapped[str | None] = mapped_column("telephone")
    closed_on: Mapped[dt.date | None]


class DemandUnit(Base):
    """A unit called to a demand 牵头、配合: the lead one, or one that supports it."""

    __tablename__ = "demand_units"

    demand_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("demands.id"), primary_key=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("units.id"), primary_key=True, index=True)
    role: Mapped[str]
    """lead or support."""
    called_at: Mapped[dt.datetime]


def get(session: Session, unit_id: uuid.UUID, *, scope: Scope) -> Unit:
    """The unit. Raises NotFound outside the scope or where there is none."""
    row = session.get(Unit, unit_id)
    if row is None or not scope.covers(row.division):
        raise NotFound("unit.unknown", id=str(unit_id))
    return row


def listing(session: Session, *, scope: Scope) -> Sequence[Unit]:
    """The units within the scope by division and name, closed ones last."""
    query = sa.select(Unit).where(within(Unit.division, scope))
    return session.scalars(
        query.order_by(Unit.closed_on.is_not(None), Unit.division, Unit.name, Unit.id)
    ).all()


def serving(session: Session, place: str, *, on: dt.date) -> Sequence[Unit]:
    """The units that may be given a matter in the division `place`: its own and those of what contains it, nearest first."""
    containing = [place[:digits] for digits in (15, 12, 9, 6, 4) if digits <= len(place)]
    query = sa.select(Unit).where(
        Unit.division.in_(containing), sa.or_(Unit.closed_on.is_(None), Unit.closed_on > on)
    )
    return session.scalars(query.order_by(sa.func.length(Unit.division).desc(), Unit.name, Unit.id)).all()


def names_of(session: Session, ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, str]:
    """What units are called; a name is no secret to whoever may read what they are named in."""
    rows = session.execute(sa.select(Unit.id, Unit.name).where(Unit.id.in_(ids)))
    return {row.id: row.name for row in rows}


def called_to(session: Session, demand_id: uuid.UUID) -> Sequence[tuple[DemandUnit, Unit]]:
    """The units called to a demand, the lead one first; the caller has read the demand within his scope."""
    query = (
        sa.select(DemandUnit, Unit)
        .join(Unit, Unit.id == DemandUnit.unit_id)
        .where(DemandUnit.demand_id == demand_id)
    )
    rows = session.execute(query.order_by(DemandUnit.role, DemandUnit.called_at, Unit.name))
    return [(call, unit) for call, unit in rows]
