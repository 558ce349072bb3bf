"""到期和一步办理: a sweep over very many open demands, and what one act on a demand costs."""

from __future__ import annotations

import datetime as dt
import os
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from server.database import Database
from server.domain.people import SYSTEM
from server.jobs.sweeping import sweep
from server.services import actors
from server.services.demands import triage
from server.storage import migrations
from server.storage.demands import Demand
from server.storage.posts import Account
from tests.bench.bulk import administering
from tests.bench.many_demands import fill
from tests.factories import NOW, VILLAGE, County, found_county

_OPEN, _DUE, _ACTS = 200_000, 2_000, 200
_LATER = NOW + dt.timedelta(days=365)


def figures(cluster: str, folder: Path) -> Iterator[tuple[str, float, float]]:
    """Seconds of a sweep on both databases, and milliseconds of CPU of a transaction with one act."""
    yield from _figures(f"sqlite:///{folder / 'sweeps.sqlite'}", "SQLite")
    with _on_cluster(cluster) as url:
        yield from _figures(url, "PostGIS")


@contextmanager
def _on_cluster(cluster: str) -> Iterator[str]:
    name = f"wangge_sweeps_{os.getpid()}"
    with administering(cluster) as connection:
        connection.execute(sa.text(f'CREATE DATABASE "{name}"'))
        url = sa.make_url(cluster).set(database=name).render_as_string(hide_password=False)
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with engine.begin() as made:
            made.exec_driver_sql("CREATE EXTENSION postgis")
        try:
            yield url
        finally:
            connection.execute(sa.text(f'DROP DATABASE "{name}" WITH (FORCE)'))


def _figures(url: str, name: str) -> Iterator[tuple[str, float, float]]:
    migrations.upgrade(url)
    database = Database(url, clock=lambda: NOW)
    county = found_county(database)
    fill(database, county, _OPEN, open_share=1.0)
    _let_be_due(database)
    begun = time.monotonic()
    assert sweep(database) == _DUE
    yield f"sweep {_DUE} due of {_OPEN} open on {name} (s)", time.monotonic() - begun, 10
    yield f"one act on a demand on {name} (ms)", _act(database, county), 10
    database.close()


def _let_be_due(database: Database) -> None:
    """Nothing is over but the window of a thousand, and the date of another thousand."""
    with database.engine.begin() as connection:
        connection.execute(sa.update(Demand).values(step_due_at=_LATER, remind_at=None))
        keys = connection.execute(sa.select(Demand.id).order_by(Demand.id).limit(_DUE)).scalars().all()
        half = _DUE // 2
        _change(connection, keys[:half], key="fed_back", told_at=NOW, step_due_at=NOW)
        _change(connection, keys[half:], key="in_progress", due_at=NOW, remind_at=NOW)


def _change(connection: sa.Connection, keys: Sequence[uuid.UUID], **values: object) -> None:
    connection.execute(sa.update(Demand).where(Demand.id.in_(keys)).values(values))


def _act(database: Database, county: County) -> float:
    """登记, each in a transaction of its own."""
    with database.transaction(SYSTEM) as work:
        account = work.session.get_one(Account, county.accounts["cadre"])
        cadre = actors.of_account(work.session, account, now=NOW)
        waiting = sa.select(Demand.id).where(Demand.key == "submitted").limit(_ACTS)
        keys = work.session.scalars(waiting).all()
        work.session.execute(
            sa.update(Demand).where(Demand.id.in_(keys)).values(jurisdiction=VILLAGE, class_="COMMUNITY")
        )
    begun = time.process_time()
    for key in keys:
        with database.transaction(cadre) as work:
            triage.register(work, key)
    return (time.process_time() - begun) / len(keys) * 1000
