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
from server.storage.demand_indexes import APPEALED, ASKED, AT_THE_TOP
from server.storage.demands import Demand, readable
from server.storage.selection import as_value, is_wide

LEVELS: tuple[HandlingLevel, ...] = get_args(HandlingLevel)
"""From the grid upward."""

Cursor = tuple[dt.datetime | None, str]
"""Where a slice ended: the moment its last row is ordered by, None where it has none, and that row's number."""


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


MOST_COUNTED = 2_000
"""So many rows of a tab are counted; of more it is only said that they are more."""


def counts(session: Session, desk: Desk, *, mine: bool, scope: Scope) -> Mapping[Group, int]:
    """How many rows each tab has, one more than are counted where there are more."""
    if not mine:
        return {group: _counted(session, group, scope) for group in Group}
    found = _keys_of(session, _own(desk, scope), as_value(Demand.key.in_(_SHOWN)))
    groups = Counter(group_of(StateKey(key)) for _, key, _, _ in found)
    return {group: min(groups[group], MOST_COUNTED + 1) for group in Group}


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
    order = _Order(wanted.group)
    marked = [] if wanted.badge is None else [_marked(wanted.badge, desk, as_of)]
    if not wanted.mine and is_wide(scope):
        return _walked(session, order, [as_value(readable(scope)), *marked], size=size, after=after)
    parts = _own(desk, scope) if wanted.mine else [readable(scope)]
    found = _keys_of(session, parts, as_value(Demand.key.in_(_keys(wanted.group))), *marked)
    places = order.following([order.place(*key) for key in found], after)
    rows = session.scalars(sa.select(Demand).where(Demand.number.in_([place[1] for place in places[:size]])))
    return sorted(rows, key=lambda row: order.rank(order.place_of(row)), reverse=order.falls)


def cursor_of(row: Demand, group: Group) -> Cursor:
    """Where a slice of a tab ends whose last row this is."""
    return _Order(group).place_of(row)


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
    found = _keys_of(
        session,
        _on_desk(desk, scope),
        as_value(Demand.key.in_(_values(TO_SCREEN))),
    )
    order = _Order(Group.TO_REGISTER)
    places = order.following([order.place(*key) for key in found], after)
    if not places:
        return None, len(found)
    return session.scalars(sa.select(Demand).where(Demand.number == places[0][1])).first(), len(found)


TO_SCREEN = frozenset({StateKey.SUBMITTED, StateKey.REGISTERED, StateKey.LISTED})
"""研判: taken in, and no class yet. What waits for the reporter's words is not asked about again."""


def _marked(badge: Badge, desk: Desk, as_of: dt.datetime) -> sa.ColumnElement[bool]:
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


def _values(keys: Collection[StateKey]) -> list[str]:
    return sorted(key.value for key in keys)


def _keys(group: Group) -> list[str]:
    return _values([key for key in StateKey if group_of(key) is group])


_NOT_IN_HAND = [key.value for key in StateKey if group_of(key) not in (None, Group.IN_HAND)]
_SHOWN = _values([key for key in StateKey if group_of(key) is not None])


_Key = tuple[str, str, dt.datetime, dt.datetime | None]
"""A row's number, state, moment of receipt, and when it is due: what counting and ordering need."""


def _own(desk: Desk, scope: Scope) -> list[sa.ColumnElement[bool]]:
    """What lies on a desk or in somebody's hands, in parts each of which an index answers; they may overlap."""
    asked = (Demand.looker_id, Demand.checker_id, Demand.caller_id)
    in_hand = sa.and_(Demand.handler_id == desk.account, Demand.key.in_(_keys(Group.IN_HAND)))
    return [in_hand, sa.or_(*(column == desk.account for column in asked)), *_on_desk(desk, scope)]


