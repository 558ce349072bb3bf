"""退回: records the office does not accept (METRICS D13) or wants corrected, as their sender is told of them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from server.storage import reviews
from server.storage.events import EventRow
from server.storage.submissions import Submission


class Returned(NamedTuple):
    """A record that is not accepted or is to be corrected, why, and since when."""

    instance_id: str
    form_id: str
    reason: str
    at: dt.datetime


def returned_to(session: Session, account_id: uuid.UUID, *, limit: int) -> Sequence[Returned]:
    """The records of a sender that came back to him and that he has not corrected, the newest first; his own, so there is no scope."""
    sent_back = [
        Returned(record.instance_id, record.form_id, review.words, review.at)
        for review, record in reviews.returned_to(session, account_id, limit=limit)
    ]
    found = [*sent_back, *_rejected(session, account_id, limit=limit)]
    return sorted(found, key=lambda each: each.at, reverse=True)[:limit]


def _rejected(session: Session, account_id: uuid.UUID, *, limit: int) -> list[Returned]:
    told = sa.and_(
        EventRow.subject == "submission",
        EventRow.subject_id == sa.cast(Submission.id, sa.String),
        EventRow.kind == "submission.rejected",
    )
    at = sa.func.max(EventRow.at).label("at")
    query = (
        sa.select(Submission.instance_id, Submission.form_id, Submission.rejected_reason, at)
        .join(EventRow, told)
        .where(
            Submission.account_id == account_id,
            Submission.state == "rejected",
            Submission.state != "received",  # said as well, so that the index of unsettled rows is used
        )
        .group_by(Submission.id)
        .order_by(at.desc(), Submission.id.desc())
        .limit(limit)
    )
    return [
        Returned(row.instance_id, row.form_id, row.rejected_reason or "", row.at)
        for row in session.execute(query)
    ]
