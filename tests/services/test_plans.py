"""EXPLAIN, read by a test: lists within a scope go through an index range and never read a whole table."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from server.database import Database
from server.domain.demand_states import Group
from server.domain.people import SYSTEM
from server.domain.review import Standing
from server.domain.scope import Scope
from server.storage import (
    attention,
    case_list,
    demands,
    entrustments,
    events,
    grids,
    households,
    inbox,
    ledger,
    outer_orders,
    patrols,
    posts,
    record_list,
    returned,
    saved_filters,
    sheets,
    suggestions,
    visits,
    weekly_sheet,
)
from server.storage.case_filter import UNRESOLVED_GROUPS, CaseFilter, Moments, Timing
from server.storage.record_list import RecordFilter
from server.storage.selection import Page
from tests.bench import many_demands
from tests.factories import COUNTY, GRID, NOW, VILLAGE, County

VILLAGE_SCOPE = Scope.of([VILLAGE])
COUNTY_SCOPE = Scope.of([COUNTY])
MOMENTS = Moments(as_of=NOW, end_of_today=NOW, end_of_next_working_day=NOW)
MONTH = {"first": dt.date(2026, 10, 1), "last": dt.date(2026, 10, 31)}

Reader = Callable[[Session], object]

LISTS: dict[str, tuple[str, Reader]] = {
    "submissions": (
        "submissions",
        lambda session: record_list.find(session, RecordFilter(), scope=VILLAGE_SCOPE),
    ),
    "submissions of a form in a county": (
        "submissions",
        lambda session: record_list.find(session, RecordFilter(form_id="patrol"), scope=COUNTY_SCOPE),
    ),
    "submissions of a day in a county": (
        "submissions",
        lambda session: record_list.find(session, RecordFilter(first=NOW, last=NOW), scope=COUNTY_SCOPE),
    ),
    "submissions without rows": (
        "submissions",
        lambda session: record_list.find(session, RecordFilter(failed=True), scope=COUNTY_SCOPE),
    ),
    "submissions in a state": (
        "submissions",
        lambda session: record_list.find(session, RecordFilter(state="held"), scope=COUNTY_SCOPE),
    ),
    "submissions sent back": (
        "submissions",
        lambda session: record_list.find(
            session, RecordFilter(standing=Standing.RETURNED), scope=COUNTY_SCOPE
        ),
    ),
    "submissions corrected": (
        "submissions",
        lambda session: record_list.find(
            session, RecordFilter(standing=Standing.CORRECTED), scope=COUNTY_SCOPE
        ),
    ),
    "submissions nobody has looked at": (
        "submissions",
        lambda session: record_list.find(
            session, RecordFilter(standing=Standing.UNSEEN, form_id="patrol"), scope=COUNTY_SCOPE
        ),
    ),
    "submissions with a question": (
        "submissions",
        lambda session: record_list.find(
            session, RecordFilter(flag="clock", form_id="patrol"), scope=COUNTY_SCOPE
        ),
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
    "offered demands": (
        "demands",
        lambda session: demands.offered(session, scope=Scope.of([GRID]), claims_in=[VILLAGE]),
    ),
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
    "ledger": (
        "demands",
        lambda session: ledger.slice_of(session, CaseFilter(), scope=VILLAGE_SCOPE, moments=MOMENTS, size=50),
    ),
    "overdue": (
        "demands",
        lambda session: attention.due_until(session, NOW, scope=VILLAGE_SCOPE, area=None, limit=50),
    ),
    "suspended": (
        "demands",
        lambda session: attention.reviewed_until(
            session, NOW.date(), scope=VILLAGE_SCOPE, area=None, limit=50
        ),
    ),
    "supervised": (
        "demands",
        lambda session: attention.supervised(session, scope=VILLAGE_SCOPE, area=None, limit=50),
    ),
    "weekly sheet": (
        "demands",
        lambda session: weekly_sheet.to_go_through(
            session, scope=VILLAGE_SCOPE, area=None, as_of=NOW, due_by=NOW, limit=50
        ),
    ),
    "last words": ("demand_notes", lambda session: weekly_sheet.last_words(session, [uuid.uuid4()])),
    "kept questions": ("saved_filters", lambda session: saved_filters.of_account(session, uuid.uuid4())),
    "lists of orders": (
        "order_lists",
        lambda session: outer_orders.listing(session, scope=VILLAGE_SCOPE, limit=30),
    ),
    "orders of a list": ("outer_orders", lambda session: outer_orders.orders_of(session, uuid.uuid4())),
    "orders that came before": (
        "outer_orders",
        lambda session: outer_orders.taken_in(session, "hotline", ["12345-1"]),
    ),
    "demands by a platform's number": (
        "demands",
        lambda session: outer_orders.demands_by_number(session, "hotline", ["12345-1"]),
    ),
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


def test_the_ledger_of_a_county_is_read_on_in_its_order_and_never_sorted(
    database: Database, county: County, executed: list[tuple[str, object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "MOST_COUNTED", -1)  # as where there are more than are counted
    with database.transaction(SYSTEM) as work:
        executed.clear()
        ledger.slice_of(work.session, CaseFilter(), scope=COUNTY_SCOPE, moments=MOMENTS, size=50)
        statement, parameters = executed[-1]
        steps = plan(work.session, statement, parameters)
    assert "ix_demands_received_at_number" in steps, steps
    assert "TEMP B-TREE" not in steps, steps
    assert "Sort" not in steps, steps


OF_FEW = {
    "ix_submissions_standing_received_at": RecordFilter(standing=Standing.RETURNED),
    "ix_submissions_flagged": RecordFilter(flag="clock", standing=Standing.UNSEEN),
}


@pytest.mark.parametrize("index", sorted(OF_FEW))
def test_records_judged_and_records_with_questions_are_found_among_few_others(
    index: str, database: Database, county: County, executed: list[tuple[str, object]]
) -> None:
    with database.transaction(SYSTEM) as work:
        record_list.find(work.session, OF_FEW[index], scope=COUNTY_SCOPE)
        assert index in plan(work.session, *executed[-1])


LONGEST_OVER: dict[str, Reader] = {
    "queue": lambda session: attention.due_until(session, NOW, scope=COUNTY_SCOPE, area=None, limit=50),
    "queue, read on": lambda session: attention.due_until(
        session, NOW, scope=COUNTY_SCOPE, area=None, limit=50, after=_one_that_is_due(session)
    ),
    "list": lambda session: case_list.page_of(
        session, CaseFilter(), scope=COUNTY_SCOPE, moments=MOMENTS, page=Page()
    ),
}


def _one_that_is_due(session: Session) -> str:
    due = sa.select(demands.Demand.number).where(demands.Demand.due_at < NOW)
    return session.scalars(due.order_by(demands.Demand.due_at).limit(1)).one()


def test_those_longest_over_of_a_county_are_walked_to_in_an_index(
    database: Database, county: County, executed: list[tuple[str, object]]
) -> None:
    many_demands.fill(database, county, 3_000)  # of few rows PostgreSQL reads what it likes
    with database.transaction(SYSTEM) as work:
        for name, read in LONGEST_OVER.items():
            read(work.session)
            steps = plan(work.session, *executed[-1])
            assert "ix_demands_unsettled_due_at" in steps, (name, steps)
            assert "COVERING INDEX" in steps or "Index Only Scan" in steps, (name, steps)
            assert steps.count("Sort Key") + steps.count("TEMP B-TREE") == 1, (name, steps)  # of the page


UNSETTLED: dict[str, Reader] = {
    "cards": lambda session: case_list.counts(
        session,
        [CaseFilter(groups=UNRESOLVED_GROUPS), CaseFilter(timing=Timing.STALLED)],
        scope=COUNTY_SCOPE,
        moments=MOMENTS,
    ),
    "list": lambda session: case_list.page_of(
        session,
        CaseFilter(groups=(Group.IN_HAND,), kind="road"),
        scope=COUNTY_SCOPE,
        moments=MOMENTS,
        page=Page(),
    ),
    "weekly sheet": lambda session: weekly_sheet.to_go_through(
        session, scope=COUNTY_SCOPE, area=None, as_of=NOW, due_by=NOW, limit=50
    ),
}


def test_what_is_not_settled_is_counted_and_ordered_from_an_index_alone(
    database: Database, county: County, executed: list[tuple[str, object]]
) -> None:
    many_demands.fill(database, county, 3_000)
    with database.transaction(SYSTEM) as work:
        for name, read in UNSETTLED.items():
            executed.clear()
            read(work.session)
            steps = plan(work.session, *next(each for each in executed if each[0].startswith("SELECT")))
            assert "ix_demands_unsettled" in steps, (name, steps)
            assert "COVERING INDEX" in steps or "Index Only Scan" in steps, (name, steps)


@pytest.mark.parametrize("database_url", [pytest.param("postgis", marks=pytest.mark.postgis)], indirect=True)
def test_a_question_asked_often_is_planned_anew_for_what_it_asks(database: Database, county: County) -> None:
    with database.read(SYSTEM) as reading:
        for _ in range(12):  # after ten times PostgreSQL may keep a plan made for no values in particular
            attention.due_until(reading.session, NOW, scope=COUNTY_SCOPE, area=None, limit=50)
        kept = reading.session.scalar(
            sa.text("SELECT coalesce(sum(generic_plans), 0) FROM pg_prepared_statements")
        )
    assert kept == 0


def test_a_tab_of_an_inbox_is_counted_no_further_than_anybody_reads(
    database: Database, county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    many_demands.fill(database, county, 300)
    desk = inbox.Desk(account=county.accounts["assessor"], level="county")
    with database.read(SYSTEM) as reading:
        exact = inbox.counts(reading.session, desk, mine=False, scope=COUNTY_SCOPE)
        monkeypatch.setattr(inbox, "MOST_COUNTED", 10)
        counted = inbox.counts(reading.session, desk, mine=False, scope=COUNTY_SCOPE)
    assert counted == {group: min(number, 11) for group, number in exact.items()}
    assert max(exact.values()) > 11


def test_a_scope_is_a_range_of_codes_and_not_a_pattern() -> None:
    condition = str(households.within(households.Household.grid_code, VILLAGE_SCOPE))
    assert "LIKE" not in condition
    assert ">=" in condition
