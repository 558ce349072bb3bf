"""代访: households given to a stand-in are on his phone for those days, and what he does there counts for their grid."""

from __future__ import annotations

import csv
import datetime as dt
import io
import uuid
from typing import Any

import pytest
from flask.testing import FlaskClient

from server.database import Database
from server.domain.people import SYSTEM, Actor
from server.domain.problems import Conflict, Forbidden, Invalid, NotFound, Problem
from server.figures.compliance import compliance
from server.services import actors
from server.services.entrustments import entrust, take_back
from server.services.submissions.rows import reproject
from server.storage.entrustments import Entrustment
from server.storage.events import EventRow
from server.storage.households import Household
from server.storage.posts import Account
from server.storage.submissions import Submission
from server.storage.visits import Visit
from tests import factories
from tests.conftest import Clock
from tests.factories import GRID, NOW, OTHER_GRID, TOWNSHIP, VACANT_GRID, County
from tests.instances import instance, visit
from tests.phones import Phone, rows

TODAY = NOW.date()
DAY = dt.timedelta(days=1)
Home = tuple[uuid.UUID, uuid.UUID]


@pytest.fixture
def homes(database: Database, county: County) -> list[Home]:
    """Two households of the vacant grid with a person in care each, and one of the worker's own."""
    with database.transaction(SYSTEM) as work:
        made = []
        for number, grid in enumerate((VACANT_GRID, VACANT_GRID, GRID)):
            home = factories.household(work, grid=grid, address=f"石桥村{number}组", head="李家")
            made.append((home.id, factories.person(work, home, called=f"李{number}奶奶").id))
        return made


def actor(database: Database, county: County, name: str) -> Actor:
    with database.read(SYSTEM) as reading:
        account = reading.session.get_one(Account, county.accounts[name])
        return actors.of_account(reading.session, account, now=NOW)


def give(
    database: Database,
    county: County,
    *given: Home,
    by: str = "official",
    to: str = "other_worker",
    first_day: dt.date = TODAY,
    last_day: dt.date = TODAY + 2 * DAY,
) -> uuid.UUID:
    with database.transaction(actor(database, county, by)) as work:
        keys = [home for home, _ in given]
        return entrust(work, county.accounts[to], keys, first_day=first_day, last_day=last_day).id


def listed(client: FlaskClient, county: County, name: str, who: str = "other_worker") -> set[str]:
    path = f"{county.phone(who)}/forms/household_visit/attachments/{name}"
    answer = client.get(path, base_url="https://localhost")
    assert answer.status_code == 200, answer.text
    return {row["name"] for row in csv.DictReader(io.StringIO(answer.text))}


def met(home: Home, start: dt.datetime = NOW, **more: Any) -> bytes:
    return instance("household_visit", visit(home[0], start, seen=[home[1]], **more))


def test_the_households_stand_on_the_phone_from_the_first_day_to_the_last(
    client: FlaskClient, database: Database, county: County, clock: Clock, homes: list[Home]
) -> None:
    give(database, county, homes[0], first_day=TODAY + DAY)
    seen = {}
    for days in range(5):
        clock.now = NOW + days * DAY
        files = ("households.csv", "persons.csv")
        seen[days] = [listed(client, county, name) for name in files]
    (home, granny) = map(str, homes[0])
    assert seen == {0: [set(), set()], 1: [{home}, {granny}], 2: [{home}, {granny}], 3: [set(), set()],
                    4: [set(), set()]}  # fmt: skip


def test_a_given_household_is_due_as_on_the_list_of_its_own_grid(
    client: FlaskClient, database: Database, county: County, homes: list[Home]
) -> None:
    give(database, county, homes[2])
    path = "forms/household_visit/attachments/households.csv"
    lines = {}
    for who in ("worker", "other_worker"):
        answer = client.get(f"{county.phone(who)}/{path}", base_url="https://localhost")
        (lines[who],) = csv.DictReader(io.StringIO(answer.text))
    assert lines["worker"] == lines["other_worker"]
    assert lines["worker"]["due_state"] == "overdue"


def test_what_the_stand_in_does_counts_for_the_grid_and_not_for_his_own(
    client: FlaskClient, database: Database, county: County, homes: list[Home]
) -> None:
    with database.transaction(SYSTEM) as work:
        own = factories.household(work, grid=OTHER_GRID, address="柳湾村1组")
        factories.person(work, own)
    give(database, county, homes[0], homes[1])
    assert Phone(client, county, "other_worker").send(met(homes[0])) == 201
    (submission,), (row,) = rows(database, Submission), rows(database, Visit)
    assert (submission.projection_error, submission.flags) == (None, ["far_from_grid", "other_grid"])
    assert (row.grid_then, row.roles, submission.jurisdiction) == (VACANT_GRID, ["grid_worker"], VACANT_GRID)
    with database.read(SYSTEM) as reading:
        for duty in ("special_month", "resident_half_year"):
            found = compliance(reading, duty)
            figures = {line.grid.code: line.visits.reached for line in found.grids}
            assert {code: (each.n, each.d) for code, each in figures.items()} == {
                GRID: (0, 1),
                VACANT_GRID: (1, 2),
                OTHER_GRID: (0, 1),
            }


