"""Every grid against the norm of its county, recounted by hand."""

from __future__ import annotations

import random

import pytest
import sqlalchemy as sa

from server.database import Database
from server.domain.grid_norm import USUAL, Norm, level_of, norm_for
from server.domain.mechanism.organisation import GridStandard
from server.domain.people import SYSTEM
from server.figures.grid_norms import norms
from server.storage.grids import Grid
from server.storage.households import Household
from tests.conftest import Clock
from tests.factories import GRID, OTHER_GRID, VACANT_GRID, County, household
from tests.offices import Office


@pytest.fixture
def office(county: County, database: Database, clock: Clock) -> Office:
    return Office(county, database, clock)


def standard(area: str, unit: str, least: int, most: int) -> GridStandard:
    return GridStandard.model_validate(
        {"area": area, "kind": "小区", "unit": unit, "least": least, "most": most}
    )


def test_a_county_s_norm_reaches_over_all_it_names_for_an_area() -> None:
    fengdu = [
        standard("urban", "person", 300, 500),
        standard("urban", "person", 1000, 1000),
        standard("rural", "household", 20, 20),
        standard("rural", "household", 10, 10),
    ]
    assert norm_for(fengdu, area="urban") == Norm("person", 300, 1000)
    assert norm_for(fengdu, area="rural") == Norm("household", 10, 20)
    assert norm_for([standard("all", "household", 5, 9)], area="rural") == Norm("household", 5, 9)
    assert norm_for([standard("urban", "person", 1, 2)], area="rural") == USUAL


@pytest.mark.parametrize(
    ("count", "is_staffed", "level"),
    [
        (9, True, "too_small"),
        (10, True, "fits"),
        (20, True, "fits"),
        (21, True, "too_large"),
        (15, False, "unstaffed"),
        (99, False, "unstaffed"),
    ],
)
def test_both_ends_of_a_norm_fit_and_nobody_in_post_comes_first(
    count: int, is_staffed: bool, level: str
) -> None:
    assert level_of(Norm("household", 10, 20), count, is_staffed=is_staffed) == level


@pytest.mark.parametrize(("mechanism", "least", "most"), [("fengdu", 10, 20), ("zhongxian", 300, 500)])
def test_grids_are_judged_by_their_registered_households(
    office: Office, database: Database, mechanism: str, least: int, most: int
) -> None:
    office.follow(mechanism)
    draw = random.Random(7)
    with database.transaction(SYSTEM) as work:
        for code, number in ((GRID, 21), (VACANT_GRID, 12), (OTHER_GRID, 14)):
            for _ in range(number):
                gone = draw.random() < 0.2
                household(work, grid=code, exited_at=work.now if gone else None)
    with database.read(SYSTEM) as reading:
        rows = reading.session.execute(sa.select(Household.grid_code, Household.exited_at)).all()
        found = {each.grid.code: each for each in norms(reading)}
        for code, is_staffed in ((GRID, True), (VACANT_GRID, False), (OTHER_GRID, True)):
            here = sum(1 for row in rows if row.grid_code == code and row.exited_at is None)
            size = "too_small" if here < least else "too_large" if here > most else "fits"
            assert (found[code].count, found[code].level) == (here, size if is_staffed else "unstaffed")


def test_persons_are_those_a_map_gave_else_those_of_the_households(
    office: Office, database: Database
) -> None:
    office.follow("fengdu")
    with database.transaction(SYSTEM) as work:
        work.session.execute(sa.text("UPDATE jurisdictions SET area = 'urban'"))
        household(work, grid=GRID)
        household(work, grid=OTHER_GRID)
        for grid in work.session.scalars(sa.select(Grid)):
            grid.population = 400 if grid.code == GRID else None
    with database.read(SYSTEM) as reading:
        found = {each.grid.code: (each.count, each.level) for each in norms(reading)}
    assert found == {GRID: (400, "fits"), OTHER_GRID: (2, "too_small")}


def test_a_grid_for_a_market_or_a_school_has_no_norm(county: County, database: Database) -> None:
    with database.transaction(SYSTEM) as work:
        household(work, grid=GRID)
        for grid in work.session.scalars(sa.select(Grid)):
            grid.kind = "special"
    with database.read(SYSTEM) as reading:
        assert norms(reading) == []
