"""A small county behind a real server, and phones on the engine of ODK Collect; the tests of this folder share both."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from server.database import Database
from server.domain.people import SYSTEM
from server.settings import Settings
from server.storage.files import FileStore
from server.storage.submissions import Submission
from tests.contract.javarosa.engine import Engine
from tests.contract.javarosa.phone import Phone, Record
from tests.factories import County, found_county
from tests.live import serving


@dataclass(frozen=True)
class Village:
    """The county as the tests see it: where its server answers, and what the server has stored."""

    url: str
    county: County
    database: Database
    files: FileStore
    folder: Path

    def received(self, record: Record) -> Submission:
        """What the server made of a record."""
        with self.database.read(SYSTEM) as reading:
            query = sa.select(Submission).where(Submission.instance_id == record.instance_id)
            return reading.session.scalars(query).one()


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = Engine(tmp_path_factory.mktemp("javarosa"))
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def village(empty_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Village]:
    """One server for the whole folder: every test sends records of its own and asks for those alone."""
    folder = tmp_path_factory.mktemp("village")
    shutil.copy(empty_sqlite, folder / "wangge.sqlite")
    settings = Settings(data_dir=folder, secret_key="t" * 40)
    database = Database(settings.url)
    county = found_county(database)
    with serving(data_dir=folder, database_url=settings.url, split_hint_mb="1") as server:
        yield Village(server.url, county, database, FileStore(folder / "files"), folder)
    database.close()


@pytest.fixture
def phone(village: Village, engine: Engine, tmp_path: Path) -> Phone:
    """The worker's phone, new from the box."""
    return Phone(village.url + village.county.phone(), tmp_path, engine)
