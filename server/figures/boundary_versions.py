"""边界版本: what was published when, and what of it is in force."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from server.domain.work_calendar import local_day
from server.storage import grids
from server.storage.grids import GridBoundary
from server.storage.selection import within
from server.work import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One publication as far as the reader's divisions go: grids it drew, and how many of these are in force today."""

    number: int
    source: str
    datum: str
    published_at: dt.datetime
    effective_on: dt.date
    remarks: Sequence[str]
    grids: int
    in_force: int
    is_coming: bool


def versions(reading: Reading) -> list[Version]:
    """Every boundary version that drew grids within the reader's scope, the newest first."""
    today = local_day(reading.now)
    standing = _in_force(reading, today)
    return [
        Version(
            number=version.id,
            source=version.source,
            datum=version.datum,
            published_at=version.published_at,
            effective_on=version.effective_on,
            remarks=version.remarks,
            grids=count,
            in_force=standing.get(version.id, 0),
            is_coming=version.effective_on > today,
        )
        for version, count in grids.versions(reading.session, scope=reading.actor.scope)
    ]


def _in_force(reading: Reading, today: dt.date) -> Mapping[int, int]:
    query = (
        sa.select(GridBoundary.boundary_version_id, sa.func.count())
        .where(
            within(GridBoundary.grid_code, reading.actor.scope),
            GridBoundary.valid_from <= today,
            sa.or_(GridBoundary.valid_to.is_(None), GridBoundary.valid_to >= today),
        )
        .group_by(GridBoundary.boundary_version_id)
    )
    return {row[0]: row[1] for row in reading.session.execute(query)}


def names_of(reading: Reading, codes: Sequence[str]) -> dict[str, str]:
    """What grids are called, by code; those nobody knows yet are left out."""
    asked = set(codes)
    known = grids.listing(reading.session, scope=reading.actor.scope)
    return {grid.code: grid.name for grid in known if grid.code in asked}
