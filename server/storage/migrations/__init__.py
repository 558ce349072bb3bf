"""Migrations: Alembic, numbered, forward only. HEAD names the newest, so that two branches conflict in git."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

import server.storage
from server.storage import comments
from server.storage.base import Base

FOLDER = Path(__file__).parent


def every_table() -> sa.MetaData:
    """The metadata with every table of storage loaded, and what PostGIS says of those with places."""
    for module in pkgutil.iter_modules(server.storage.__path__):
        if not module.ispkg:
            import_module(f"server.storage.{module.name}")
    comments.say(Base.metadata)
    return Base.metadata


def config(url: str) -> Config:
    """Alembic's configuration for a database; there is no alembic.ini to keep in step."""
    made = Config()
    made.set_main_option("script_location", str(FOLDER))
    made.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return made


def upgrade(url: str) -> None:
    """Bring a database to the newest migration."""
    command.upgrade(config(url), "head")


def is_current(engine: sa.Engine) -> bool:
    """Say whether a database has the newest migration."""
    with engine.connect() as connection:
        here = MigrationContext.configure(connection).get_current_revision()
    return here == head()


def head() -> str:
    """The newest migration of this version of the product."""
    return ScriptDirectory(str(FOLDER)).get_current_head() or ""


def knows(revision: str) -> bool:
    """Say whether this version of the product has a migration."""
    return any(script.revision == revision for script in ScriptDirectory(str(FOLDER)).walk_revisions())
