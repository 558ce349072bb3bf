"""Kill -9 in the middle of a sweep, again and again: nothing is done twice, nothing is forgotten."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter

import pytest
import sqlalchemy as sa

from server.database import Database
from server.domain.people import SYSTEM
from server.storage.demands import Demand
from server.storage.events import EventRow
from tests.conftest import Clock
from tests.factories import County
from tests.offices import Office
from tests.phones import rows

pytestmark = pytest.mark.slow

KILLS, FEWEST = 10, 3
DUE = 1_500
WORKER = """
import datetime as dt, sys
from server.database import Database
from server.domain.people import SYSTEM
from server.jobs import schedule, sweeping
sweeping.BATCH = 10
sweeping.sweep(Database(sys.argv[1]), now=dt.datetime.fromisoformat(sys.argv[2]))
"""


def test_a_worker_killed_in_its_sweep_doubles_nothing_and_forgets_nothing(
    county: County, database: Database, database_url: str, clock: Clock
) -> None:
    office = Office(county, database, clock)
    keys = office.copies(office.told(), DUE)
    office.pass_days(9)
    killed_at_work = 0
    while killed_at_work < KILLS and still_due(database):
        with start(database_url, clock) as worker:
            try:
                wait_for_progress(database, worker)
                time.sleep(random.uniform(0, 0.1))
            finally:
                killed_at_work += worker.poll() is None
                worker.kill()
    assert killed_at_work >= FEWEST
    with start(database_url, clock) as worker:
        assert worker.wait(timeout=300) == 0
    assert still_due(database) == 0
    closed = [row for row in rows(database, EventRow) if row.details.get("action") == "auto_close"]
    happened = Counter(row.subject_id for row in closed)
    assert {happened[str(key)] for key in keys} == {1}
    assert len({row.version for row in rows(database, Demand)}) == 1


def start(url: str, clock: Clock) -> subprocess.Popen[bytes]:
    """A worker that sweeps."""
    return subprocess.Popen([sys.executable, "-c", WORKER, url, clock.now.isoformat()])


def wait_for_progress(database: Database, worker: subprocess.Popen[bytes]) -> None:
    """Until it has committed something of its sweep, and is at the next."""
    before = still_due(database)
    while still_due(database) == before and worker.poll() is None:
        time.sleep(0.02)


def still_due(database: Database) -> int:
    """How many still wait for the end of their window."""
    with database.read(SYSTEM) as reading:
        query = sa.select(sa.func.count()).select_from(Demand).where(Demand.key == "fed_back")
        return reading.session.scalar(query) or 0
