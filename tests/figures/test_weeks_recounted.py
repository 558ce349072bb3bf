"""入户问需 (METRICS V7): the weeks of random visits, through a mechanism that owes them, counted again by hand."""

from __future__ import annotations

import datetime as dt

import pytest

from server import profiles
from server.database import Database
from server.domain.obligation import window_of
from server.domain.people import SYSTEM
from server.domain.problems import NotFound
from server.figures.occasions import occasions
from server.services import profiles as mechanism
from server.services.register.households import move_household
from server.storage.grids import Grid
from server.storage.households import Household
from server.storage.jurisdictions import Jurisdiction
from server.storage.visits import Visit
from server.work import Reading, Work
from tests.factories import COUNTY, NOW, OTHER_GRID, OTHER_VILLAGE, START, VACANT_GRID, County
from tests.figures.test_figures_recounted import GRIDS, ONE_DAY, TODAY, Teller

NEED_WEEK = """
[[cadences]]
id = "need_week"
label = "入户问需"
what = "need_visit"
window = "week"
by = ["village_cadre"]
also = ["grid_worker"]
"""
BEGAN = dt.date(2026, 9, 9)
"""A Wednesday: the other village's first week is a short one."""
REDRAWN = dt.date(2026, 10, 14)
"""Another Wednesday: the vacant grid's last day, within a week it no longer owes."""


@pytest.fixture
def asking(database: Database, county: County) -> County:
    """The county under a mechanism that asks for a visit in every grid each week."""
    with database.transaction(SYSTEM) as work:
        text = profiles.source("zhongxian") + NEED_WEEK
        mechanism.install(work, text, jurisdiction=COUNTY, effective_from=START)
        work.session.get_one(Jurisdiction, OTHER_VILLAGE).start_date = BEGAN
        work.session.query(Grid).filter_by(code=VACANT_GRID).one().valid_to = REDRAWN
    return county


def counts(visit: Visit) -> bool:
    removed = visit.removed_at is not None and visit.removed_at <= NOW
    return (
        visit.received_at <= NOW
        and not removed
        and visit.outcome == "met"
        and visit.source == "phone"
        and visit.roles[0] in ("village_cadre", "grid_worker")
    )


def recounted(visits: list[Visit], grid: str, month: int) -> tuple[set[dt.date], set[dt.date]]:
    """(Mondays of the weeks done, Mondays of the weeks owed) of the weeks that ended in a month, day by day."""
    done, owed = set(), set()
    day = START
    while day < TODAY:
        if day.weekday() == 6 and day.month == month:
            week = [day - ONE_DAY * back for back in range(7)]
            begun = grid != OTHER_GRID or day >= BEGAN
            if begun and week[-1] >= START and (grid != VACANT_GRID or day <= REDRAWN):
                owed.add(week[-1])
                if any(counts(each) and each.grid_then == grid and each.day in week for each in visits):
                    done.add(week[-1])
        day += ONE_DAY
    return done, owed


@pytest.mark.parametrize("seed", range(3))
def test_weeks_are_what_a_plain_recount_finds(database: Database, asking: County, seed: int) -> None:
    with database.transaction(SYSTEM) as work:
        teller = Teller(work.session, seed)
        teller.people()
        teller.visits()
        for visit in work.session.query(Visit):
            if teller.chance.random() < 0.1:
                visit.removed_at = NOW - ONE_DAY
        _move_some(work, teller)
    seen = set()
    for month in (7, 8, 9, 10):
        window = window_of("month", dt.date(2026, month, 1))
        with database.read(SYSTEM) as reading:
            visits = reading.session.query(Visit).all()
            held = occasions(reading, "need_week", window=window)
            alone = {grid: _alone(reading, grid, month) for grid in GRIDS if _there(grid, month)}
        for place in held.places:
            done, owed = recounted(visits, place.code, month)
            assert {row.monday for row in place.held.rows_d} == owed, place.code
            assert {row.monday for row in place.held.rows_n} == done, place.code
            assert alone[place.code] == (done, owed)
            seen |= {bool(done), done == owed}
    assert seen == {True, False}


def _there(grid: str, month: int) -> bool:
    return grid != VACANT_GRID or month <= REDRAWN.month


def _alone(reading: Reading, grid: str, month: int) -> tuple[set[dt.date], set[dt.date]]:
    """The same asked for one grid only: a household that has left it takes no week along."""
    window = window_of("month", dt.date(2026, month, 1))
    (place,) = occasions(reading, "need_week", window=window, area=grid).places
    return {row.monday for row in place.held.rows_n}, {row.monday for row in place.held.rows_d}


def _move_some(work: Work, teller: Teller) -> None:
    for home in teller.chance.sample(teller.households, 8):
        now = work.session.get_one(Household, home.id).grid_code
        to_grid = next(grid for grid in GRIDS if grid != now)
        move_household(work, home.id, to_grid=to_grid, moved_on=TODAY)


def test_a_mechanism_without_the_duty_owes_no_weeks(database: Database, county: County) -> None:
    with database.read(SYSTEM) as reading, pytest.raises(NotFound):
        occasions(reading, "need_week", window=window_of("month", TODAY))
