"""热点的编号: what was found each night, so that a hot spot keeps its number from day to day (METRICS H2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.domain.scope import Scope
from server.storage.base import Base, Code, Json, Serial
from server.storage.selection import within


class HotSpotNight(Base):
    """What a night's look at a county found: written once a day, nothing found included.

    `increases` are the 近日增多 of the space-time scan, the least likely first (figures/increases.py writes and reads
    them).
    """

    __tablename__ = "hot_spot_nights"

    id: Mapped[Serial]
    county: Mapped[Code]
    day: Mapped[dt.date]
    found_at: Mapped[dt.datetime]
    basis: Mapped[str]
    dispersion: Mapped[float]
    cases: Mapped[int]
    increases: Mapped[Json]

    __table_args__ = (sa.UniqueConstraint("county", "day"),)


class HotSpot(Base):
    """热点: a concentration with the county's number for it, from its first night to its last."""

    __tablename__ = "hot_spots"

    id: Mapped[Serial]
    county: Mapped[Code]
    number: Mapped[int]
    first_day: Mapped[dt.date]
    last_day: Mapped[dt.date]

    __table_args__ = (
        sa.UniqueConstraint("county", "number"),
        sa.Index("ix_hot_spots_county_last_day", "county", "last_day"),
    )


class HotSpotDay(Base):
    """A hot spot as it was on one night: what the list said of it, and the keys of its cases.

    `grids` are those flagged, `centre` the strongest of them, whose neighbourhood the figures are of; `kinds` are
    [code, number], most first.
    """

    __tablename__ = "hot_spot_days"

    id: Mapped[Serial]
    hot_spot_id: Mapped[int] = mapped_column(sa.ForeignKey("hot_spots.id"))
    night_id: Mapped[int] = mapped_column(sa.ForeignKey("hot_spot_nights.id"), index=True)
    centre: Mapped[Code]
    grids: Mapped[Json]
    observed: Mapped[int]
    expected: Mapped[float]
    cases: Mapped[Json]
    kinds: Mapped[Json]
    oldest_days: Mapped[int]
    reporters: Mapped[int]
    held_by: Mapped[str]

    __table_args__ = (sa.UniqueConstraint("hot_spot_id", "night_id"),)


def last_night(session: Session, *, county: str, until: dt.date) -> HotSpotNight | None:
    """The county's last night on or before a day; a night says nothing of persons, so there is no scope."""
    query = sa.select(HotSpotNight).where(HotSpotNight.county == county, HotSpotNight.day <= until)
    return session.scalars(query.order_by(HotSpotNight.day.desc()).limit(1)).first()


def of_night(session: Session, night: HotSpotNight) -> Sequence[tuple[HotSpot, HotSpotDay]]:
    """The hot spots of a night by number, the whole county's: what of them a reader is shown is his figure's to say."""
    query = (
        sa.select(HotSpot, HotSpotDay)
        .join(HotSpotDay, HotSpotDay.hot_spot_id == HotSpot.id)
        .where(HotSpotDay.night_id == night.id)
        .order_by(HotSpot.number)
    )
    return [(spot, day) for spot, day in session.execute(query)]


def faded(
    session: Session, *, scope: Scope, since: dt.date, before: dt.date
) -> Sequence[tuple[HotSpot, HotSpotDay]]:
    """Hot spots whose last day is from `since` on and before `before`, as they were on it, the latest first.

    One is within the scope where its strongest grid is.
    """
    query = (
        sa.select(HotSpot, HotSpotDay)
        .join(HotSpotDay, HotSpotDay.hot_spot_id == HotSpot.id)
        .join(HotSpotNight, HotSpotNight.id == HotSpotDay.night_id)
        .where(
            HotSpot.last_day >= since,
            HotSpot.last_day < before,
            HotSpotNight.day == HotSpot.last_day,
            within(HotSpotDay.centre, scope),
        )
        .order_by(HotSpot.last_day.desc(), HotSpot.number)
    )
    return [(spot, day) for spot, day in session.execute(query)]


def highest_number(session: Session, *, county: str) -> int:
    """The highest number the county has given to a hot spot; 0 before the first."""
    return session.scalar(sa.select(sa.func.max(HotSpot.number)).where(HotSpot.county == county)) or 0
