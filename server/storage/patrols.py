"""巡查, 发现问题 and exempt days: the rows behind METRICS P."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.domain.scope import Scope
from server.storage.base import Base, Code, Json, Key, Serial
from server.storage.geometry import geometry, gist_index
from server.storage.selection import within


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
    track: Mapped[BaseGeometry | None] = mapped_column(geometry("LINESTRING"))
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
    """A dated position that reached places (METRICS P4): of a finding, a visit or a track's part."""

    __tablename__ = "passes"

    id: Mapped[Serial]
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submissions.id"), index=True)
    grid_then: Mapped[Code]
    day: Mapped[dt.date]
    shape: Mapped[BaseGeometry] = mapped_column(geometry("GEOMETRY"))

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


def passes_since(
    session: Session, *, scope: Scope, first: dt.date
) -> Sequence[tuple[str, dt.date, BaseGeometry]]:
    """(grid, day, position) of passes since a day, within the scope."""
    query = sa.select(Pass.grid_then, Pass.day, Pass.shape).where(
        within(Pass.grid_then, scope), Pass.day >= first
    )
    return [(grid, day, shape) for grid, day, shape in session.execute(query)]


def exemptions(session: Session, *, scope: Scope, first: dt.date, last: dt.date) -> Sequence[Exemption]:
    """Exempt days of grids within the scope."""
    query = sa.select(Exemption).where(
        within(Exemption.grid_code, scope), Exemption.day >= first, Exemption.day <= last
    )
    return session.scalars(query.order_by(Exemption.grid_code, Exemption.day)).all()
