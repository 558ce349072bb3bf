"""周例会: the open demands that a weekly meeting goes through, and the last word on each."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from server.domain.demand_clock import STALLED_AFTER
from server.domain.demand_states import RUNNING, StateKey
from server.domain.scope import Scope
from server.storage.demands import Demand, DemandNote, held_as, readable, unsettled
from server.storage.selection import as_value, under, within


def to_go_through(
    session: Session, *, scope: Scope, area: str | None, as_of: dt.datetime, due_by: dt.datetime, limit: int
) -> Sequence[Demand]:
    """Demands that are over, due by a moment, stalled, or wait for somebody to decide, the earliest due first.

    What is one household's own is not gone through before others (MECHANISMS S4 #25).
    """
    running = Demand.key.in_(sorted(key.value for key in RUNNING))
    to_be_decided = sa.or_(
        Demand.asked_upward.is_(True),
        Demand.asked.is_not(None),
        Demand.key.in_([StateKey.RETURNED.value, StateKey.ESCALATED.value]),
    )
    held = sa.and_(
        readable(scope),
        *([] if area is None else [under(Demand.jurisdiction, area)]),
        held_as() != "PRIVATE",
        sa.or_(
            sa.and_(running, Demand.due_at <= due_by),
            sa.and_(running, Demand.last_event_at <= as_of - STALLED_AFTER),
            to_be_decided,
        ),
    )
    order = Demand.due_at.asc().nulls_last(), Demand.number
    numbers = sa.select(Demand.number).where(unsettled(), within(Demand.jurisdiction, scope), as_value(held))
    first = numbers.order_by(*order).limit(limit).scalar_subquery()
    return session.scalars(sa.select(Demand).where(Demand.number.in_(first)).order_by(*order)).all()


def last_words(session: Session, demands: Collection[uuid.UUID]) -> dict[uuid.UUID, DemandNote]:
    """The newest note with words on each of these demands, which the caller has read within his scope."""
    newest = (
        sa.select(sa.func.max(DemandNote.id))
        .where(DemandNote.demand_id.in_(demands), DemandNote.words.is_not(None))
        .group_by(DemandNote.demand_id)
    )
    notes = session.scalars(sa.select(DemandNote).where(DemandNote.id.in_(newest)))
    return {note.demand_id: note for note in notes}
