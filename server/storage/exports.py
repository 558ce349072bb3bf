"""导出: the stored submissions of one form, many at once, in the order they came, without their XML."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from server.domain.scope import Scope
from server.storage.base import json_text, local_text
from server.storage.demands import Demand, readable
from server.storage.forms import FormVersion
from server.storage.geometry import undecoded
from server.storage.posts import Account
from server.storage.selection import within
from server.storage.submissions import Attachment, Submission


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Submissions of a form for days `first` … `last` (METRICS D1; None is open), in some states, as of `asked`.

    `without` are the paths of answers that stay where they are.
    """

    form_id: str
    states: frozenset[str]
    asked: dt.datetime
    first: dt.date | None = None
    last: dt.date | None = None
    without: tuple[tuple[str, ...], ...] = ()


class Stored(NamedTuple):
    """A submission as the database keeps it: JSON and points are not yet read. `received` is a moment in Shanghai."""

    id: int
    instance_id: str
    root_instance_id: str
    form_version: str
    state: str
    received: str
    day: dt.date
    jurisdiction: str
    flags: str
    values: str
    point: bytes | str | None
    accuracy: float | None
    sender: str | None


def form_versions(session: Session, form_id: str) -> Sequence[bytes]:
    """The XML of every version of a form, the newest first."""
    query = sa.select(FormVersion.xml).where(FormVersion.form_id == form_id)
    return session.scalars(query.order_by(FormVersion.id.desc())).all()


def number(session: Session, selection: Selection, *, scope: Scope) -> int:
    """How many submissions are selected within the scope."""
    query = sa.select(sa.func.count()).select_from(Submission).where(*_selected(selection, scope))
    return session.scalar(query) or 0


def batch(session: Session, selection: Selection, *, scope: Scope, after: int, at_most: int) -> list[Stored]:
    """The next selected submissions within the scope behind the number `after`.

    The number is written into the statement: a plan made for any number would sort all that is left, every time.
    """
    behind: sa.BindParameter[int] = sa.bindparam("after", after, literal_execute=True)
    query = (
        sa.select(
            Submission.id,
            Submission.instance_id,
            Submission.root_instance_id,
            Submission.form_version,
            Submission.state,
            local_text(session, Submission.received_at),
            Submission.day,
            Submission.jurisdiction,
            sa.cast(Submission.flags, sa.Text),
            json_text(session, Submission.values, without=selection.without),
            undecoded(Submission.point),
            Submission.accuracy,
            Account.display_name,
        )
        .outerjoin(Account, Account.id == Submission.account_id)
        .where(*_selected(selection, scope), Submission.id > behind)
        .order_by(Submission.id)
        .limit(at_most)
    )
    return list(map(Stored._make, session.connection().execute(query).all()))


def _selected(selection: Selection, scope: Scope) -> list[sa.ColumnElement[bool]]:
    selected = [
        Submission.form_id == selection.form_id,
        within(Submission.jurisdiction, scope),
        Submission.received_at <= selection.asked,
        _stood(selection),
    ]
    if selection.first is not None:
        selected.append(Submission.day >= selection.first)
    if selection.last is not None:
        selected.append(Submission.day <= selection.last)
    return selected


def _stood(selection: Selection) -> sa.ColumnElement[bool]:
    """In one of the states: what an edit has replaced while the export ran still stands in it, and once only."""
    stands = Submission.state.in_(selection.states)
    if "received" not in selection.states:
        return stands
    edit = aliased(Submission)
    replaced_since = sa.exists().where(
        edit.form_id == Submission.form_id,
        edit.deprecated_id == Submission.instance_id,
        edit.received_at > selection.asked,
    )
    return sa.or_(stands, sa.and_(Submission.state == "superseded", replaced_since))


def withheld(session: Session, selection: Selection, *, scope: Scope, reader: Scope) -> set[str]:
    """The first versions, by instanceID, that raised a demand the reader may not see: nor may he see their words."""
    query = (
        sa.select(Submission.instance_id)
        .join(Demand, Demand.submission_id == Submission.id)
        .where(
            Submission.form_id == selection.form_id,
            within(Submission.jurisdiction, scope),
            sa.not_(readable(reader)),
        )
    )
    return set(session.scalars(query))


def files(session: Session, submissions: Collection[int]) -> Mapping[int, Sequence[Attachment]]:
    """The files of submissions, in the order they came."""
    query = sa.select(Attachment).where(Attachment.submission_id.in_(submissions)).order_by(Attachment.id)
    found: dict[int, list[Attachment]] = {}
    for file in session.scalars(query):
        found.setdefault(file.submission_id, []).append(file)
    return found


def original(session: Session, submission_id: int) -> bytes:
    """The XML of a submission as it was sent."""
    return session.scalars(sa.select(Submission.xml).where(Submission.id == submission_id)).one()
