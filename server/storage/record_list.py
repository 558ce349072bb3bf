"""收到的记录: a page of what phones sent, the newest first, as a reader narrowed it down; 200,000 rows or two."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, defer, selectinload

from server.domain.jurisdiction import Level
from server.domain.review import Standing, Verdict
from server.domain.scope import Scope
from server.storage.demands import Demand, readable
from server.storage.forms import Form
from server.storage.reviews import IS_NEWEST, Review
from server.storage.selection import as_value, within
from server.storage.submissions import Attachment, Submission

MOST_COUNTED = 2_000
"""So many are counted; of more it is only said that they are more, and nobody reads on that far."""
MOST_SEARCHED = 20_000
"""So many of the newest of a form are looked through for what no index finds."""
_MOST_VERDICTS = 5_000

_VERDICTS = {
    Standing.APPROVED: Verdict.APPROVED,
    Standing.RETURNED: Verdict.HAS_ISSUES,
    Standing.REJECTED: Verdict.REJECTED,
}


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


class Place(NamedTuple):
    """Where a record stands in the list: when it was received, and its id."""

    received_at: dt.datetime
    id: int


@dataclass(frozen=True, slots=True)
class Found:
    """The wanted records in the list's order, MOST_COUNTED at most; `searched_all` unless older ones were not looked at."""

    places: Sequence[Place]
    more: bool
    searched_all: bool = True


def find(session: Session, wanted: RecordFilter, *, scope: Scope) -> Found:
    """The records that are wanted of those within the scope, the newest first."""
    if wanted.failed or wanted.state is not None:
        return _found(session, _few(wanted, scope))
    if wanted.standing not in (None, Standing.UNSEEN):
        return _found(session, _judged(wanted, scope))
    if not _is_wide(scope):
        return _found(session, _in_places(wanted, scope))
    return _in_order(session, wanted, scope)


def rows(session: Session, places: Collection[Place]) -> Sequence[Submission]:
    """The records of some places, which find() gave, the newest first; without their XML."""
    query = sa.select(Submission).where(Submission.id.in_([place.id for place in places]))
    query = query.options(selectinload(Submission.form), defer(Submission.xml))
    return session.scalars(query.order_by(Submission.received_at.desc(), Submission.id.desc())).all()


def _newest_first(*where: sa.ColumnElement[bool]) -> sa.Select[dt.datetime, int]:
    query = sa.select(Submission.received_at, Submission.id).where(*where)
    return query.order_by(Submission.received_at.desc(), Submission.id.desc())


def _found(session: Session, query: sa.Select[dt.datetime, int]) -> Found:
    found = _places(session, query)
    return Found(found[:MOST_COUNTED], len(found) > MOST_COUNTED)


def _places(session: Session, query: sa.Select[dt.datetime, int]) -> list[Place]:
    return [Place(at, key) for at, key in session.execute(query.limit(MOST_COUNTED + 1))]


def _few(wanted: RecordFilter, scope: Scope) -> sa.Select[dt.datetime, int]:
    """Those that an index knows to be few: in a state that is not the usual one, or without rows."""
    indexed: list[sa.ColumnElement[bool]]
    if wanted.failed:
        indexed = [Submission.projection_error.is_not(None)]
    else:
        # Said twice, so that the index of unsettled rows is used.
        indexed = [Submission.state == wanted.state, Submission.state != "received"]
    return _newest_first(*indexed, *_others(wanted, scope))


def _judged(wanted: RecordFilter, scope: Scope) -> sa.Select[dt.datetime, int]:
    """Those of which something was found, looked up by the newest verdicts of that kind."""
    verdict = _VERDICTS.get(wanted.standing) if wanted.standing is not None else None
    kind = Review.verdict.is_not(None) if verdict is None else Review.verdict == verdict.value
    recent = sa.select(Review.id).where(kind, IS_NEWEST).order_by(Review.id.desc()).limit(_MOST_VERDICTS)
    same = Submission.id == Review.submission_id
    query = _newest_first(
        Review.id.in_(recent.scalar_subquery()),
        as_value(~same if wanted.standing is Standing.CORRECTED else same),
        *_others(wanted, scope),
    )
    record = sa.and_(
        Submission.root_instance_id == Review.root_instance_id, as_value(Submission.form_id == Review.form_id)
    )
    return query.join(Review, record)


def _in_places(wanted: RecordFilter, scope: Scope) -> sa.Select[dt.datetime, int]:
    """Those of a village or township, which the index of places finds."""
    return _newest_first(within(Submission.jurisdiction, scope), *_others(wanted, scope))


def _in_order(session: Session, wanted: RecordFilter, scope: Scope) -> Found:
    """Those of a county or city: each form is read in its order until there are enough, or not further."""
    forms = session.scalars(sa.select(Form.form_id)).all() if wanted.form_id is None else [wanted.form_id]
    found: list[Place] = []
    searched_all = True
    for form_id in forms:
        query = _newest_first(Submission.form_id == form_id, *_times(wanted))
        if wanted.flag is not None or wanted.standing is not None:
            newest = query.where(*_index_alone(wanted, scope)).limit(MOST_SEARCHED).subquery()
            query = _newest_first(Submission.id.in_(sa.select(newest.c.id)), *_others(wanted, scope))
            looked_at = session.scalar(sa.select(sa.func.count()).select_from(newest)) or 0
            searched_all &= looked_at < MOST_SEARCHED
        else:
            query = query.where(*_others(wanted, scope))
        found += _places(session, query)
    found.sort(reverse=True)
    return Found(found[:MOST_COUNTED], len(found) > MOST_COUNTED, searched_all)


def _others(wanted: RecordFilter, scope: Scope) -> list[sa.ColumnElement[bool]]:
    """Everything a record is held against; each a value, so that the index is used that was meant."""
    found = [*_index_alone(wanted, scope), *(as_value(each) for each in _times(wanted))]
    if wanted.form_id is not None:
        found.append(as_value(Submission.form_id == wanted.form_id))
    if wanted.state is None:
        found.append(as_value(Submission.state != "superseded"))
    if wanted.flag is not None:
        found.append(sa.cast(Submission.flags, sa.Text).contains(f'"{wanted.flag}"', autoescape=True))
    if wanted.standing is Standing.UNSEEN:
        found.append(~_is_judged())
    return found


def _index_alone(wanted: RecordFilter, scope: Scope) -> list[sa.ColumnElement[bool]]:
    """What the index of a form's records answers without a look at the rows."""
    found = [as_value(within(Submission.jurisdiction, scope))]
    if wanted.senders is not None:
        found.append(as_value(Submission.account_id.in_(wanted.senders)))
    return found


def _times(wanted: RecordFilter) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if wanted.first is not None:
        found.append(Submission.received_at >= wanted.first)
    if wanted.last is not None:
        found.append(Submission.received_at < wanted.last)
    return found


def _is_judged() -> sa.ColumnElement[bool]:
    return sa.exists().where(
        Review.root_instance_id == Submission.root_instance_id,
        Review.form_id == Submission.form_id,
        Review.verdict.is_not(None),
    )


def _is_wide(scope: Scope) -> bool:
    return any(len(code) <= Level.COUNTY.digits for code in scope.codes)


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
