"""一县一月: the patrol and visit figures of 1,150 grids, 35,000 patrols and 80,000 visits, from the rows to the last sum."""

from __future__ import annotations

import datetime as dt
import random
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa
from shapely import LineString, MultiPolygon, Point, box

from server.app import seldom_look_for_garbage
from server.database import Database
from server.domain.obligation import window_of
from server.domain.people import SYSTEM
from server.domain.work_calendar import local_day
from server.figures.compliance import compliance, duties
from server.figures.coverage import coverage
from server.storage import migrations
from server.storage.base import Base
from server.storage.grids import BoundaryVersion, Grid, GridBoundary
from server.storage.households import CareTag, Household, Person
from server.storage.jurisdictions import Jurisdiction
from server.storage.patrols import Pass, Patrol
from server.storage.submissions import Submission
from server.storage.visits import Visit, VisitPerson
from server.work import Reading
from tests.factories import COUNTY, SHANGHAI, START, found_county

GRIDS, PATROLS, VISITS = 1_150, 35_000, 80_000
AS_OF = dt.datetime(2026, 10, 31, 20, 0, tzinfo=SHANGHAI)
_DAYS = 31
_WIDE = 40
_STEP = 0.01
_TRACK_SHARE, _TRACK_POINTS = 0.3, 60
_TAGGED_SHARE = 0.1
_AT_ONCE = 10_000
_TO_UNITS = ("visit_person", "visit_household")

Rows = Iterable[dict[str, Any]]


def figures() -> Iterator[tuple[str, float, float]]:
    """Seconds of CPU on one core for the county's month, and for a township's after a day's change."""
    seldom_look_for_garbage()  # as the processes do that give the figures to pages
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'month.sqlite'}"
        migrations.upgrade(url)
        database = Database(url, clock=lambda: AS_OF)
        fill(database)
        yield "figures of a county-month from scratch (s)", _seconds(database, _everything), 60
        yield "figures of its last day (s)", _seconds(database, _last_day), 5
        database.close()


def _everything(reading: Reading) -> None:
    month = window_of("month", local_day(AS_OF))
    coverage(reading, month)
    for duty in duties(reading):
        if duty.what in _TO_UNITS:
            compliance(reading, duty.id)


def _last_day(reading: Reading) -> None:
    coverage(reading, window_of("day", local_day(AS_OF)))


def _seconds(database: Database, work: Callable[[Reading], None]) -> float:
    begun = time.process_time()
    with database.read(SYSTEM) as reading:
        work(reading)
    return time.process_time() - begun


def fill(database: Database, *, grids: int = GRIDS, patrols: int = PATROLS, visits: int = VISITS) -> None:
    """Put a county's month into an empty database: its grids, homes, patrols with every third a track, and visits."""
    found_county(database)
    codes = [code_of(number) for number in range(grids)]
    chance = random.Random(grids)
    with database.engine.begin() as connection:
        for table, rows in _tables(codes, chance, patrols=patrols, visits=visits):
            waiting: list[dict[str, Any]] = []
            for row in rows:
                waiting.append(row)
                if len(waiting) == _AT_ONCE:
                    connection.execute(sa.insert(table), waiting)
                    waiting = []
            if waiting:
                connection.execute(sa.insert(table), waiting)


def code_of(number: int) -> str:
    """The code of a grid: forty to a township, four to a village."""
    return f"{COUNTY}{200 + number // 40}{1 + number % 40 // 4:03d}{1 + number % 4:03d}"


