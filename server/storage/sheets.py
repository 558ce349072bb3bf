"""封账表: what a duty's figures rested on when its window was frozen (METRICS D3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.domain.scope import Scope
from server.storage.base import Base, Code, Json, Serial
from server.storage.selection import within

_VILLAGE_DIGITS = 12


class FrozenSheet(Base):
    """封账表 of one village, duty and window: written once, by the job that freezes, and never again.

    `grids` holds for each grid the keys of n, of d and of who was not counted, with their states
    (domain/obligation/sheet.py); `visits` the visits they rest on, as they read at `frozen_at`.
    """

    __tablename__ = "frozen_sheets"

    id: Mapped[Serial]
    village: Mapped[Code]
    duty: Mapped[str]
    window_kind: Mapped[str]
    first_day: Mapped[dt.date]
    last_day: Mapped[dt.date]
    profile_id: Mapped[int] = mapped_column(sa.ForeignKey("profile_versions.id"))
    """The version of the mechanism it was judged by."""
    frozen_at: Mapped[dt.datetime]
    """The instant it speaks of; what was received or confirmed later is not in it."""
    written_at: Mapped[dt.datetime]
    n: Mapped[int]
    d: Mapped[int]
    grids: Mapped[Json]
    visits: Mapped[Json]

    __table_args__ = (sa.UniqueConstraint("village", "duty", "window_kind", "first_day"),)


def of_window(
    session: Session, *, scope: Scope, duty: str, window_kind: str, first_day: dt.date
) -> Sequence[FrozenSheet]:
    """The sheets of a duty's window whose village lies in the scope or holds a grid of it, by village."""
    villages = Scope.of(code[:_VILLAGE_DIGITS] for code in scope.codes)
    query = sa.select(FrozenSheet).where(
        within(FrozenSheet.village, villages),
        FrozenSheet.duty == duty,
        FrozenSheet.window_kind == window_kind,
        FrozenSheet.first_day == first_day,
    )
    return session.scalars(query.order_by(FrozenSheet.village)).all()


def newest(session: Session) -> dict[tuple[str, str], dt.date]:
    """The first day of the last window frozen, by village and kind of window; a job asks, so there is no scope."""
    key = (FrozenSheet.village, FrozenSheet.window_kind)
    query = sa.select(*key, sa.func.max(FrozenSheet.first_day).label("first_day")).group_by(*key)
    return {(row.village, row.window_kind): row.first_day for row in session.execute(query)}
