"""常用筛选: what somebody asks the ledger often, under a name of his own."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.domain.problems import NotFound
from server.storage.base import Base, Json, Serial


class SavedFilter(Base):
    """A question under a name. `asked` is the query of the ledger's address, as the page reads it."""

    __tablename__ = "saved_filters"

    id: Mapped[Serial]
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("accounts.id"))
    name: Mapped[str]
    asked: Mapped[Json]

    __table_args__ = (sa.UniqueConstraint("account_id", "name"),)


def of_account(session: Session, account_id: uuid.UUID) -> Sequence[SavedFilter]:
    """Somebody's own, by name: nobody sees another's, so there is no scope."""
    query = sa.select(SavedFilter).where(SavedFilter.account_id == account_id)
    return session.scalars(query.order_by(SavedFilter.name)).all()


def get(session: Session, filter_id: int, *, account_id: uuid.UUID) -> SavedFilter:
    """One of somebody's own. Raises NotFound("saved_filter.unknown"), for another's too."""
    row = session.get(SavedFilter, filter_id)
    if row is None or row.account_id != account_id:
        raise NotFound("saved_filter.unknown", id=filter_id)
    return row
