"""行政区划: divisions from the city (4 digits) to the village (12), dated, with their successors."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.domain.problems import NotFound
from server.domain.scope import Scope
from server.storage.base import Base, Code, Json
from server.storage.selection import within


class Jurisdiction(Base):
    """A division. Codes change over the years: nothing is renumbered in place, successors are named (STANDARDS §2.1)."""

    __tablename__ = "jurisdictions"

    code: Mapped[Code] = mapped_column(primary_key=True)
    name: Mapped[str]
    area: Mapped[str] = mapped_column(default="rural")
    """"urban" or "rural": decides the radius of METRICS P4 and the stock of details (FORMS §7)."""
    start_date: Mapped[dt.date | None]
    """First day of the work in a village (METRICS D11)."""
    valid_from: Mapped[dt.date] = mapped_column(default=dt.date(1949, 10, 1))
    valid_to: Mapped[dt.date | None]
    successors: Mapped[Json] = mapped_column(default=list)


def get(session: Session, code: str, *, scope: Scope) -> Jurisdiction:
    """The division with `code`. Raises NotFound outside the scope or where there is none."""
    row = session.get(Jurisdiction, code)
    if row is None or not scope.covers(code):
        raise NotFound("jurisdiction.unknown", code=code)
    return row


def listing(session: Session, *, scope: Scope, digits: int | None = None) -> Sequence[Jurisdiction]:
    """Divisions within the scope by code, those with `digits` digits only where given."""
    query = sa.select(Jurisdiction).where(within(Jurisdiction.code, scope), Jurisdiction.valid_to.is_(None))
    if digits is not None:
        query = query.where(sa.func.length(Jurisdiction.code) == digits)
    return session.scalars(query.order_by(Jurisdiction.code)).all()


def names(session: Session, codes: Sequence[str]) -> dict[str, str]:
    """Names by code, for divisions of any time: a name is no secret, so there is no scope."""
    rows = session.execute(
        sa.select(Jurisdiction.code, Jurisdiction.name).where(Jurisdiction.code.in_(codes))
    )
    return {row.code: row.name for row in rows}


def county(session: Session) -> Jurisdiction | None:
    """The county this deployment was set up for; None while the database is empty."""
    return session.scalars(
        sa.select(Jurisdiction)
        .where(sa.func.length(Jurisdiction.code) == 6)
        .order_by(Jurisdiction.code)
        .limit(1)
    ).first()
