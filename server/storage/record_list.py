"""收到的记录: a page of what phones sent, the newest first, as a reader narrowed it down; 200,000 rows or two."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, defer, selectinload

from server.domain.review import Standing
from server.domain.scope import Scope
from server.storage.base import unread
from server.storage.demands import Demand, readable
from server.storage.forms import Form
from server.storage.selection import as_value, is_wide, within
from server.storage.submissions import Attachment, Submission

MOST_COUNTED = 1_000
"""So many are counted; of more it is only said that they are more, and nobody reads on that far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFilter:
    """Which records are wanted; nothing given stands for all that are no older version of another.

    `first` and `last` are aware moments: received from `first` on and before `last`. `flag` is one of a record's
    questions, `failed` asks for those without rows.
    """

    form_id: str | None = None
    senders: frozenset[uuid.UUID] | None = None
    first: dt.datetime | None = None
    last: dt.datetime | None = None
    state: str | None = None
    failed: bool = False
    flag: str | None = None
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The ids of the wanted records in the list's order, MOST_COUNTED at most, and whether there are more."""

    ids: Sequence[int]
    more: bool


def find(session: Session, wanted: RecordFilter, *, scope: Scope) -> Found:
    """The records that are wanted of those within the scope, the newest first; all of them are looked at."""
    order = unread(Submission.received_at), Submission.id  # of thousands of moments only the order is wanted
    found: list[tuple[Any, int]] = []
    for of_one_index in _sources(session, wanted, scope):
        query = sa.select(*order).where(*of_one_index, *_asked(wanted, scope))
        query = query.order_by(Submission.received_at.desc(), Submission.id.desc()).limit(MOST_COUNTED + 1)
        found += map(tuple, session.execute(query))
    ids = [key for _, key in sorted(found, reverse=True)]
    return Found(ids[:MOST_COUNTED], len(ids) > MOST_COUNTED)


def rows(session: Session, ids: Collection[int]) -> Sequence[Submission]:
    """The records of some ids, which find() gave, the newest first; without their XML."""
    query = sa.select(Submission).where(Submission.id.in_(ids))
    query = query.options(selectinload(Submission.form), defer(Submission.xml))
    return session.scalars(query.order_by(Submission.received_at.desc(), Submission.id.desc())).all()


def _sources(
    session: Session, wanted: RecordFilter, scope: Scope
) -> Sequence[Sequence[sa.ColumnElement[bool]]]:
    """Where the wanted are: parts of one index each, in which few rows stand, or all that is asked in the list's order."""
    if wanted.failed:
        return [[Submission.projection_error.is_not(None)]]
    if wanted.state is not None:
        # Said twice, so that the index of unsettled rows is used.
        return [[Submission.state == wanted.state, Submission.state != "received"]]
    if wanted.flag is not None:
        return [[_HAS_QUESTIONS, *_times(wanted)]]
    if not is_wide(scope):
        return [[within(Submission.jurisdiction, scope)]]
    if wanted.standing not in (None, Standing.UNSEEN):
        return [[_stands(wanted.standing), *_times(wanted)]]
    forms = session.scalars(sa.select(Form.form_id)).all() if wanted.form_id is None else [wanted.form_id]
    return [[Submission.form_id == form_id, *_times(wanted)] for form_id in forms]


_HAS_QUESTIONS = Submission.flags.op("<>", is_comparison=True)(sa.literal_column("'[]'"))


def _asked(wanted: RecordFilter, scope: Scope) -> list[sa.ColumnElement[bool]]:
    """What is asked of each row; as values, so that the index is used that was meant."""
    asked = [within(Submission.jurisdiction, scope), *_times(wanted)]
    if wanted.form_id is not None:
        asked.append(Submission.form_id == wanted.form_id)
    if wanted.senders is not None:
        asked.append(Submission.account_id.in_(wanted.senders))
    if wanted.state is None:
        asked.append(Submission.state != "superseded")
    if wanted.flag is not None:
        asked.append(sa.cast(Submission.flags, sa.Text).contains(f'"{wanted.flag}"', autoescape=True))
    if wanted.standing is not None:
        asked.append(_stands(wanted.standing))
    return [as_value(each) for each in asked]


def _stands(standing: Standing) -> sa.ColumnElement[bool]:
    if standing is Standing.UNSEEN:
        return Submission.standing.is_(None)
    return Submission.standing == standing.value


def _times(wanted: RecordFilter) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if wanted.first is not None:
        found.append(Submission.received_at >= wanted.first)
    if wanted.last is not None:
        found.append(Submission.received_at < wanted.last)
    return found


def with_hidden_demands(session: Session, records: Collection[Submission], *, scope: Scope) -> set[int]:
    """The ids of those records from which a demand was raised that the reader may not see."""
    root = aliased(Submission)
    query = (
        sa.select(Submission.id)
        .join(
            root, sa.and_(root.form_id == Submission.form_id, root.instance_id == Submission.root_instance_id)
        )
        .join(Demand, Demand.submission_id == root.id)
        .where(Submission.id.in_([row.id for row in records]), sa.not_(readable(scope)))
    )
    return set(session.scalars(query))


def pictures(session: Session, ids: Collection[int]) -> Sequence[Attachment]:
    """The photos of some records, in the order they came."""
    query = sa.select(Attachment).where(Attachment.submission_id.in_(ids), Attachment.mime.like("image/%"))
    return session.scalars(query.order_by(Attachment.id)).all()
