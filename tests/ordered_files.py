"""How a test orders a file and lets it be made."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from server.database import Database
from server.domain.people import SYSTEM, Actor
from server.figures.exports.order import Format, Wanted
from server.jobs import making
from server.services import actors, ordered_files
from server.settings import Settings
from server.storage.files import FileStore
from server.storage.made_files import MadeFiles
from server.storage.ordered_files import OrderedFile
from server.storage.posts import Account
from server.storage.submissions import Submission
from tests.factories import County

_STILL = 1
"""Looks at whether to stop before the first records are written."""


@dataclass(frozen=True)
class Desk:
    """Somebody who orders files, and the worker that makes them."""

    database: Database
    settings: Settings
    county: County
    name: str = "official"

    @property
    def made(self) -> MadeFiles:
        return MadeFiles(self.settings.data_dir / "ordered")

    @property
    def received(self) -> FileStore:
        return FileStore(self.settings.data_dir / "files")

    def actor(self) -> Actor:
        with self.database.read(SYSTEM) as reading:
            account = reading.session.get_one(Account, self.county.accounts[self.name])
            return actors.of_account(reading.session, account, now=reading.now)

    def order(self, kind: Format = Format.XLSX) -> OrderedFile:
        with self.database.transaction(self.actor()) as work:
            return ordered_files.order(work, Wanted(form_id="patrol", format=kind), reason="月末汇总")

    def now(self, row: OrderedFile) -> OrderedFile:
        """The file as it is by now."""
        with self.database.read(SYSTEM) as reading:
            return reading.session.get_one(OrderedFile, row.id)

    def make(self, half_way: Callable[[], bool] = lambda: False) -> int:
        """Make what waits; `half_way` is asked whether to stop once some records are written."""
        looks = 0

        def told_to_stop() -> bool:
            nonlocal looks
            looks += 1
            return looks > _STILL and half_way()

        return making.make_waiting(self.database, self.made, self.received, told_to_stop=told_to_stop)


def once(error: Exception) -> Callable[[], bool]:
    """What goes wrong half way, the first time only."""
    errors = [error]

    def half_way() -> bool:
        while errors:
            raise errors.pop()
        return False

    return half_way


def copied(database: Database, times: int) -> None:
    """Store the one record of the database as often again."""
    with database.transaction(SYSTEM) as work:
        columns = [column for column in Submission.__table__.columns if column.name != "id"]
        (one,) = work.session.execute(sa.select(*columns)).mappings()
        rows = [{**one, "instance_id": f"uuid:{n}", "root_instance_id": f"uuid:{n}"} for n in range(times)]
        work.session.execute(sa.insert(Submission.__table__), rows)  # type: ignore[arg-type]


A_MINUTE = dt.timedelta(minutes=1)
