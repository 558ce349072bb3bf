"""未解决: the demands that are unresolved now, as the maps count and list them (METRICS C1).

PRIVATE matters are left out whoever reads: what lies on a map is the same for everybody.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from server.domain.demand_clock import AGE_BANDS
from server.figures.areas import narrowed
from server.figures.open_cases import moments
from server.storage.base import moment, unread
from server.storage.case_filter import CaseFilter, Timing, asked
from server.storage.demands import Demand, held_as, unsettled
from server.storage.selection import Listing, Page, as_value, within
from server.work import Reading


@dataclass(frozen=True, slots=True)
class UnresolvedNow:
    """How many demands are unresolved now, wherever in an area they lie: in all, overdue, older than 30 days."""

    number: int
    overdue: int
    old: int


def unresolved_now(reading: Reading, area: str | None = None) -> UnresolvedNow:
    """Count them. Raises NotFound("jurisdiction.unknown") for an area outside the reader's scope."""
    overdue, old = (among_shown(reading, wanted) for wanted in (OVERDUE, OLD))
    query = sa.select(sa.func.count(), sa.func.count().filter(overdue), sa.func.count().filter(old))
    return UnresolvedNow(*reading.session.execute(query.where(*shown_now(reading, area))).one())


def listed_now(
    reading: Reading, area: str | None, *, page: Page, which: CaseFilter | None = None
) -> Listing[Demand]:
    """One page of them, of those that a filter leaves, the oldest first; which they are is answered before any is read.

    Raises NotFound("jurisdiction.unknown") for an area outside the reader's scope.
    """
    where = [*shown_now(reading, area)]
    if which is not None:
        where.append(as_value(among_shown(reading, which)))
    order = (Demand.received_at.expression, Demand.number.expression)
    numbers = sa.select(Demand.number).where(*where).order_by(*order).offset(page.offset).limit(page.size)
    rows = sa.select(Demand).where(Demand.number.in_(numbers.scalar_subquery())).order_by(*order)
    total = reading.session.scalar(sa.select(sa.func.count()).select_from(Demand).where(*where)) or 0
    return Listing(reading.session.scalars(rows).all(), total, page)


def oldest_now(reading: Reading, area: str | None = None) -> Iterator[tuple[str, dt.datetime]]:
    """Of the demands that are unresolved now: where some lie (grid, else village or wider), and the oldest's receipt.

    Raises NotFound("jurisdiction.unknown") for an area outside the reader's scope.
    """
    query = sa.select(Demand.jurisdiction, unread(sa.func.min(Demand.received_at)))
    query = query.where(*shown_now(reading, area)).group_by(Demand.jurisdiction)
    for code, received_at in reading.session.connection().execute(query):
        yield code, moment(received_at)


def shown_now(reading: Reading, area: str | None) -> Sequence[sa.ColumnElement[bool] | sa.TextClause]:
    """What holds for them, such that the index over them answers it.

    Raises NotFound("jurisdiction.unknown") for an area outside the reader's scope.
    """
    scope = narrowed(reading.actor.scope, area)
    return unsettled(), within(Demand.jurisdiction, scope), as_value(held_as() != "PRIVATE")


def among_shown(reading: Reading, wanted: CaseFilter) -> sa.ColumnElement[bool]:
    """A condition for those of them that a filter leaves, as of `reading.now`."""
    return sa.and_(sa.true(), *asked(wanted, moments(reading), among_unsettled=True))


OVERDUE, DUE_SOON = CaseFilter(timing=Timing.OVERDUE), CaseFilter(timing=Timing.DUE_SOON)
OLD = CaseFilter(age_band=len(AGE_BANDS) - 1)
