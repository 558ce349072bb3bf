"""重新定格: the corrections of grids, and the records they concern (METRICS D5)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
import sqlalchemy as sa
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.domain.retagging import Kind
from server.domain.scope import Scope
from server.storage.base import Base, Code, Key
from server.storage.demands import Demand
from server.storage.grids import BoundaryVersion, GridBoundary
from server.storage.households import Household, HouseholdMove
from server.storage.selection import within
from server.storage.visits import Visit

_AT_ONCE = 50_000


class Retagging(Base):
    """One correction: where, of which days, why and by whom; how many rows it was to write and has written."""

    __tablename__ = "retaggings"

    id: Mapped[Key]
    jurisdiction: Mapped[Code]
    since: Mapped[dt.date]
    until: Mapped[dt.date]
    reason: Mapped[str]
    boundary_version_id: Mapped[int] = mapped_column(sa.ForeignKey("boundary_versions.id"))
    """The boundaries in force when it was begun: the corrected ones."""
    account_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id"))
    begun_at: Mapped[dt.datetime]
    planned: Mapped[int]
    written: Mapped[int] = mapped_column(default=0)


def listing(session: Session, *, scope: Scope) -> Sequence[Retagging]:
    """Corrections within the scope, the newest first."""
    query = sa.select(Retagging).where(within(Retagging.jurisdiction, scope))
    return session.scalars(query.order_by(Retagging.begun_at.desc())).all()


def next_change(session: Session, *, scope: Scope, after: dt.date) -> dt.date | None:
    """The first day after one on which boundaries within the scope change by a version in its own right; None for none."""
    query = (
        sa.select(sa.func.min(BoundaryVersion.effective_on))
        .join(GridBoundary, GridBoundary.boundary_version_id == BoundaryVersion.id)
        .where(within(GridBoundary.grid_code, scope), BoundaryVersion.effective_on > after)
        .where(sa.or_(GridBoundary.valid_to.is_(None), GridBoundary.valid_to >= GridBoundary.valid_from))
    )
    return session.scalar(query)


Placed = tuple[Sequence[Any], Sequence[str | None], NDArray[np.float64]]
"""Keys, the grids borne now, and places of shape (n, 2), degrees."""


def demands(session: Session, *, scope: Scope, first: dt.date, last: dt.date) -> Iterator[Placed]:
    """The demands of days first … last within the scope that have a place, many at once."""
    query = sa.select(Demand.id, Demand.grid_then, Demand.point).where(
        within(Demand.jurisdiction, scope), Demand.raised_on.between(first, last), Demand.point.is_not(None)
    )
    for rows in session.execute(query.execution_options(yield_per=_AT_ONCE)).partitions():
        points = np.array([row[2] for row in rows], dtype=object)
        places = np.column_stack([shapely.get_x(points), shapely.get_y(points)])
        yield [row[0] for row in rows], [row[1] for row in rows], places


@dataclass(frozen=True, slots=True)
class Rehoused:
    """A household that a boundary gave another grid: the grid it is in, and its door, None where nobody took it."""

    key: uuid.UUID
    grid: str
    door: BaseGeometry | None


def rehoused(session: Session, *, scope: Scope, first: dt.date, last: dt.date) -> list[Rehoused]:
    """The households within the scope that boundaries of days first … last gave another grid, and that did not move."""
    moved = sa.select(HouseholdMove.household_id).where(HouseholdMove.moved_on.between(first, last))
    query = sa.select(Household.id, Household.grid_code, Household.point).where(
        within(Household.grid_code, scope),
        Household.id.in_(moved.where(HouseholdMove.boundary_version_id.is_not(None))),
        Household.id.not_in(moved.where(HouseholdMove.boundary_version_id.is_(None))),
    )
    return [Rehoused(*row) for row in session.execute(query)]


def visits(
    session: Session, *, scope: Scope, first: dt.date, last: dt.date
) -> Sequence[tuple[int, str, uuid.UUID, str | None]]:
    """Key, grid borne, household and the grid it left after that day, of visits to households boundaries have moved."""
    left = (
        sa.select(HouseholdMove.from_grid)
        .where(HouseholdMove.household_id == Visit.household_id, HouseholdMove.moved_on > Visit.day)
        .order_by(HouseholdMove.moved_on, HouseholdMove.id)
        .limit(1)
        .scalar_subquery()
    )
    redrawn = sa.select(HouseholdMove.household_id).where(HouseholdMove.boundary_version_id.is_not(None))
    query = sa.select(Visit.id, Visit.grid_then, Visit.household_id, left).where(
        within(Visit.grid_then, scope), Visit.day.between(first, last), Visit.household_id.in_(redrawn)
    )
    return [(key, borne, household, gone) for key, borne, household, gone in session.execute(query)]


def write(
    session: Session, kind: Kind, *, was: str | None, to: str, keys: Sequence[Any], correction: Retagging
) -> int:
    """Give rows that still bear the grid `was` the grid `to`; return how many did."""
    return _WRITES[kind](session, was, to, keys, correction)


def _write_demands(
    session: Session, was: str | None, to: str, keys: Sequence[Any], _correction: Retagging
) -> int:
    """A demand that lies elsewhere by now stays there; one that lay where it was raised lies right from now on."""
    stayed = Demand.jurisdiction == (was if was is not None else to[:-_SERIAL_DIGITS])
    result = session.connection().execute(
        sa.update(Demand)
        .where(Demand.id.in_(keys), Demand.grid_then.is_not_distinct_from(was))
        .values(
            grid_then=to,
            jurisdiction=sa.case((stayed, to), else_=Demand.jurisdiction),
            version=Demand.version + 1,
        )
    )
    return result.rowcount


def _write_households(
    session: Session, was: str | None, to: str, keys: Sequence[Any], correction: Retagging
) -> int:
    """A household lies right from the wrong map's first day on: the grid it had before stays what it was."""
    still = sa.select(Household).where(Household.id.in_(keys), Household.grid_code == was)
    found = session.scalars(still).all()
    for household in found:
        session.add(
            HouseholdMove(
                household_id=household.id,
                from_grid=household.grid_code,
                to_grid=to,
                moved_on=correction.since,
                known_at=correction.begun_at,
                boundary_version_id=correction.boundary_version_id,
            )
        )
        household.grid_code = to
        household.version += 1
    session.flush()
    return len(found)


def _write_visits(
    session: Session, was: str | None, to: str, keys: Sequence[Any], _correction: Retagging
) -> int:
    result = session.connection().execute(
        sa.update(Visit).where(Visit.id.in_(keys), Visit.grid_then == was).values(grid_then=to)
    )
    return result.rowcount


_SERIAL_DIGITS = 3
_WRITES = {"demand": _write_demands, "household": _write_households, "visit": _write_visits}
