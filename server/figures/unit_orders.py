"""单位的单子: what a unit was given, what it may claim, and what it has done of late."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from server.domain.demand_acts import Action
from server.domain.demand_clock import is_overdue
from server.domain.demand_states import Group, StateKey, group_of, is_unresolved
from server.domain.jurisdiction import Level
from server.figures.case_words import due_words, title
from server.figures.next_step import open_to
from server.storage import jurisdictions
from server.storage.demands import Demand
from server.storage.selection import under
from server.storage.units import DemandUnit, Unit
from server.work import Reading

KEPT_IN_SIGHT = dt.timedelta(days=30)
"""How long what a unit has done stays on its page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A demand as a unit reads it: what, where (the address, else the village), and when it is due, in words."""

    demand: Demand
    what: str
    where: str
    due: str
    is_overdue: bool

    @property
    def is_to_be_done_again(self) -> bool:
        """按意见重办: its reporter was not satisfied."""
        return self.demand.reworks > 0 and is_unresolved(StateKey(self.demand.key))


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """The parts of a unit's page, each oldest first."""

    to_accept: Sequence[Order]
    in_hand: Sequence[Order]
    supported: Sequence[Order]
    to_claim: Sequence[Order]
    done: Sequence[Order]


def orders(reading: Reading) -> Orders:
    """Return what the reader's unit leads, supports and may claim. They are its own wherever they lie."""
    lead, supported = _called(reading)
    return Orders(
        to_accept=_orders(reading, [row for row in lead if row.key == StateKey.ASSIGNED.value]),
        in_hand=_orders(reading, [row for row in lead if _in_hand(row)]),
        supported=_orders(reading, [row for row in supported if _group(row) is Group.IN_HAND]),
        to_claim=_orders(reading, _offered(reading)),
        done=_orders(reading, [row for row in lead if _done(row, reading.now)]),
    )


def order(reading: Reading, demand: Demand) -> Order:
    """Return one demand the unit has been given."""
    return _orders(reading, [demand])[0]


def _called(reading: Reading) -> tuple[Sequence[Demand], Sequence[Demand]]:
    unit_id = reading.actor.unit_id
    supporting = sa.select(DemandUnit.demand_id).where(DemandUnit.unit_id == unit_id)
    query = sa.select(Demand).where(sa.or_(Demand.unit_id == unit_id, Demand.id.in_(supporting)))
    rows = reading.session.scalars(query.order_by(Demand.received_at, Demand.number)).all()
    return [row for row in rows if row.unit_id == unit_id], [row for row in rows if row.unit_id != unit_id]


def _offered(reading: Reading) -> Sequence[Demand]:
    unit = reading.session.get_one(Unit, reading.actor.unit_id)
    query = sa.select(Demand).where(
        Demand.key == StateKey.OFFERED.value, under(Demand.jurisdiction, unit.division)
    )
    rows = reading.session.scalars(query.order_by(Demand.received_at, Demand.number)).all()
    return [row for row in rows if Action.CLAIM in open_to(reading, row)]


def _orders(reading: Reading, rows: Sequence[Demand]) -> Sequence[Order]:
    villages = {row.jurisdiction[: Level.VILLAGE.digits] for row in rows}
    names = jurisdictions.names(reading.session, sorted(villages))
    return [
        Order(
            demand=row,
            what=title(row),
            where=row.address or names.get(row.jurisdiction[: Level.VILLAGE.digits], ""),
            due=due_words(row.state, as_of=reading.now) if is_unresolved(row.state.key) else "",
            is_overdue=is_overdue(row.state, as_of=reading.now),
        )
        for row in rows
    ]


def _in_hand(row: Demand) -> bool:
    return _group(row) is Group.IN_HAND and row.key != StateKey.ASSIGNED.value


def _done(row: Demand, now: dt.datetime) -> bool:
    return _group(row) in (Group.TO_REPORT_BACK, Group.ENDED) and row.since > now - KEPT_IN_SIGHT


def _group(row: Demand) -> Group | None:
    return group_of(StateKey(row.key))
