"""Patrol coverage from the database: the worked example, places, and who answers."""

from __future__ import annotations

import datetime as dt

from server.database import Database
from server.domain.obligation import window_of
from server.domain.people import SYSTEM
from server.figures.coverage import coverage
from tests.factories import GRID, NOW, VACANT_GRID, VILLAGE, County

OCTOBER = window_of("month", NOW.date())


def test_a_county_without_a_patrol_owes_every_day(database: Database, county: County) -> None:
    with database.read(SYSTEM) as reading:
        found = coverage(reading, OCTOBER, area=VILLAGE)
    assert [line.grid.code for line in found.grids] == [GRID, VACANT_GRID]
    assert (found.reached.n, found.reached.d, found.reached.vacant) == (0, 38, 1)
    assert found.grids[0].staff.workers == ("王秀英",)
    assert found.grids[0].days.missed_in_a_row == (NOW.date() - dt.date(2026, 7, 1)).days
