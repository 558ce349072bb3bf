"""紧急发现: sent at once as a demand (channel 巡查发现), linked to that day's patrol of the same worker (FORMS rule 10).

The patrol leaves the phone only when it is finished, so either may come first.
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from server.services.demands.intake import PATROL
from server.storage.demands import Demand
from server.storage.patrols import Finding, Patrol
from server.work import Work


def keep(work: Work, demand: Demand, *, handled: str) -> None:
    """Count the demand as a finding of its day, under that day's patrol if it has arrived.

    Nothing is kept where the place lies in no grid, or where the patrol already tells of it itself.
    """
    if demand.grid_then is None or demand.submission_id is None or _told_on_patrol(work, demand):
        return
    row, patrol_id = _own(work, demand), _patrol_of(work, demand)
    if row is None:
        row = Finding(submission_id=demand.submission_id, position=demand.position, demand_id=demand.id)
        work.session.add(row)
    row.patrol_id = patrol_id
    row.grid_then, row.day = demand.grid_then, demand.raised_on
    row.kind, row.detail, row.words = demand.kind, demand.detail, demand.words
    row.handled, row.source = handled, "seen"
    row.urgency = "urgent" if demand.urgent else "normal"
    row.point, row.landmark = demand.point, demand.address
    row.photo, row.photo_after, row.voice = demand.photo, demand.photo_after, demand.voice
    work.session.flush()


_ASKED_FOR = sa.select(Demand.id).where(
    Demand.channel == PATROL,
    # The types are said because the keys of a table learn theirs only when the table they point to is imported.
    Demand.first_asked_id == sa.bindparam("ahead_of_account", type_=sa.Uuid()),
    Demand.raised_on == sa.bindparam("ahead_on", type_=sa.Date()),
    Demand.grid_then == sa.bindparam("ahead_in", type_=sa.String()),
    Demand.submission_id != sa.bindparam("ahead_of_submission", type_=sa.BigInteger()),
)
# Not a join: in what an INSERT returns, SQLite's columns are named without their table.
_AHEAD = sa.select(Finding.id).where(Finding.patrol_id.is_(None), Finding.demand_id.in_(_ASKED_FOR))
IS_AHEAD = _AHEAD.exists()
"""Whether something was sent ahead of a patrol: asked as each is written, and nearly always answered by no."""


def asked_about(patrol: Patrol) -> dict[str, object]:
    """The bound parameters of IS_AHEAD for a patrol."""
    return {
        "ahead_of_account": patrol.account_id,
        "ahead_on": patrol.day,
        "ahead_in": patrol.grid_then,
        "ahead_of_submission": patrol.submission_id,
    }


def link(work: Work, patrol: Patrol) -> None:
    """Put what was sent ahead of the patrol under it."""
    for finding_id in work.session.connection().execute(_AHEAD, asked_about(patrol)).scalars().all():
        work.session.get_one(Finding, finding_id).patrol_id = patrol.id


def sent_ahead(work: Work, finding: Finding, patrol: Patrol) -> Demand | None:
    """The demand an urgent finding of a patrol was already sent as, whose own finding it replaces; None if none was."""
    if finding.urgency != "urgent":
        return None
    taken = sa.select(Finding.demand_id).where(
        Finding.submission_id == finding.submission_id,
        Finding.position != finding.position,
        Finding.demand_id.is_not(None),
    )
    query = sa.select(Demand).where(
        *_same_round(patrol.account_id, patrol.day, patrol.grid_then),
        Demand.kind == finding.kind,
        Demand.urgent.is_(True),
        Demand.submission_id != finding.submission_id,
        Demand.id.not_in(taken),
    )
    demand = work.session.scalars(query.order_by(Demand.received_at).limit(1)).first()
    if demand is not None and (own := _own(work, demand)) is not None:
        work.session.delete(own)
    return demand


def _same_round(account_id: object, day: dt.date, grid: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Demand.channel == PATROL,
        Demand.first_asked_id == account_id,
        Demand.raised_on == day,
        Demand.grid_then == grid,
    )


def _own(work: Work, demand: Demand) -> Finding | None:
    query = sa.select(Finding).where(
        Finding.submission_id == demand.submission_id, Finding.position == demand.position
    )
    return work.session.scalars(query).first()


def _told_on_patrol(work: Work, demand: Demand) -> bool:
    query = sa.select(Finding.id).where(
        Finding.demand_id == demand.id, Finding.submission_id != demand.submission_id
    )
    return work.session.scalar(query) is not None


def _patrol_of(work: Work, demand: Demand) -> int | None:
    query = sa.select(Patrol.id).where(
        Patrol.account_id == demand.first_asked_id,
        Patrol.day == demand.raised_on,
        Patrol.grid_then == demand.grid_then,
    )
    return work.session.scalar(query.order_by(Patrol.started_at.desc()).limit(1))
