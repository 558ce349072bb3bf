"""The queues: a file of their own beside SQLite, so that they never block a writer; on PostgreSQL, tables of their own there."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from huey import Huey, PostgresHuey, SqliteHuey
from huey.consumer import Consumer

_TAKEN_OVER = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def queue(url: str, *, folder: Path, name: str = "wangge") -> Huey:
    """The queue `name` that belongs to the database at `url`; `folder` holds the file of all of them beside SQLite."""
    address = sa.make_url(url)
    if address.get_backend_name() == "postgresql":
        dsn = address.set(drivername="postgresql").render_as_string(hide_password=False)
        return PostgresHuey(name, dsn=dsn, results=False)
    return SqliteHuey(name, filename=str(folder / "jobs.sqlite"), results=False)


@contextmanager
def working(jobs: Huey) -> Iterator[None]:
    """One worker thread and the clock beside it, until the block ends; whoever handled signals handles them again."""
    before = {number: signal.getsignal(number) for number in _TAKEN_OVER}
    consumer = _consumer(jobs)
    consumer.start()
    for number, handler in before.items():
        signal.signal(number, handler)
    try:
        yield
    finally:
        consumer.stop(graceful=True)


def work(jobs: Huey) -> None:
    """Work until told to stop by a signal."""
    _consumer(jobs).run()


def _consumer(jobs: Huey) -> Consumer:
    # A second between looks at the queue: it is also how long stopping may take.
    return jobs.create_consumer(
        workers=1, worker_type="thread", initial_delay=1, backoff=1, max_delay=1, scheduler_interval=1
    )
