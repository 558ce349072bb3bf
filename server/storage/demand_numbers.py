"""诉求编号: the public numbers of demands, counted for each county and day."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.domain.demand_number import format_number
from server.storage.base import Base, Code, insert_once


class DemandCounter(Base):
    """The last serial given out for a county on a day."""

    __tablename__ = "demand_counters"

    county: Mapped[Code] = mapped_column(primary_key=True)
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    last: Mapped[int]


def next_number(session: Session, county: str, day: dt.date) -> str:
    """The next public number of a county on a day; the counter's row is locked until the transaction ends."""
    counter = sa.select(DemandCounter).where(DemandCounter.county == county, DemandCounter.day == day)
    row = session.scalars(counter.with_for_update()).first()
    if row is None:
        insert_once(session, DemandCounter(county=county, day=day, last=0), unique=("county", "day"))
        row = session.scalars(counter.with_for_update()).one()
    row.last += 1
    session.flush()
    return format_number(county, day, row.last)
