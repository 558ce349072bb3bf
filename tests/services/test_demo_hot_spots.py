"""What was planted in the demo is found: the dark street by the many who told of it, the rain by its number."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.database import Database
from server.demo.acts import moment
from server.demo.county import invent_county
from server.demo.faults import planted
from server.demo.founding import carries_phone
from server.demo.seeding import DemoState, seed
from server.domain.people import SYSTEM
from server.figures import concentrations, hot_places
from server.services.accounts import new_key
from server.storage import hot_spots
from server.work import Reading
from tests.conftest import Clock
from tests.factories import COUNTY

SEEDED_ON = dt.date(2026, 10, 20)
DAYS = 50


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def reading(empty_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reading]:
    """The demo county on the morning of the day it is seeded on, with its last weeks told."""
    folder = tmp_path_factory.mktemp("demo")
    shutil.copy(empty_sqlite, folder / "wangge.sqlite")
    keys = {member.key: new_key() for member in invent_county(SEEDED_ON).staff if carries_phone(member)}
    begun = moment(SEEDED_ON - dt.timedelta(days=DAYS), 0.0)
    DemoState(SEEDED_ON, begun, keys).save(folder / "demo_state.json")
    database = Database(f"sqlite:///{folder / 'wangge.sqlite'}", clock=Clock(moment(SEEDED_ON, 9.0)))
    seed(database, folder / "demo_state.json")
    with database.read(SYSTEM) as reading:
        yield reading
    database.close()


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
    nights = hot_spots.last_night(reading.session, county=COUNTY, until=SEEDED_ON)
    assert nights is not None
    ((spot, _),) = hot_spots.of_night(reading.session, nights)
    assert (nights.day - spot.first_day).days >= 7
