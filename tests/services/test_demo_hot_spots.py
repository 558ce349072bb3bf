"""What was planted in the demo is found: the dark street, by the many who told of it."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from server.database import Database
from server.demo.acts import moment
from server.demo.county import invent_county
from server.demo.faults import planted
from server.demo.founding import carries_phone
from server.demo.seeding import DemoState, seed
from server.domain.people import SYSTEM
from server.figures import hot_places
from server.services.accounts import new_key
from tests.conftest import Clock
from tests.factories import COUNTY

SEEDED_ON = dt.date(2026, 10, 20)
DAYS = 50


@pytest.mark.slow
def test_the_planted_dark_street_is_found(empty_sqlite: Path, tmp_path: Path) -> None:
    shutil.copy(empty_sqlite, tmp_path / "wangge.sqlite")
    county = invent_county(SEEDED_ON)
    keys = {member.key: new_key() for member in county.staff if carries_phone(member)}
    begun = moment(SEEDED_ON - dt.timedelta(days=DAYS), 0.0)
    DemoState(SEEDED_ON, begun, keys).save(tmp_path / "demo_state.json")
    database = Database(f"sqlite:///{tmp_path / 'wangge.sqlite'}", clock=Clock(moment(SEEDED_ON, 9.0)))
    seed(database, tmp_path / "demo_state.json")
    with database.read(SYSTEM) as reading:
        places = [(place.grid, place.people) for place in hot_places.hot_places(reading, COUNTY)]
    database.close()
    lamps = [matter for matter in planted(county).matters if matter.fault == "lamps"]
    assert lamps[0].grid in [grid for grid, people in places if people >= 3]
