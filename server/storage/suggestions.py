"""投诉与建议: what somebody who works by phone says about the work or the tool, and what the office answers."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from server.domain.problems import NotFound
from server.domain.scope import Scope
from server.storage.base import Base, Code, Serial
from server.storage.posts import Account
from server.storage.selection import Listing, Page, within


class Suggestion(Base):
    """One suggestion or complaint. `about` names the form or page it was written on, where it was about one."""

    __tablename__ = "suggestions"

    id: Mapped[Serial]
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    jurisdiction: Mapped[Code]
    """The home of whoever wrote it: what a reader's scope is held against."""
    made_at: Mapped[dt.datetime]
    words: Mapped[str]
    about: Mapped[str | None]
    answer: Mapped[str | None]
    answered_at: Mapped[dt.datetime | None]
    answered_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id"))

    __table_args__ = (
        sa.Index("ix_suggestions_jurisdiction_made_at", "jurisdiction", "made_at"),
        sa.Index(
            "ix_suggestions_unanswered",
            "jurisdiction",
            postgresql_where=sa.text("answered_at IS NULL"),
            sqlite_where=sa.text("answered_at IS NULL"),
        ),
    )


def get(session: Session, suggestion_id: int, *, scope: Scope) -> Suggestion:
    """The suggestion. Raises NotFound outside the scope or where there is none."""
    row = session.get(Suggestion, suggestion_id)
    if row is None or not scope.covers(row.jurisdiction):
        raise NotFound("suggestion.unknown", id=suggestion_id)
    return row


def waiting_alike(
    session: Session, account_id: uuid.UUID, *, words: str, about: str | None
) -> Suggestion | None:
    """The same words of the same person, not answered yet."""
    query = sa.select(Suggestion).where(
        Suggestion.account_id == account_id,
        Suggestion.answered_at.is_(None),
        Suggestion.words == words,
        Suggestion.about.is_(None) if about is None else Suggestion.about == about,
    )
    return session.scalars(query.limit(1)).first()


def answered_to(session: Session, account_id: uuid.UUID, *, limit: int) -> Sequence[Suggestion]:
    """The newest answers somebody got to his own suggestions."""
    query = sa.select(Suggestion).where(
        Suggestion.account_id == account_id, Suggestion.answered_at.is_not(None)
    )
    newest = query.order_by(Suggestion.answered_at.desc(), Suggestion.id.desc())
    return session.scalars(newest.limit(limit)).all()


class Told(NamedTuple):
    """A suggestion with the name of whoever made it, and of whoever answered it."""

    made: Suggestion
    name: str
    answered_by: str | None


def listing(session: Session, *, scope: Scope, page: Page, waiting_only: bool) -> Listing[Told]:
    """Suggestions within the scope, the newest first."""
    where = [within(Suggestion.jurisdiction, scope)]
    if waiting_only:
        where.append(Suggestion.answered_at.is_(None))
    total = session.scalar(sa.select(sa.func.count()).select_from(Suggestion).where(*where)) or 0
    office = aliased(Account)
    query = (
        sa.select(Suggestion, Account.display_name, office.display_name)
        .join(Account, Account.id == Suggestion.account_id)
        .outerjoin(office, office.id == Suggestion.answered_by)
        .where(*where)
        .order_by(Suggestion.made_at.desc(), Suggestion.id.desc())
        .offset(page.offset)
        .limit(page.size)
    )
    return Listing([Told(*row) for row in session.execute(query)], total, page)


def waiting(session: Session, *, scope: Scope) -> int:
    """How many suggestions within the scope have no answer yet."""
    query = sa.select(sa.func.count()).select_from(Suggestion)
    return (
        session.scalar(query.where(within(Suggestion.jurisdiction, scope), Suggestion.answered_at.is_(None)))
        or 0
    )
