"""Twenty times kill -9 in the middle of the work: nothing that was acknowledged is lost, nothing is doubled."""

from __future__ import annotations

import datetime as dt
import hashlib
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path

import pytest

from server.database import Database
from server.settings import Settings
from server.storage.events import EventRow
from server.storage.files import FileStore
from server.storage.patrols import Patrol
from server.storage.submissions import Attachment, Submission
from tests.factories import GRID, County
from tests.instances import instance, patrol
from tests.phones import rows
from tests.servers import Server

pytestmark = pytest.mark.slow

KILLS = 20
PHONES = 4
NOW = dt.datetime.now(dt.UTC)


class Sender(threading.Thread):
    """A phone that sends one record after another, and each again until it is acknowledged."""

    def __init__(self, server: Server, path: str, over: threading.Event) -> None:
        super().__init__()
        self.server, self.path, self.over = server, path, over
        self.begun: dict[str, tuple[bytes, bytes]] = {}
        self.acknowledged: set[str] = set()
        self.answers: Counter[int] = Counter()

    def run(self) -> None:
        while not self.over.is_set():
            xml = instance("patrol", patrol(GRID, NOW))
            number = xml.partition(b"<instanceID>")[2].partition(b"<")[0].decode()
            photo = random.randbytes(50_000)
            self.begun[number] = (xml, photo)
            while not self.over.is_set() and number not in self.acknowledged:
                self.try_once(number, xml, photo)

    def try_once(self, number: str, xml: bytes, photo: bytes) -> None:
        try:
            status = self.server.send(self.path, xml, {"1.jpg": photo})
        except (OSError, HTTPException):  # refused, or cut off halfway: no acknowledgement
            time.sleep(0.05)
            return
        self.answers[status] += 1
        if status == 201:
            self.acknowledged.add(number)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", database_url=database_url, secret_key="t" * 40)


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    database = Database(settings.url)
    yield database
    database.close()


def test_twenty_kills_lose_nothing_and_double_nothing(
    settings: Settings, county: County, database: Database, tmp_path: Path
) -> None:
    server = Server(settings, tmp_path / "server.log")
    over = threading.Event()
    senders = [Sender(server, county.phone(), over) for _ in range(PHONES)]
    server.start()
    for sender in senders:
        sender.start()
    try:
        for _ in range(KILLS):
            time.sleep(random.uniform(0.3, 1.2))
            server.kill()
            server.start()
        time.sleep(0.5)
    finally:
        over.set()
        for sender in senders:
            sender.join()
        server.stop()
    judge(database, FileStore(settings.data_dir / "files"), senders)


def judge(database: Database, files: FileStore, senders: list[Sender]) -> None:
    """Compare what the phones know with what the server holds."""
    begun = {number: sent for sender in senders for number, sent in sender.begun.items()}
    acknowledged = set().union(*(sender.acknowledged for sender in senders))
    assert len(acknowledged) > KILLS
    assert set(sum((sender.answers for sender in senders), Counter())) <= {201, 503}
    stored = {row.instance_id: row for row in rows(database, Submission)}
    assert acknowledged <= stored.keys() <= begun.keys()
    assert all(row.xml == begun[number][0] for number, row in stored.items())
    keys = Counter(row.id for row in stored.values())
    assert Counter(row.submission_id for row in rows(database, Patrol)) == keys
    assert Counter(row.submission_id for row in rows(database, Attachment)) == keys
    received = [row.subject_id for row in rows(database, EventRow) if row.kind == "submission.received"]
    assert Counter(received) == {str(key): 1 for key in keys}
    for file in rows(database, Attachment):
        content = files.path(file.sha256).read_bytes()
        assert hashlib.sha256(content).hexdigest() == file.sha256
        assert len(content) == file.size
