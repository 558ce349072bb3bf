"""台账: demands as they were received, the newest first, a slice at a time (ZX-33)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from server.domain.demand_states import Group, StateKey, is_ended
from server.domain.scope import Scope
from server.storage.case_filter import CaseFilter, Moments, conditions, looked_up
from server.storage.demands import Demand
from server.storage.selection import as_value, is_wide, under, within

MOST_COUNTED = 2_000
"""So many are counted; of more it is only said that they are more, and nobody reads on that far."""

Place = tuple[dt.datetime, str]
"""Where a demand stands in the order: when it was received, and its number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A part of the ledger. `counted` are the wanted demands in all, and `struck_off` those of them that have ended.

    `more` says that there are more than were counted; `next` is the number after which the next slice begins.
    """

    rows: Sequence[Demand]
    counted: int
    struck_off: int
    more: bool
    next: str | None


def slice_of(
    session: Session,
    wanted: CaseFilter,
    *,
    scope: Scope,
    moments: Moments,
    size: int,
    after: str | None = None,
) -> Slice:
    """The `size` demands that follow the one numbered `after`; the newest, where there is no such one."""
    begins = None if after is None else _place_of(session, after)
    where = _conditions(wanted, scope, moments)
    found = session.execute(sa.select(*_KEYS).where(*where).limit(MOST_COUNTED + 1)).all()
    if len(found) > MOST_COUNTED:
        rows = _walk(session, wanted, scope=scope, moments=moments, begins=begins, size=size)
    else:
        rows = _picked(session, [(row.received_at, row.number) for row in found], begins=begins, size=size)
    return Slice(
        rows=rows[:size],
        counted=min(len(found), MOST_COUNTED),
        struck_off=sum(is_ended(StateKey(row.key)) for row in found[:MOST_COUNTED]),
        more=len(found) > MOST_COUNTED,
        next=rows[size - 1].number if len(rows) > size else None,
    )


def every(
    session: Session, wanted: CaseFilter, *, scope: Scope, moments: Moments, most: int
) -> Sequence[Demand]:
    """All wanted demands, the newest first, but never more than `most` and one: more are too many for a file."""
    where = _conditions(wanted, scope, moments)
    return session.scalars(_newest_first().where(*where).limit(most + 1)).all()


_KEYS = (Demand.received_at, Demand.number, Demand.key)


def _newest_first() -> sa.Select[Demand]:
    return sa.select(Demand).order_by(Demand.received_at.desc(), Demand.number.desc())


def _place_of(session: Session, number: str) -> Place | None:
    received_at = session.scalar(sa.select(Demand.received_at).where(Demand.number == number))
    return None if received_at is None else (received_at, number)


def _picked(session: Session, places: list[Place], *, begins: Place | None, size: int) -> Sequence[Demand]:
    """Those of few: their order is known before they are read."""
    places.sort(reverse=True)
    following = [place for place in places if begins is None or place < begins]
    numbers = [number for _, number in following[: size + 1]]
    return session.scalars(_newest_first().where(Demand.number.in_(numbers))).all()


def _walk(
    session: Session, wanted: CaseFilter, *, scope: Scope, moments: Moments, begins: Place | None, size: int
) -> Sequence[Demand]:
    """Those of very many: the ledger is read on in its order until there are enough."""
    query = _newest_first().where(*looked_up(wanted), _as_one(wanted, scope, moments))
    if begins is not None:
        query = query.where(sa.tuple_(Demand.received_at, Demand.number) < begins)
    return session.scalars(query.limit(size + 1)).all()


def _conditions(wanted: CaseFilter, scope: Scope, moments: Moments) -> list[sa.ColumnElement[bool]]:
    """What holds for the wanted demands, such that only the index that serves best can be used.

    A database without statistics of ranges takes the first it finds. For a few villages it is that on places; for few
    of a whole county that on states; for most of a county none, because an index leads all over the table, row by row.
    """
    if wanted.own is not None or (is_wide(scope, wanted.area) and _wants_open_ones(wanted)):
        return conditions(wanted, scope=scope, moments=moments)
    found = [*looked_up(wanted), _as_one(wanted, scope, moments)]
    return found if is_wide(scope, wanted.area) else [*_places(scope, wanted), *found]


def _as_one(wanted: CaseFilter, scope: Scope, moments: Moments) -> sa.ColumnElement[bool]:
    """All conditions as one value: a value is looked up in no index."""
    held = sa.and_(*conditions(wanted, scope=scope, moments=moments))
    return as_value(held)


def _places(scope: Scope, wanted: CaseFilter) -> list[sa.ColumnElement[bool]]:
    return [
        within(Demand.jurisdiction, scope) if wanted.area is None else under(Demand.jurisdiction, wanted.area)
    ]


def _wants_open_ones(wanted: CaseFilter) -> bool:
    """Whether few are wanted, which an index on states finds: of all demands ever received few are open."""
    return bool(wanted.groups) and Group.ENDED not in wanted.groups and wanted.text is None