def _on_desk(desk: Desk, scope: Scope) -> list[sa.ColumnElement[bool]]:
    """Lying at his level while nobody handles it, or waiting there for the agreement of the level above."""
    if desk.level is None:
        return []
    below = Demand.desk.in_(LEVELS[: LEVELS.index(desk.level)])
    lies = sa.and_(Demand.desk == desk.level, Demand.key.in_(_NOT_IN_HAND))
    waits = sa.and_(below, sa.or_(Demand.asked.is_not(None), Demand.appealed == "open"))
    if not is_wide(scope):
        return [sa.and_(readable(scope), as_value(sa.or_(lies, waits)))]
    # Of a county's demands few are the county's own; each condition names the partial index that holds those few.
    held = as_value(readable(scope))
    return [
        sa.and_(sa.text(AT_THE_TOP), lies, held),
        sa.and_(sa.text(ASKED), below, held),
        sa.and_(sa.text(APPEALED), below, held),
    ]


def _counted(session: Session, group: Group, scope: Scope) -> int:
    """Of a county's rows the states lead to those of a tab, of a village's the place does."""
    of_group = Demand.key.in_(_keys(group))
    narrow, beside = (of_group, readable(scope)) if is_wide(scope) else (readable(scope), of_group)
    some = (
        sa.select(sa.literal(1)).select_from(Demand).where(narrow, as_value(beside)).limit(MOST_COUNTED + 1)
    )
    return session.scalar(sa.select(sa.func.count()).select_from(some.subquery())) or 0


def _keys_of(
    session: Session, parts: Sequence[sa.ColumnElement[bool]], *conditions: sa.ColumnElement[bool]
) -> Collection[_Key]:
    """The rows of any of the parts for which the conditions hold, each once."""
    query = sa.select(Demand.number, Demand.key, Demand.received_at, Demand.due_at)
    return {
        (number, key, received_at, due_at)
        for part in parts
        for number, key, received_at, due_at in session.execute(query.where(part, *conditions))
    }


def _walked(
    session: Session,
    order: _Order,
    conditions: Sequence[sa.ColumnElement[bool]],
    *,
    size: int,
    after: Cursor | None,
) -> Sequence[Demand]:
    """Of very many rows the next: each state is walked in its order until there are enough, and they are laid together."""
    found: list[Demand] = []
    for key in _keys(order.group):
        for query in order.walks(after):
            query = query.where(Demand.key == key, *conditions)
            found += session.scalars(query.limit(size))
    found.sort(key=lambda row: order.rank(order.place_of(row)), reverse=order.falls)
    return found[:size]


@dataclass(frozen=True, slots=True)
class _Order:
    """How a tab is ordered: by receipt, what is in hand by when it is due, and what is due at no time after the rest."""

    group: Group

    @property
    def falls(self) -> bool:
        return self.group is Group.ENDED

    def place(self, number: str, _key: str, received_at: dt.datetime, due_at: dt.datetime | None) -> Cursor:
        return (due_at if self.group is Group.IN_HAND else received_at), number

    def place_of(self, row: Demand) -> Cursor:
        return self.place(row.number, row.key, row.received_at, row.due_at)

    @staticmethod
    def rank(place: Cursor) -> tuple[bool, dt.datetime, str]:
        moment, number = place
        return moment is None, moment or dt.datetime.min.replace(tzinfo=dt.UTC), number

    def following(self, places: Sequence[Cursor], after: Cursor | None) -> list[Cursor]:
        """Those after a cursor, in order."""
        ordered = sorted(places, key=self.rank, reverse=self.falls)
        if after is None:
            return ordered
        end = self.rank(after)
        return [
            place for place in ordered if (self.rank(place) < end if self.falls else self.rank(place) > end)
        ]

    def walks(self, after: Cursor | None) -> list[sa.Select[Demand]]:
        """The queries that read one state on from a cursor, in their order; with an index each."""
        column: Any = Demand.due_at if self.group is Group.IN_HAND else Demand.received_at
        by_moment = sa.select(Demand).where(column.is_not(None)).order_by(column, Demand.number)
        without = sa.select(Demand).where(column.is_(None)).order_by(Demand.number)
        if self.falls:
            by_moment = sa.select(Demand).order_by(column.desc(), Demand.number.desc())
        if after is not None and after[0] is not None:
            here, end = sa.tuple_(column, Demand.number), sa.tuple_(*after)
            by_moment = by_moment.where(here < end if self.falls else here > end)
        if self.group is not Group.IN_HAND:
            return [by_moment]
        if after is not None and after[0] is None:
            return [without.where(Demand.number > after[1])]
        return [by_moment, without]
