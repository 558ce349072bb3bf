"""网格规模: every grid against the norm of its county, and whether somebody is in post for it (FD-01, FD-03)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from server.domain.grid_norm import Norm, NormLevel, level_of, norm_for
from server.domain.scope import Scope
from server.domain.work_calendar import local_day
from server.figures.areas import GridName, grid_names, narrowed, profiles
from server.figures.staffing import staffing
from server.storage import grids
from server.storage.grids import Grid
from server.storage.households import Household
from server.storage.selection import within
from server.work import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class GridNorm:
    """A grid, how many persons or households of the norm's unit it counts, and what that means."""

    grid: GridName
    norm: Norm
    count: int
    level: NormLevel


def norms(reading: Reading, area: str | None = None) -> list[GridNorm]:
    """Return today's 一般 grids of an area of which anything is known to count, by code.

    Households are those on the register; persons are the population a map gave, else the people of the households.
    专属 grids have no residents to count. Raises NotFound("jurisdiction.unknown") outside the reader's scope.
    """
    scope, today = narrowed(reading.actor.scope, area), local_day(reading.now)
    general = {
        grid.code: grid
        for grid in grids.listing(reading.session, scope=scope, on=today)
        if grid.kind == "general"
    }
    households, people = _counted(reading, scope)
    names = grid_names(reading.session, scope=scope)
    staffed = staffing(reading.session, general, on=today)
    found = []
    for code, norm in sorted(_norms(reading, general, names).items()):
        persons = general[code].population or people.get(code, 0)
        count = persons if norm.unit == "person" else households.get(code, 0)
        if count:
            level = level_of(norm, count, is_staffed=bool(staffed[code].workers))
            found.append(GridNorm(grid=names[code], norm=norm, count=count, level=level))
    return found


def _norms(reading: Reading, general: Mapping[str, Grid], names: Mapping[str, GridName]) -> dict[str, Norm]:
    found: dict[str, Norm] = {}
    for profile, codes in profiles(reading.session, general, now=reading.now):
        by_area = {area: norm_for(profile.grid_standard, area=area) for area in ("urban", "rural")}
        found |= {code: by_area[names[code].area] for code in codes}
    return found


def _counted(reading: Reading, scope: Scope) -> tuple[dict[str, int], dict[str, int]]:
    """Households and their people by grid, of those on the register."""
    query = (
        sa.select(Household.grid_code, sa.func.count(), sa.func.sum(Household.people))
        .where(
            within(Household.grid_code, scope),
            Household.state == "registered",
            Household.exited_at.is_(None),
        )
        .group_by(Household.grid_code)
    )
    rows = reading.session.execute(query).all()
    return {row[0]: row[1] for row in rows}, {row[0]: row[2] or 0 for row in rows}
