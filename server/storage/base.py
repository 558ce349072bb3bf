"""The declarative base: constraint names, aware datetimes, code and JSON columns.

SQLite hands back naive datetimes and compares text by the database's collation; both are settled here, once.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Annotated, Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Session, make_transient_to_detached, mapped_column
from sqlalchemy.orm.util import identity_key
from sqlalchemy.types import TypeDecorator

from server.domain.work_calendar import SHANGHAI


class UtcDateTime(TypeDecorator[dt.datetime]):
    """Aware in, aware UTC out; a naive datetime is a bug and is refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Any aware datetime becomes UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without time zone")
        value = value.astimezone(dt.UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """What the database returns is UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if dialect.name == "sqlite" else value.astimezone(dt.UTC)


def unread(column: Any) -> sa.ColumnElement[Any]:
    """A column of moments as the database keeps it: text or datetimes, in order of time either way; for many rows."""
    return sa.type_coerce(column, sa.types.NullType())


def moment(value: str | dt.datetime) -> dt.datetime:
    """Return the aware moment of what `unread` gave."""
    if isinstance(value, str):
        return dt.datetime.fromisoformat(value).replace(tzinfo=dt.UTC)
    return value.astimezone(dt.UTC)


def local_text(session: Session, column: Any) -> sa.ColumnElement[str]:
    """A column of moments as "2026-10-20 09:00:00" in Shanghai, perhaps with parts of a second behind it; for many rows."""
    if session.get_bind().dialect.name == "sqlite":
        return sa.func.datetime(unread(column), "+8 hours", type_=sa.Text)
    return sa.cast(sa.func.timezone(SHANGHAI.key, column), sa.Text)


def json_text(
    session: Session, column: Any, *, without: Iterable[Sequence[str]] = ()
) -> sa.ColumnElement[str]:
    """A column of JSON as text, less what stands at some paths in it: what is long and not wanted is not even sent."""
    left: sa.ColumnElement[Any] = sa.type_coerce(column, JSON)
    for path in without:
        if session.get_bind().dialect.name == "sqlite":
            left = sa.func.json_remove(left, f"$.{'.'.join(path)}", type_=JSON)
        else:
            left = left.op("#-")(sa.cast(list(path), ARRAY(sa.Text)))
    return sa.cast(left, sa.Text)


def _code(length: int) -> sa.String:
    # Prefix ranges (code >= a AND code < b) use the index only where text compares byte by byte (ARCHITECTURE 3.9).
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


Questions = tuple[sa.ColumnElement[Any], ...]

Code = Annotated[str, mapped_column(_code(15))]
JSON = sa.JSON().with_variant(JSONB(), "postgresql")
Json = Annotated[Any, mapped_column(JSON)]
Key = Annotated[uuid.UUID, mapped_column(primary_key=True, default=uuid.uuid4)]
# Rows that only grow are numbered: a v4 UUID as key costs the ingest path more WAL and scattered pages.
Serial = Annotated[
    int,
    mapped_column(sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
]


def insert(session: Session, row: Base, *, asking: Questions = (), **asked: object) -> Sequence[Any]:
    """Insert a new row at once and make it one of the session's, for half of what the unit of work costs.

    Every column must have been given, but for the number that the database chooses. The same statement answers what
    is `asking`, whose bound parameters are `asked`: one more question costs less than one more statement.
    """
    kind = type(row)
    key, *answers = session.connection().execute(_insert(kind, asking), _given(row) | asked).one()
    adopt(session, row, **{_key_of(kind): key})
    return answers


@cache
def _insert(kind: type[Base], asking: Questions) -> sa.Executable:
    """The statement is built once: building it costs more than running it."""
    mapper = sa.inspect(kind)
    return sa.insert(mapper.local_table).returning(*mapper.primary_key, *asking)  # type: ignore[arg-type]


@cache
def _key_of(kind: type[Base]) -> str:
    mapper = sa.inspect(kind)
    return mapper.get_property_by_column(mapper.primary_key[0]).key


def _given(row: Base) -> dict[str, Any]:
    names = _names(type(row))
    return {names[name]: value for name, value in vars(row).items() if name in names}


@cache
def _names(kind: type[Base]) -> dict[str, str]:
    """By attribute: what a statement calls its column."""
    return {name: column.key for name, column in sa.inspect(kind).columns.items()}


_AT_ONCE = 8
"""Rows of one statement: more are rare, and each number of rows is compiled once."""


def insert_few(session: Session, kind: type[Base], rows: Sequence[Mapping[str, object]]) -> None:
    """Insert rows that all give the same columns, in their order: one statement costs a third of one for each."""
    for first in range(0, len(rows), _AT_ONCE):
        part = rows[first : first + _AT_ONCE]
        given = {f"{name}_{n}": value for n, row in enumerate(part) for name, value in row.items()}
        session.connection().execute(_insert_few(kind, tuple(part[0]), len(part)), given)


@cache
def _insert_few(kind: type[Base], names: tuple[str, ...], number: int) -> sa.Executable:
    """INSERT … SELECT … UNION ALL: SQLAlchemy compiles it once, as it does not with a list of VALUES."""
    columns = sa.inspect(kind).local_table.c
    rows = [
        sa.select(*(sa.bindparam(f"{name}_{n}", type_=columns[name].type).label(name) for name in names))
        for n in range(number)
    ]
    return sa.insert(kind).from_select(list(names), sa.union_all(*rows) if number > 1 else rows[0])


def insert_once(
    session: Session, row: Base, *, unique: Sequence[str], asking: Questions = (), **asked: object
) -> Sequence[Any] | None:
    """Insert a new row unless one with the same `unique` columns exists: its key and the answers, None if it was there.

    Two writers at the same moment: the second waits for the first and then finds it, instead of failing. `asking`
    and `asked` are as for insert(); nothing is answered where nothing is written.
    """
    dialect = session.get_bind().dialect.name
    statement = _insert_once(type(row), dialect, tuple(unique), asking)
    return session.connection().execute(statement, _given(row) | asked).first()


@cache
def _insert_once(kind: type[Base], dialect: str, unique: tuple[str, ...], asking: Questions) -> sa.Executable:
    mapper = sa.inspect(kind)
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = insert(mapper.local_table).on_conflict_do_nothing(index_elements=list(unique))  # type: ignore[arg-type]
    return statement.returning(*mapper.primary_key, *asking)


def adopt(session: Session, row: Base, **key: object) -> None:
    """Let a row that insert_once() has written be one of the session's, without reading it back.

    Every column was given; `key` are those the database has chosen.
    """
    for name, value in key.items():
        setattr(row, name, value)
    make_transient_to_detached(row)
    # The database has just given this key out: whoever else bears it was written under a savepoint given up since.
    given_up = session.identity_map.get(identity_key(instance=row))
    if given_up is not None:
        session.expunge(given_up)
    session.add(row)


def database_of(session: Session) -> object:
    """What all sessions on one database share: the key under which a process remembers things of that database."""
    return session.get_bind().engine.pool


class Base(DeclarativeBase):
    """Every table of the server."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {dt.datetime: UtcDateTime()}  # noqa: RUF012 - SQLAlchemy reads it from the class
