"""收到的记录: a page of what phones sent, the newest first, as a reader narrowed it down; 200,000 rows or two."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
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

MOST_COUNTED = 1_000
"""So many are counted; of more it is only said that they are more, and nobody reads on that far."""
MOST_SEARCHED = 3_000
"""So many of the newest are looked through for what no index knows of them."""
_AT_ONCE = 500
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
        return _found(_places(session, _few(wanted, scope)))
    if wanted.standing not in (None, Standing.UNSEEN) and not _is_within_villages(scope):
        judged = _found(_places(session, _judged(wanted, scope)))
        return replace(judged, searched_all=judged.more or not _has_older_verdicts(session, wanted.standing))
    looked_into = _looked_into(wanted)
    if not looked_into:
        return _found(_newest(session, wanted, scope, limit=MOST_COUNTED + 1))
    newest = _newest(session, wanted, scope, limit=MOST_SEARCHED + 1)
    found = _found(_holding(session, newest[:MOST_SEARCHED], looked_into))
    return replace(found, searched_all=found.more or len(newest) <= MOST_SEARCHED)


def rows(session: Session, places: Collection[Place]) -> Sequence[Submission]:
    """The records of some places, which find() gave, the newest first; without their XML."""
    query = sa.select(Submission).where(Submission.id.in_([place.id for place in places]))
    query = query.options(selectinload(Submission.form), defer(Submission.xml))
    return session.scalars(query.order_by(Submission.received_at.desc(), Submission.id.desc())).all()


def _found(places: Sequence[Place]) -> Found:
    return Found(places[:MOST_COUNTED], len(places) > MOST_COUNTED)


def _newest_first(*where: sa.ColumnElement[bool]) -> sa.Select[dt.datetime, int]:
    query = sa.select(Submission.received_at, Submission.id).where(*where)
    return query.order_by(Submission.received_at.desc(), Submission.id.desc())


def _places(
    session: Session, query: sa.Select[dt.datetime, int], *, limit: int = MOST_COUNTED + 1
) -> list[Place]:
    return [Place(at, key) for at, key in session.execute(query.limit(limit))]


def _newest(session: Session, wanted: RecordFilter, scope: Scope, *, limit: int) -> list[Place]:
    """The newest records that an index alone knows to be wanted: of a few places from theirs, else form by form."""
    if not _is_wide(scope):
        query = _newest_first(within(Submission.jurisdiction, scope), *_indexed(wanted, scope))
        return _places(session, query, limit=limit)
    forms = session.scalars(sa.select(Form.form_id)).all() if wanted.form_id is None else [wanted.form_id]
    found: list[Place] = []
    for form_id in forms:
        query = _newest_first(Submission.form_id == form_id, *_times(wanted), *_indexed(wanted, scope))
        found += _places(session, query, limit=limit)
    return sorted(found, reverse=True)[:limit]


def _holding(
    session: Session, places: Sequence[Place], where: Sequence[sa.ColumnElement[bool]]
) -> list[Place]:
    """Those of the places for whose rows something holds; no more are looked at than are counted."""
    found: list[Place] = []
    for first in range(0, len(places), _AT_ONCE):
        some = places[first : first + _AT_ONCE]
        # Written out: to bind five hundred keys costs more than to look them up.
        keys: sa.BindParameter[int] = sa.bindparam(
            "keys", [place.id for place in some], expanding=True, literal_execute=True
        )
        ids = set(session.scalars(sa.select(Submission.id).where(Submission.id.in_(keys), *where)))
        found += (place for place in some if place.id in ids)
        if len(found) > MOST_COUNTED:
            break
    return found


def _few(wanted: RecordFilter, scope: Scope) -> sa.Select[dt.datetime, int]:
    """Those that an index knows to be few: in a state that is not the usual one, or without rows."""
    few: list[sa.ColumnElement[bool]]
    if wanted.failed:
        few = [Submission.projection_error.is_not(None)]
    else:
        # Said twice, so that the index of unsettled rows is used.
        few = [Submission.state == wanted.state, Submission.state != "received"]
    return _newest_first(*few, *_indexed(wanted, scope), *_looked_into(wanted))


def _judged(wanted: RecordFilter, scope: Scope) -> sa.Select[dt.datetime, int]:
    """Those of which something was found, looked up by the newest verdicts of that kind."""
    kind = _is_verdict(wanted.standing)
    recent = sa.select(Review.id).where(kind, IS_NEWEST).order_by(Review.id.desc()).limit(_MOST_VERDICTS)
    record = sa.and_(
        Submission.root_instance_id == Review.root_instance_id, as_value(Submission.form_id == Review.form_id)
    )
    query = _newest_first(
        Review.id.in_(recent.scalar_subquery()),
        as_value(_is_of_its_version(wanted.standing)),
        *_indexed(wanted, scope),
        *_looked_into(replace(wanted, standing=None)),
    )
    return query.join(Review, record)


def _has_older_verdicts(session: Session, standing: Standing | None) -> bool:
    """True where there are more verdicts of a kind than are looked up."""
    query = sa.select(Review.id).where(_is_verdict(standing)).order_by(Review.id.desc())
    return session.scalar(query.offset(_MOST_VERDICTS).limit(1)) is not None


def _indexed(wanted: RecordFilter, scope: Scope) -> list[sa.ColumnElement[bool]]:
    """What both indexes of the list answer without a look at the rows; values, so that the one is used that was meant."""
    found = [as_value(each) for each in (within(Submission.jurisdiction, scope), *_times(wanted))]
    if wanted.form_id is not None:
        found.append(as_value(Submission.form_id == wanted.form_id))
    if wanted.senders is not None:
        found.append(as_value(Submission.account_id.in_(wanted.senders)))
    if wanted.state is None:
        found.append(as_value(Submission.state != "superseded"))
    return found


def _looked_into(wanted: RecordFilter) -> list[sa.ColumnElement[bool]]:
    """What only the rows themselves and their verdicts answer."""
    found: list[sa.ColumnElement[bool]] = []
    if wanted.flag is not None:
        found.append(sa.cast(Submission.flags, sa.Text).contains(f'"{wanted.flag}"', autoescape=True))
    if wanted.standing is Standing.UNSEEN:
        found.append(~_has_verdict(Review.verdict.is_not(None)))
    elif wanted.standing is not None:
        judged = sa.and_(_is_verdict(wanted.standing), _is_of_its_version(wanted.standing))
        found.append(_has_verdict(sa.and_(IS_NEWEST, as_value(judged))))
    return found


def _times(wanted: RecordFilter) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if wanted.first is not None:
        found.append(Submission.received_at >= wanted.first)
    if wanted.last is not None:
        found.append(Submission.received_at < wanted.last)
    return found


def _has_verdict(such: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        Review.root_instance_id == Submission.root_instance_id, Review.form_id == Submission.form_id, such
    )


def _is_verdict(standing: Standing | None) -> sa.ColumnElement[bool]:
    verdict = None if standing is None else _VERDICTS.get(standing)
    return Review.verdict.is_not(None) if verdict is None else Review.verdict == verdict.value


def _is_of_its_version(standing: Standing | None) -> sa.ColumnElement[bool]:
    """A record is corrected when its newest verdict speaks of an older version."""
    if standing is Standing.CORRECTED:
        return Submission.id != Review.submission_id
    return Submission.id == Review.submission_id


def _is_wide(scope: Scope) -> bool:
    return any(len(code) <= Level.COUNTY.digits for code in scope.codes)


def _is_within_villages(scope: Scope) -> bool:
    return all(len(code) >= Level.VILLAGE.digits for code in scope.codes)


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
