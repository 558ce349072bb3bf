"""链接: what somebody without an account acts through. Only the hash of its token is kept (DECISIONS 15)."""

from __future__ import annotations

import datetime as dt
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.storage.base import Base, Key


class Link(Base):
    """A link given to the members of a unit, or to an evaluator of one demand."""

    __tablename__ = "links"

    id: Mapped[Key]
    sha256: Mapped[str] = mapped_column(sa.String(64), unique=True)
    purpose: Mapped[str]
    """unit or evaluate."""
    demand_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("demands.id"), index=True)
    unit_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("units.id"), index=True)
    evaluator: Mapped[str | None]
    """Who evaluates through it, in the words of the profile: party, democratic_supervisor, …"""
    given_at: Mapped[dt.datetime]
    given_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id"))
    expires_at: Mapped[dt.datetime | None]
    used_at: Mapped[dt.datetime | None]
    """When what it was given for was first done through it."""
    revoked_at: Mapped[dt.datetime | None]


def of_hash(session: Session, sha256: str) -> Link | None:
    """The link whose token has this hash."""
    return session.scalars(sa.select(Link).where(Link.sha256 == sha256)).first()


def revoke(session: Session, *, unit_id: uuid.UUID, at: dt.datetime) -> None:
    """Let no link of a unit be of use any more."""
    session.execute(
        sa.update(Link).where(Link.unit_id == unit_id, Link.revoked_at.is_(None)).values(revoked_at=at)
    )


def newest_of_unit(session: Session, unit_id: uuid.UUID) -> Link | None:
    """The link given to a unit last, for the page that says since when it has one."""
    query = sa.select(Link).where(Link.unit_id == unit_id)
    return session.scalars(query.order_by(Link.given_at.desc()).limit(1)).first()
