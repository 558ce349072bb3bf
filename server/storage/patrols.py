"""巡查, 发现问题 and exempt days: the rows behind METRICS P."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Mapped, Session, mapped_column

from gis.coverage import Passes
from server.domain.scope import Scope
from server.storage.base import Base, Code, Json, Key, Serial
from server.storage.geometry import decoded, geometry, gist_index, undecoded
from server.storage.selection import within
from server.storage.visits import Visit


class Patrol(Base):
    """巡查: one per submission. `grid_then` is the grid the worker chose (METRICS D5)."""

    __tablename__ = "patrols"

    id: Mapped[Serial]
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submissions.id"), unique=True)
    grid_then: Mapped[Code]
    day: Mapped[dt.date]
    started_at: Mapped[dt.datetime]
    received_at: Mapped[dt.datetime]
    account_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    roles: Mapped[Json] = mapped_column(default=list)
    """The roles its author held for that grid on that day (METRICS D7)."""
    result: Mapped[str]
    extent: Mapped[str | None]
    cut_reason: Mapped[str | None]
    outside_reason: Mapped[str | None]
    companions: Mapped[Json] = mapped_column(default=list)
    positioned: Mapped[bool]
    """A position of ≤ 100 m accuracy lies in the grid grown by max(50 m, 2 × accuracy) (METRICS P2)."""
    note: Mapped[str | None]
    removed_at: Mapped[dt.datetime | None]
    """When its author withdrew it or the village rejected it (METRICS D13)."""

    __table_args__ = (
        sa.Index("ix_patrols_grid_then_day", "grid_then", "day"),
        sa.Index("ix_patrols_day", "day"),
    )


class Finding(Base):
    """发现问题: keyed by its place in the submission, so that an edit updates it and a re-run doubles nothing."""

    __tablename__ = "findings"

    id: Mapped[Key]
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submissions.id"))
    """The first version's submission: an edit keeps its findings."""
    position: Mapped[int]
    patrol_id: Mapped[int | None] = mapped_column(sa.ForeignKey("patrols.id"), index=True)
    grid_then: Mapped[Code]
    day: Mapped[dt.date]
    kind: Mapped[str]
    detail: Mapped[str | None]
    words: Mapped[str | None]
    handled: Mapped[str]
    urgency: Mapped[str | None]
    source: Mapped[str]
    point: Mapped[BaseGeometry | None] = mapped_column(geometry("POINT"))
    accuracy: Mapped[float | None]
    landmark: Mapped[str | None]
    photo: Mapped[str | None]
    photo_after: Mapped[str | None]
    voice: Mapped[str | None]
    demand_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("demands.id"))
    look_again_on: Mapped[dt.date | None]
    removed_at: Mapped[dt.datetime | None]
    """When its author withdrew it or the village rejected it (METRICS D13)."""

    __table_args__ = (
        sa.UniqueConstraint("submission_id", "position"),
        sa.Index("ix_findings_grid_then_day", "grid_then", "day"),
        gist_index("findings", "point"),
    )


class Pass(Base):
    """A dated position that reached places (METRICS P4): of a finding or a visit, or a part of a cleaned track."""

    __tablename__ = "passes"

    id: Mapped[Serial]
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submissions.id"), index=True)
    grid_then: Mapped[Code]
    day: Mapped[dt.date]
    shape: Mapped[BaseGeometry] = mapped_column(geometry("GEOMETRY"))
    of_track: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    """It goes with the raw track after 90 days, just when P5 no longer asks for it."""

    __table_args__ = (sa.Index("ix_passes_grid_then_day", "grid_then", "day"),)


class Exemption(Base):
    """A day on which a grid owes no patrol, declared before its midnight with a reason (METRICS D9)."""

    __tablename__ = "exemptions"

    id: Mapped[Serial]
    grid_code: Mapped[Code]
    day: Mapped[dt.date]
    reason: Mapped[str]
    declared_at: Mapped[dt.datetime]
    declared_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id"))

    __table_args__ = (sa.UniqueConstraint("grid_code", "day"),)


