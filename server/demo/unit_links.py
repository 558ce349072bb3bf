"""链接 for whoever looks at the demo: the unit with most orders in hand can be opened without asking an office for one."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from server.database import Database
from server.domain.demand_states import UNRESOLVED
from server.domain.people import SYSTEM
from server.services import units
from server.storage.demands import Demand
from server.storage.units import Unit
from server.work import Work


def opened(database: Database, given: Mapping[str, str]) -> dict[str, str]:
    """The tokens `given` so far by the unit's name, with one for the unit that has most to do today."""
    with database.transaction(SYSTEM) as work:
        busiest = _busiest(work)
        if busiest is None or busiest.name in given:
            return dict(given)
        return {busiest.name: units.give_link(work, busiest.id), **given}


def _busiest(work: Work) -> Unit | None:
    query = (
        sa.select(Unit)
        .join(Demand, Demand.unit_id == Unit.id)
        .where(Demand.key.in_(sorted(key.value for key in UNRESOLVED)), Unit.closed_on.is_(None))
        .group_by(Unit.id)
        .order_by(sa.func.count().desc(), Unit.name)
    )
    return work.session.scalars(query.limit(1)).first()