def _tables(
    codes: list[str], chance: random.Random, *, patrols: int, visits: int
) -> Iterator[tuple[type[Base], Rows]]:
    divisions = sorted({code[:9] for code in codes} | {code[:12] for code in codes})
    yield (
        Jurisdiction,
        (
            {"code": code, "name": f"{code[6:]}号", "start_date": START, "successors": []}
            for code in divisions
        ),
    )
    yield (
        Grid,
        (
            {
                "id": uuid.uuid4(),
                "code": code,
                "name": f"第{code[-1]}网格",
                "valid_from": START,
                "predecessors": [],
            }
            for code in codes
        ),
    )
    yield (
        BoundaryVersion,
        [{"id": 2, "token": uuid.uuid4(), "published_at": AS_OF, "effective_on": START, "source": "bench"}],
    )
    yield (
        GridBoundary,
        (
            {
                "grid_code": code,
                "boundary_version_id": 2,
                "valid_from": START,
                "outline": MultiPolygon([box(*_corner(n), *_corner(n, far=1))]),
            }
            for n, code in enumerate(codes)
        ),
    )
    homes = [(uuid.UUID(int=chance.getrandbits(128)), number % len(codes)) for number in range(visits)]
    yield Household, (_household(key, at, codes, chance) for key, at in homes)
    tagged = [
        (uuid.UUID(int=chance.getrandbits(128)), key) for key, _ in homes if chance.random() < _TAGGED_SHARE
    ]
    yield (
        Person,
        (
            {"id": person, "household_id": home, "name": "王桂兰", "called": "王奶奶", "entered_on": START}
            for person, home in tagged
        ),
    )
    yield CareTag, ({"person_id": person, "tag": "alone_elder", "begun_on": START} for person, _ in tagged)
    yield Submission, (_submission(number) for number in range(1, patrols + visits + 1))
    yield Patrol, (_patrol(number, codes) for number in range(1, patrols + 1))
    yield Visit, (_visit(patrols + n, home, codes, chance) for n, home in enumerate(homes, start=1))
    people = {home: person for person, home in tagged}
    yield (
        VisitPerson,
        (
            {"visit_id": patrols + n, "person_id": people[home]}
            for n, (home, _) in enumerate(homes, start=1)
            if home in people
        ),
    )
    yield Pass, _passes(codes, homes, chance, patrols=patrols)


def _corner(number: int, *, far: int = 0) -> tuple[float, float]:
    return 108 + (number % _WIDE + far) * _STEP, 30 + (number // _WIDE + far) * _STEP


def _within(number: int, chance: random.Random) -> Point:
    lon, lat = _corner(number)
    return Point(lon + chance.random() * _STEP, lat + chance.random() * _STEP)


def _household(key: uuid.UUID, at: int, codes: list[str], chance: random.Random) -> dict[str, Any]:
    return {
        "id": key,
        "grid_code": codes[at],
        "address": f"{key.hex[:6]}号",
        "entered_on": START,
        "point": _within(at, chance),
    }


def _submission(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "form_id": "patrol",
        "form_version": "1",
        "instance_id": f"uuid:{number}",
        "root_instance_id": f"uuid:{number}",
        "state": "received",
        "xml": b"",
        "sha256": "",
        "values": {},
        "role": "grid_worker",
        "received_at": AS_OF,
        "day": local_day(AS_OF),
        "jurisdiction": COUNTY,
        "flags": [],
        "boundary_version": 2,
        "expected_files": [],
        "entities": [],
    }


def _patrol(number: int, codes: list[str]) -> dict[str, Any]:
    day = _day(number // len(codes))
    return {
        "id": number,
        "submission_id": number,
        "grid_then": codes[number % len(codes)],
        "day": day,
        "started_at": _at(day),
        "received_at": _at(day),
        "roles": ["grid_worker"],
        "result": "clear",
        "companions": [],
        "positioned": True,
    }


def _visit(
    number: int, home: tuple[uuid.UUID, int], codes: list[str], chance: random.Random
) -> dict[str, Any]:
    day = _day(chance.randrange(_DAYS))
    return {
        "id": number,
        "submission_id": number,
        "household_id": home[0],
        "grid_then": codes[home[1]],
        "day": day,
        "started_at": _at(day),
        "received_at": _at(day),
        "roles": ["village_cadre"],
        "outcome": "met",
        "topics": [],
        "companions": [],
    }


def _passes(
    codes: list[str], homes: list[tuple[uuid.UUID, int]], chance: random.Random, *, patrols: int
) -> Rows:
    noise = np.random.default_rng(1)
    for number in range(1, patrols + 1):
        if chance.random() < _TRACK_SHARE:
            at = number % len(codes)
            steps = np.cumsum(noise.normal(0, 2e-4, (_TRACK_POINTS, 2)), axis=0)
            yield _pass(
                number,
                codes[at],
                _day(number // len(codes)),
                LineString(np.array(_corner(at)) + _STEP / 2 + steps),
                of_track=True,
            )
    for n, (_, at) in enumerate(homes, start=1):
        yield _pass(patrols + n, codes[at], _day(n % _DAYS), _within(at, chance), of_track=False)


def _pass(
    number: int, code: str, day: dt.date, shape: Point | LineString, *, of_track: bool
) -> dict[str, Any]:
    return {"submission_id": number, "grid_then": code, "day": day, "shape": shape, "of_track": of_track}


def _day(number: int) -> dt.date:
    return dt.date(2026, 10, 1) + dt.timedelta(days=number % _DAYS)


def _at(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(9), tzinfo=SHANGHAI)
