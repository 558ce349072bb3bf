"""The queue: a file of its own beside SQLite, so that it never blocks a writer; on PostgreSQL, tables of its own there."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from huey import Huey, PostgresHuey, SqliteHuey
from huey.consumer import Consumer

_TAKEN_OVER = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def queue(url: str, *, folder: Path) -> Huey:
    """The queue that belongs to the database at `url`; `folder` holds its file beside SQLite."""
    address = sa.make_url(url)
    if address.get_backend_name() == "postgresql":
        dsn = address.set(drivername="postgresql").render_as_string(hide_password=False)
        return PostgresHuey("wangge", dsn=dsn, results=False)
    return SqliteHuey("wangge", filename=str(folder / "jobs.sqlite"), results=False)


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
