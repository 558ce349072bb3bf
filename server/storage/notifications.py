"""通知: every message that was to be sent, once for each reason and person, and what became of it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Literal, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.domain.problems import NotFound
from server.domain.scope import Scope
from server.storage.base import Base, Code, Serial
from server.storage.demands import Demand
from server.storage.posts import Account
from server.storage.selection import Listing, Page, within
from server.storage.units import Unit

DeliveryState = Literal["waiting", "sending", "sent", "logged", "failed", "unknown", "gathered"]


class Delivery(Base):
    """One message to one person. It keeps no telephone number, no link and no code: they are added when it is sent.

    It is `waiting` until `send_from`, `sending` while a worker holds it, then `sent`, or only `logged` where no gateway
    is set up; `failed` where the gateway refused it; `unknown` where nobody can say, so that it is never sent twice by
    itself; `gathered` where a digest says it.
    """

    __tablename__ = "deliveries"

    id: Mapped[Serial]
    key: Mapped[uuid.UUID] = mapped_column(unique=True, default=uuid.uuid4)
    """The same for every try, so that a receiver knows a repeat."""
    event_id: Mapped[int | None] = mapped_column(sa.ForeignKey("events.id"))
    """Why; None for a digest."""
    recipient: Mapped[str]
    """account:<id>, unit:<id>, or reporter:<hash of his telephone>."""
    account_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id"))
    unit_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("units.id"))
    demand_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("demands.id"), index=True)
    """What it is about; where neither an account nor a unit is named, its reporter is told."""
    jurisdiction: Mapped[Code]
    what: Mapped[str]
    words: Mapped[str]
    state: Mapped[str] = mapped_column(default="waiting")
    send_from: Mapped[dt.datetime]
    for_digest: Mapped[bool] = mapped_column(default=False)
    digest_id: Mapped[int | None] = mapped_column(sa.ForeignKey("deliveries.id"))
    made_at: Mapped[dt.datetime]
    claimed_at: Mapped[dt.datetime | None]
    settled_at: Mapped[dt.datetime | None]
    """When it was sent, logged, failed or given up."""
    tries: Mapped[int] = mapped_column(default=0)
    gateway: Mapped[str | None]
    trouble: Mapped[str | None]
    """Why it failed, as a code: refused_4xx, unreachable, no_answer, no_address, worker_lost."""

    __table_args__ = (
        sa.UniqueConstraint("event_id", "recipient", "what"),
        sa.Index("ix_deliveries_state_send_from", "state", "send_from"),
        sa.Index("ix_deliveries_recipient_settled_at", "recipient", "settled_at"),
        sa.Index("ix_deliveries_jurisdiction_made_at", "jurisdiction", "made_at"),
    )


def get(session: Session, delivery_id: int, *, scope: Scope) -> Delivery:
    """The delivery, locked. Raises NotFound outside the scope or where there is none."""
    row = session.get(Delivery, delivery_id, with_for_update=True)
    if row is None or not scope.covers(row.jurisdiction):
        raise NotFound("notification.unknown", id=delivery_id)
    return row


def next_due(session: Session, *, now: dt.datetime) -> Delivery | None:
    """The oldest message that may leave, locked and passed over by every other worker."""
    query = sa.select(Delivery).where(Delivery.state == "waiting", Delivery.send_from <= now)
    query = query.order_by(Delivery.send_from, Delivery.id).limit(1)
    return session.scalars(query.with_for_update(skip_locked=True)).first()


def held_since(session: Session, before: dt.datetime) -> Sequence[Delivery]:
    """Messages a worker took before a moment and never settled, locked."""
    query = sa.select(Delivery).where(Delivery.state == "sending", Delivery.claimed_at < before)
    return session.scalars(query.with_for_update(skip_locked=True)).all()


def sent_to(session: Session, recipient: str, *, since: dt.datetime) -> int:
    """How many messages left for somebody since a moment, those that nobody can tell of included."""
    query = sa.select(sa.func.count()).select_from(Delivery)
    left = ("sent", "logged", "unknown")
    return (
        session.scalar(
            query.where(
                Delivery.recipient == recipient, Delivery.settled_at >= since, Delivery.state.in_(left)
            )
        )
        or 0
    )


def for_digests(session: Session, *, now: dt.datetime) -> Sequence[Delivery]:
    """Messages that wait to be said together, by whom they are for, oldest first, locked."""
    query = sa.select(Delivery).where(
        Delivery.state == "waiting", Delivery.for_digest, Delivery.send_from <= now
    )
    ordered = query.order_by(Delivery.recipient, Delivery.id)
    return session.scalars(ordered.with_for_update(skip_locked=True)).all()


class Told(NamedTuple):
    """A delivery, with the number of its demand and the name of the account or unit it is for."""

    delivery: Delivery
    number: str | None
    name: str | None


def listing(
    session: Session, *, scope: Scope, page: Page, states: Sequence[DeliveryState] = ()
) -> Listing[Told]:
    """Deliveries within the scope, the newest first; of some states only where given."""
    where = [within(Delivery.jurisdiction, scope)]
    if states:
        where.append(Delivery.state.in_(states))
    total = session.scalar(sa.select(sa.func.count()).select_from(Delivery).where(*where)) or 0
    query = (
        sa.select(Delivery, Demand.number, sa.func.coalesce(Account.display_name, Unit.name))
        .outerjoin(Demand, Demand.id == Delivery.demand_id)
        .outerjoin(Account, Account.id == Delivery.account_id)
        .outerjoin(Unit, Unit.id == Delivery.unit_id)
        .where(*where)
        .order_by(Delivery.made_at.desc(), Delivery.id.desc())
        .offset(page.offset)
        .limit(page.size)
    )
    return Listing([Told(*row) for row in session.execute(query)], total, page)


def counts(session: Session, *, scope: Scope) -> dict[str, int]:
    """How many deliveries within the scope stand in each state."""
    query = sa.select(Delivery.state, sa.func.count().label("number")).where(
        within(Delivery.jurisdiction, scope)
    )
    return {row.state: row.number for row in session.execute(query.group_by(Delivery.state))}
