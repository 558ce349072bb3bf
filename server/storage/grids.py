"""网格 and their boundaries: a grid keeps its identity, its outline has versions (METRICS D5)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterator, Sequence

import sqlalchemy as sa
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.domain.problems import NotFound
from server.domain.scope import Scope
from server.storage.base import Base, Code, Json, Key, Serial
from server.storage.geometry import geometry, gist_index
from server.storage.selection import within

_AT_ONCE = 5_000


class BoundaryVersion(Base):
    """One publication of boundaries; its number tells running servers that their index is old."""

    __tablename__ = "boundary_versions"

    id: Mapped[Serial]
    token: Mapped[uuid.UUID] = mapped_column(unique=True, default=uuid.uuid4)
    """Unique in the world, so that caches of several databases in one process never meet."""
    published_at: Mapped[dt.datetime]
    effective_on: Mapped[dt.date]
    in_force_from: Mapped[dt.date] = mapped_column(server_default="1949-10-01")
    """The day running servers go over to it: that of publishing, or the later one it takes effect on."""
    source: Mapped[str]
    datum: Mapped[str] = mapped_column(default="wgs84")
    remarks: Mapped[Json] = mapped_column(default=list, server_default=sa.text("'[]'"))
    """What was found wrong with it and let pass on purpose, or repaired, in sentences."""


class Grid(Base):
    """网格: 15 digits, the first twelve its village. `kind` is "general" 一般 or "special" 专属."""

    __tablename__ = "grids"

    id: Mapped[Key]
    code: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(default="general")
    population: Mapped[int | None]
    version: Mapped[int] = mapped_column(default=1)
    valid_from: Mapped[dt.date]
    valid_to: Mapped[dt.date | None]
    predecessors: Mapped[Json] = mapped_column(default=list)


class GridBoundary(Base):
    """The outline of a grid from one boundary version on, until the next one that redraws it."""

    __tablename__ = "grid_boundaries"

    id: Mapped[Serial]
    grid_code: Mapped[Code] = mapped_column(sa.ForeignKey("grids.code"), index=True)
    boundary_version_id: Mapped[int] = mapped_column(sa.ForeignKey("boundary_versions.id"), index=True)
    valid_from: Mapped[dt.date]
    valid_to: Mapped[dt.date | None]
    new_name: Mapped[str | None]
    new_kind: Mapped[str | None]
    """What the grid is to be called, and its kind, from `valid_from` on; None once it is, or where nothing changes."""
    outline: Mapped[BaseGeometry] = mapped_column(geometry("MULTIPOLYGON"))

    __table_args__ = (gist_index("grid_boundaries", "outline"),)


class MustSeePoint(Base):
    """必巡点: a place a patrol should pass (METRICS P4)."""

    __tablename__ = "must_see_points"

    id: Mapped[Key]
    grid_code: Mapped[Code] = mapped_column(index=True)
    name: Mapped[str]
    point: Mapped[BaseGeometry] = mapped_column(geometry("POINT"))


def get(session: Session, code: str, *, scope: Scope) -> Grid:
    """The grid with `code`. Raises NotFound outside the scope or where there is none."""
    row = session.scalars(sa.select(Grid).where(Grid.code == code)).first()
    if row is None or not scope.covers(code):
        raise NotFound("grid.unknown", code=code)
    return row


def by_code(session: Session, codes: Sequence[str]) -> dict[str, Grid]:
    """The grids with these codes, of any time; the caller has asked who may change them."""
    found: dict[str, Grid] = {}
    for some in _parts(codes):
        found |= {grid.code: grid for grid in session.scalars(sa.select(Grid).where(Grid.code.in_(some)))}
    return found


def end_outlines(session: Session, codes: Sequence[str], *, before: dt.date) -> None:
    """What was in force or planned from `before` on is over; a plan that never took force ends before it begins."""
    open_then = sa.or_(GridBoundary.valid_to.is_(None), GridBoundary.valid_to >= before)
    for some in _parts(codes):
        session.execute(
            sa.update(GridBoundary)
            .where(GridBoundary.grid_code.in_(some), open_then)
            .values(valid_to=before - dt.timedelta(days=1))
        )


def _parts(codes: Sequence[str]) -> Iterator[Sequence[str]]:
    """No database takes the codes of a city in one list."""
    for first in range(0, len(codes), _AT_ONCE):
        yield codes[first : first + _AT_ONCE]


def listing(session: Session, *, scope: Scope, on: dt.date | None = None) -> Sequence[Grid]:
    """Grids within the scope by code; with `on`, only those in force that day."""
    query = sa.select(Grid).where(within(Grid.code, scope))
    if on is not None:
        query = query.where(Grid.valid_from <= on, sa.or_(Grid.valid_to.is_(None), Grid.valid_to >= on))
    return session.scalars(query.order_by(Grid.code)).all()


_CURRENT = (
    sa.select(BoundaryVersion.id, BoundaryVersion.token)
    .where(BoundaryVersion.in_force_from <= sa.bindparam("today", type_=sa.Date))
    .order_by(BoundaryVersion.in_force_from.desc(), BoundaryVersion.id.desc())
    .limit(1)
)
CURRENT_TOKEN = _CURRENT.with_only_columns(BoundaryVersion.token)
"""The token of the boundaries in force, for whoever asks it together with something else; its parameter is `today`."""


def names(session: Session, codes: Collection[str]) -> dict[str, str]:
    """Names by code, for grids of any time: a name is no secret, so there is no scope."""
    rows = session.execute(sa.select(Grid.code, Grid.name).where(Grid.code.in_(codes)))
    return {row.code: row.name for row in rows}


def current_version(session: Session, *, on: dt.date) -> tuple[int, uuid.UUID] | None:
    """Number and token of the newest boundaries in force on a day, which is today; None before the first.

    They change whenever today's outlines do: when a version is published for today or earlier, and on the day one
    published for later takes force.
    """
    row = session.connection().execute(_CURRENT, {"today": on}).first()
    return None if row is None else (row.id, row.token)


def versions(session: Session, *, scope: Scope) -> Sequence[tuple[BoundaryVersion, int]]:
    """Published boundaries with the number of grids each draws within the scope, the newest first."""
    query = (
        sa.select(BoundaryVersion, sa.func.count())
        .join(GridBoundary, GridBoundary.boundary_version_id == BoundaryVersion.id)
        .where(within(GridBoundary.grid_code, scope))
        .group_by(BoundaryVersion.id)
    )
    return [(version, count) for version, count in session.execute(query.order_by(BoundaryVersion.id.desc()))]


def outlines(session: Session, *, scope: Scope, on: dt.date) -> Sequence[tuple[str, BaseGeometry]]:
    """(code, outline in degrees) of the grids within the scope in force on a day, by code."""
    query = sa.select(GridBoundary.grid_code, GridBoundary.outline).where(
        within(GridBoundary.grid_code, scope),
        GridBoundary.valid_from <= on,
        sa.or_(GridBoundary.valid_to.is_(None), GridBoundary.valid_to >= on),
    )
    return [(code, outline) for code, outline in session.execute(query.order_by(GridBoundary.grid_code))]


def must_see_points(session: Session, *, scope: Scope) -> Sequence[MustSeePoint]:
    """必巡点 within the scope, by grid."""
    query = sa.select(MustSeePoint).where(within(MustSeePoint.grid_code, scope))
    return session.scalars(query.order_by(MustSeePoint.grid_code, MustSeePoint.name)).all()


def identity(session: Session, code: str) -> uuid.UUID | None:
    """The key of the grid with `code`, for writers that already hold a checked code."""
    return session.scalar(sa.select(Grid.id).where(Grid.code == code))
