"""查一查: the answers to questions, and the records questions are made of. Questions themselves are computed."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.domain.scope import Scope
from server.storage.base import Base, Code, Serial
from server.storage.demands import Demand
from server.storage.forms import Form
from server.storage.households import Household
from server.storage.patrols import Finding, Pass, Patrol
from server.storage.selection import within
from server.storage.submissions import Attachment, Submission
from server.storage.visits import Visit

_FIELD_FORMS = ("patrol", "household_visit")
_STANDING = "received"


class QuestionAnswer(Base):
    """One answer to a question (domain/question.py `Question.key`): kept for ever, several may follow each other."""

    __tablename__ = "question_answers"

    id: Mapped[Serial]
    question: Mapped[str] = mapped_column(sa.String(32), index=True)
    kind: Mapped[str]
    jurisdiction: Mapped[Code]
    answer: Mapped[str]
    words: Mapped[str | None]
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("accounts.id"))
    at: Mapped[dt.datetime]


def answers(session: Session, keys: Collection[str]) -> Sequence[QuestionAnswer]:
    """The answers to some questions, oldest first; the caller has computed these questions for the reader."""
    query = sa.select(QuestionAnswer).where(QuestionAnswer.question.in_(keys))
    return session.scalars(query.order_by(QuestionAnswer.id)).all()


def located_records(session: Session, *, scope: Scope, first: dt.date, last: dt.date) -> Sequence[Any]:
    """(id, account_id, jurisdiction, device_start, point, accuracy) of patrols and visits with a position and a clock, in the order of each account's day."""
    query = sa.select(
        Submission.id,
        Submission.account_id,
        Submission.jurisdiction,
        Submission.device_start,
        Submission.point,
        Submission.accuracy,
    ).where(
        within(Submission.jurisdiction, scope),
        sa.or_(
            Submission.form_id.in_(_FIELD_FORMS),
            Submission.form_id.in_(sa.select(Form.form_id).where(Form.stands_for.in_(_FIELD_FORMS))),
        ),
        Submission.state == _STANDING,
        Submission.day >= first,
        Submission.day <= last,
        Submission.point.is_not(None),
        Submission.device_start.is_not(None),
        Submission.account_id.is_not(None),
    )
    return session.execute(
        query.order_by(Submission.account_id, Submission.device_start, Submission.id)
    ).all()


def placed_visits(session: Session, *, scope: Scope, first: dt.date, last: dt.date) -> Sequence[Any]:
    """(submission_id, account_id, grid_then, household_id, point, home) of visits whose home has a position too."""
    query = (
        sa.select(
            Visit.submission_id,
            Visit.account_id,
            Visit.grid_then,
            Visit.household_id,
            Visit.point,
            Household.point.label("home"),
        )
        .join(Household, Household.id == Visit.household_id)
        .where(
            within(Visit.grid_then, scope),
            Visit.day >= first,
            Visit.day <= last,
            Visit.removed_at.is_(None),
            Visit.outcome == "met",
            Visit.point.is_not(None),
            Household.point.is_not(None),
            Visit.account_id.is_not(None),
            Visit.submission_id.is_not(None),
        )
    )
    return session.execute(query.order_by(Visit.account_id, Visit.submission_id)).all()


def tracks(session: Session, *, scope: Scope, first: dt.date, last: dt.date) -> Sequence[Any]:
    """(submission_id, account_id, grid_then, day, shape) of the parts of tracks, patrol by patrol."""
    query = (
        sa.select(Pass.submission_id, Patrol.account_id, Pass.grid_then, Pass.day, Pass.shape)
        .join(Patrol, Patrol.submission_id == Pass.submission_id)
        .where(
            within(Pass.grid_then, scope),
            Pass.day >= first,
            Pass.day <= last,
            Pass.of_track,
            Patrol.removed_at.is_(None),
            Patrol.account_id.is_not(None),
        )
    )
    return session.execute(query.order_by(Pass.submission_id, Pass.id)).all()


def said(session: Session, *, scope: Scope, first: dt.date, last: dt.date) -> Sequence[Any]:
    """(submission_id, account_id, jurisdiction, words) of findings, visits and demands that say something."""
    sources = (
        (Finding.submission_id, Finding.grid_then, Finding.day, Finding.words, Finding.removed_at.is_(None)),
        (
            Visit.submission_id,
            Visit.grid_then,
            Visit.day,
            Visit.condition_words,
            Visit.removed_at.is_(None),
        ),
        (
            Demand.submission_id,
            Demand.jurisdiction,
            Demand.raised_on,
            Demand.words,
            Demand.found_on_patrol.is_(False),  # a finding says it already
        ),
    )
    parts = [
        sa.select(submission, Submission.account_id, place.label("jurisdiction"), words.label("words"))
        .join(Submission, Submission.id == submission)
        .where(
            within(place, scope),
            day >= first,
            day <= last,
            words.is_not(None),
            holds,
            Submission.account_id.is_not(None),
        )
        for submission, place, day, words, holds in sources
    ]
    return session.execute(sa.union_all(*parts)).all()


def photos(session: Session, *, scope: Scope, first: dt.date, last: dt.date) -> Sequence[Any]:
    """(submission_id, account_id, jurisdiction, sha256) of the pictures sent with records that stand."""
    query = (
        sa.select(Submission.id, Submission.account_id, Submission.jurisdiction, Attachment.sha256)
        .join(Attachment, Attachment.submission_id == Submission.id)
        .where(
            within(Submission.jurisdiction, scope),
            Submission.day >= first,
            Submission.day <= last,
            Submission.state == _STANDING,
            Attachment.mime.like("image/%"),
            Submission.account_id.is_not(None),
        )
    )
    return session.execute(query).all()
