"""事件: what happened, append-only. One table is audit trail, timeline and outbox."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session

from server.domain.events import Event
from server.domain.people import Actor
from server.domain.scope import Scope
from server.storage.base import Base, Code, Json, Serial
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
    )


_INSERT = sa.insert(EventRow.__table__)  # type: ignore[arg-type]


def append(session: Session, event: Event, *, actor: Actor, at: dt.datetime) -> None:
    """Write an event in the session's transaction, as a plain insert."""
    session.execute(
        _INSERT,
        {
            "at": at,
            "actor_id": actor.id,
            "actor_name": actor.name,
            "kind": event.kind,
            "subject": event.subject,
            "subject_id": str(event.subject_id),
            "jurisdiction": event.jurisdiction,
            "details": event.details(),
        },
    )


def of_subject(session: Session, subject: str, subject_id: object) -> Sequence[EventRow]:
    """The timeline of one thing, oldest first; the caller has read the thing itself within his scope."""
    query = sa.select(EventRow).where(EventRow.subject == subject, EventRow.subject_id == str(subject_id))
    return session.scalars(query.order_by(EventRow.id)).all()


def listing(session: Session, *, scope: Scope, kinds: Sequence[str], limit: int = 200) -> Sequence[EventRow]:
    """The newest events of some kinds within the scope."""
    query = sa.select(EventRow).where(EventRow.kind.in_(kinds), within(EventRow.jurisdiction, scope))
    return session.scalars(query.order_by(EventRow.id.desc()).limit(limit)).all()


def claim(session: Session, *, limit: int) -> Sequence[EventRow]:
    """Events not handed on yet, oldest first, locked so that two workers never take the same one.

    SQLite ignores the row lock; there BEGIN IMMEDIATE already lets one writer in at a time.
    """
    query = sa.select(EventRow).where(EventRow.handed_on_at.is_(None)).order_by(EventRow.id).limit(limit)
    return session.scalars(query.with_for_update(skip_locked=True)).all()


def mark_handed_on(session: Session, ids: Sequence[int], *, at: dt.datetime) -> None:
    """Say of claimed events that their consequences have followed."""
    session.execute(sa.update(EventRow).where(EventRow.id.in_(ids)).values(handed_on_at=at))
