"""改划: drafts of what officers want to do to a village's grids, and the households that follow a new boundary."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.domain.rehousing import Sited
from server.domain.scope import Scope
from server.storage.base import Base, Code, Json, Key, Serial
from server.storage.demands import Demand, unsettled
from server.storage.geometry import decoded, undecoded
from server.storage.grids import BoundaryVersion, Grid, GridBoundary
from server.storage.households import Household, HouseholdMove, RegisterChange
from server.storage.patrols import Patrol
from server.storage.selection import within
from server.storage.visits import Visit


class Redrawing(Base):
    """改划草稿: the steps (domain/redrawing.py) one officer has drawn in one village; gone once published."""

    __tablename__ = "redrawings"

    id: Mapped[Key]
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    village: Mapped[Code]
    drawn_on: Mapped[str] = mapped_column(sa.String(64))
    """What names the boundaries the draft began with (Standing.digest): other ones make it stale."""
    steps: Mapped[Json] = mapped_column(default=list)
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[dt.datetime]

    __table_args__ = (sa.UniqueConstraint("account_id", "village"),)


class Rehousing(Base):
    """换格: the households of a village follow a boundary version from the day it takes force; `done_at`: they did."""

    __tablename__ = "rehousings"

    id: Mapped[Serial]
    village: Mapped[Code]
    boundary_version_id: Mapped[int] = mapped_column(sa.ForeignKey("boundary_versions.id"))
    effective_on: Mapped[dt.date] = mapped_column(index=True)
    done_at: Mapped[dt.datetime | None]

    __table_args__ = (sa.UniqueConstraint("boundary_version_id", "village"),)


@dataclass(frozen=True, slots=True)
class Standing:
    """The grids of a village as last published, in force already or not yet, and every code it ever gave."""

    grids: tuple[Any, ...]
    """code, name, kind, outline (degrees), valid_from (of the outline), by code."""
    used: frozenset[str]
    digest: str
    """Names the outlines: published anew, another one."""


def standing(session: Session, *, village: str) -> Standing:
    """What a draft is drawn on."""
    query = (
        sa.select(
            GridBoundary.id,
            Grid.code,
            sa.func.coalesce(GridBoundary.new_name, Grid.name).label("name"),
            sa.func.coalesce(GridBoundary.new_kind, Grid.kind).label("kind"),
            GridBoundary.outline,
            GridBoundary.valid_from,
        )
        .join(Grid, Grid.code == GridBoundary.grid_code)
        .where(
            within(Grid.code, Scope.of([village])), GridBoundary.valid_to.is_(None), Grid.valid_to.is_(None)
        )
    )
    rows = tuple(session.execute(query.order_by(Grid.code)))
    used = session.scalars(sa.select(Grid.code).where(within(Grid.code, Scope.of([village]))))
    named = " ".join(str(row.id) for row in rows)
    return Standing(rows, frozenset(used), hashlib.sha256(named.encode()).hexdigest())


def newest(session: Session) -> uuid.UUID | None:
    """The token of what was published last, in force already or not yet; None before the first."""
    return session.scalar(sa.select(BoundaryVersion.token).order_by(BoundaryVersion.id.desc()).limit(1))


def origins(session: Session, *, scope: Scope) -> dict[str, list[str]]:
    """The grids that those of the scope were made from, by code; whoever was made from none is left out."""
    query = sa.select(Grid.code, Grid.predecessors).where(within(Grid.code, scope))
    return {row.code: row.predecessors for row in session.execute(query) if row.predecessors}


def doors(session: Session, *, scope: Scope) -> list[Sited]:
    """The households within the scope that have not left, pending ones included, with the places of their doors."""
    query = sa.select(Household.id, Household.grid_code, undecoded(Household.point)).where(
        within(Household.grid_code, scope), Household.exited_at.is_(None)
    )
    return _sited(session.execute(query.order_by(Household.id)).all())


def open_matters(session: Session, *, scope: Scope) -> list[Sited]:
    """The demands within the scope that are not resolved, where they lie: at a place, else at a household's door."""
    place = undecoded(sa.func.coalesce(Demand.point, Household.point))
    query = (
        sa.select(Demand.id, Demand.jurisdiction, place)
        .join(Household, Household.id == Demand.household_id, isouter=True)
        .where(within(Demand.jurisdiction, scope), unsettled())
    )
    return _sited(session.execute(query.order_by(Demand.id)).all())


