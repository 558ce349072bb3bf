"""The screen on a wall names nobody and counts no persons, whoever has signed in."""

from __future__ import annotations

import json
import re

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from shapely import Point

from server.database import Database
from server.domain.people import SYSTEM
from server.storage.demands import Demand
from server.storage.households import Household, Person
from server.storage.posts import Account
from tests.conftest import Clock
from tests.factories import GRID, OTHER_VILLAGE, VACANT_GRID, VILLAGE, County, household, person
from tests.offices import Office
from tests.pages import read, sign_in, words

PATHS = ("/wall", *(f"/wall/values?map={name}" for name in ("patrols", "visits", "cases")))


@pytest.fixture
def office(county: County, database: Database, clock: Clock) -> Office:
    office = Office(county, database, clock)
    with database.transaction(SYSTEM) as work:
        for number, grid in enumerate((GRID, GRID, VACANT_GRID)):
            home = household(
                work, grid=grid, address=f"{number}组", head=f"户主{number}", point=Point(108.005, 30.005)
            )
            person(work, home, name=f"孤老{number}", called=f"奶奶{number}")
    office.assigned()
    private = office.classified("PRIVATE", words="家里的事")
    assert private
    return office


@pytest.mark.parametrize("who", ["cadre", "official", "assessor", "admin"])
@pytest.mark.parametrize("path", PATHS)
def test_no_name_address_telephone_or_number_of_a_demand_is_on_the_wall(
    client: FlaskClient, office: Office, who: str, path: str
) -> None:
    sign_in(client, who)
    answer = client.get(path)
    assert answer.status_code == 200
    shown = json.dumps(answer.get_json(), ensure_ascii=False) if answer.is_json else answer.text
    with office.reading() as reading:
        columns = (
            Account.display_name, Household.head_name, Household.address, Person.name, Person.called,
            Demand.number, Demand.reporter_name, Demand.reporter_phone, Demand.words,
        )  # fmt: skip
        said = {text for column in columns for text in reading.session.scalars(sa.select(column)) if text}
    assert len(said) > 15
    assert {text for text in said if text in shown} == set()


def test_the_maps_carry_levels_and_no_counts(client: FlaskClient, office: Office) -> None:
    sign_in(client, "official")
    for path in PATHS[1:]:
        assert not re.search(r"\d+/\d+", client.get(path).text)


def test_visits_are_a_share_and_demands_without_the_private_ones(client: FlaskClient, office: Office) -> None:
    sign_in(client, "cadre")
    tiles = [words(tile) for tile in read(client, "/wall").iterfind(".//li[@class]")]
    assert any(re.search(r"走访到位\s*0\.0 %", tile) for tile in tiles)
    assert any(re.search(r"没解决的诉求\s*1 件", tile) for tile in tiles)


def test_the_three_maps_are_there_and_one_is_shown(client: FlaskClient, office: Office) -> None:
    sign_in(client, "official")
    maps = read(client, "/wall").findall(".//section[@data-map-host]")
    assert [("shown" in each.get("class")) for each in maps] == [True, False, False]
    for each in maps:
        assert client.get(each.get("data-data-url")).status_code == 200
        assert client.get(each.find(".//iframe").get("data-frame-url")).status_code == 200


def test_a_wall_of_another_village_is_not_found(client: FlaskClient, office: Office) -> None:
    sign_in(client, "cadre")
    for path in ("/wall?", "/wall/values?map=cases&"):
        assert client.get(f"{path}area={OTHER_VILLAGE}").status_code == 404
        assert client.get(f"{path}area={VILLAGE}").status_code == 200


def test_the_wall_is_for_people_signed_in(client: FlaskClient, office: Office) -> None:
    assert client.get("/wall").status_code == 303
    assert client.get("/wall/values").status_code == 303
