"""The roster as the obligation engine takes it: who is on it, which visits come with it, which grids owe."""

from __future__ import annotations

import datetime as dt
import random
import uuid

import pytest
import sqlalchemy as sa

from server.database import Database
from server.domain.obligation import window_of
from server.domain.people import SYSTEM
from server.domain.scope import Scope
from server.figures import roster
from server.figures.areas import grid_names
from server.figures.compliance import compliance
from server.services.register.households import move_household
from server.storage.grids import Grid
from server.storage.households import AwaySpell, Household
from server.storage.jurisdictions import Jurisdiction
from server.storage.visits import Visit, VisitPerson
from server.work import Work
from tests import factories
from tests.factories import GRID, NOW, OTHER_GRID, SHANGHAI, START, VACANT_GRID, VILLAGE, County

EVERYWHERE = Scope.everything()
GRIDS = (GRID, VACANT_GRID, OTHER_GRID)


def visited(
    work: Work, home: Household, day: dt.date, outcome: str = "met", *, by: str = "grid_worker"
) -> int:
    at = dt.datetime.combine(day, dt.time(10), tzinfo=factories.SHANGHAI)
    row = Visit(
        household_id=home.id,
        grid_then=home.grid_code,
        day=day,
        started_at=at,
        received_at=at,
        roles=[by],
        outcome=outcome,
    )
    work.session.add(row)
    work.session.flush()
    return row.id


def test_persons_carry_their_tags_and_the_absence_of_their_household(
    database: Database, county: County
) -> None:
    with database.transaction(SYSTEM) as work:
        home = factories.household(work)
        granny = factories.person(work, home)
        factories.person(work, home, name="王强", called="王强", tag=None)
        work.session.add(AwaySpell(household_id=home.id, since=dt.date(2026, 9, 1)))
    with database.read(SYSTEM) as reading:
        (unit,) = roster.persons(reading.session, scope=EVERYWHERE, as_of=NOW)
    assert unit.id == granny.id
    assert [tag.code for tag in unit.tags] == ["alone_elder"]
    assert unit.is_away(dt.date(2026, 9, 2), as_of=NOW)


def test_a_household_waiting_for_approval_is_not_on_the_register(database: Database, county: County) -> None:
    with database.transaction(SYSTEM) as work:
        waiting = factories.household(work, state="pending")
        factories.person(work, waiting)
        kept = factories.household(work, address="石桥村1组13号")
    with database.read(SYSTEM) as reading:
        assert [unit.id for unit in roster.households(reading.session, scope=EVERYWHERE, as_of=NOW)] == [
            kept.id
        ]
        assert roster.persons(reading.session, scope=EVERYWHERE, as_of=NOW) == []


def test_of_earlier_visits_the_last_of_each_kind_comes_along(database: Database, county: County) -> None:
    with database.transaction(SYSTEM) as work:
        home = factories.household(work)
        granny = factories.person(work, home)
        seen = visited(work, home, dt.date(2026, 7, 2))
        work.session.add(VisitPerson(visit_id=seen, person_id=granny.id))
        visited(work, home, dt.date(2026, 7, 3))
        last = visited(work, home, dt.date(2026, 7, 9))
        by_cadre = visited(work, home, dt.date(2026, 7, 5), by="village_cadre")
        call = visited(work, home, dt.date(2026, 7, 4), "phone")
        this_month = visited(work, home, dt.date(2026, 10, 2))
    with database.read(SYSTEM) as reading:
        found = roster.visits(reading.session, scope=EVERYWHERE, since=dt.date(2026, 10, 1), as_of=NOW)
    assert {visit.id for visit in found} == {seen, last, by_cadre, call, this_month}
    assert {visit.id: visit.seen for visit in found}[seen] == {granny.id}


def test_visits_follow_the_household_that_moved(database: Database, county: County) -> None:
    with database.transaction(SYSTEM) as work:
        home = factories.household(work, grid=OTHER_GRID)
        visit = visited(work, home, dt.date(2026, 10, 2))
        work.session.get_one(Visit, visit).grid_then = GRID
    with database.read(SYSTEM) as reading:
        since = dt.date(2026, 10, 1)
        there = roster.visits(reading.session, scope=Scope.of([OTHER_GRID]), since=since, as_of=NOW)
        here = roster.visits(reading.session, scope=Scope.of([GRID]), since=since, as_of=NOW)
    assert [(found.id, found.grid) for found in there] == [(visit, GRID)]
    assert here == []


