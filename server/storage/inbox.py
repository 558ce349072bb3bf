"""办件: what waits in the five tabs of an office, a slice at a time, and how much of it there is."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, get_args

import sqlalchemy as sa
from sqlalchemy.orm import Session

from server.domain.demand_states import RUNNING, UNRESOLVED, Group, StateKey, group_of
from server.domain.mechanism import HandlingLevel
from server.domain.scope import Scope
from server.storage.demands import Demand, readable

LEVELS: tuple[HandlingLevel, ...] = get_args(HandlingLevel)
"""From the grid upward."""

Cursor = tuple[dt.datetime, uuid.UUID]
"""Where a slice ended: the moment its last row is ordered by, and that row's id."""


class Badge(StrEnum):
    """What a row is marked with, beside its tab."""

    RETURNED = "returned"
    SUSPENDED = "suspended"
    OVERDUE = "overdue"
    ABOVE = "above"
    URGENT = "urgent"

    @property
    def label(self) -> str:
        """The mark as the office reads it."""
        return _LABELS[self]


_LABELS = {
    Badge.RETURNED: "退回",
    Badge.SUSPENDED: "暂缓",
    Badge.OVERDUE: "超期",
    Badge.ABOVE: "上级在办",
    Badge.URGENT: "紧急",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Whose inbox it is: his account, and the level of the desk he sits at, None for who dispatches nothing."""

    account: uuid.UUID
    level: HandlingLevel | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which rows: of a tab, only `mine` (on the desk or in the hands of its reader) or all he may see, with a badge."""

    group: Group
    mine: bool
    badge: Badge | None = None


def counts(session: Session, desk: Desk, *, mine: bool, scope: Scope) -> Mapping[Group, int]:
    """How many rows each tab has."""
    query = sa.select(Demand.key, sa.func.count()).where(
        *_whose(desk, scope, mine=mine), Demand.key.in_(_SHOWN)
    )
    found: Counter[Group] = Counter()
    for key, number in session.execute(query.group_by(Demand.key)):
        group = group_of(StateKey(key))
        if group is not None:
            found[group] += number
    return found


def slice_of(
    session: Session,
    desk: Desk,
    wanted: Wanted,
    *,
    as_of: dt.datetime,
    scope: Scope,
    size: int,
    after: Cursor | None = None,
) -> Sequence[Demand]:
    """The next rows of a tab after a cursor: the oldest first, what is in hand by when it is due, the ended newest first."""
    column, falling = _order(wanted.group)
    query = sa.select(Demand).where(
        *_whose(desk, scope, mine=wanted.mine), Demand.key.in_(_keys(wanted.group))
    )
    if wanted.badge is not None:
        query = query.where(_badges(wanted.badge, desk, as_of))
    if after is not None:
        here, end = sa.tuple_(column, Demand.id), sa.tuple_(*after)
        query = query.where(here < end if falling else here > end)
    order = (column.desc(), Demand.id.desc()) if falling else (column, Demand.id)
    return session.scalars(query.order_by(*order).limit(size)).all()


def cursor_of(row: Demand, group: Group) -> Cursor:
    """Where a slice of a tab ends whose last row this is."""
    if group is Group.IN_HAND:
        return row.due_at or row.step_due_at or row.received_at, row.id
    return (row.since if group is Group.ENDED else row.received_at), row.id


def badges_of(row: Demand, desk: Desk, *, as_of: dt.datetime) -> tuple[Badge, ...]:
    """What a row is marked with: the same conditions as `Wanted.badge`."""
    key = StateKey(row.key)
    held = (
        (Badge.RETURNED, key is StateKey.RETURNED),
        (Badge.SUSPENDED, key is StateKey.SUSPENDED),
        (Badge.OVERDUE, key in RUNNING and row.due_at is not None and row.due_at < as_of),
        (Badge.ABOVE, key in UNRESOLVED and bool({row.desk, row.level} & set(_above(desk)))),
        (Badge.URGENT, row.urgent),
    )
    return tuple(badge for badge, is_so in held if is_so)


def to_screen(
    session: Session, desk: Desk, *, scope: Scope, after: Cursor | None = None
) -> tuple[Demand | None, int]:
    """The oldest demand that waits at a desk to be registered or classified, or the next after a cursor; and how many do."""
    waiting = (readable(scope), Demand.desk == desk.level, Demand.key.in_(_values(TO_SCREEN)))
    query = sa.select(Demand).where(*waiting).order_by(Demand.received_at, Demand.id).limit(1)
    if after is not None:
        query = query.where(sa.tuple_(Demand.received_at, Demand.id) > sa.tuple_(*after))
    number = session.scalar(sa.select(sa.func.count()).select_from(Demand).where(*waiting)) or 0
    return session.scalars(query).first(), number


TO_SCREEN = frozenset({StateKey.SUBMITTED, StateKey.REGISTERED, StateKey.LISTED})
"""研判: taken in, and no class yet. What waits for the reporter's words is not asked about again."""


def _whose(desk: Desk, scope: Scope, *, mine: bool) -> list[sa.ColumnElement[bool]]:
    if not mine:
        return [readable(scope)]
    in_his_hands = (Demand.handler_id, Demand.looker_id, Demand.checker_id)
    at_his_desk = sa.and_(readable(scope), _on_desk(desk))
    return [sa.or_(*(column == desk.account for column in in_his_hands), at_his_desk)]


def _on_desk(desk: Desk) -> sa.ColumnElement[bool]:
    """Lying at his level while nobody handles it, or waiting there for the agreement of the level above."""
    if desk.level is None:
        return sa.false()
    below = LEVELS[: LEVELS.index(desk.level)]
    return sa.or_(
        sa.and_(Demand.desk == desk.level, Demand.key.in_(_values(_NOT_IN_HAND))),
        sa.and_(Demand.asked.is_not(None), Demand.desk.in_(below)),
        sa.and_(Demand.appealed == "open", Demand.desk.in_(below)),
    )


def _badges(badge: Badge, desk: Desk, as_of: dt.datetime) -> sa.ColumnElement[bool]:
    above = _above(desk)
    conditions: Mapping[Badge, sa.ColumnElement[bool]] = {
        Badge.RETURNED: Demand.key == StateKey.RETURNED.value,
        Badge.SUSPENDED: Demand.key == StateKey.SUSPENDED.value,
        Badge.OVERDUE: sa.and_(Demand.key.in_(_values(RUNNING)), Demand.due_at < as_of),
        Badge.ABOVE: sa.and_(
            Demand.key.in_(_values(UNRESOLVED)), sa.or_(Demand.desk.in_(above), Demand.level.in_(above))
        ),
        Badge.URGENT: Demand.urgent.is_(True),
    }
    return conditions[badge]


def _above(desk: Desk) -> Sequence[HandlingLevel]:
    return () if desk.level is None else LEVELS[LEVELS.index(desk.level) + 1 :]


def _order(group: Group) -> tuple[Any, bool]:
    """What a tab is ordered by, and whether from the newest backward."""
    if group is Group.IN_HAND:
        return sa.func.coalesce(Demand.due_at, Demand.step_due_at, Demand.received_at), False
    return (Demand.since, True) if group is Group.ENDED else (Demand.received_at, False)


def _values(keys: Collection[StateKey]) -> list[str]:
    return sorted(key.value for key in keys)


def _keys(group: Group) -> list[str]:
    return _values([key for key in StateKey if group_of(key) is group])


_NOT_IN_HAND = frozenset(key for key in StateKey if group_of(key) not in (None, Group.IN_HAND))
_SHOWN = _values([key for key in StateKey if group_of(key) is not None])
