"""One file holds the database and every photo, and gives them back."""

from __future__ import annotations

import hashlib
import shutil
import tarfile
from pathlib import Path

import pytest
import sqlalchemy as sa

from server.settings import Settings
from server.storage import migrations
from server.storage.files import FileStore
from tests.cli.conftest import Run


def rows(url: str) -> dict[str, list[tuple[object, ...]]]:
    engine = sa.create_engine(url)
    tables = migrations.every_table().sorted_tables
    with engine.connect() as connection:
        found = {
            table.name: sorted(map(tuple, connection.execute(sa.select(table))), key=repr) for table in tables
        }
    engine.dispose()
    return found


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.glob("??/*")}


def elsewhere(settings: Settings, tmp_path: Path) -> Settings:
    """An empty place of the same kind."""
    url = f"sqlite:///{tmp_path / 'elsewhere' / 'wangge.sqlite'}"
    if not settings.is_embedded:
        here = sa.make_url(settings.url)
        there = here.set(database=f"{here.database}_restored")
        admin = sa.create_engine(settings.url, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(sa.text(f'DROP DATABASE IF EXISTS "{there.database}"'))
            connection.execute(sa.text(f'CREATE DATABASE "{there.database}"'))
        admin.dispose()
        url = there.render_as_string(hide_password=False)
    return Settings(data_dir=tmp_path / "elsewhere", database_url=url, secret_key="t" * 40)


def move(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setenv("WANGGE_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("WANGGE_DATABASE_URL", settings.url)


@pytest.fixture
def backed_up(deployment: Settings, run: Run, set_up: str, tmp_path: Path) -> Path:
    if not deployment.is_embedded and shutil.which("pg_dump") is None:
        pytest.fail("the tests on PostGIS need pg_dump")
    store = FileStore(deployment.data_dir / "files")
    for content in (b"photo", b"recording"):
        store.put([content])
    file = tmp_path / "backup.tar"
    done = run("backup", file)
    assert done.exit_code == 0, done.output
    assert "2 个文件" in done.output
    return file


def test_a_restored_backup_has_every_row_and_every_file(
    deployment: Settings, run: Run, backed_up: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = elsewhere(deployment, tmp_path)
    move(monkeypatch, there)
    done = run("restore", backed_up)
    assert done.exit_code == 0, done.output
    assert rows(there.url) == rows(deployment.url)
    assert files(there.data_dir / "files") == files(deployment.data_dir / "files")
    assert "张三" in run("user", "list").output


def test_a_place_that_is_not_empty_is_left_alone(deployment: Settings, run: Run, backed_up: Path) -> None:
    before = rows(deployment.url)
    refused = run("restore", backed_up)
    assert refused.exit_code == 2
    assert "不是空的" in refused.output
    assert rows(deployment.url) == before


def test_a_backup_overwrites_nothing(run: Run, backed_up: Path) -> None:
    before = hashlib.sha256(backed_up.read_bytes()).digest()
    assert run("backup", backed_up).exit_code == 2
    assert hashlib.sha256(backed_up.read_bytes()).digest() == before


def test_a_damaged_backup_is_refused(
    deployment: Settings, run: Run, backed_up: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damaged = tmp_path / "damaged.tar"
    damaged.write_bytes(backed_up.read_bytes().replace(b"recording", b"recordinG"))
    no_backup = tmp_path / "text.tar"
    no_backup.write_text("text")
    half = tmp_path / "half.tar"
    with tarfile.open(half, "w") as archive:
        archive.add(no_backup, "database")
    move(monkeypatch, elsewhere(deployment, tmp_path))
    for file, words in (
        (damaged, "已损坏"),
        (no_backup, "不是一个完整的备份文件"),
        (half, "不是一个完整的备份文件"),
    ):
        refused = run("restore", file)
        assert refused.exit_code == 2
        assert words in refused.output
