"""Figures of random small counties, counted once more by code that knows nothing of the engine."""

from __future__ import annotations

import datetime as dt
import math
import random
import uuid
from collections.abc import Iterator

import pytest
from shapely import Point
from sqlalchemy.orm import Session

from server.database import Database
from server.domain.obligation import window_of
from server.domain.people import SYSTEM
from server.figures.compliance import compliance
from server.figures.coverage import coverage
from server.figures.occasions import occasions
from server.storage.grids import MustSeePoint
from server.storage.households import Household, Person
from server.storage.patrols import Exemption, Finding, Pass, Patrol
from server.storage.submissions import Submission
from server.storage.visits import IntakeSession, Visit, VisitPerson
from tests.factories import (
    COUNTY,
    GRID,
    NOW,
    OTHER_GRID,
    SHANGHAI,
    START,
    VACANT_GRID,
    VILLAGE,
    County,
    household,
    person,
)

GRIDS = (GRID, VACANT_GRID, OTHER_GRID)
TODAY = NOW.date()
OCTOBER = window_of("month", TODAY)
ONE_DAY = dt.timedelta(days=1)
FIELD_ROLES = ("grid_worker", "village_cadre")


def at(day: dt.date, hour: int) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), tzinfo=SHANGHAI)


class Teller:
    """Puts random records into a county."""

    def __init__(self, session: Session, seed: int) -> None:
        self.session = session
        self.chance = random.Random(seed)
        self.households: list[Household] = []
        self.persons: list[Person] = []

    def day(self, first: dt.date) -> dt.date:
        return first + ONE_DAY * self.chance.randrange((TODAY - first).days + 1)

    def submission(self, form_id: str, grid: str, started: dt.datetime, received: dt.datetime) -> int:
        row = Submission(
            form_id=form_id,
            form_version="2026112101",
            instance_id=f"uuid:{uuid.UUID(int=self.chance.getrandbits(128))}",
            root_instance_id="",
            state="received",
            xml=b"",
            sha256="",
            values={},
            role="",
            device_start=started,
            received_at=received,
            day=started.date(),
            jurisdiction=grid,
            boundary_version=1,
        )
        self.session.add(row)
        self.session.flush()
        return row.id

    def times(self, first: dt.date) -> tuple[dt.date, dt.datetime, dt.datetime]:
        """A day, a start on it, and a receipt that may lie days later, even after now."""
        day = self.day(first)
        started = at(day, self.chance.choice((7, 9, 15, 19)))
        return day, started, started + dt.timedelta(days=self.chance.choice((0, 0, 0, 0, 3)))

    def place(self, grid: str) -> Point:
        west = 108.0 + GRIDS.index(grid) / 100
        return Point(west + self.chance.random() / 100, 30.0 + self.chance.random() / 100)

    def people(self) -> None:
        for grid in GRIDS:
            for number in range(12):
                point = self.place(grid) if self.chance.random() < 0.85 else None
                occupancy = self.chance.choice(("occupied", "occupied", "occupied", "away"))
                home = household(self, grid=grid, address=f"{number}", point=point, occupancy=occupancy)
                self.households.append(home)
                for name in range(self.chance.randrange(3)):
                    self.persons.append(person(self, home, name=f"{grid[-4:]}{number}-{name}"))
            self.session.add(MustSeePoint(grid_code=grid, name="水库", point=self.place(grid)))

    def patrols(self) -> None:
        for grid in GRIDS:
            for _ in range(self.chance.choice((2, 20, 60))):
                day, started, received = self.times(dt.date(2026, 8, 20))
                submission = self.submission("patrol", grid, started, received)
                patrol = Patrol(
                    submission_id=submission,
                    grid_then=grid,
                    day=day,
                    started_at=started,
                    received_at=received,
                    roles=[self.chance.choice((*FIELD_ROLES, "township_official"))],
                    result="clear",
                    positioned=self.chance.random() < 0.7,
                    removed_at=at(day, 23) if self.chance.random() < 0.1 else None,
                )
                self.session.add(patrol)
                self.session.flush()
                self.session.add(
                    Pass(submission_id=submission, grid_then=grid, day=day, shape=self.near(grid))
                )
                self.finding(patrol)
            for _ in range(4):
                self.exempt(grid)

    def near(self, grid: str) -> Point:
        """Somewhere in the grid, now and then right beside a dwelling."""
        placed = [home.point for home in self.households if home.grid_code == grid and home.point is not None]
        if self.chance.random() < 0.6:
            beside = self.chance.choice(placed)
            return Point(beside.x + self.chance.uniform(-8e-4, 8e-4), beside.y)
        return self.place(grid)

    def finding(self, patrol: Patrol) -> None:
        self.session.add(
            Finding(
                submission_id=patrol.submission_id,
                position=0,
                patrol_id=patrol.id,
                grid_then=patrol.grid_then,
                day=patrol.day,
                kind=self.chance.choice(("road", "fire")),
                handled=self.chance.choice(("report", "fixed", "watch")),
                source="seen",
            )
        )

    def exempt(self, grid: str) -> None:
        day = self.day(dt.date(2026, 10, 1))
        known = self.session.query(Exemption).filter_by(grid_code=grid, day=day).first()
        if known is None:
            declared = at(day + ONE_DAY * self.chance.choice((-1, 0, 1)), 12)
            self.session.add(Exemption(grid_code=grid, day=day, reason="disaster", declared_at=declared))
            self.session.flush()

    def visits(self) -> None:
        for _ in range(90):
            home = self.chance.choice(self.households)
            day, started, received = self.times(START)
            outcome = self.chance.choice(("met", "met", "phone", "not_home", "not_home", "refused"))
            imported = self.chance.random() < 0.1
            visit = Visit(
                submission_id=None
                if imported
                else self.submission("household_visit", home.grid_code, started, received),
                household_id=home.id,
                grid_then=home.grid_code,
                day=day,
                started_at=started,
                received_at=received,
                roles=[self.chance.choice((*FIELD_ROLES, "township_official"))],
                outcome=outcome,
                source="import" if imported else "phone",
            )
            self.session.add(visit)
            self.session.flush()
            for each in self.persons:
                if (
                    not imported
                    and each.household_id == home.id
                    and outcome in ("met", "phone")
                    and self.chance.random() < 0.8
                ):
                    self.session.add(VisitPerson(visit_id=visit.id, person_id=each.id))

    def meetings(self) -> None:
        for grid in GRIDS:
            if self.chance.random() < 0.6:
                _, started, received = self.times(dt.date(2026, 8, 1))
                self.session.add(
                    IntakeSession(
                        submission_id=self.submission("demand_intake", grid, started, received),
                        jurisdiction=grid,
                        day=started.date(),
                        channel=self.chance.choice(("meeting", "meeting", "stand")),
                        tally="none",
                        roles=[self.chance.choice(("township_official", "village_cadre"))],
                        received_at=received,
                    )
                )


