"""入户问需 (METRICS V7): the weeks of random visits, through a mechanism that owes them, counted again by hand."""

from __future__ import annotations

import datetime as dt

import pytest
from flask.testing import FlaskClient

from server import profiles
from server.database import Database
from server.domain.obligation import window_of
from server.domain.people import SYSTEM
from server.domain.problems import NotFound
from server.figures.occasions import occasions
from server.jobs.freezing import freeze_due
from server.services import profiles as mechanism
from server.services.register.households import move_household
from server.storage.grids import Grid
from server.storage.households import Household
from server.storage.jurisdictions import Jurisdiction
from server.storage.visits import IntakeSession, Visit
from server.work import Reading, Work
from tests.conftest import Clock
from tests.factories import COUNTY, NOW, OTHER_GRID, OTHER_VILLAGE, SHANGHAI, START, VACANT_GRID, County
from tests.figures.test_figures_recounted import GRIDS, ONE_DAY, TODAY, Teller
from tests.pages import read, sign_in, words

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
        before = Work(work.session, SYSTEM, dt.datetime(2026, 6, 30, 10, tzinfo=SHANGHAI))
        mechanism.install(before, text, jurisdiction=COUNTY, effective_from=START)
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


def test_frozen_weeks_stand_whatever_is_edited_later(
    client: FlaskClient, database: Database, asking: County, clock: Clock
) -> None:
    with database.transaction(SYSTEM) as work:
        teller = Teller(work.session, 1)
        teller.people()
        teller.visits()
    august = window_of("month", dt.date(2026, 8, 1))
    with database.read(SYSTEM) as reading:
        before = occasions(reading, "need_week", window=august)
    assert before.frozen_at is None
    freeze_due(database)
    with database.transaction(SYSTEM) as work:
        work.session.query(Visit).update({"outcome": "not_home"})
    with database.read(SYSTEM) as reading:
        after = occasions(reading, "need_week", window=august)
        live = occasions(reading, "need_week", window=august, live=True)
    assert after.frozen_at == dt.datetime(2026, 9, 6, tzinfo=SHANGHAI)
    assert [place.held for place in after.places] == [place.held for place in before.places]
    assert sum(place.held.n for place in before.places) > sum(place.held.n for place in live.places) == 0
    sign_in(client, "official")
    shown = words(read(client, "/maps/visits?duty=need_week&window=2026-08-01"))
    assert "这一期已封账，是2026年9月6日 00:00的数" in shown


def test_a_frozen_year_of_meetings_stands(database: Database, county: County, clock: Clock) -> None:
    with database.transaction(SYSTEM) as work:
        teller = Teller(work.session, 3)
        teller.meetings()
        for row in work.session.query(IntakeSession):
            row.channel, row.roles = "meeting", ["township_official"]
    year = window_of("year", TODAY)
    clock.now = dt.datetime(2027, 1, 8, tzinfo=SHANGHAI)
    freeze_due(database)
    with database.transaction(SYSTEM) as work:
        work.session.query(IntakeSession).delete()
    with database.read(SYSTEM) as reading:
        stored = occasions(reading, "courtyard_meeting", window=year)
        live = occasions(reading, "courtyard_meeting", window=year, live=True)
    assert sum(place.held.n for place in stored.places) > sum(place.held.n for place in live.places) == 0
    assert all(set(place.held.rows_d) == {place.code} for place in stored.places)


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
