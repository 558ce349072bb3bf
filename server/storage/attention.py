"""盯办: demands that are overdue or soon will be, suspended ones to be looked at again, and supervised ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from server.domain.demand_states import RUNNING, UNRESOLVED, StateKey
from server.domain.scope import Scope
from server.storage.demands import Demand, readable
from server.storage.selection import as_value, under

_RUNNING = sorted(key.value for key in RUNNING)
_UNRESOLVED = sorted(key.value for key in UNRESOLVED)


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

    Which they are is answered from an index alone, before any of them is read.
    """
    query = sa.select(Demand.number).where(
        Demand.key.in_(_RUNNING), Demand.due_at <= moment, *_readable(scope, area)
    )
    begins = None if after is None else _due_at(session, after)
    if begins is not None:
        query = query.where(sa.tuple_(Demand.due_at, Demand.number) > (begins, after))
    first = query.order_by(Demand.due_at, Demand.number).limit(limit)
    found = sa.select(Demand).where(Demand.number.in_(first.scalar_subquery()))
    return session.scalars(found.order_by(Demand.due_at, Demand.number)).all()


def reviewed_until(
    session: Session, day: dt.date, *, scope: Scope, area: str | None, limit: int
) -> Sequence[Demand]:
    """Suspended demands that are to be looked at again by a day, the earliest first."""
    query = sa.select(Demand).where(
        Demand.key == StateKey.SUSPENDED.value, Demand.review_on <= day, *_readable(scope, area)
    )
    return session.scalars(query.order_by(Demand.review_on, Demand.number).limit(limit)).all()


def supervised(session: Session, *, scope: Scope, area: str | None, limit: int) -> Sequence[Demand]:
    """Demands not resolved that somebody above watches over 督办, those to be done first before the others."""
    # As one value, which is looked up in no index: the index over supervised ones alone has few rows.
    held = sa.and_(Demand.key.in_(_UNRESOLVED), *_readable(scope, area))
    query = sa.select(Demand).where(Demand.supervised_at.is_not(None), as_value(held))
    return session.scalars(query.order_by(Demand.supervised_until, Demand.number).limit(limit)).all()


def _due_at(session: Session, number: str) -> dt.datetime | None:
    return session.scalar(sa.select(Demand.due_at).where(Demand.number == number))


def _readable(scope: Scope, area: str | None) -> list[sa.ColumnElement[bool]]:
    return [readable(scope), *([] if area is None else [under(Demand.jurisdiction, area)])]
