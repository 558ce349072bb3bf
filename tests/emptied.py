"""A PostGIS database between two tests: emptied, and put back to what it once held."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
import sqlalchemy as sa

from server.storage import migrations

# Every table is emptied: no reference needs to be followed. TRUNCATE costs milliseconds a table, also an empty one.
_EMPTY = """
DO $$
DECLARE emptied text; counter regclass;
BEGIN
  SET LOCAL session_replication_role = replica;
  FOREACH emptied IN ARRAY ARRAY[{tables}] LOOP
    IF pg_relation_size(emptied) > 1000000 THEN
      EXECUTE 'TRUNCATE ' || emptied || ' CASCADE';
    ELSE
      EXECUTE 'DELETE FROM ' || emptied;
    END IF;
  END LOOP;
  FOR counter IN SELECT {name}::regclass FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL LOOP
    PERFORM setval(counter, 1, false);
  END LOOP;
END $$
"""
_NAME = "(quote_ident(schemaname) || '.' || quote_ident(sequencename))"


@dataclass(frozen=True)
class Content:
    """What a database held: the rows of each table that had any, and how far its counters had come."""

    rows: dict[str, bytes]
    counters: list[tuple[str, int]]


def content(url: str) -> Content:
    """Everything the database at `url` holds."""
    with _connected(url) as connection:
        rows = {}
        for table in _tables():
            with connection.cursor().copy(f'COPY "{table}" TO STDOUT') as copied:
                rows[table] = b"".join(bytes(part) for part in copied)
        reached = (
            f"SELECT {_NAME}, last_value FROM pg_sequences WHERE schemaname = 'public' AND last_value > 0"
        )
        counters = connection.execute(reached).fetchall()
    return Content({table: text for table, text in rows.items() if text}, counters)


def empty(url: str) -> None:
    """Take every row out of the database at `url`; its counters begin anew."""
    with _connected(url) as connection:
        tables = ", ".join(f"'{table}'" for table in _tables())
        connection.execute(_EMPTY.format(tables=tables, name=_NAME))


def put_back(url: str, held: Content) -> None:
    """Fill the empty database at `url` with what it once held."""
    with _connected(url) as connection, connection.transaction():
        cursor = connection.cursor()
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table, text in held.rows.items():
            with cursor.copy(f'COPY "{table}" FROM STDIN') as copied:
                copied.write(text)
        for counter, last in held.counters:
            cursor.execute("SELECT setval(%s::regclass, %s)", (counter, last))


def _tables() -> list[str]:
    return [table.name for table in migrations.every_table().sorted_tables]


@contextmanager
def _connected(url: str) -> Iterator[psycopg.Connection[tuple[str, int]]]:
    plain = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        yield connection
