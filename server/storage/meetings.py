"""会议: where matters are deliberated before somebody is charged with them (MECHANISMS S4 #27)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.domain.demand_states import StateKey
from server.domain.problems import NotFound
from server.domain.scope import Scope
from server.storage.base import Base, Code, Json, Key
from server.storage.demands import Demand
from server.storage.selection import within


class MeetingRow(Base):
    """A meeting: called, its agenda posted 议题公示, held. `kind` is its id in the county's profile."""

    __tablename__ = "meetings"

    id: Mapped[Key]
    kind: Mapped[str]
    jurisdiction: Mapped[Code]
    """The division whose meeting it is: a grid, a village, a township."""
    held_on: Mapped[dt.date]
    place: Mapped[str | None]
    called_at: Mapped[dt.datetime]
    called_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id"))
    posted_at: Mapped[dt.datetime | None]
    held_at: Mapped[dt.datetime | None]
    attendance: Mapped[Json] = mapped_column(default=list, server_default=sa.text("'[]'"))
    """Who attended, as the minutes name them."""
    minutes: Mapped[str | None]

    __table_args__ = (sa.Index("ix_meetings_jurisdiction_held_on", "jurisdiction", "held_on"),)


class MeetingItem(Base):
    """议题: a demand that waits for a meeting of a kind, then stands on its agenda; what was voted and came of it."""

    __tablename__ = "meeting_items"

    id: Mapped[Key]
    kind: Mapped[str]
    meeting_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("meetings.id"), index=True)
    """None until one is called."""
    demand_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("demands.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    waiting_since: Mapped[dt.datetime]
    votes_for: Mapped[int | None]
    votes_against: Mapped[int | None]
    abstentions: Mapped[int | None]
    outcome: Mapped[str | None]
    """assign, escalate or explain; None until it is decided."""
    resolution: Mapped[str | None]
    decided_at: Mapped[dt.datetime | None]


def get(session: Session, meeting_id: uuid.UUID, *, scope: Scope, to_change: bool = False) -> MeetingRow:
    """The meeting, locked `to_change`. Raises NotFound outside the scope or where there is none."""
    query = sa.select(MeetingRow).where(MeetingRow.id == meeting_id, within(MeetingRow.jurisdiction, scope))
    row = session.scalars(query.with_for_update() if to_change else query).first()
    if row is None:
        raise NotFound("meeting.unknown", id=str(meeting_id))
    return row


def items(session: Session, meeting_id: uuid.UUID) -> Sequence[MeetingItem]:
    """The agenda in its order; the caller has read the meeting within his scope."""
    query = sa.select(MeetingItem).where(MeetingItem.meeting_id == meeting_id)
    return session.scalars(query.order_by(MeetingItem.position)).all()


def item(session: Session, item_id: uuid.UUID) -> MeetingItem:
    """One item of an agenda. Raises NotFound where there is none."""
    row = session.get(MeetingItem, item_id)
    if row is None:
        raise NotFound("meeting.item_unknown", id=str(item_id))
    return row


def undecided_of(session: Session, demand_id: uuid.UUID) -> MeetingItem | None:
    """The item under which a demand waits for a meeting to decide; None where it waits for none."""
    query = sa.select(MeetingItem).where(MeetingItem.demand_id == demand_id, MeetingItem.decided_at.is_(None))
    return session.scalars(query).first()


def waiting(session: Session, kind: str, *, scope: Scope) -> Sequence[tuple[MeetingItem, Demand]]:
    """The demands within the scope that wait for a meeting of a kind to be called, the longest waiting first."""
    query = (
        sa.select(MeetingItem, Demand)
        .join(Demand, Demand.id == MeetingItem.demand_id)
        .where(
            MeetingItem.kind == kind,
            MeetingItem.meeting_id.is_(None),
            MeetingItem.decided_at.is_(None),
            Demand.key == StateKey.AGENDA.value,  # one withdrawn meanwhile waits for nothing
            within(Demand.jurisdiction, scope),
        )
    )
    rows = session.execute(query.order_by(MeetingItem.waiting_since, Demand.number))
    return [(item, demand) for item, demand in rows]


def of_demand(session: Session, demand_id: uuid.UUID) -> Sequence[tuple[MeetingItem, MeetingRow | None]]:
    """Every agenda a demand stood on or waits for, oldest first; the caller has read the demand within his scope."""
    query = (
        sa.select(MeetingItem, MeetingRow)
        .outerjoin(MeetingRow, MeetingRow.id == MeetingItem.meeting_id)
        .where(MeetingItem.demand_id == demand_id)
    )
    rows = session.execute(query.order_by(MeetingItem.waiting_since))
    return [(item, meeting) for item, meeting in rows]


def listing(session: Session, *, scope: Scope, since: dt.date) -> Sequence[MeetingRow]:
    """Meetings within the scope on or after a day, the newest first."""
    query = sa.select(MeetingRow).where(within(MeetingRow.jurisdiction, scope), MeetingRow.held_on >= since)
    return session.scalars(query.order_by(MeetingRow.held_on.desc(), MeetingRow.called_at.desc())).all()
