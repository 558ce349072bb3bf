"""做文件: ordered files are made one after another, in a queue of their own: a long one holds up no other job."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog
from huey import Huey, crontab
from huey.api import TaskWrapper

from server.database import Database
from server.domain.people import SYSTEM
from server.domain.problems import Problem
from server.figures.exports import file
from server.jobs.queue import queue, working
from server.services import ordered_files
from server.storage import ordered_files as storage
from server.storage.files import FileStore
from server.storage.made_files import MadeFiles
from server.storage.ordered_files import OrderedFile

_QUEUE = "files"
_NAMED_WITHIN = dt.timedelta(days=1)
"""A stored file whose row does not name it by then was left behind by a worker that died."""

_log = structlog.get_logger()

ToldToStop = Callable[[], bool]


class _NoLongerOurs(Exception):
    """Another worker makes the file by now."""


class _Stopped(Exception):
    """The worker was told to stop."""


def make_waiting(
    database: Database,
    made: MadeFiles,
    received: FileStore,
    *,
    told_to_stop: ToldToStop = lambda: False,
) -> int:
    """Make what was ordered, and what a worker that died has left; how many files became whole.

    What is half made when the worker is told to stop is begun again by the next.
    """
    whole = 0
    while not told_to_stop():
        with database.transaction(SYSTEM) as work:
            row = ordered_files.claim(work)
        if row is None:
            break
        whole += _Making(database, row, told_to_stop).into(made, received)
    return whole


class _Making:
    """One claimed file on its way."""

    def __init__(self, database: Database, row: OrderedFile, told_to_stop: ToldToStop) -> None:
        self._database, self._row, self._told_to_stop = database, row, told_to_stop
        self._rows_done = 0

    def into(self, made: MadeFiles, received: FileStore) -> bool:
        """Make it and say what became of it; whether it is whole."""
        try:
            stored = made.put(self._chunks(received))
        except _NoLongerOurs:
            return False
        except _Stopped:
            return self._given_back()
        except Exception as error:  # whatever it is, the files behind it must not wait for it
            return self._failed(error)
        with self._database.transaction(SYSTEM) as work:
            return ordered_files.finish(work, self._row, stored)

    def _chunks(self, received: FileStore) -> Iterator[bytes]:
        with self._database.read(SYSTEM) as reading:
            actor = ordered_files.orderer(reading, self._row)
        with self._database.read(actor) as reading:
            order = ordered_files.settled(reading, self._row)
        yield from file.chunks(order, lambda: self._database.read(actor), received, progress=self._progress)

    def _progress(self, rows: int) -> None:
        self._rows_done += rows
        with self._database.transaction(SYSTEM) as work:
            if not ordered_files.progress(work, self._row, rows_done=self._rows_done):
                raise _NoLongerOurs
        if self._told_to_stop():
            raise _Stopped

    def _given_back(self) -> bool:
        with self._database.transaction(SYSTEM) as work:
            ordered_files.give_back(work, self._row)
        return False

    def _failed(self, error: Exception) -> bool:
        trouble = error.code if isinstance(error, Problem) else ordered_files.BROKEN
        if trouble == "database.unavailable":
            raise error  # nothing can be said of the file now: it is taken up again after a silence
        if trouble == ordered_files.BROKEN:
            _log.error("ordered_file_failed", file=str(self._row.id), exc_info=error)
        with self._database.transaction(SYSTEM) as work:
            ordered_files.fail(work, self._row, trouble=trouble)
        return False


def forget_gone(database: Database, made: MadeFiles) -> int:
    """Remove the rows of files that have gone, and every file no row names; how many files went."""
    with database.transaction(SYSTEM) as work:
        storage.forget(work.session, gone_by=work.now)
    with database.read(SYSTEM) as reading:
        named, before = storage.kept(reading.session), reading.now - _NAMED_WITHIN
    return made.forget(besides=named, written_before=before)


@contextmanager
def making_files(database: Database, *, url: str, folder: Path) -> Iterator[None]:
    """A worker for files alone, until the block ends: it does what is called for, and looks each minute and night."""
    jobs = queue(url, folder=folder, name=_QUEUE)
    made, received = MadeFiles(folder / "ordered"), FileStore(folder / "files")
    stopping = threading.Event()
    _by_name(jobs, lambda: make_waiting(database, made, received, told_to_stop=stopping.is_set))
    jobs.periodic_task(crontab(hour="18", minute="50"), name="forget_gone_files")(
        lambda: forget_gone(database, made)
    )
    with working(jobs):
        try:
            yield
        finally:
            stopping.set()


def call_for_files(*, url: str, folder: Path) -> None:
    """Let the files' worker look now. A call that is lost costs a minute."""
    try:
        jobs = queue(url, folder=folder, name=_QUEUE)
        try:
            _by_name(jobs, lambda: 0)()
        finally:
            jobs.storage.close()
    except Exception:  # of whatever the queue rests on: the file is ordered all the same
        _log.exception("files_not_called_for")


def _by_name(jobs: Huey, make: Callable[[], int]) -> TaskWrapper:
    """The job both sides of the queue know."""
    return jobs.periodic_task(crontab(), name="make_ordered_files")(make)
