"""Databases, an app and a small county for every test that needs them. The same tests run on SQLite and on PostGIS."""

from __future__ import annotations

import copy
import datetime as dt
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings as properties
from jinja2 import FileSystemBytecodeCache

from server.app import surfaces, wire
from server.database import Database
from server.settings import Settings
from server.storage import migrations
from server.web.parts import Parts
from tests import emptied
from tests.factories import NOW, County, found_county

properties.load_profile("ci")  # the library's own: the same examples every time, and no wall clock

POSTGIS = os.environ.get("WANGGE_TEST_DATABASE_URL")


class Clock:
    """The present of a test; it stands still until it is set."""

    def __init__(self, now: dt.datetime) -> None:
        self.now = now

    def __call__(self) -> dt.datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database without a row; tests copy the file."""
    path = tmp_path_factory.mktemp("template") / "empty.sqlite"
    migrations.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgis_url() -> Iterator[str]:
    """A database of this test process on the cluster the environment names, gone afterwards."""
    assert POSTGIS is not None
    url = sa.make_url(POSTGIS).set(database=f"wangge_test_{os.getpid()}")
    _administer(f'CREATE DATABASE "{url.database}"')
    text = url.render_as_string(hide_password=False)
    engine = sa.create_engine(text)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE EXTENSION postgis"))
    engine.dispose()
    migrations.upgrade(text)
    yield text
    _administer(f'DROP DATABASE "{url.database}" WITH (FORCE)')


def _administer(statement: str) -> None:
    engine = sa.create_engine(POSTGIS or "", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(statement))
    engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgis", marks=pytest.mark.postgis)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A migrated database, empty but for the county where a test asks for one.

    A copied file, or the process's own PostGIS database emptied.
    """
    has_county = "county" in request.fixturenames
    if request.param == "sqlite":
        path = tmp_path / "wangge.sqlite"
        kept = (
            request.getfixturevalue("county_in_sqlite")[0]
            if has_county
            else request.getfixturevalue("empty_sqlite")
        )
        shutil.copy(kept, path)
        return f"sqlite:///{path}"
    url: str = request.getfixturevalue("postgis_url")
    held = request.getfixturevalue("county_in_postgis")[0] if has_county else None
    emptied.empty(url)
    if held is not None:
        emptied.put_back(url, held)
    return url


@pytest.fixture(scope="session")
def county_in_sqlite(empty_sqlite: Path) -> tuple[Path, County]:
    """The county as it is founded; tests copy the file."""
    path = empty_sqlite.with_name("county.sqlite")
    shutil.copy(empty_sqlite, path)
    return path, _founded(f"sqlite:///{path}")


@pytest.fixture(scope="session")
def county_in_postgis(postgis_url: str) -> tuple[emptied.Content, County]:
    """The county as it is founded; tests put its rows back."""
    emptied.empty(postgis_url)
    founded = _founded(postgis_url)
    return emptied.content(postgis_url), founded


def _founded(url: str) -> County:
    database = Database(url, clock=lambda: NOW)
    founded = found_county(database)
    database.close()
    return founded


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", database_url=database_url, secret_key="t" * 40)


@pytest.fixture(scope="session")
def bare_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """What tests share of the app: routes and templates, compiled once. Each wires it to a database of its own."""
    app = surfaces()
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))
    return app


@pytest.fixture
def app(bare_app: Flask, settings: Settings, clock: Clock) -> Iterator[Flask]:
    wire(bare_app, settings, clock=clock)
    bare_app.config.update(TESTING=False, WTF_CSRF_ENABLED=False)
    yield bare_app
    parts: Parts = bare_app.extensions["wangge"]
    parts.database.close()


@pytest.fixture
def database(app: Flask) -> Database:
    parts: Parts = app.extensions["wangge"]
    return parts.database


@pytest.fixture
def county(request: pytest.FixtureRequest, database: Database) -> County:
    """The county's people and keys; `database_url` has put it there."""
    kept = "county_in_sqlite" if database.engine.dialect.name == "sqlite" else "county_in_postgis"
    there: County = request.getfixturevalue(kept)[1]
    return copy.deepcopy(there)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--everything", action="store_true", help="fail where a test is left out or skipped")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what this machine was not asked to run; `make test-all` asks for everything."""
    missing = {
        "postgis": not POSTGIS,
        "browser": not os.environ.get("WANGGE_TEST_CHROMIUM"),
        "java": not os.environ.get("WANGGE_TEST_JAVA"),
        "shared": not os.environ.get("WANGGE_TEST_SHARED"),
        "slow": not os.environ.get("WANGGE_TEST_SLOW"),
    }
    chosen: list[pytest.Item] = []
    left_out: list[pytest.Item] = []
    for item in items:
        lacking = [
            name for name, is_missing in missing.items() if is_missing and item.get_closest_marker(name)
        ]
        (left_out if lacking else chosen).append(item)
    if left_out and config.getoption("--everything"):
        lacking = sorted({name for name, is_missing in missing.items() if is_missing})
        raise pytest.UsageError(f"--everything, but {len(left_out)} tests lack: {', '.join(lacking)}")
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = chosen


def pytest_sessionfinish(session: pytest.Session) -> None:
    """With --everything a skipped test is a failed run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if session.config.getoption("--everything") and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was left out and how to include it."""
    hints = {
        "WANGGE_TEST_DATABASE_URL": "PostGIS tests: the address of a cluster where databases may be created",
        "WANGGE_TEST_CHROMIUM": "browser tests: the path of a Chromium",
        "WANGGE_TEST_JAVA": "JavaRosa tests: the path of a Java 17, javac beside it",
        "WANGGE_TEST_SLOW": "tests of minutes: 1",
    }
    absent = [f"  {name}  ({hint})" for name, hint in hints.items() if not os.environ.get(name)]
    if absent:
        terminalreporter.write_line("Left out; `make test-all` includes them, or set:")
        for line in absent:
            terminalreporter.write_line(line)