COLUMNS = (
    Patrol.id,
    Patrol.grid_then,
    Patrol.day,
    Patrol.started_at,
    Patrol.received_at,
    Patrol.account_id,
    Patrol.roles,
    Patrol.result,
    Patrol.positioned,
    Patrol.removed_at,
)
"""What figures need of a patrol: many are read at once."""


def _counting(as_of: dt.datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return Patrol.received_at <= as_of, sa.or_(Patrol.removed_at.is_(None), Patrol.removed_at > as_of)


def between(
    session: Session, *, scope: Scope, first: dt.date, last: dt.date, as_of: dt.datetime
) -> Sequence[Patrol]:
    """Patrols of grids within the scope, of days first … last, received by `as_of`; oldest first."""
    query = sa.select(Patrol).where(
        within(Patrol.grid_then, scope), Patrol.day >= first, Patrol.day <= last, Patrol.received_at <= as_of
    )
    return session.scalars(query.order_by(Patrol.day, Patrol.started_at, Patrol.id)).all()


def findings_between(session: Session, *, scope: Scope, first: dt.date, last: dt.date) -> Sequence[Finding]:
    """Findings within the scope, of days first … last, oldest first."""
    query = sa.select(Finding).where(
        within(Finding.grid_then, scope),
        Finding.day >= first,
        Finding.day <= last,
        Finding.removed_at.is_(None),
    )
    return session.scalars(query.order_by(Finding.day, Finding.submission_id, Finding.position)).all()


def latest(
    session: Session, *, scope: Scope, before: dt.date, as_of: dt.datetime
) -> Sequence[sa.Row[tuple[object, ...]]]:
    """The last counting patrol before a day of every grid within the scope and every set of roles: `COLUMNS`."""
    newest_first = (Patrol.day.desc(), Patrol.started_at.desc(), Patrol.id.desc())
    rank = sa.func.row_number().over(partition_by=(Patrol.grid_then, Patrol.roles), order_by=newest_first)
    ranked = (
        sa.select(*COLUMNS, rank.label("rank"))
        .where(within(Patrol.grid_then, scope), Patrol.day < before, *_counting(as_of))
        .subquery()
    )
    return session.execute(sa.select(ranked).where(ranked.c.rank == 1)).all()


def counting(
    session: Session, *, scope: Scope, first: dt.date, last: dt.date, as_of: dt.datetime
) -> Sequence[sa.Row[tuple[object, ...]]]:
    """The patrols of days first … last that count at `as_of` (METRICS D13), oldest first: `COLUMNS` of each."""
    query = sa.select(*COLUMNS).where(
        within(Patrol.grid_then, scope), Patrol.day >= first, Patrol.day <= last, *_counting(as_of)
    )
    return session.execute(query.order_by(Patrol.day, Patrol.started_at, Patrol.id)).all()


def passes_between(
    session: Session, *, scope: Scope, first: dt.date, last: dt.date, as_of: dt.datetime
) -> Passes:
    """The passes within the scope whose patrol or visit counts at `as_of` (METRICS P4)."""
    received_at = sa.func.coalesce(Patrol.received_at, Visit.received_at)
    removed_at = sa.func.coalesce(Patrol.removed_at, Visit.removed_at)
    query = (
        sa.select(Pass.day, undecoded(Pass.shape))
        .join(Patrol, Patrol.submission_id == Pass.submission_id, isouter=True)
        .join(Visit, Visit.submission_id == Pass.submission_id, isouter=True)
        .where(within(Pass.grid_then, scope), Pass.day >= first, Pass.day <= last)
        .where(received_at <= as_of, sa.or_(removed_at.is_(None), removed_at > as_of))
    )
    rows = session.execute(query).all()
    return Passes([day for day, _ in rows], decoded([shape for _, shape in rows]))


def exemptions(session: Session, *, scope: Scope, first: dt.date, last: dt.date) -> Sequence[Exemption]:
    """Exempt days of grids within the scope."""
    query = sa.select(Exemption).where(
        within(Exemption.grid_code, scope), Exemption.day >= first, Exemption.day <= last
    )
    return session.scalars(query.order_by(Exemption.grid_code, Exemption.day)).all()