def _sited(rows: Sequence[Any]) -> list[Sited]:
    places = decoded([place for _, _, place in rows])
    return [Sited(key, grid, place) for (key, grid, _), place in zip(rows, places, strict=True)]


@dataclass(frozen=True, slots=True)
class Records:
    """How many patrols, visits and demands were recorded, by the grid of their day (METRICS D5 `grid_then`)."""

    patrols: Mapping[str, int]
    visits: Mapping[str, int]
    demands: Mapping[str, int]


def records(session: Session, *, scope: Scope) -> Records:
    """What was recorded in the grids of a scope: counts, PRIVATE demands in them."""
    return Records(*(_by_grid(session, table.grid_then, scope) for table in (Patrol, Visit, Demand)))


def _by_grid(session: Session, grid_then: Any, scope: Scope) -> dict[str, int]:
    query = sa.select(grid_then, sa.func.count()).where(within(grid_then, scope)).group_by(grid_then)
    return {row[0]: row[1] for row in session.execute(query) if row[0] is not None}


def move(session: Session, moves: Sequence[Mapping[str, Any]]) -> None:
    """Write moves (the columns of HouseholdMove), where their households lie from now on, and what is proposed of these.

    Of a whole city in one go: rows already read in this session keep what they said.
    """
    if not moves:
        return
    session.execute(sa.insert(HouseholdMove), moves)
    to = [{"key": each["household_id"], "to": each["to_grid"]} for each in moves]
    lies = sa.update(Household).where(Household.id == sa.bindparam("key"))
    lies = lies.values(grid_code=sa.bindparam("to"), version=Household.version + 1)
    session.connection().execute(lies, to)
    proposed = RegisterChange.state == "proposed"
    concerned = set(session.scalars(sa.select(RegisterChange.household_id).where(proposed)))
    if asked := [each for each in to if each["key"] in concerned]:
        waits = sa.update(RegisterChange).where(RegisterChange.household_id == sa.bindparam("key"), proposed)
        session.connection().execute(waits.values(grid_code=sa.bindparam("to")), asked)


def settle(session: Session, to: Mapping[uuid.UUID, str]) -> None:
    """Write where demands lie from now on, by their keys."""
    if to:
        lies = sa.update(Demand).where(Demand.id == sa.bindparam("key"))
        rows = [{"key": key, "to": place} for key, place in to.items()]
        session.connection().execute(lies.values(jurisdiction=sa.bindparam("to")), rows)


def doorless_moves(session: Session, *, scope: Scope) -> Sequence[tuple[HouseholdMove, Household]]:
    """Households that went with a boundary and still lie where it put them, though nobody knows their door; by address."""
    query = (
        sa.select(HouseholdMove, Household)
        .join(Household, Household.id == HouseholdMove.household_id)
        .where(
            within(HouseholdMove.to_grid, scope),
            HouseholdMove.boundary_version_id.is_not(None),
            Household.grid_code == HouseholdMove.to_grid,
            Household.point.is_(None),
            Household.exited_at.is_(None),
        )
        .order_by(HouseholdMove.to_grid, Household.address, HouseholdMove.id)
    )
    return [(move, household) for move, household in session.execute(query)]


def draft(session: Session, *, account_id: uuid.UUID, village: str) -> Redrawing | None:
    """What an officer has drawn in a village and not yet published."""
    query = sa.select(Redrawing).where(Redrawing.account_id == account_id, Redrawing.village == village)
    return session.scalars(query).first()


def drafts(session: Session, *, account_id: uuid.UUID, scope: Scope) -> Sequence[Redrawing]:
    """Everything an officer has begun within his divisions, the newest first."""
    query = sa.select(Redrawing).where(Redrawing.account_id == account_id, within(Redrawing.village, scope))
    return session.scalars(query.order_by(Redrawing.changed_at.desc())).all()


def rehousings_due(session: Session, *, on: dt.date) -> Sequence[Rehousing]:
    """Villages whose households are to follow a boundary in force on a day, the earliest boundary first."""
    query = sa.select(Rehousing).where(Rehousing.done_at.is_(None), Rehousing.effective_on <= on)
    return session.scalars(query.order_by(Rehousing.effective_on, Rehousing.id)).all()
