"""事件: what happened, append-only. One table is audit trail, timeline and outbox."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session

from server.domain.events import Event
from server.domain.people import Actor
from server.domain.scope import Scope
from server.storage.base import Base, Code, Json, Serial, insert_few
from server.storage.selection import within


class EventRow(Base):
    """One event. `subject` and `subject_id` name what it happened to; the id is text, for keys of every kind."""

    __tablename__ = "events"

    id: Mapped[Serial]
    at: Mapped[dt.datetime]
    actor_id: Mapped[uuid.UUID | None]
    actor_name: Mapped[str]
    kind: Mapped[str]
    subject: Mapped[str]
    subject_id: Mapped[str]
    jurisdiction: Mapped[Code | None]
    details: Mapped[Json]
    handed_on_at: Mapped[dt.datetime | None]

    __table_args__ = (
        sa.Index("ix_events_subject", "subject", "subject_id", "id"),
        sa.Index(
            "ix_events_outbox",
            "id",
            postgresql_where=sa.text("handed_on_at IS NULL"),
            sqlite_where=sa.text("handed_on_at IS NULL"),
        ),
        sa.Index(
            "ix_events_demands_moved",
            "at",
            postgresql_where=sa.text("kind = 'demand.moved'"),
            sqlite_where=sa.text("kind = 'demand.moved'"),
        ),
    )


_WAITING = "events_waiting"


def append(session: Session, event: Event, *, actor: Actor, at: dt.datetime) -> None:
    """Put an event behind those of the session's transaction; write() writes them together."""
    row = {
        "at": at,
        "actor_id": actor.id,
        "actor_name": actor.name,
        "kind": event.kind,
        "subject": event.subject,
        "subject_id": str(event.subject_id),
        "jurisdiction": event.jurisdiction,
        "details": event.details(),
    }
    session.info.setdefault(_WAITING, []).append(row)


def write(session: Session) -> None:
    """Write the events that wait, in their order."""
    insert_few(session, EventRow, session.info.pop(_WAITING, []))


def forget(session: Session) -> None:
    """Drop the events that wait: what they tell of has been given up."""
    session.info.pop(_WAITING, None)


def of_subject(session: Session, subject: str, subject_id: object) -> Sequence[EventRow]:
    """The timeline of one thing, oldest first; the caller has read the thing itself within his scope."""
    query = sa.select(EventRow).where(EventRow.subject == subject, EventRow.subject_id == str(subject_id))
    return session.scalars(query.order_by(EventRow.id)).all()


def listing(session: Session, *, scope: Scope, kinds: Sequence[str], limit: int = 200) -> Sequence[EventRow]:
    """The newest events of some kinds within the scope."""
    query = sa.select(EventRow).where(EventRow.kind.in_(kinds), within(EventRow.jurisdiction, scope))
    return session.scalars(query.order_by(EventRow.id.desc()).limit(limit)).all()


def acts_on_demands(
    session: Session, *, scope: Scope, start: dt.datetime, end: dt.datetime, actions: Collection[str]
) -> list[tuple[uuid.UUID, str]]:
    """(demand, act) for each of these acts from `start` up to `end` (aware) within the scope, oldest first."""
    action = EventRow.details["action"].as_string()
    query = sa.select(EventRow.subject_id, action).where(
        sa.text("kind = 'demand.moved'"),  # as the index says it: with a parameter it would not be used
        EventRow.at >= start,
        EventRow.at < end,
        within(EventRow.jurisdiction, scope),
        action.in_(sorted(actions)),
    )
    return [(uuid.UUID(key), act) for key, act in session.execute(query.order_by(EventRow.id))]


def claim(session: Session, *, limit: int) -> Sequence[EventRow]:
    """Events not handed on yet, oldest first, locked so that two workers never take the same one.

    SQLite ignores the row lock; there BEGIN IMMEDIATE already lets one writer in at a time.
    """
    query = sa.select(EventRow).where(EventRow.handed_on_at.is_(None)).order_by(EventRow.id).limit(limit)
    return session.scalars(query.with_for_update(skip_locked=True)).all()


def mark_handed_on(session: Session, ids: Sequence[int], *, at: dt.datetime) -> None:
    """Say of claimed events that their consequences have followed."""
    session.execute(sa.update(EventRow).where(EventRow.id.in_(ids)).values(handed_on_at=at))
