"""EXPLAIN, read by a test: lists within a scope go through an index range and never read a whole table."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from server.database import Database
from server.domain.people import SYSTEM
from server.domain.scope import Scope
from server.storage import (
    demands,
    entrustments,
    events,
    grids,
    households,
    patrols,
    posts,
    returned,
    sheets,
    submissions,
    suggestions,
    visits,
)
from server.storage.selection import Page
from tests.factories import NOW, VILLAGE, County

VILLAGE_SCOPE = Scope.of([VILLAGE])
MONTH = {"first": dt.date(2026, 10, 1), "last": dt.date(2026, 10, 31)}

Reader = Callable[[Session], object]

LISTS: dict[str, tuple[str, Reader]] = {
    "submissions": (
        "submissions",
        lambda session: submissions.listing(session, scope=VILLAGE_SCOPE, page=Page()),
    ),
    "patrols": (
        "patrols",
        lambda session: patrols.between(session, scope=VILLAGE_SCOPE, as_of=NOW, **MONTH),
    ),
    "findings": (
        "findings",
        lambda session: patrols.findings_between(session, scope=VILLAGE_SCOPE, **MONTH),
    ),
    "visits": ("visits", lambda session: visits.between(session, scope=VILLAGE_SCOPE, as_of=NOW, **MONTH)),
    "demands": ("demands", lambda session: demands.listing(session, scope=VILLAGE_SCOPE)),
    "households": ("households", lambda session: households.listing(session, scope=VILLAGE_SCOPE)),
    "sheets": (
        "frozen_sheets",
        lambda session: sheets.of_window(
            session,
            scope=VILLAGE_SCOPE,
            duty="special_month",
            window_kind="month",
            first_day=dt.date(2026, 9, 1),
        ),
    ),
    "given to somebody": (
        "entrustments",
        lambda session: entrustments.households_of(session, uuid.uuid4(), on=NOW.date()),
    ),
    "grids": ("grids", lambda session: grids.listing(session, scope=VILLAGE_SCOPE)),
    "accounts": ("accounts", lambda session: posts.listing(session, scope=VILLAGE_SCOPE)),
    "suggestions": (
        "suggestions",
        lambda session: suggestions.listing(session, scope=VILLAGE_SCOPE, page=Page(), waiting_only=False),
    ),
    "suggestions waiting": (
        "suggestions",
        lambda session: suggestions.waiting(session, scope=VILLAGE_SCOPE),
    ),
    "answers": (
        "suggestions",
        lambda session: suggestions.answered_to(session, uuid.uuid4(), limit=20),
    ),
    "returned records": (
        "submissions",
        lambda session: returned.returned_to(session, uuid.uuid4(), limit=50),
    ),
    "outbox": ("events", lambda session: events.claim(session, limit=100)),
}


@pytest.fixture
def executed(database: Database) -> Iterator[list[tuple[str, object]]]:
    """The statements the database was sent, with their parameters."""
    heard: list[tuple[str, object]] = []

    def listen(_c: object, _cursor: object, statement: str, parameters: object, *_rest: object) -> None:
        heard.append((statement, parameters))

    sa.event.listen(database.engine, "before_cursor_execute", listen)
    yield heard
    sa.event.remove(database.engine, "before_cursor_execute", listen)


def plan(session: Session, statement: str, parameters: object) -> str:
    """What the database says it would do. PostgreSQL reads small tables whole unless told that this is dear."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)  # type: ignore[arg-type]
        return "\n".join(str(row[3]) for row in rows)
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    return "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", sorted(LISTS))
def test_a_list_within_a_village_reads_an_index_range(
    name: str, database: Database, county: County, executed: list[tuple[str, object]]
) -> None:
    table, read = LISTS[name]
    with database.transaction(SYSTEM) as work:
        executed.clear()
        read(work.session)
        asked = [each for each in executed if each[0].lstrip().upper().startswith("SELECT")]
        assert asked
        for statement, parameters in asked:
            steps = plan(work.session, statement, parameters)
            assert f"Seq Scan on {table}" not in steps, steps
            assert not any(line.strip() == f"SCAN {table}" for line in steps.splitlines()), steps


def test_a_scope_is_a_range_of_codes_and_not_a_pattern() -> None:
    condition = str(households.within(households.Household.grid_code, VILLAGE_SCOPE))
    assert "LIKE" not in condition
    assert ">=" in condition
