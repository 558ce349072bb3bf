"""外部平台工单: orders of another platform (12345, 141) as its lists brought them, each with the demand it became."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.domain.problems import NotFound
from server.domain.scope import Scope
from server.storage.base import Base, Code, Json, Key, Serial
from server.storage.demands import Demand, DemandNote
from server.storage.selection import within

_REMEMBERED = 1_000


class OrderColumns(Base):
    """列的对应: which column of a platform's list is what, as it was last chosen in a county."""

    __tablename__ = "order_columns"

    county: Mapped[Code] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    columns: Mapped[Json]
    """Field → title of the platform's column."""


class OrderList(Base):
    """A list of orders as it was taken in. `titles` are the platform's own columns in their order."""

    __tablename__ = "order_lists"

    id: Mapped[Key]
    jurisdiction: Mapped[Code]
    """The division of whoever took it in: a reader's scope is held against it."""
    channel: Mapped[str]
    name: Mapped[str]
    titles: Mapped[Json]
    columns: Mapped[Json]
    taken_at: Mapped[dt.datetime]
    taken_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id"))

    __table_args__ = (sa.Index("ix_order_lists_jurisdiction_taken_at", "jurisdiction", "taken_at"),)


class OuterOrder(Base):
    """One order. `cells` are the platform's, by title, without name and telephone: those are the demand's."""

    __tablename__ = "outer_orders"

    id: Mapped[Serial]
    list_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("order_lists.id"), index=True)
    channel: Mapped[str]
    outer_number: Mapped[str]
    row: Mapped[int]
    cells: Mapped[Json]
    demand_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("demands.id"), index=True)

    __table_args__ = (sa.UniqueConstraint("channel", "outer_number"),)


def columns_of(session: Session, county: str, channel: str) -> Mapping[str, str]:
    """Field → title, as it was last chosen for a channel in a county; nothing before the first time."""
    row = session.get(OrderColumns, (county, channel))
    return {} if row is None else dict(row.columns)


def remember_columns(session: Session, county: str, channel: str, columns: Mapping[str, str]) -> None:
    """Keep what was chosen, for the next list of that platform."""
    session.merge(OrderColumns(county=county, channel=channel, columns=dict(columns)))


def get(session: Session, list_id: uuid.UUID, *, scope: Scope) -> OrderList:
    """The list. Raises NotFound("order_list.unknown") outside the scope or where there is none."""
    row = session.get(OrderList, list_id)
    if row is None or not scope.covers(row.jurisdiction):
        raise NotFound("order_list.unknown", id=str(list_id))
    return row


def listing(session: Session, *, scope: Scope, limit: int) -> Sequence[tuple[OrderList, int]]:
    """The newest lists within the scope, each with how many orders it brought."""
    brought = (
        sa.select(sa.func.count())
        .where(OuterOrder.list_id == OrderList.id)
        .correlate(OrderList)
        .scalar_subquery()
    )
    query = sa.select(OrderList, brought).where(within(OrderList.jurisdiction, scope))
    rows = session.execute(query.order_by(OrderList.taken_at.desc(), OrderList.id).limit(limit))
    return [(taken, number) for taken, number in rows]


def orders_of(session: Session, list_id: uuid.UUID) -> Sequence[tuple[OuterOrder, Demand]]:
    """The orders of a list in its order, each with its demand; the caller has read the list within his scope."""
    query = (
        sa.select(OuterOrder, Demand)
        .join(Demand, Demand.id == OuterOrder.demand_id)
        .where(OuterOrder.list_id == list_id)
        .order_by(OuterOrder.row)
    )
    return [(order, demand) for order, demand in session.execute(query)]


def taken_in(session: Session, channel: str, numbers: Collection[str]) -> set[str]:
    """Which of these numbers of a platform a list has brought already, whosever it was."""
    query = sa.select(OuterOrder.outer_number).where(
        OuterOrder.channel == channel, OuterOrder.outer_number.in_(numbers)
    )
    return set(session.scalars(query))


def demands_by_number(session: Session, channel: str, numbers: Collection[str]) -> dict[str, Demand]:
    """Demands with these numbers of a platform, typed or brought by a list; of several the first.

    That a number has been registered is no secret between offices, so there is no scope.
    """
    query = sa.select(Demand).where(Demand.channel == channel, Demand.outer_number.in_(numbers))
    found: dict[str, Demand] = {}
    for demand in session.scalars(query.order_by(Demand.received_at.desc(), Demand.number.desc())):
        found[demand.outer_number or ""] = demand
    return found


def kinds_of(session: Session, channel: str, *, title: str, scope: Scope) -> dict[str, str]:
    """What stands in a platform's column → the kind under which its newest order stands here now, of the last thousand."""
    query = (
        sa.select(OuterOrder.cells, Demand.kind)
        .join(Demand, Demand.id == OuterOrder.demand_id)
        .where(OuterOrder.channel == channel, within(Demand.jurisdiction, scope))
    )
    found: dict[str, str] = {}
    for cells, kind in session.execute(query.order_by(OuterOrder.id.desc()).limit(_REMEMBERED)):
        found.setdefault(cells.get(title, ""), kind)
    return found


def last_words(
    session: Session, demands: Collection[uuid.UUID], *, steps: Collection[str]
) -> dict[uuid.UUID, str]:
    """The newest words written with one of these steps, by demand."""
    query = sa.select(DemandNote.demand_id, DemandNote.words).where(
        DemandNote.demand_id.in_(demands), DemandNote.step.in_(steps), DemandNote.words.is_not(None)
    )
    return {row.demand_id: row.words or "" for row in session.execute(query.order_by(DemandNote.id))}
