"""走访: who was met, where and how. The rows behind METRICS V."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from server.domain.scope import Scope
from server.storage.base import Base, Code, Json, Serial
from server.storage.geometry import geometry, gist_index
from server.storage.selection import within


class Visit(Base):
    """走访: one per submission, or one imported (`source` = import), which sets 上次走访 and nothing else (D11)."""

    __tablename__ = "visits"

    id: Mapped[Serial]
    submission_id: Mapped[int | None] = mapped_column(sa.ForeignKey("submissions.id"), unique=True)
    household_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("households.id"), index=True)
    grid_then: Mapped[Code]
    """The household's grid on that day (METRICS D5)."""
    day: Mapped[dt.date]
    started_at: Mapped[dt.datetime]
    received_at: Mapped[dt.datetime]
    account_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    roles: Mapped[Json] = mapped_column(default=list)
    """The roles its author held for that grid on that day (METRICS D7)."""
    outcome: Mapped[str]
    condition: Mapped[str | None]
    condition_words: Mapped[str | None]
    retry: Mapped[str | None]
    topics: Mapped[Json] = mapped_column(default=list)
    companions: Mapped[Json] = mapped_column(default=list)
    point: Mapped[BaseGeometry | None] = mapped_column(geometry("POINT"))
    accuracy: Mapped[float | None]
    source: Mapped[str] = mapped_column(default="phone")
    removed_at: Mapped[dt.datetime | None]
    """When its author withdrew it or the village rejected it (METRICS D13)."""

    seen: Mapped[list[VisitPerson]] = relationship(cascade="all, delete-orphan")

    __table_args__ = (
        sa.Index("ix_visits_grid_then_day", "grid_then", "day"),
        sa.Index("ix_visits_day", "day"),
        gist_index("visits", "point"),
    )


class VisitPerson(Base):
    """A person seen or reached on a visit: the `seen` of the form."""

    __tablename__ = "visit_persons"

    visit_id: Mapped[int] = mapped_column(sa.ForeignKey("visits.id"), primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("persons.id"), primary_key=True, index=True)


class IntakeSession(Base):
    """点单日、院坝会、意见箱: a session at which demands were asked for, an empty one included (FORMS §5)."""

    __tablename__ = "intake_sessions"

    id: Mapped[Serial]
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submissions.id"), unique=True)
    jurisdiction: Mapped[Code] = mapped_column(index=True)
    day: Mapped[dt.date]
    channel: Mapped[str]
    tally: Mapped[str]
    attendance: Mapped[int | None]
    account_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id"))
    roles: Mapped[Json] = mapped_column(default=list)
    """The roles its author held for that grid on that day (METRICS D7)."""
    received_at: Mapped[dt.datetime]
    removed_at: Mapped[dt.datetime | None]
    """When its author withdrew it or the village rejected it (METRICS D13)."""


def between(
    session: Session, *, scope: Scope, first: dt.date, last: dt.date, as_of: dt.datetime
) -> Sequence[Visit]:
    """Visits within the scope, of days first … last, received by `as_of`; oldest first."""
    query = sa.select(Visit).where(
        within(Visit.grid_then, scope), Visit.day >= first, Visit.day <= last, Visit.received_at <= as_of
    )
    return session.scalars(query.order_by(Visit.day, Visit.started_at, Visit.id)).all()


def of_household(session: Session, household_id: uuid.UUID, *, limit: int = 50) -> Sequence[Visit]:
    """The latest visits of a household, newest first; the caller has read the household within his scope."""
    query = sa.select(Visit).where(Visit.household_id == household_id)
    return session.scalars(query.order_by(Visit.day.desc(), Visit.started_at.desc()).limit(limit)).all()


def sessions_between(
    session: Session, *, scope: Scope, first: dt.date, last: dt.date
) -> Sequence[IntakeSession]:
    """Intake sessions within the scope, of days first … last."""
    query = sa.select(IntakeSession).where(
        within(IntakeSession.jurisdiction, scope),
        IntakeSession.day >= first,
        IntakeSession.day <= last,
        IntakeSession.removed_at.is_(None),
    )
    return session.scalars(query.order_by(IntakeSession.day, IntakeSession.id)).all()
