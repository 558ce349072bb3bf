"""The worlds of the scenarios: one county for each mechanism, as it stands on the morning of 24 August 2026."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask

from server.database import Database
from tests.conftest import Clock
from tests.factories import SHANGHAI, found_county
from tests.scenarios.world import World

MORNING = dt.datetime(2026, 8, 24, 9, 0, tzinfo=SHANGHAI)


@pytest.fixture
def world(app: Flask, database: Database, clock: Clock) -> Callable[[str], World]:
    """A world under the profile of a county."""

    def found(profile: str) -> World:
        clock.now = MORNING
        return World(app, found_county(database, profile=profile), clock)

    return found
