"""盯办: demands that are overdue or soon will be, suspended ones to be looked at again, and supervised ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from server.domain.demand_states import RUNNING, UNRESOLVED, StateKey
from server.domain.scope import Scope
from server.storage.demands import Demand, readable, unsettled
from server.storage.selection import as_value, is_wide, under, within

_RUNNING = sorted(key.value for key in RUNNING)
_UNRESOLVED = sorted(key.value for key in UNRESOLVED)

BY_DUE = (Demand.due_at, Demand.received_at, Demand.number)
"""Those due first come first, then the oldest: in the order of the index over what is not settled."""


def due_until(
    session: Session,
    moment: dt.datetime,
    *,
    scope: Scope,
    area: str | None,
    limit: int,
    after: str | None = None,
) -> Sequence[Demand]:
    """Demands whose running clock ends by `moment`, the longest over first; those after the one numbered `after`.

    Which they are is answered from an index alone, before any of them is read: for most of a county it is walked in
    its order until there are enough.
    """
    due = [Demand.due_at <= moment]
    begins = None if after is None else _place_of(session, after)
    if begins is not None:
        due.append(sa.tuple_(*BY_DUE) > begins)
    held = [Demand.key.in_(_RUNNING), *_readable(scope, area)]
    if is_wide(scope, area):
        where = [*due, as_value(sa.and_(*held))]
    else:
        where = [within(Demand.jurisdiction, scope), as_value(sa.and_(*held, *due))]
    first = sa.select(Demand.number).where(unsettled(), *where).order_by(*BY_DUE).limit(limit)
    found = sa.select(Demand).where(Demand.number.in_(first.scalar_subquery()))
    return session.scalars(found.order_by(*BY_DUE)).all()


def reviewed_until(
    session: Session, day: dt.date, *, scope: Scope, area: str | None, limit: int
) -> Sequence[Demand]:
    """Suspended demands that are to be looked at again by a day, the earliest first."""
    held = sa.and_(Demand.key == StateKey.SUSPENDED.value, *_readable(scope, area))
    query = sa.select(Demand).where(Demand.review_on <= day, as_value(held))
    return session.scalars(query.order_by(Demand.review_on, Demand.number).limit(limit)).all()


def supervised(session: Session, *, scope: Scope, area: str | None, limit: int) -> Sequence[Demand]:
    """Demands not resolved that somebody above watches over 督办, those to be done first before the others."""
    # As one value, which is looked up in no index: the index over supervised ones alone has few rows.
    held = sa.and_(Demand.key.in_(_UNRESOLVED), *_readable(scope, area))
    query = sa.select(Demand).where(Demand.supervised_at.is_not(None), as_value(held))
    return session.scalars(query.order_by(Demand.supervised_until, Demand.number).limit(limit)).all()


def _place_of(session: Session, number: str) -> tuple[Any, ...] | None:
    """Where a demand stands in the queue; nowhere, if it is due at no time."""
    query = sa.select(*BY_DUE).where(Demand.number == number, Demand.due_at.is_not(None))
    row = session.execute(query).first()
    return None if row is None else tuple(row)


def _readable(scope: Scope, area: str | None) -> list[sa.ColumnElement[bool]]:
    return [readable(scope), *([] if area is None else [under(Demand.jurisdiction, area)])]
