"""到期: the demands for which the clock has something to bring about, a few at a time and each for one worker only."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from server.domain.demand_states import StateKey
from server.storage.demands import Demand


class Mark(NamedTuple):
    """How far a sweep has come: the moment and key of the last demand it took up."""

    at: dt.datetime
    id: uuid.UUID


def lapsing(
    key: StateKey, session: Session, *, by: dt.datetime, after: Mark | None, limit: int
) -> Sequence[Demand]:
    """Demands in the state `key` whose step is over `by` that moment, the longest over first, locked.

    What another worker has taken up is passed over; SQLite ignores the row lock, there BEGIN IMMEDIATE already lets
    one writer in at a time.
    """
    return _due(session, Demand.step_due_at, [Demand.key == key.value], by=by, after=after, limit=limit)


def to_remind(session: Session, *, by: dt.datetime, after: Mark | None, limit: int) -> Sequence[Demand]:
    """Demands whose holder is to be reminded `by` a moment, as `lapsing`."""
    return _due(session, Demand.remind_at, [], by=by, after=after, limit=limit)


def _due(
    session: Session,
    moment: InstrumentedAttribute[dt.datetime | None],
    conditions: Sequence[sa.ColumnElement[bool]],
    *,
    by: dt.datetime,
    after: Mark | None,
    limit: int,
) -> Sequence[Demand]:
    query = sa.select(Demand).where(*conditions, moment <= by)
    if after is not None:
        query = query.where(moment >= after.at, sa.or_(moment > after.at, Demand.id > after.id))
    query = query.order_by(moment, Demand.id).limit(limit)
    return session.scalars(query.with_for_update(skip_locked=True)).all()
