"""Very many demands in half a minute: one is raised as every other, the rest are its copies, each in a state of its own.

A county of 30 townships with ten villages of four grids each, its years of demands, one in five of them open. A filled
database is kept and used again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import random
import shutil
import uuid
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from shapely import Point

from server.database import Database
from server.domain.demand_number import format_number
from server.domain.demand_states import UNRESOLVED, Group, StateKey, group_of
from server.domain.people import SYSTEM
from server.domain.work_calendar import local_day
from server.services.demands.intake import Raised, Reporter, raise_demand
from server.storage import migrations
from server.storage.demands import Demand
from server.storage.grids import Grid
from server.storage.jurisdictions import Jurisdiction
from tests.bench.bulk import administering, worker
from tests.factories import COUNTY, NOW, START, VILLAGE, County, found_county

FOLDER = Path(__file__).parents[2] / ".bench" / "demands"
ROWS = 200_000
OPEN_SHARE = 0.2
_PLACED_SHARE = 0.4
_DAYS = 1_000
_OPEN = sorted(UNRESOLVED)
_LATER = sorted(key for key in StateKey if group_of(key) in (Group.TO_REPORT_BACK, Group.ENDED))
_CLASSES = (("GRID", 20), ("COMMUNITY", 50), ("GOVERNMENT", 15), ("PRIVATE", 10), (None, 5))
_KINDS = (("facility", "lamp"), ("road", "village_road"), ("environment", "garbage"), ("dispute", "family"))
_CHANNELS = ("patrol", "visit", "walkin", "phone", "hotline")
_VILLAGES = tuple(
    f"{COUNTY}{100 + township}{village:03d}" for township in range(1, 31) for village in range(1, 11)
)
_WORDS = ("路灯不亮", "水管漏水", "垃圾没人运", "邻居夜里吵", "路面有坑", "井盖松动")


def on_file(rows: int = ROWS) -> str:
    """The address of an SQLite database with `rows` demands, made if it is not there yet."""
    path = FOLDER / f"{rows}-{made_from(Path(__file__))}.sqlite"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        for older in path.parent.glob(f"{rows}-*.sqlite"):
            older.unlink()
        unfinished = path.with_suffix(f".{os.getpid()}")
        _fill(f"sqlite:///{unfinished}", rows)
        shutil.move(unfinished, path)
    return f"sqlite:///{path}"


def on_cluster(cluster: str, rows: int = ROWS) -> str:
    """The address of a PostGIS database with `rows` demands on the cluster, made if it is not there yet."""
    name = f"wangge_demands_{rows}_{made_from(Path(__file__))}"
    with administering(cluster) as connection:
        known = connection.execute(
            sa.text("SELECT 1 FROM pg_database WHERE datname = :n"), {"n": name}
        ).first()
        if known is None:
            unfinished = f"{name}_{os.getpid()}"
            connection.execute(sa.text(f'CREATE DATABASE "{unfinished}"'))
            url = _on(cluster, unfinished)
            engine = sa.create_engine(url, poolclass=sa.NullPool)
            with engine.begin() as made:
                made.exec_driver_sql("CREATE EXTENSION postgis")
            _fill(url, rows)
            connection.execute(sa.text(f'ALTER DATABASE "{unfinished}" RENAME TO "{name}"'))
    return _on(cluster, name)


def fill(database: Database, county: County, rows: int, *, open_share: float = OPEN_SHARE) -> None:
    """Put `rows` demands into a county that has been founded, in villages all over it."""
    _divide(database)
    columns = seed(database, county)
    chance = random.Random(rows)
    with database.engine.begin() as connection:
        for first in range(1, rows, 5_000):
            copies = [
                _copy(columns, serial, chance, county, open_share=open_share)
                for serial in range(first, min(first + 5_000, rows))
            ]
            connection.execute(sa.insert(Demand.__table__), copies)
    if database.engine.dialect.name != "sqlite":
        # As autovacuum has done minutes after so many rows; SQLite gathers no statistics by itself, there or here.
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def made_from(*generators: Path) -> str:
    """What data come from: another generator or another schema is another database."""
    sources = (*generators, *sorted((migrations.FOLDER / "versions").glob("*.py")))
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:10]


def seed(database: Database, county: County) -> dict[str, Any]:
    """The columns of a demand raised through the service."""
    raised = Raised(
        raised_on=local_day(NOW),
        received_at=NOW,
        channel="walkin",
        kind="facility",
        detail="lamp",
        words="路灯不亮",
        division=VILLAGE,
        address="石桥村1组12号",
        reporter=Reporter(kind="named", name="张三", phone="13900000000"),
    )
    with database.transaction(worker(database, county.accounts["worker"])) as work:
        key = raise_demand(work, raised).id
    with database.read(SYSTEM) as reading:
        table = Demand.__table__
        row = reading.session.execute(sa.select(table).where(table.c.id == key)).mappings().one()
        return dict(row)


def _on(cluster: str, name: str) -> str:
    return sa.make_url(cluster).set(database=name).render_as_string(hide_password=False)


def _fill(url: str, rows: int) -> None:
    migrations.upgrade(url)
    database = Database(url, clock=lambda: NOW)
    fill(database, found_county(database), rows)
    database.close()


def _divide(database: Database) -> None:
    villages = set(_VILLAGES)
    with database.transaction(SYSTEM) as work:
        divisions = set(work.session.scalars(sa.select(Jurisdiction.code)))
        for code in sorted((villages | {each[:9] for each in villages}) - divisions):
            work.session.add(Jurisdiction(code=code, name=f"{code[6:]}号", start_date=START))
        grids = {f"{village}{number:03d}" for village in villages for number in range(1, 5)}
        for code in sorted(grids - set(work.session.scalars(sa.select(Grid.code)))):
            work.session.add(Grid(code=code, name=f"第{code[-1]}网格", valid_from=START))


def _copy(
    seed: dict[str, Any], serial: int, chance: random.Random, county: County, *, open_share: float
) -> dict[str, Any]:
    """The columns of the demand of this serial: everything of the seed but what a list is ordered or asked by."""
    is_open = chance.random() < open_share
    received = NOW - dt.timedelta(
        days=chance.triangular(0, _DAYS, 0) if is_open else chance.uniform(0, _DAYS)
    )
    key = chance.choice(_OPEN if is_open else _LATER)
    class_ = chance.choices([each for each, _ in _CLASSES], [weight for _, weight in _CLASSES])[0]
    kind, detail = chance.choice(_KINDS)
    is_placed = chance.random() < _PLACED_SHARE
    due = received + dt.timedelta(days=chance.choice((5, 15, 30, 400)))
    has_due = class_ != "PRIVATE"
    return seed | {
        "id": uuid.UUID(int=chance.getrandbits(128), version=4),
        "number": format_number(COUNTY, local_day(received), serial),
        "jurisdiction": f"{chance.choice(_VILLAGES)}{chance.randrange(1, 5):03d}",
        "point": Point(chance.uniform(108.0, 108.6), chance.uniform(30.0, 30.5)) if is_placed else None,
        "place_source": "map" if is_placed else None,
        "received_at": received,
        "raised_on": local_day(received),
        "channel": chance.choice(_CHANNELS),
        "kind": kind,
        "detail": detail,
        "words": f"{chance.choice(_WORDS)}，第{serial}件",
        "address": f"{serial % 97}组{serial % 311}号",
        "reporter_name": f"反映人{serial % 5000}",
        "state_key": key.value,
        "class": class_,
        "since": received,
        "last_event_at": received + dt.timedelta(days=chance.uniform(0, 10)),
        "due_at": due if has_due else None,
        "original_due_at": due if has_due else None,
        "step_due_at": due,
        "handler_id": chance.choice(list(county.accounts.values())) if chance.random() < 0.7 else None,
    }
