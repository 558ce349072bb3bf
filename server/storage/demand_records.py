"""What was recorded of demands: their acts, as they can be told again under other rules."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from server.domain.demand_replay import ActRecord
from server.domain.scope import Scope
from server.storage.demands import Demand
from server.storage.events import EventRow
from server.storage.selection import within

_KINDS = ("demand.taken_in", "demand.moved")
_AT_ONCE = 500


def received_since(session: Session, since: dt.datetime, *, scope: Scope, limit: int) -> Sequence[Demand]:
    """The newest demands received since a moment (aware) within the scope, merged ones left out.

    PRIVATE ones are among them: they are for counting, not for showing.
    """
    query = sa.select(Demand).where(
        Demand.received_at >= since,
        Demand.merged_into_id.is_(None),
        within(Demand.jurisdiction, scope),
    )
    return session.scalars(query.order_by(Demand.received_at.desc()).limit(limit)).all()


def acts_of(session: Session, demands: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Sequence[ActRecord]]:
    """The recorded acts of each of these demands, in their order; none for one that has no record of them."""
    found: dict[uuid.UUID, list[ActRecord]] = defaultdict(list)
    for first in range(0, len(demands), _AT_ONCE):
        keys = [str(key) for key in demands[first : first + _AT_ONCE]]
        query = sa.select(EventRow).where(
            EventRow.subject == "demand", EventRow.subject_id.in_(keys), EventRow.kind.in_(_KINDS)
        )
        for row in session.scalars(query.order_by(EventRow.id)):
            if "facts" in row.details:
                found[uuid.UUID(row.subject_id)].append(_act(row))
    return found


def _act(row: EventRow) -> ActRecord:
    details = row.details
    return ActRecord.of(
        action=details.get("action", "take_in"),
        at=dt.datetime.fromisoformat(details["acted_at"]),
        by_id=row.actor_id,
        by_level=details["by_level"],
        kept=details["facts"],
    )