class Recount:
    """Counts again from the rows, in the plainest way there is."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def patrolled(self, grid: str, day: dt.date) -> list[Patrol]:
        return [
            row
            for row in self.session.query(Patrol).filter_by(grid_then=grid, day=day)
            if row.received_at <= NOW
            and (row.removed_at is None or row.removed_at > NOW)
            and row.roles[0] in FIELD_ROLES
        ]

    def exempt(self, grid: str, day: dt.date) -> bool:
        return any(
            row.declared_at < at(day, 0) + ONE_DAY and row.declared_at <= NOW
            for row in self.session.query(Exemption).filter_by(grid_code=grid, day=day)
        )

    def days(self, grid: str) -> Iterator[tuple[dt.date, list[Patrol]]]:
        day = OCTOBER.first
        while day <= TODAY:
            done = self.patrolled(grid, day)
            if not self.exempt(grid, day) and (day < TODAY or done):
                yield day, done
            day += ONE_DAY

    def missed(self, grid: str) -> int:
        missed, day = 0, TODAY - ONE_DAY
        while day >= START:
            if not self.exempt(grid, day):
                if self.patrolled(grid, day):
                    return missed
                missed += 1
            day -= ONE_DAY
        return missed

    def places(self, grid: str) -> list[dt.date | None]:
        """Of each place the last day somebody passed within 50 m in 90 days."""
        homes = self.session.query(Household).filter_by(grid_code=grid, occupancy="occupied")
        points = [home.point for home in homes if home.point is not None]
        points += [row.point for row in self.session.query(MustSeePoint).filter_by(grid_code=grid)]
        counting = {
            row.submission_id
            for row in self.session.query(Patrol)
            if row.received_at <= NOW and (row.removed_at is None or row.removed_at > NOW)
        }
        passes = [
            row
            for row in self.session.query(Pass)
            if row.submission_id in counting and TODAY - ONE_DAY * 90 < row.day <= TODAY
        ]
        return [
            max((each.day for each in passes if metres(each.shape, point) <= 50), default=None)
            for point in points
        ]

    def counted(self, household_id: object, person_id: object | None) -> list[Visit]:
        """The visits that do the duty: met, by the right roles, arrived, with the person among those seen."""
        return [
            row
            for row in self.session.query(Visit).filter_by(household_id=household_id)
            if row.received_at <= NOW
            and row.source != "import"
            and row.outcome == "met"
            and row.roles[0] in FIELD_ROLES
            and (person_id is None or person_id in {each.person_id for each in row.seen})
        ]

    def known(self, household_id: object, person_id: object) -> list[Visit]:
        """What tells when a person was last met: the visits that count, and those of an earlier list."""
        listed = self.session.query(Visit).filter_by(
            household_id=household_id, source="import", outcome="met"
        )
        return [
            *self.counted(household_id, person_id),
            *(row for row in listed if row.received_at <= NOW),
        ]

    def tried_in_vain(self, household_id: object) -> bool:
        tried = [
            row
            for row in self.session.query(Visit).filter_by(household_id=household_id)
            if row.day in OCTOBER
            and row.received_at <= NOW
            and row.source != "import"
            and row.outcome in ("not_home", "refused")
            and row.roles[0] in FIELD_ROLES
        ]
        late = any(row.started_at.astimezone(SHANGHAI).hour >= 18 or not works(row.day) for row in tried)
        return late and len({row.day for row in tried}) >= 2


def works(day: dt.date) -> bool:
    """October 2026: the first seven days off, Saturday the 10th worked."""
    return day.day > 7 and (day.weekday() < 5 or day.day == 10)


def metres(one: Point, other: Point) -> float:
    north = (one.y - other.y) * 110_852.0
    east = (one.x - other.x) * 111_320.0 * math.cos(math.radians(30.005))
    return math.hypot(north, east)


@pytest.mark.parametrize("seed", range(4))
def test_every_figure_is_what_a_plain_recount_finds(database: Database, county: County, seed: int) -> None:
    with database.transaction(SYSTEM) as work:
        teller = Teller(work.session, seed)
        for tell in (teller.people, teller.patrols, teller.visits, teller.meetings):
            tell()
    with database.read(SYSTEM) as reading:
        again = Recount(reading.session)
        covered = coverage(reading, OCTOBER)
        assert [line.grid.code for line in covered.grids] == list(GRIDS)
        for line in covered.grids:
            _compare_patrols(line, again)
        seen = compliance(reading, "special_month")
        residents = compliance(reading, "resident_half_year")
        for grid in GRIDS:
            _compare_visits(seen.of_group(grid).grids[0].visits, grid, teller, again)
            living = residents.of_group(grid).grids[0].visits
            homes = {home.id for home in teller.households if home.grid_code == grid}
            done = {
                home for home in homes if any(v.day >= dt.date(2026, 7, 1) for v in again.counted(home, None))
            }
            assert (set(living.reached.rows_d), set(living.reached.rows_n)) == (homes, done)
        _compare_meetings(
            reading.session, occasions(reading, "courtyard_meeting", window=window_of("year", TODAY))
        )
        village = covered.of_group(VILLAGE).reached
        assert village.d == sum(line.days.reached.d for line in covered.grids[:2])
        assert covered.of_group(COUNTY).reached.n == covered.reached.n


def _compare_patrols(line, again):
    grid = line.grid.code
    days = dict(again.days(grid))
    assert set(line.days.reached.rows_d) == set(days)
    assert set(line.days.reached.rows_n) == {day for day, done in days.items() if done}
    assert set(line.days.located.rows_n) == {
        day for day, done in days.items() if any(row.positioned for row in done)
    }
    assert line.days.missed_in_a_row == again.missed(grid)
    assert line.days.vacant == (grid == VACANT_GRID)
    places = again.places(grid)
    assert line.places.reached.d == len(places)
    assert line.places.reached.n == sum(day is not None and day > TODAY - ONE_DAY * 30 for day in places)
    assert line.places.long_unseen.n == sum(day is None for day in places)
    found = again.session.query(Finding).filter_by(grid_then=grid)
    october = [row for row in found if row.day in OCTOBER]
    assert line.finding_counts.found == len(october)
    assert line.finding_counts.fixed == sum(row.handled == "fixed" for row in october)


def _compare_visits(visits, grid, teller, again):
    people = [
        each for each in teller.persons if again.session.get(Household, each.household_id).grid_code == grid
    ]
    counted = {each.id: again.counted(each.household_id, each.id) for each in people}
    done = {key for key, rows in counted.items() if any(row.day in OCTOBER for row in rows)}
    assert set(visits.reached.rows_d) == {each.id for each in people}
    assert set(visits.reached.rows_n) == done
    assert set(visits.not_met.rows_n) == {
        each.id for each in people if each.id not in done and again.tried_in_vain(each.household_id)
    }
    imported = {
        row.household_id
        for row in again.session.query(Visit).filter_by(source="import", outcome="met")
        if row.received_at <= NOW
    }
    rows_of = {each.id: again.known(each.household_id, each.id) for each in people}
    by_phone = {
        key
        for key, known in rows_of.items()
        if key in done and all(row.outcome == "phone" for row in known if row.day in OCTOBER)
    }
    assert (set(visits.by_phone.rows_n), set(visits.by_phone.rows_d)) == (by_phone, done)
    assert set(visits.long_unseen.rows_n) == {
        key
        for key, known in rows_of.items()
        if known and (TODAY - max(row.day for row in known if row.outcome == "met")).days > 62
    }
    assert set(visits.never.rows_n) == {
        each.id for each in people if not counted[each.id] and each.household_id not in imported
    }


def _compare_meetings(session, held):
    for place in held.places:
        rows = [
            row
            for row in session.query(IntakeSession)
            if row.jurisdiction.startswith(place.code)
            and row.channel == "meeting"
            and row.roles == ["township_official"]
            and row.received_at <= NOW
        ]
        assert (place.held.n, place.held.d) == (bool(rows), 1)
