"""审核: verdicts and comments on records, one row each and never changed; and pairs of records said to be two."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from server.domain.review import Verdict
from server.storage.base import Base, Serial, insert_once
from server.storage.submissions import Submission


class Review(Base):
    """What somebody said about a record: a verdict with its words, or a comment (`verdict` is None)."""

    __tablename__ = "reviews"

    id: Mapped[Serial]
    form_id: Mapped[str] = mapped_column(sa.ForeignKey("forms.form_id"))
    root_instance_id: Mapped[str]
    """The record, through all its versions."""
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submissions.id"))
    """The version that was looked at."""
    verdict: Mapped[str | None]
    words: Mapped[str]
    account_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id"))
    at: Mapped[dt.datetime]
    returned_to: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id"))
    """Whose phone is told of it, where it was sent back."""

    __table_args__ = (
        sa.Index("ix_reviews_root_instance_id", "root_instance_id", "id"),
        sa.Index(
            "ix_reviews_returned_to",
            "returned_to",
            postgresql_where=sa.text("returned_to IS NOT NULL"),
            sqlite_where=sa.text("returned_to IS NOT NULL"),
        ),
    )


class Distinction(Base):
    """不是重复: two records that look like one and are two, the smaller id first. They are not suggested again."""

    __tablename__ = "record_distinctions"

    id: Mapped[Serial]
    one: Mapped[int] = mapped_column(sa.ForeignKey("submissions.id"))
    other: Mapped[int] = mapped_column(sa.ForeignKey("submissions.id"))
    account_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id"))
    at: Mapped[dt.datetime]

    __table_args__ = (sa.UniqueConstraint("one", "other"),)


def of_record(session: Session, submission: Submission) -> Sequence[Review]:
    """Everything said about a record in any of its versions, in the order it was said."""
    query = sa.select(Review).where(
        Review.root_instance_id == submission.root_instance_id, Review.form_id == submission.form_id
    )
    return session.scalars(query.order_by(Review.id)).all()


_Later = aliased(Review)
IS_NEWEST = sa.and_(
    Review.verdict.is_not(None),
    ~sa.exists().where(
        _Later.root_instance_id == Review.root_instance_id,
        _Later.form_id == Review.form_id,
        _Later.verdict.is_not(None),
        _Later.id > Review.id,
    ),
)
"""Holds for the verdict that counts for its record."""


def returned_to(
    session: Session, account_id: uuid.UUID, *, limit: int
) -> Sequence[tuple[Review, Submission]]:
    """What was sent back to somebody and not corrected since, the newest first; his own, so there is no scope."""
    query = (
        sa.select(Review, Submission)
        .join(Submission, Submission.id == Review.submission_id)
        .where(
            Review.returned_to == account_id,
            Review.verdict == Verdict.HAS_ISSUES.value,
            IS_NEWEST,
            Submission.state == "received",
        )
        .order_by(Review.id.desc())
        .limit(limit)
    )
    return [(review, submission) for review, submission in session.execute(query)]


def tell_apart(
    session: Session, one: int, other: int, *, account_id: uuid.UUID | None, at: dt.datetime
) -> None:
    """Keep that two records are two, once."""
    first, second = sorted((one, other))
    row = Distinction(one=first, other=second, account_id=account_id, at=at)
    insert_once(session, row, unique=("one", "other"))


def told_apart(session: Session, submission_id: int) -> set[int]:
    """The records that are known not to be this one, by their first version's id."""
    query = sa.select(Distinction.one, Distinction.other).where(
        sa.or_(Distinction.one == submission_id, Distinction.other == submission_id)
    )
    return {other if one == submission_id else one for one, other in session.execute(query)}
