"""居民反映: which page a demand was sent from, and how often an address has tried; neither knows who anybody is."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.storage.base import Base, Key, Serial

Trial = Literal["report", "code"]
"""What an address tried: to report something, or to open a matter with a code that is not its own."""


class ResidentReport(Base):
    """One sending of the page for residents: the same words of the same page, sent twice, raise one demand."""

    __tablename__ = "resident_reports"

    key: Mapped[Key]
    """Of the page, as drawn when it was shown, and of what was written on it."""
    demand_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("demands.id"), unique=True)
    """None only inside the transaction that raises it: the key is taken first, so that a second sending waits."""


class ResidentTrial(Base):
    """A try from a network address, kept for as long as it counts."""

    __tablename__ = "resident_trials"

    id: Mapped[Serial]
    at: Mapped[dt.datetime] = mapped_column(index=True)
    address: Mapped[str] = mapped_column(index=True)
    what: Mapped[str]


def demand_of(session: Session, key: uuid.UUID) -> uuid.UUID | None:
    """The demand that was raised by the same words of the same page."""
    return session.scalar(sa.select(ResidentReport.demand_id).where(ResidentReport.key == key))


def keep_demand(session: Session, key: uuid.UUID, demand_id: uuid.UUID) -> None:
    """Say which demand a sending raised."""
    session.execute(sa.update(ResidentReport).where(ResidentReport.key == key).values(demand_id=demand_id))


def trials(session: Session, address: str, *, what: Trial, since: dt.datetime) -> int:
    """How often an address has tried `what` since a moment."""
    query = sa.select(sa.func.count()).select_from(ResidentTrial)
    own = (ResidentTrial.address == address, ResidentTrial.what == what, ResidentTrial.at > since)
    return session.scalar(query.where(*own)) or 0


def forget_trials(session: Session, *, before: dt.datetime) -> None:
    """Delete tries that count no more."""
    session.execute(sa.delete(ResidentTrial).where(ResidentTrial.at <= before))
