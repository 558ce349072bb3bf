"""How many demands are wanted, and which come first: those longest over, then the oldest."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from server.domain.scope import Scope
from server.storage.attention import BY_DUE
from server.storage.case_filter import (
    UNRESOLVED_GROUPS,
    CaseFilter,
    Moments,
    Timing,
    asked,
    is_due,
    is_unsettled,
    looked_up_by_place,
    overdue,
)
from server.storage.demands import Demand, own_of, readable, unsettled
from server.storage.selection import Page, as_value, is_wide, under, within


def count(session: Session, wanted: CaseFilter, *, scope: Scope, moments: Moments) -> int:
    """How many demands the reader may see that are wanted."""
    where = looked_up_by_place(wanted, scope=scope, moments=moments)
    return session.scalar(sa.select(sa.func.count()).select_from(Demand).where(*where)) or 0


def are_more_than(
    number: int, session: Session, wanted: CaseFilter, *, scope: Scope, moments: Moments
) -> bool:
    """Whether more demands are wanted than that: no more than one more are looked for."""
    where = looked_up_by_place(wanted, scope=scope, moments=moments)
    beyond = sa.select(sa.literal(1)).select_from(Demand).where(*where).offset(number).limit(1)
    return session.scalar(beyond) is not None


def counts(
    session: Session, questions: Sequence[CaseFilter], *, scope: Scope, moments: Moments
) -> Sequence[int]:
    """How many demands the reader may see are wanted by each of some questions.

    Those about the same demands, the few not settled, all he may see or somebody's own, are asked at once.
    """
    alike: dict[tuple[uuid.UUID | None, bool], dict[CaseFilter, int]] = {}
    for wanted in questions:
        alike.setdefault((wanted.own, is_unsettled(wanted)), {})[wanted] = 0
    for (own, are_unsettled), asked_at_once in alike.items():
        each = (
            sa.and_(sa.true(), *asked(wanted, moments, among_unsettled=are_unsettled))
            for wanted in asked_at_once
        )
        query = sa.select(*(sa.func.count().filter(condition) for condition in each)).select_from(Demand)
        if are_unsettled:
            query = query.where(unsettled())
        if own is None:
            query = query.where(*_among(list(asked_at_once), scope=scope, moments=moments))
        else:
            query = query.where(own_of(own))
        asked_at_once |= zip(asked_at_once, session.execute(query).one(), strict=True)
    return [alike[wanted.own, is_unsettled(wanted)][wanted] for wanted in questions]


def _among(
    questions: Sequence[CaseFilter], *, scope: Scope, moments: Moments
) -> list[sa.ColumnElement[bool]]:
    """Among which demands those of all questions are, such that the narrowest index answers it.

    Of most of a county they are looked up by their time or not at all, and else by place.
    """
    areas = {wanted.area for wanted in questions}
    area = areas.pop() if len(areas) == 1 else None
    held = as_value(readable(scope))
    if not is_wide(scope, area):
        place = within(Demand.jurisdiction, scope) if area is None else under(Demand.jurisdiction, area)
        return [place, held]
    if all(is_due(wanted) for wanted in questions):
        return [Demand.due_at <= moments.end_of_next_working_day, held]
    return [held]


def page_of(
    session: Session, wanted: CaseFilter, *, scope: Scope, moments: Moments, page: Page
) -> Sequence[Demand]:
    """One page of the wanted demands. Which they are is answered before any of them is read."""
    if is_wide(scope, wanted.area) and _is_told_by_due(wanted):
        over = _longest_over(session, wanted, scope=scope, moments=moments, page=page)
        if len(over) == page.size:
            return over
    where, order = looked_up_by_place(wanted, scope=scope, moments=moments), _order(moments)
    numbers = sa.select(Demand.number).where(*where).order_by(*order).offset(page.offset).limit(page.size)
    rows = sa.select(Demand).where(Demand.number.in_(numbers.scalar_subquery())).order_by(*order)
    return session.scalars(rows).all()


def _longest_over(
    session: Session, wanted: CaseFilter, *, scope: Scope, moments: Moments, page: Page
) -> Sequence[Demand]:
    """What of a page is overdue; while all of it is, an index is walked in its order until there are enough."""
    held = sa.and_(overdue(moments), readable(scope), *asked(wanted, moments, among_unsettled=True))
    numbers = sa.select(Demand.number).where(unsettled(), Demand.due_at < moments.as_of, as_value(held))
    numbers = numbers.order_by(*BY_DUE).offset(page.offset).limit(page.size)
    rows = sa.select(Demand).where(Demand.number.in_(numbers.scalar_subquery())).order_by(*BY_DUE)
    return session.scalars(rows).all()


def _is_told_by_due(wanted: CaseFilter) -> bool:
    """Whether the index of what is due when knows all that is asked, and demands can be over that are wanted."""
    known = replace(wanted, groups=(), class_=None, area=None)
    can_be_over = not wanted.groups or not {*UNRESOLVED_GROUPS}.isdisjoint(wanted.groups)
    return can_be_over and known in (CaseFilter(), CaseFilter(timing=Timing.OVERDUE))


def every(session: Session, wanted: CaseFilter, *, scope: Scope, moments: Moments) -> Sequence[Demand]:
    """All wanted demands."""
    query = sa.select(Demand).where(*looked_up_by_place(wanted, scope=scope, moments=moments))
    return session.scalars(query.order_by(*_order(moments))).all()


def _order(moments: Moments) -> Sequence[sa.ColumnElement[Any]]:
    over = sa.case((overdue(moments), Demand.due_at))
    return over.asc().nulls_last(), Demand.received_at.expression, Demand.number.expression