def test_a_household_that_was_not_given_stays_refused(
    client: FlaskClient, database: Database, county: County, homes: list[Home]
) -> None:
    give(database, county, homes[0], first_day=TODAY, last_day=TODAY)
    phone = Phone(client, county, "other_worker")
    assert phone.send(met(homes[1])) == 201
    assert phone.send(met(homes[0], NOW - DAY)) == 201
    assert [row.projection_error is None for row in rows(database, Submission)] == [False, False]
    assert rows(database, Visit) == []


def test_a_visit_of_the_last_day_counts_whenever_it_arrives_and_is_projected_again(
    client: FlaskClient, database: Database, county: County, clock: Clock, homes: list[Home]
) -> None:
    give(database, county, homes[0], last_day=TODAY)
    clock.now = NOW + 5 * DAY
    assert Phone(client, county, "other_worker").send(met(homes[0])) == 201
    (submission,) = rows(database, Submission)
    assert submission.projection_error is None
    with database.transaction(SYSTEM) as work:
        assert reproject(work, work.session.get_one(Submission, submission.id)) is None
    assert len(rows(database, Visit)) == 1


def test_taken_back_it_leaves_the_phone_at_once_and_todays_visit_counts(
    client: FlaskClient, database: Database, county: County, clock: Clock, homes: list[Home]
) -> None:
    key = give(database, county, homes[0], homes[1])
    with database.transaction(actor(database, county, "cadre")) as work:
        take_back(work, key)
    assert listed(client, county, "households.csv") == set()
    path = f"{county.phone('other_worker')}/integrity/households.csv?id={homes[0][0]}"
    assert "<deleted>true</deleted>" in client.get(path, base_url="https://localhost").text
    assert Phone(client, county, "other_worker").send(met(homes[0], NOW - dt.timedelta(hours=1))) == 201
    clock.now = NOW + DAY
    assert Phone(client, county, "other_worker").send(met(homes[1], NOW + DAY)) == 201
    assert [row.household_id for row in rows(database, Visit)] == [homes[0][0]]
    kinds = [row.kind for row in rows(database, EventRow) if row.kind.startswith("entrustment.")]
    assert kinds == ["entrustment.given", "entrustment.ended"]
    with (
        pytest.raises(Conflict, match=r"entrustment\.has_ended"),
        database.transaction(SYSTEM) as work,
    ):
        take_back(work, key)


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"by": "worker", "to": "worker"}, Forbidden),
        ({"by": "other_cadre"}, NotFound),
        ({"by": "cadre"}, NotFound),
        ({"to": "official"}, Invalid),
        ({"last_day": TODAY - DAY}, Invalid),
        ({"first_day": TODAY + DAY, "last_day": TODAY}, Invalid),
        ({"first_day": TODAY - 2 * DAY, "last_day": TODAY - DAY}, Invalid),
    ],
)
def test_who_may_give_what_to_whom(
    database: Database, county: County, homes: list[Home], more: dict[str, Any], refusal: type[Problem]
) -> None:
    with pytest.raises(refusal):
        give(database, county, homes[0] if more.get("by") != "worker" else homes[2], **more)
    assert rows(database, Entrustment) == []


def test_nothing_and_whoever_has_left_cannot_be_given(
    database: Database, county: County, homes: list[Home]
) -> None:
    with pytest.raises(Invalid, match="no_household"):
        give(database, county)
    with database.transaction(SYSTEM) as work:
        work.session.get_one(Household, homes[0][0]).exited_at = NOW
        work.session.get_one(Account, county.accounts["worker"]).closed_on = TODAY
    with pytest.raises(Conflict, match="already_left"):
        give(database, county, homes[0])
    with pytest.raises(Conflict, match="is_closed"):
        give(database, county, homes[1], to="worker")


def test_an_event_names_the_households_and_the_narrowest_division(
    database: Database, county: County, homes: list[Home]
) -> None:
    give(database, county, homes[0], homes[0], homes[2])
    (event,) = (row for row in rows(database, EventRow) if row.kind == "entrustment.given")
    assert event.jurisdiction == VACANT_GRID[:12]
    assert event.details["households"] == [str(homes[0][0]), str(homes[2][0])]
    assert TOWNSHIP in event.jurisdiction
