"""The office of the small county, for tests of what is done in it."""

from __future__ import annotations

import pytest

from server.database import Database
from tests.conftest import Clock
from tests.factories import County
from tests.offices import Office


@pytest.fixture
def office(county: County, database: Database, clock: Clock) -> Office:
    return Office(county, database, clock)
