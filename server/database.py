"""The engine, and the two lines where a look at the data begins and ends: read() and transaction().

A transaction begins BEGIN IMMEDIATE on SQLite, with one write lock per process in front of it, and commits at the
end of the block, before a response exists: an error at commit is still an error response.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, DisconnectionError, IntegrityError, OperationalError
from sqlalchemy.orm import sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

from server.domain.people import Actor
from server.domain.problems import Conflict, Unavailable
from server.storage import events
from server.work import Reading, Work

Clock = Callable[[], dt.datetime]


def utc_now() -> dt.datetime:
    """The present moment, aware."""
    return dt.datetime.now(dt.UTC)


class Database:
    """One database: SQLite by default, PostGIS in production."""

    def __init__(self, url: str, *, clock: Clock = utc_now) -> None:
        self.engine = _engine(url)
        self.clock = clock
        self._writing = sessionmaker(self.engine, expire_on_commit=False)
        self._reading = sessionmaker(
            self.engine.execution_options(read_only=True), autoflush=False, expire_on_commit=False
        )
        # One writer at a time anyway: waiting for a lock in turn is fairer than SQLite's busy polling.
        self._turn: Any = threading.RLock() if self.engine.dialect.name == "sqlite" else nullcontext()

    @contextmanager
    def transaction(self, actor: Actor) -> Iterator[Work]:
        """One change by one actor. Raises Conflict or Unavailable for what the database refuses."""
        with _refusals(), self._turn, self._writing.begin() as session:
            yield Work(session, actor, self.clock())
            events.write(session)

    @contextmanager
    def read(self, actor: Actor) -> Iterator[Reading]:
        """A read-only look by one actor; writing in it is an error on both databases."""
        with _refusals(), self._reading.begin() as session:
            yield Reading(session, actor, self.clock())

    def answers(self) -> bool:
        """Say whether the database takes a query."""
        try:
            with self.engine.connect() as connection:
                connection.execute(sa.text("SELECT 1"))
        except DBAPIError:
            return False
        return True

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()


def _engine(url: str) -> sa.Engine:
    engine = sa.create_engine(url)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _prepare_sqlite)
    else:
        sa.event.listen(engine, "checkout", _replace_dead)
        sa.event.listen(engine, "checkin", _note_use)
    sa.event.listen(engine, "begin", _begin)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy says BEGIN, see _begin
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
        connection.execute(f"PRAGMA {pragma}")


_QUIET_SECONDS = 5.0
_LAST_USE = "last_use"


def _replace_dead(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
    """Ask a connection that has been idle whether it still lives; asking a busy one would cost as much as its work."""
    if time.monotonic() - record.info.get(_LAST_USE, 0.0) < _QUIET_SECONDS:
        return
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except connection.__class__.OperationalError as error:
        raise DisconnectionError from error


def _note_use(_connection: object, record: ConnectionPoolEntry) -> None:
    record.info[_LAST_USE] = time.monotonic()


def _begin(connection: sa.Connection) -> None:
    read_only = bool(connection.get_execution_options().get("read_only"))
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA query_only={'ON' if read_only else 'OFF'}")
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
    else:
        driver: Any = connection.connection.driver_connection
        driver.read_only = read_only  # said with BEGIN, not by a message of its own
        if read_only:
            # One text of a page asks for a village or for half a county: a plan kept for both is wrong for both.
            # What a change asks for lies under keys, and planning it again would cost as much as doing it.
            connection.exec_driver_sql("SET LOCAL plan_cache_mode = force_custom_plan")


# PostgreSQL: disk full, too many connections, shutting down, lock not available. SQLite says it in words.
_PASSING_STATES = frozenset({"53100", "53200", "53300", "57P01", "57P03", "55P03", "40001", "40P01"})
_PASSING_WORDS = ("database or disk is full", "database is locked", "disk I/O error")


@contextmanager
def _refusals() -> Iterator[None]:
    """Turn what the database refuses into problems, once for the whole product."""
    try:
        yield
    except IntegrityError as error:
        raise Conflict("database.conflict") from error
    except DBAPIError as error:
        if is_passing(error):
            raise Unavailable("database.unavailable") from error
        raise


def is_passing(error: DBAPIError) -> bool:
    """Say whether a database error will pass by itself, so that the sender should come again."""
    state = getattr(error.orig, "sqlstate", None)
    if error.connection_invalidated or state in _PASSING_STATES:
        return True
    return isinstance(error, OperationalError) and (
        state is None and any(words in str(error.orig) for words in _PASSING_WORDS)
    )
