"""How many demands are not settled, by village and by who has them in hand."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

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
    wanted = (sa.and_(overdue(moments), readable(scope)), held_as() == "PRIVATE")
    found = _by_village(session, area, scope, wanted)
    return {village: VillageCounts(*numbers) for village, *numbers in found}


def private_by_village(session: Session, area: str | None, *, scope: Scope) -> dict[str, int]:
    """PRIVATE matters not settled, counted by village within the whole scope: numbers, never rows (S4 #25)."""
    found = _by_village(session, area, scope, (sa.true(),), held_as() == "PRIVATE")
    return {row.village: row.of_0 for row in found}


def _by_village(
    session: Session,
    area: str | None,
    scope: Scope,
    wanted: Sequence[sa.ColumnElement[bool]],
    *among: sa.ColumnElement[bool],
) -> Sequence[Any]:
    """(village, how many of its demands not settled hold each condition): summed over grids, which come in order."""
    counted = [sa.func.count().filter(each).label(f"of_{number}") for number, each in enumerate(wanted)]
    village = sa.func.substr(Demand.jurisdiction, 1, Level.VILLAGE.digits).label("village")
    by_grid = (
        sa.select(village, *counted)
        .where(unsettled(), within(Demand.jurisdiction, scope), *in_area(area), *among)
        .group_by(Demand.jurisdiction)
        .subquery()
    )
    sums = (sa.cast(sa.func.sum(by_grid.c[each.name]), sa.Integer).label(each.name) for each in counted)
    query = sa.select(by_grid.c.village, *sums).group_by(by_grid.c.village)
    return session.connection().execute(query).all()


def in_hand_by_account(session: Session, accounts: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
    """How many unresolved demands each of these people has in hand, for whoever gives out the next."""
    query = (
        sa.select(Demand.handler_id, sa.func.count())
        .where(Demand.handler_id.in_(accounts), Demand.key.in_(sorted(key.value for key in UNRESOLVED)))
        .group_by(Demand.handler_id)
    )
    return {account: number for account, number in session.execute(query) if account is not None}
