"""回访抽查: what was drawn of each month, by whom it is asked, and what came of the call (METRICS Q)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.domain.back_check import Candidate, What
from server.domain.jurisdiction import Level
from server.domain.problems import NotFound
from server.domain.scope import Scope
from server.domain.work_calendar import local_day
from server.storage.base import Base, Code, Serial
from server.storage.demands import Demand
from server.storage.selection import within
from server.storage.visits import Visit


class BackCheckDraw(Base):
    """A county's draw of one month: with its seed anybody can draw the same sample again."""

    __tablename__ = "back_check_draws"

    id: Mapped[Serial]
    county: Mapped[Code]
    month: Mapped[dt.date]
    """Its first day."""
    seed: Mapped[str]
    drawn_at: Mapped[dt.datetime]

    __table_args__ = (sa.UniqueConstraint("county", "month"),)


class BackCheck(Base):
    """One visit or settled case that was drawn. Only the kind of answer is kept, never a word of the call."""

    __tablename__ = "back_checks"

    id: Mapped[Serial]
    draw_id: Mapped[int] = mapped_column(sa.ForeignKey("back_check_draws.id"), index=True)
    month: Mapped[dt.date]
    grid: Mapped[Code]
    """What it counts for: a visit's grid_then, a demand's grid or village."""
    asked_by: Mapped[Code] = mapped_column(index=True)
    """The village whose cadre asks; never the one the record is of."""
    what: Mapped[str]
    visit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("visits.id"))
    demand_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("demands.id"))
    day: Mapped[dt.date]
    """The day of the visit, or the one on which the case was settled."""
    answer: Mapped[str | None]
    answered_at: Mapped[dt.datetime | None]
    account_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id"))
    """Who asked."""

    __table_args__ = (sa.Index("ix_back_checks_grid_month", "grid", "month"),)


Drawable = tuple[Candidate, dt.date]
"""What may be drawn, and its day."""


def visits_made(
    session: Session, *, scope: Scope, first: dt.date, last: dt.date, as_of: dt.datetime
) -> list[Drawable]:
    """The visits of days first … last on which somebody was met, and that count at `as_of` (METRICS D13)."""
    query = sa.select(Visit.id, Visit.grid_then, Visit.day).where(
        within(Visit.grid_then, scope),
        Visit.day >= first,
        Visit.day <= last,
        Visit.outcome == "met",
        Visit.submission_id.is_not(None),
        Visit.received_at <= as_of,
        sa.or_(Visit.removed_at.is_(None), Visit.removed_at > as_of),
    )
    return [(Candidate(What.VISIT, str(key), grid), day) for key, grid, day in session.execute(query)]


def cases_settled(
    session: Session, *, scope: Scope, since: dt.datetime, before: dt.datetime
) -> list[Drawable]:
    """The cases settled from `since` to `before` whose reporter left a telephone; PRIVATE ones are nobody else's business."""
    query = sa.select(Demand.id, Demand.jurisdiction, Demand.resolved_at).where(
        within(Demand.jurisdiction, scope),
        sa.func.length(Demand.jurisdiction) >= Level.VILLAGE.digits,
        Demand.resolved_at >= since,
        Demand.resolved_at < before,
        Demand.merged_into_id.is_(None),
        Demand.class_ != "PRIVATE",
        Demand.reporter_phone.is_not(None),
    )
    return [
        (Candidate(What.DEMAND, str(key), place), local_day(at))
        for key, place, at in session.execute(query)
        if at is not None
    ]


def draws(session: Session, month: dt.date) -> Sequence[BackCheckDraw]:
    """The counties' draws of a month; their seeds are printed for everybody, so there is no scope."""
    query = sa.select(BackCheckDraw).where(BackCheckDraw.month == month)
    return session.scalars(query.order_by(BackCheckDraw.county)).all()


def get(session: Session, check_id: int, *, asker: Scope, to_change: bool = False) -> BackCheck:
    """What a village within `asker` is to ask, locked `to_change`. Raises NotFound("back_check.unknown")."""
    query = sa.select(BackCheck).where(BackCheck.id == check_id, within(BackCheck.asked_by, asker))
    row = session.scalars(query.with_for_update() if to_change else query).first()
    if row is None:
        raise NotFound("back_check.unknown")
    return row


def to_ask(session: Session, *, asker: Scope, month: dt.date) -> Sequence[BackCheck]:
    """What villages within `asker` are to ask about a month, in the order it was drawn."""
    query = sa.select(BackCheck).where(within(BackCheck.asked_by, asker), BackCheck.month == month)
    return session.scalars(query.order_by(BackCheck.id)).all()


def of_month(session: Session, *, scope: Scope, month: dt.date) -> Sequence[BackCheck]:
    """What was drawn of a month within the scope, by place."""
    query = sa.select(BackCheck).where(within(BackCheck.grid, scope), BackCheck.month == month)
    return session.scalars(query.order_by(BackCheck.grid, BackCheck.day, BackCheck.id)).all()
