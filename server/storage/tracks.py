"""巡查轨迹: which patrols still have one, what was walked, and who looked at it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Sequence

import sqlalchemy as sa
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from server.domain.problems import NotFound
from server.domain.scope import Scope
from server.storage.events import EventRow
from server.storage.patrols import Pass, Patrol
from server.storage.selection import Listing, Page, within

_HAS_TRACK = sa.exists().where(Pass.submission_id == Patrol.submission_id, Pass.of_track)


def patrol(session: Session, patrol_id: int, *, scope: Scope, own: uuid.UUID | None) -> Patrol:
    """The patrol. Raises NotFound("track.unknown") where it is neither within the scope nor of the account `own`."""
    row = session.get(Patrol, patrol_id)
    is_own = row is not None and own is not None and row.account_id == own
    if row is None or not (is_own or scope.covers(row.grid_then)):
        raise NotFound("track.unknown", id=patrol_id)
    return row


def walked(session: Session, row: Patrol) -> Sequence[BaseGeometry]:
    """The parts of a patrol's cleaned track (degrees); none where it kept none or they have been deleted."""
    query = sa.select(Pass.shape).where(Pass.submission_id == row.submission_id, Pass.of_track)
    return session.scalars(query.order_by(Pass.id)).all()


def of_account(session: Session, account_id: uuid.UUID) -> Sequence[Patrol]:
    """Somebody's own patrols that still have a track, newest first."""
    query = sa.select(Patrol).where(Patrol.account_id == account_id, _HAS_TRACK)
    return session.scalars(query.order_by(Patrol.day.desc(), Patrol.started_at.desc())).all()


def listing(
    session: Session, *, scope: Scope, but: uuid.UUID | None, since: dt.date, page: Page
) -> Listing[Patrol]:
    """Patrols within the scope, of days from `since` on, that still have a track and are not of the account `but`."""
    where = [within(Patrol.grid_then, scope), Patrol.day >= since, _HAS_TRACK]
    if but is not None:
        where.append(sa.or_(Patrol.account_id.is_(None), Patrol.account_id != but))
    total = session.scalar(sa.select(sa.func.count()).select_from(Patrol).where(*where)) or 0
    query = sa.select(Patrol).where(*where).order_by(Patrol.day.desc(), Patrol.grid_then, Patrol.id)
    return Listing(session.scalars(query.offset(page.offset).limit(page.size)).all(), total, page)


def parts(session: Session, *, scope: Scope, first: dt.date, last: dt.date) -> Sequence[BaseGeometry]:
    """The parts of tracks (degrees) of days first … last that were walked for grids within the scope, by patrols that count."""
    query = (
        sa.select(Pass.shape)
        .join(Patrol, Patrol.submission_id == Pass.submission_id)
        .where(
            within(Pass.grid_then, scope),
            Pass.day >= first,
            Pass.day <= last,
            Pass.of_track,
            Patrol.removed_at.is_(None),
        )
    )
    return session.scalars(query.order_by(Pass.id)).all()


def openings(session: Session, submission_ids: Collection[int]) -> Sequence[EventRow]:
    """Who looked at the tracks of these submissions, when and why, oldest first."""
    query = sa.select(EventRow).where(
        EventRow.subject == "track",
        EventRow.subject_id.in_([str(each) for each in submission_ids]),
        EventRow.kind == "track.opened",
    )
    return session.scalars(query.order_by(EventRow.id)).all()
