"""收到: what one accepted submission of 3 kB costs, over HTTP, web and PostgreSQL together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

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

Cost = tuple[float, float]
"""Milliseconds of CPU per submission: web, PostgreSQL."""


@dataclass(frozen=True)
class Site:
    """A server on a database of its own, the phone that sends to it, and the statements a submission takes there."""

    server: Server
    phone: str
    postmaster: int
    statements: int

    def cost(self) -> Cost:
        """What a submission costs now."""
        assert self.server.process is not None
        families = (self.server.process.pid, self.postmaster)
        before = [processes.cpu_seconds(pid) for pid in families]
        self.send(_MEASURED)
        web, postgres = (
            processes.cpu_seconds(pid) - earlier for pid, earlier in zip(families, before, strict=True)
        )
        return web / _MEASURED * 1000, postgres / _MEASURED * 1000

    def send(self, number: int) -> None:
        """Send records until that many are accepted."""
        statuses = load.send_all(self.server.port, self.phone, [load.record(each) for each in range(number)])
        assert statuses == {201: number}, statuses


def figures(cluster: str, folder: Path) -> Iterator[tuple[str, float, float | None]]:
    """CPU per submission on a young and on an old database, in rounds taken in turn: the best of each."""
    with ExitStack() as sites:
        young, old = (sites.enter_context(_site(cluster, folder, rows=rows)) for rows in (_FEW, _MANY))
        rounds = [(young.cost(), old.cost()) for _ in range(_ROUNDS)]
    few, many = min((each for each, _ in rounds), key=sum), min((each for _, each in rounds), key=sum)
    growth = median(sum(old) / sum(young) for young, old in rounds)
    yield "statements per submission", young.statements, None
    yield f"CPU per submission at {_FEW} stored, web (ms)", few[0], None
    yield f"CPU per submission at {_FEW} stored, PostgreSQL (ms)", few[1], None
    yield f"CPU per submission at {_FEW} stored (ms)", sum(few), 5
    yield f"CPU per submission at {_MANY} stored (ms)", sum(many), 5
    yield f"ingest cost at {_MANY} stored : at {_FEW}", growth, 1.2


@contextmanager
def _site(cluster: str, folder: Path, *, rows: int) -> Iterator[Site]:
    source = sa.make_url(bulk.filled(cluster, rows)).database
    name = f"wangge_bench_run_{rows}"
    url = sa.make_url(cluster).set(database=name).render_as_string(hide_password=False)
    with bulk.administering(cluster) as connection:
        connection.execute(sa.text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(sa.text(f'CREATE DATABASE "{name}" TEMPLATE "{source}"'))
    try:
        database = Database(url)
        phone, statements = _phone(database), _statements(database)
        database.close()
        data = folder / name
        data.mkdir()
        server = Server(
            Settings(database_url=url, data_dir=data, secret_key="b" * 40, workers=2), data / "log"
        )
        server.start()
        try:
            site = Site(server, phone, _postmaster(url), statements)
            site.send(_WARM_UP)
            yield site
        finally:
            server.stop()
    finally:
        with bulk.administering(cluster) as connection:
            connection.execute(sa.text(f'DROP DATABASE "{name}" WITH (FORCE)'))


def _phone(database: Database) -> str:
    key = accounts.new_key()
    with database.transaction(SYSTEM) as work:
        worker = work.session.scalars(sa.select(Account).where(Account.username == "worker")).one()
        accounts.issue_key(work, worker.id, key=key)
    return f"/v1/key/{key}/projects/1"


def _statements(database: Database) -> int:
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
    return len(heard)


def _postmaster(url: str) -> int:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        backend: int = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        return processes.parent_of(backend)
