"""范围: what a reader may narrow his view to, in a county and in a city of very many villages."""

from __future__ import annotations

import sqlalchemy as sa

from server.database import Database
from server.domain.people import SYSTEM
from server.figures import areas
from server.storage.grids import Grid
from server.storage.jurisdictions import Jurisdiction
from tests.factories import COUNTY, START, TOWNSHIP, VILLAGE, County

CITY_TOWNSHIP = f"{COUNTY}200"
CITY_VILLAGES = [f"{CITY_TOWNSHIP}{number:03}" for number in range(1, areas.MOST_CHOICES + 1)]


def become_a_city(database: Database) -> None:
    with database.transaction(SYSTEM) as work:
        work.session.execute(
            sa.insert(Jurisdiction),
            [{"code": code, "name": code, "start_date": START} for code in (CITY_TOWNSHIP, *CITY_VILLAGES)],
        )
        work.session.execute(
            sa.insert(Grid),
            [{"code": f"{code}001", "name": "网格", "valid_from": START} for code in CITY_VILLAGES],
        )


def choices(database: Database, chosen: str | None = None) -> set[str]:
    with database.read(SYSTEM) as reading:
        return {each.code for each in areas.choices(reading, chosen)}


def test_a_countys_villages_are_all_to_choose_from(database: Database, county: County) -> None:
    assert {TOWNSHIP, VILLAGE} <= choices(database) == choices(database, VILLAGE)


def test_of_a_citys_villages_those_of_the_chosen_township_are(database: Database, county: County) -> None:
    countys = choices(database)
    become_a_city(database)
    townships = {CITY_TOWNSHIP} | {code for code in countys if len(code) == len(TOWNSHIP)}
    assert choices(database) == choices(database, COUNTY) == townships
    assert choices(database, CITY_TOWNSHIP) == townships | {*CITY_VILLAGES}
    assert choices(database, CITY_VILLAGES[3]) == townships | {*CITY_VILLAGES}
    assert choices(database, VILLAGE) == townships | {code for code in countys if code.startswith(TOWNSHIP)}
