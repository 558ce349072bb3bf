"""在岗: who answers for a grid on a day, its lead, its workers and who stands in."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from server.domain.jurisdiction import Level
from server.domain.roles import Function
from server.storage.posts import Account, PostRow

_LEVEL_DIGITS = tuple(level.digits for level in Level)
_WIDER_DIGITS = _LEVEL_DIGITS[:-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Staffing:
    """The names of those in post for a grid. Nobody among `workers` means 无人在岗, whoever stands in (METRICS D6)."""

    leads: tuple[str, ...] = ()
    workers: tuple[str, ...] = ()
    stand_ins: tuple[str, ...] = ()


def staffing(session: Session, codes: Iterable[str], *, on: dt.date) -> dict[str, Staffing]:
    """Return who answers for each grid on a day; a post over a wider division answers for every grid of it."""
    held: dict[str, list[Any]] = defaultdict(list)
    for post in held_posts(session, on=on):
        held[post.jurisdiction].append(post)

    def around(place: str, levels: Iterable[int] = _LEVEL_DIGITS) -> Staffing:
        return _staffing([post for digits in levels for post in held.get(place[:digits], ())])

    codes = list(codes)
    wider = {
        village: around(village, _WIDER_DIGITS) for village in {code[: _WIDER_DIGITS[-1]] for code in codes}
    }
    return {code: around(code) if code in held else wider[code[: _WIDER_DIGITS[-1]]] for code in codes}


def held_posts(session: Session, *, on: dt.date) -> Sequence[Any]:
    """Return the posts in force on a day: `jurisdiction`, `function`, `is_stand_in` and the holder's `display_name`.

    Somebody whose account is closed holds none.
    """
    query = (
        sa.select(PostRow.jurisdiction, PostRow.function, PostRow.is_stand_in, Account.display_name)
        .join(Account, Account.id == PostRow.account_id)
        .where(PostRow.valid_from <= on, sa.or_(PostRow.valid_to.is_(None), PostRow.valid_to >= on))
        .where(sa.or_(Account.closed_on.is_(None), Account.closed_on > on))
    )
    return session.execute(query.order_by(PostRow.jurisdiction, PostRow.valid_from)).all()


def names_of(session: Session, accounts: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """What the holders of accounts are called."""
    rows = session.execute(sa.select(Account.id, Account.display_name).where(Account.id.in_(set(accounts))))
    return {row.id: row.display_name for row in rows}


def _staffing(held: Sequence[Any]) -> Staffing:
    def those(function: Function | None, *, standing_in: bool) -> tuple[str, ...]:
        return tuple(
            post.display_name
            for post in held
            if post.is_stand_in is standing_in and (function is None or post.function == function)
        )

    return Staffing(
        leads=those(Function.GRID_LEAD, standing_in=False),
        workers=those(Function.GRID_WORKER, standing_in=False),
        stand_ins=those(None, standing_in=True),
    )
