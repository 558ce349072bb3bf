"""收到: what one accepted submission of 3 kB costs, over HTTP, web and PostgreSQL together."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from server.database import Database
from server.domain.people import SYSTEM
from server.services import accounts
from server.settings import Settings
from server.storage.posts import Account
from tests.bench import bulk, load, processes
from tests.servers import Server

_FEW, _MANY = 2_000, 200_000
_WARM_UP, _MEASURED = 400, 600
_ROUNDS = 6


def figures(cluster: str, folder: Path) -> Iterator[tuple[str, float, float | None]]:
    """CPU per submission on a young and on an old database, and the statements it takes."""
    few, statements = _measured(cluster, folder, rows=_FEW)
    yield "statements per submission", statements, None
    yield f"CPU per submission at {_FEW} stored, web (ms)", few[0], None
    yield f"CPU per submission at {_FEW} stored, PostgreSQL (ms)", few[1], None
    yield f"CPU per submission at {_FEW} stored (ms)", sum(few), 5
    many, _ = _measured(cluster, folder, rows=_MANY)
    yield f"CPU per submission at {_MANY} stored (ms)", sum(many), 5
    yield "ingest cost, many stored : few stored", sum(many) / sum(few), 1.2


def _measured(cluster: str, folder: Path, *, rows: int) -> tuple[tuple[float, float], float]:
    """(web, PostgreSQL) in milliseconds of CPU, the best of some rounds, and the number of statements."""
    source = sa.make_url(bulk.filled(cluster, rows)).database
    name = f"wangge_bench_run_{rows}"
    url = sa.make_url(cluster).set(database=name).render_as_string(hide_password=False)
    with bulk.administering(cluster) as connection:
        connection.execute(sa.text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(sa.text(f'CREATE DATABASE "{name}" TEMPLATE "{source}"'))
    try:
        database = Database(url)
        phone = _phone(database)
        statements = _statements(database)
        costs = _over_http(Settings(database_url=url, data_dir=folder, secret_key="b" * 40, workers=2), phone)
        database.close()
    finally:
        with bulk.administering(cluster) as connection:
            connection.execute(sa.text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    return costs, statements


def _phone(database: Database) -> str:
    key = accounts.new_key()
    with database.transaction(SYSTEM) as work:
        worker = work.session.scalars(sa.select(Account).where(Account.username == "worker")).one()
        accounts.issue_key(work, worker.id, key=key)
    return f"/v1/key/{key}/projects/1"


def _statements(database: Database) -> float:
    """Statements of one submission once everything is warm, BEGIN and COMMIT not counted."""
    with database.read(SYSTEM) as reading:
        worker = reading.session.scalars(sa.select(Account).where(Account.username == "worker")).one()
    sender = bulk.worker(database, worker.id)
    bulk.receive(database, sender, [load.record(0)])
    heard: list[str] = []
    sa.event.listen(
        database.engine,
        "before_cursor_execute",
        lambda _c, _cursor, statement, *_rest: heard.append(statement),
    )
    bulk.receive(database, sender, [load.record(1)])
    return float(len(heard))


def _over_http(settings: Settings, phone: str) -> tuple[float, float]:
    server = Server(settings, settings.data_dir / "server.log")
    server.start()
    try:
        assert server.process is not None
        families = (server.process.pid, _postmaster(settings.url))
        _send(server, phone, _WARM_UP)
        rounds = []
        for _ in range(_ROUNDS):
            before = [processes.cpu_seconds(pid) for pid in families]
            _send(server, phone, _MEASURED)
            after = [processes.cpu_seconds(pid) for pid in families]
            rounds.append(tuple((b - a) / _MEASURED * 1000 for a, b in zip(before, after, strict=True)))
    finally:
        server.stop()
    web, postgres = min(rounds, key=sum)
    return web, postgres


def _send(server: Server, phone: str, number: int) -> None:
    statuses = load.send_all(server.port, phone, [load.record(each) for each in range(number)])
    assert statuses == {201: number}, statuses


def _postmaster(url: str) -> int:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        backend: int = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        return processes.parent_of(backend)
