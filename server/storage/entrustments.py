"""代访: households given to somebody for some days, and back after the last of them (METRICS V *Act*)."""

from __future__ import annotations

import datetime as dt
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.base import Base, Key


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
