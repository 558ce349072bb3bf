"""How many demands are wanted, and which come first: those longest over, then the oldest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from server.domain.scope import Scope
from server.storage.case_filter import (
    CaseFilter,
    Moments,
    asked,
    is_unsettled,
    looked_up_by_place,
    overdue,
)
from server.storage.demands import Demand, own_of, readable, unsettled
from server.storage.selection import Listing, Page, as_value, within


def count(session: Session, wanted: CaseFilter, *, scope: Scope, moments: Moments) -> int:
    """How many demands the reader may see that are wanted."""
    where = looked_up_by_place(wanted, scope=scope, moments=moments)
    return session.scalar(sa.select(sa.func.count()).select_from(Demand).where(*where)) or 0


def counts(
    session: Session, questions: Sequence[CaseFilter], *, scope: Scope, moments: Moments
) -> Sequence[int]:
    """How many demands the reader may see are wanted by each of some questions, asked at once.

    They are all about everything he may see, or all about his own.
    """
    (own,) = {wanted.own for wanted in questions}
    each = (sa.and_(*asked(wanted, moments)) for wanted in questions)
    query = sa.select(*(sa.func.count().filter(condition) for condition in each)).select_from(Demand)
    if own is None:
        query = query.where(within(Demand.jurisdiction, scope), as_value(readable(scope)))
    else:
        query = query.where(own_of(own))
    if all(is_unsettled(wanted) for wanted in questions):
        query = query.where(unsettled())
    return tuple(session.execute(query).one())


def page_of(
    session: Session, wanted: CaseFilter, *, scope: Scope, moments: Moments, page: Page
) -> Listing[Demand]:
    """One page of the wanted demands. Which they are is answered before any of them is read."""
    where, order = looked_up_by_place(wanted, scope=scope, moments=moments), _order(moments)
    numbers = sa.select(Demand.number).where(*where).order_by(*order).offset(page.offset).limit(page.size)
    rows = sa.select(Demand).where(Demand.number.in_(numbers.scalar_subquery())).order_by(*order)
    total = count(session, wanted, scope=scope, moments=moments)
    return Listing(session.scalars(rows).all(), total, page)


def every(session: Session, wanted: CaseFilter, *, scope: Scope, moments: Moments) -> Sequence[Demand]:
    """All wanted demands."""
    query = sa.select(Demand).where(*looked_up_by_place(wanted, scope=scope, moments=moments))
    return session.scalars(query.order_by(*_order(moments))).all()


def _order(moments: Moments) -> Sequence[sa.ColumnElement[Any]]:
    over = sa.case((overdue(moments), Demand.due_at))
    return over.asc().nulls_last(), Demand.received_at.expression, Demand.number.expression
