"""Alembic's environment: which tables count, and which indexes exist on one database only.

A new migration is generated on PostGIS (`alembic revision --autogenerate`), because only there the GiST indexes show;
on SQLite they are passed over when the migration runs.
"""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.ddl.sqlite import SQLiteImpl
from alembic.operations.batch import BatchOperationsImpl

from server.storage.base import UtcDateTime
from server.storage.migrations import every_table
from server.storage.pauses import Pauses

metadata = every_table()


class _SqliteWithoutGist(SQLiteImpl):
    """SQLite has no GiST, of which Alembic knows nothing (`ddl_if` says so on the index), and no comments."""

    __dialect__ = "sqlite"

    def create_index(self, index: sa.Index, **more: Any) -> None:
        """Make every index but a spatial one."""
        if not _is_gist(index.name):
            super().create_index(index, **more)

    def requires_recreate_in_batch(self, batch_op: BatchOperationsImpl) -> bool:
        """No table is copied for the sake of a comment."""
        batch_op.batch = [step for step in batch_op.batch if not _only_comments(*step)]
        return super().requires_recreate_in_batch(batch_op)


def _only_comments(act: str, _what: Any, how: dict[str, Any]) -> bool:
    return act == "create_table_comment" or (act == "alter_column" and how.get("comment", False) is not False)


def _is_gist(name: str | None) -> bool:
    return (name or "").endswith("_gist")


def _counts(item: Any, name: str | None, kind: str, reflected: bool, _compared: Any) -> bool:
    """Leave out the tables of PostGIS and of the queue, and on SQLite the GiST indexes: autogenerate ignores `ddl_if`."""
    if kind == "table" and ((name or "").startswith("huey_") or name == "spatial_ref_sys"):
        return False
    return not (kind == "index" and _is_gist(name) and context.get_bind().dialect.name == "sqlite")


def _written(kind: str, item: Any, autogen: Any) -> str | Literal[False]:
    """How our own column types stand in a migration: by the function that makes them."""
    if kind != "type":
        return False
    if isinstance(item, UtcDateTime):
        autogen.imports.add("from server.storage.base import UtcDateTime")
        return "UtcDateTime()"
    if isinstance(item, Pauses):
        return 'sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")'
    if shape := _shape_of(item):
        autogen.imports.add("from server.storage.geometry import geometry")
        return f'geometry("{shape}")'
    return False


def _shape_of(item: Any) -> str | None:
    variant = getattr(item, "_variant_mapping", {}).get("postgresql")
    column = getattr(variant, "impl", item)  # as a model says it, else as PostGIS tells it back
    return getattr(column, "geometry_type", None)


def _run(connection: sa.Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_object=_counts,
        render_item=_written,
        render_as_batch=True,  # what is generated on PostGIS must run on SQLite
    )
    with context.begin_transaction():
        context.run_migrations()


def _on_database(url: str) -> None:
    """Migrate in one transaction: a process killed half-way leaves the database as it was, on SQLite too."""
    engine = sa.create_engine(url)
    if engine.dialect.name == "sqlite":
        # Left to itself the driver commits before each CREATE TABLE.
        sa.event.listen(
            engine, "connect", lambda connection, _record: setattr(connection, "isolation_level", None)
        )
        sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    with engine.begin() as connection:
        _run(connection)
    engine.dispose()


given = context.config.attributes.get("connection")
if given is not None:
    _run(given)
else:
    _on_database(context.config.get_main_option("sqlalchemy.url") or "")
