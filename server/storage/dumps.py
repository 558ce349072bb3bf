"""A whole database into one file while it is in use, and back into an empty one."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from server.domain.problems import Conflict, Unavailable

_POSTGIS_OWN = frozenset({"spatial_ref_sys"})


def kind(url: str) -> str:
    """The kind of database: a dump is restored into the kind it came from."""
    return sa.make_url(url).get_backend_name()


def dump(url: str, target: Path) -> None:
    """Write the database as it is at one moment; others may write meanwhile.

    Raises Unavailable("backup.no_tool") where PostgreSQL's own tools are missing, "backup.failed" when they fail.
    """
    if kind(url) == "sqlite":
        with closing(sqlite3.connect(_file(url))) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
        return
    _run("pg_dump", url, "--format=custom", "--no-owner", "--no-comments", f"--file={target}")


def load(url: str, source: Path) -> None:
    """Fill an empty database from a dump. Raises Conflict("backup.target_not_empty"), Unavailable as dump() does."""
    if not is_empty(url):
        raise Conflict("backup.target_not_empty")
    if kind(url) == "sqlite":
        target = _file(url)
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f"{target.name}.incoming")
        shutil.copyfile(source, beside)
        beside.replace(target)
        return
    _run(
        "pg_restore",
        url,
        "--no-owner",
        "--no-comments",
        "--exit-on-error",
        "--single-transaction",
        str(source),
    )


def is_empty(url: str) -> bool:
    """Say whether the database has no table yet."""
    if kind(url) == "sqlite" and not _file(url).exists():
        return True
    engine = sa.create_engine(url)
    try:
        return not set(sa.inspect(engine).get_table_names()) - _POSTGIS_OWN
    finally:
        engine.dispose()


def _file(url: str) -> Path:
    return Path(sa.make_url(url).database or "")


def _run(tool: str, url: str, *arguments: str) -> None:
    """Run one of PostgreSQL's tools; the password travels in the environment, where other users do not see it."""
    program = shutil.which(tool)
    if program is None:
        raise Unavailable("backup.no_tool", tool=tool)
    address = sa.make_url(url).set(drivername="postgresql")
    environment = {**os.environ, "PGPASSWORD": address.password or ""}
    named = address.set(password=None).render_as_string()
    done = subprocess.run(  # noqa: S603 - a fixed program, the address is the operator's own setting
        [program, f"--dbname={named}", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Unavailable("backup.failed", tool=tool, words=done.stderr.strip())
