"""A wider county for tests of hot spots: two townships with a field of grids each, side by side, and matters in them.

Township 509901101 gets village 509901101003, township 509901102 village 509901102001; each has a hundred grids about a
kilometre wide, in ten rows from south to north, numbered along the rows from the west.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace
from typing import Any

import numpy as np
import sqlalchemy as sa
from shapely import MultiPolygon, box

from server.domain.people import SYSTEM
from server.domain.scope import Scope
from server.services.demands.intake import Place, Raised, Reporter, raise_demand
from server.storage.demands import Demand
from server.storage.grids import BoundaryVersion, Grid, GridBoundary
from server.storage.jurisdictions import Jurisdiction
from server.work import Work
from tests.factories import COUNTY, START
from tests.offices import Office

WEST, EAST = "509901101003", "509901102001"
EAST_TOWNSHIP = EAST[:9]
SIDE = 0.01
ROWS = COLUMNS = 10
_SOUTH, _LON = 29.80, {WEST: 108.00, EAST: 108.10}


def code_at(village: str, row: int, column: int) -> str:
    """The grid in a row and column of a village's field."""
    return f"{village}{row * COLUMNS + column + 1:03d}"


def widen(office: Office, *, people: int | None = 500) -> None:
    """Add both fields; `people` live in every grid of the county."""
    with office.as_(SYSTEM) as work:
        for code, name in ((EAST_TOWNSHIP, "东溪镇"), (WEST, "西坪村"), (EAST, "东坪村")):
            work.session.add(Jurisdiction(code=code, name=name, start_date=START))
        version = BoundaryVersion(
            published_at=work.now, effective_on=START, in_force_from=START, source="test"
        )
        work.session.add(version)
        work.session.flush()
        outlines = {
            code_at(village, row, column): _square(village, row, column)
            for village in (WEST, EAST)
            for row in range(ROWS)
            for column in range(COLUMNS)
        }
        work.session.add_all(
            Grid(code=code, name=f"第{int(code[-3:])}网格", valid_from=START) for code in outlines
        )
        work.session.flush()
        work.session.add_all(
            GridBoundary(grid_code=code, boundary_version_id=version.id, valid_from=START, outline=outline)
            for code, outline in outlines.items()
        )
        work.session.execute(sa.update(Grid).values(population=people))


def _square(village: str, row: int, column: int) -> MultiPolygon:
    west, south = _LON[village] + column * SIDE, _SOUTH + row * SIDE
    return MultiPolygon([box(west, south, west + SIDE, south + SIDE)])


class Ground:
    """Where matters are raised; places are drawn by chance with a seed, so that a test is the same every time."""

    def __init__(self, office: Office, *, seed: int = 1) -> None:
        self.office = office
        self.rng = np.random.default_rng(seed)
        self.told = 0
        self.desk = replace(office.actor("official"), scope=Scope.of([COUNTY]))

    def raise_in(self, village: str, row: int, column: int, number: int = 1, **said: Any) -> list[uuid.UUID]:
        """So many dark lamps in a grid, by as many people, `days` ago (5), each at a place of its own.

        `within`: the place as shares of the grid's width and height.
        """
        with self.office.as_(self.desk) as work:
            return [self.raise_at(work, village, row, column, **said) for _ in range(number)]

    def raise_around(self, village: str, row: int, column: int, number: int) -> list[uuid.UUID]:
        """So many matters in a grid and in each of its eight neighbours."""
        return [
            key
            for r in (row - 1, row, row + 1)
            for c in (column - 1, column, column + 1)
            for key in self.raise_in(village, r, c, number)
        ]

    def scatter(self, village: str, number: int) -> None:
        """Matters anywhere in a field."""
        with self.office.as_(self.desk) as work:
            for _ in range(number):
                row, column = self.rng.integers(ROWS), self.rng.integers(COLUMNS)
                self.raise_at(work, village, int(row), int(column))

    def raise_at(self, work: Work, village: str, row: int, column: int, **said: Any) -> uuid.UUID:
        """One matter in a grid, in a transaction of whoever has many to raise."""
        self.told += 1
        at = self.office.clock.now - dt.timedelta(days=said.pop("days", 5))
        east, north = said.pop("within", None) or self.rng.uniform(0.1, 0.9, 2).tolist()
        place = Place(
            lon=_LON[village] + (column + east) * SIDE, lat=_SOUTH + (row + north) * SIDE, source="map"
        )
        stated: dict[str, Any] = {
            "raised_on": at.date(),
            "received_at": at,
            "channel": "walkin",
            "kind": "facility",
            "detail": "lamp",
            "words": "路灯不亮",
            "division": village,
            "place": place,
            "reporter": Reporter(kind="named", name=f"第{self.told}人", phone=f"139{self.told:08d}"),
        }
        return raise_demand(work, Raised(**(stated | said))).id

    def settle(self, *keys: uuid.UUID) -> None:
        """These are settled."""
        with self.office.as_(SYSTEM) as work:
            for key in keys:
                work.session.get_one(Demand, key).key = "done"
