"""How many demands are not settled, by village and by who has them in hand."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from server.domain.demand_states import UNRESOLVED
from server.domain.jurisdiction import Level
from server.domain.scope import Scope
from server.storage.case_filter import Moments, in_area, overdue
from server.storage.demands import Demand, held_as, readable, unsettled
from server.storage.selection import within


@dataclass(frozen=True, slots=True)
class VillageCounts:
    """Of what a village has not settled: how many that the reader may see are overdue, how many in all are PRIVATE."""

    overdue: int
    private: int


def unsettled_by_village(
    session: Session, area: str | None, *, scope: Scope, moments: Moments
) -> dict[str, VillageCounts]:
    """What each village has not settled, by its code; what lies in none stands under its wider division."""
    conditions = {
        "overdue": sa.and_(overdue(moments), readable(scope)),
        "private": held_as() == "PRIVATE",  # numbers, never rows (S4 #25)
    }
    village = sa.func.substr(Demand.jurisdiction, 1, Level.VILLAGE.digits).label("village")
    # By grid first: those come in order, villages would be sorted.
    by_grid = (
        sa.select(village, *(sa.func.count().filter(each).label(name) for name, each in conditions.items()))
        .where(unsettled(), within(Demand.jurisdiction, scope), *in_area(area))
        .group_by(Demand.jurisdiction)
        .subquery()
    )
    sums = (sa.cast(sa.func.sum(by_grid.c[name]), sa.Integer) for name in conditions)
    query = sa.select(by_grid.c.village, *sums).group_by(by_grid.c.village)
    rows = session.connection().execute(query).all()
    return {code: VillageCounts(overdue, private) for code, overdue, private in rows}


def in_hand_by_account(session: Session, accounts: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
    """How many unresolved demands each of these people has in hand, for whoever gives out the next."""
    query = (
        sa.select(Demand.handler_id, sa.func.count())
        .where(Demand.handler_id.in_(accounts), Demand.key.in_(sorted(key.value for key in UNRESOLVED)))
        .group_by(Demand.handler_id)
    )
    return {account: number for account, number in session.execute(query) if account is not None}