def test_a_grid_without_a_worker_is_vacant_and_a_village_without_a_start_owes_nothing(
    database: Database, county: County
) -> None:
    day = NOW.date()
    with database.transaction(SYSTEM) as work:
        work.session.get_one(Jurisdiction, VILLAGE).start_date = None
    with database.read(SYSTEM) as reading:
        grids = {grid.id: grid for grid in roster.duty_grids(reading.session, scope=EVERYWHERE, on=day)}
    assert {code: grid.vacant for code, grid in grids.items()} == {
        GRID: False,
        VACANT_GRID: True,
        OTHER_GRID: False,
    }
    assert not grids[GRID].owes_on(day)
    assert grids[OTHER_GRID].owes_on(day)
    assert grids[OTHER_GRID].owes_since == START


def test_a_grid_is_called_by_its_new_name_from_the_change_on(database: Database, county: County) -> None:
    with database.transaction(SYSTEM) as work:
        before = grid_names(work.session, scope=EVERYWHERE)[GRID].name
        work.session.execute(sa.update(Grid).where(Grid.code == GRID).values(name="新网格"))
        after = grid_names(work.session, scope=EVERYWHERE)[GRID].name
    assert (before != "新网格", after) == (True, "新网格")
    with database.read(SYSTEM) as reading:
        named = grid_names(reading.session, scope=EVERYWHERE)
        of_few = grid_names(reading.session, scope=Scope.of([GRID, OTHER_GRID]))
    assert named[GRID].name == "新网格"
    assert dict(of_few) == {code: named[code] for code in (GRID, OTHER_GRID)}


def test_ids_of_units_are_those_of_the_tables(database: Database, county: County) -> None:
    with database.transaction(SYSTEM) as work:
        home = factories.household(work)
    with database.read(SYSTEM) as reading:
        (unit,) = roster.households(reading.session, scope=EVERYWHERE, as_of=NOW)
    assert unit.id == home.id
    assert isinstance(unit.id, uuid.UUID)


@pytest.mark.parametrize("seed", range(3))
def test_units_are_counted_where_they_lay_at_the_instant(
    database: Database, county: County, seed: int
) -> None:
    """Every instant of a history of moves, counted again by walking the history (METRICS D5 `grid_now`)."""
    chance = random.Random(seed)
    begin = dt.datetime(2026, 10, 1, 8, tzinfo=SHANGHAI)
    grid_at: dict[uuid.UUID, list[tuple[dt.datetime, str]]] = {}
    with database.transaction(SYSTEM) as work:
        homes = [
            factories.household(work, grid=chance.choice(GRIDS), address=f"{number}") for number in range(9)
        ]
        for home in homes:
            grid_at[home.id] = [(dt.datetime.min.replace(tzinfo=dt.UTC), home.grid_code)]
            factories.person(work, home, name=home.address)
        for hours in range(0, 200, 8):
            home = chance.choice(homes)
            there = Work(work.session, SYSTEM, begin + dt.timedelta(hours=hours))
            to_grid = chance.choice([grid for grid in GRIDS if grid != home.grid_code])
            moved_on = there.now.date() - dt.timedelta(days=chance.randrange(9))
            move_household(there, home.id, to_grid=to_grid, moved_on=moved_on)
            grid_at[home.id].append((there.now, to_grid))

    def lay(home: uuid.UUID, as_of: dt.datetime) -> str:
        return [grid for since, grid in grid_at[home] if since <= as_of][-1]

    with database.read(SYSTEM) as reading:
        for hours in (-1, 0, 7, 50, 96, 131, 250):
            as_of = begin + dt.timedelta(hours=hours)
            for scope in (Scope.of([GRID]), Scope.of([VILLAGE]), EVERYWHERE):
                expected = {home: lay(home, as_of) for home in grid_at if scope.covers(lay(home, as_of))}
                found = roster.households(reading.session, scope=scope, as_of=as_of)
                assert {unit.id: unit.grid for unit in found} == expected
                people = roster.persons(reading.session, scope=scope, as_of=as_of)
                assert {unit.household: unit.grid for unit in people} == expected


def test_a_past_window_is_judged_where_its_households_lay_then(database: Database, county: County) -> None:
    with database.transaction(SYSTEM) as work:
        home = factories.household(work, grid=GRID)
        granny = factories.person(work, home)
        seen = visited(work, home, dt.date(2026, 9, 3))
        work.session.add(VisitPerson(visit_id=seen, person_id=granny.id))
        later = Work(work.session, SYSTEM, dt.datetime(2026, 10, 8, 9, tzinfo=SHANGHAI))
        move_household(later, home.id, to_grid=OTHER_GRID, moved_on=dt.date(2026, 9, 1))
    september = window_of("month", dt.date(2026, 9, 1))
    with database.read(SYSTEM) as reading:
        then = compliance(reading, "special_month", window=september)
        now = compliance(reading, "special_month", window=september, live=True)
    for found, grid in ((then, GRID), (now, OTHER_GRID)):
        lines = {line.grid.code: line.visits.reached for line in found.grids if line.visits.reached.d}
        assert {code: (figure.n, figure.d) for code, figure in lines.items()} == {grid: (1, 1)}
