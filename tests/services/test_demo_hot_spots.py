"""What was planted in the demo is found: the dark street by the many who told of it, the rain by its number."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from server.database import Database
from server.demo.acts import PatrolAct, VisitAct, moment
from server.demo.county import HISTORY_DAYS, invent_county
from server.demo.faults import planted
from server.demo.founding import carries_phone, found, founded_at
from server.demo.retelling import Teller
from server.demo.story import Act, day_story
from server.domain.people import SYSTEM
from server.figures import concentrations, hot_places
from server.jobs.sweeping import sweep
from server.jobs.watching import watch
from server.services.accounts import new_key
from server.storage import hot_spots
from server.work import Reading
from tests.conftest import Clock
from tests.factories import COUNTY

SEEDED_ON = dt.date(2026, 10, 20)
NINE = moment(SEEDED_ON, 9.0)
NIGHTS_WATCHED = 15

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def reading(empty_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reading]:
    """The demo county on the morning it is seeded on, with all that was raised in its history and what came of it."""
    path = tmp_path_factory.mktemp("demo") / "wangge.sqlite"
    shutil.copy(empty_sqlite, path)
    county = invent_county(SEEDED_ON)
    keys = {member.key: new_key() for member in county.staff if carries_phone(member)}
    database = Database(f"sqlite:///{path}", clock=Clock(NINE))
    with database.transaction(SYSTEM) as work:
        found(replace(work, now=founded_at(county).astimezone(dt.UTC)), county, keys=keys)
    teller = Teller(county, keys)
    for ago in range(HISTORY_DAYS, -1, -1):
        day = SEEDED_ON - dt.timedelta(days=ago)
        with database.transaction(SYSTEM) as work:
            for act in day_story(county, day):
                if act.at <= NINE and is_about_a_demand(act):
                    teller.tell(work, act)
        night = moment(day, 24.0).astimezone(dt.UTC)
        if ago:
            sweep(database, now=night)
        if 0 < ago <= NIGHTS_WATCHED:
            watch(database, now=night)
    with database.read(SYSTEM) as reading:
        yield reading
    database.close()


def is_about_a_demand(act: Act) -> bool:
    match act:
        case PatrolAct():
            return bool(act.findings)
        case VisitAct():
            return bool(act.asks)
    return True


def grids_of(fault: str) -> set[str]:
    return {matter.grid for matter in planted(invent_county(SEEDED_ON)).matters if matter.fault == fault}


def test_the_planted_dark_street_is_found(reading: Reading) -> None:
    places = hot_places.hot_places(reading, COUNTY)
    assert grids_of("lamps") <= {place.grid for place in places if place.people >= 3}


def test_the_village_where_it_rained_is_the_one_that_stands_out(reading: Reading) -> None:
    found = concentrations.concentrations(reading, COUNTY)
    (spot,) = found.spots
    assert found.basis == "people"
    assert grids_of("downpour") <= {*spot.grids, *spot.neighbourhood}
    assert spot.centre in grids_of("downpour")
    assert spot.observed >= 18
    assert spot.ratio > 4


def test_the_rain_has_a_number_that_it_keeps(reading: Reading) -> None:
    night = hot_spots.last_night(reading.session, county=COUNTY, until=SEEDED_ON)
    assert night is not None
    ((spot, kept),) = hot_spots.of_night(reading.session, night)
    assert kept.centre in grids_of("downpour")
    assert (night.day - spot.first_day).days >= 7
