"""What the page of a map says will follow is what follows: counted again, row by row, after publishing."""

from __future__ import annotations

import io
import json
import random
import re
import uuid
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from shapely import Point, Polygon, box
from shapely.geometry import mapping

from server.database import Database
from server.domain.demand_states import UNRESOLVED, StateKey
from server.domain.people import SYSTEM
from server.services import actors
from server.services.demands.intake import Place, Raised, raise_demand
from server.storage.demands import Demand
from server.storage.grids import BoundaryVersion
from server.storage.households import Household, HouseholdMove
from server.storage.jurisdictions import Jurisdiction
from server.storage.patrols import Patrol
from server.storage.posts import Account
from server.storage.visits import Visit
from tests.factories import GRID, NOW, VACANT_GRID, VILLAGE, County, household
from tests.instances import instance, patrol
from tests.pages import sign_in
from tests.phones import Phone, rows

FIELDS = {"code": "bm", "name": "mc", "datum": "wgs84", "end_missing": "yes"}
NEW = f"{VILLAGE}003"
WIDER, REST = box(108.00, 30.00, 108.013, 30.01), box(108.013, 30.00, 108.02, 30.01)


def geojson(*drawn: tuple[str, str, Polygon], village: str | None = None) -> bytes:
    features = [
        {
            "type": "Feature",
            "properties": {"bm": code, "mc": name, "cun": village},
            "geometry": mapping(shape),
        }
        for code, name, shape in drawn
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def upload(office: FlaskClient, content: bytes) -> str:
    sent = office.post("/boundaries/uploads", data={"file": (io.BytesIO(content), "grids.geojson")})
    assert sent.status_code == 303, sent.text
    return sent.location


def inhabited(database: Database, county: County) -> None:
    """Households and demands all over the village, some without a place; settled demands among them; visits."""
    chance = random.Random(5)

    def place() -> Point | None:
        return (
            None if chance.random() < 0.3 else Point(108 + chance.random() * 0.02, 30 + chance.random() / 100)
        )

    def grid_of(point: Point | None) -> str:
        if point is None or chance.random() < 0.1:  # some doors lie where the register does not think
            return chance.choice([GRID, VACANT_GRID])
        return GRID if point.x < 108.01 else VACANT_GRID

    with database.transaction(SYSTEM) as work:
        for _ in range(40):
            door = place()
            home = household(work, grid=grid_of(door), point=door)
            if chance.random() < 0.5:
                visit = Visit(
                    household_id=home.id,
                    grid_then=home.grid_code,
                    day=NOW.date(),
                    started_at=NOW,
                    received_at=NOW,
                    outcome="met",
                )
                work.session.add(visit)
        gone = household(work, grid=VACANT_GRID)
        gone.exited_at = NOW
    with database.read(SYSTEM) as reading:
        account = reading.session.get_one(Account, county.accounts["official"])
        official = actors.of_account(reading.session, account, now=reading.now)
    for number in range(25):
        at = place()
        with database.transaction(official) as work:
            raised = Raised(
                raised_on=NOW.date(),
                received_at=NOW,
                channel="walkin",
                kind="facility",
                words="路灯不亮",
                division=grid_of(at) if at is None else VILLAGE,
                place=None if at is None else Place(lon=at.x, lat=at.y, source="map"),
            )
            demand = raise_demand(work, raised)
            if number % 5 == 0:
                demand.key = StateKey.WITHDRAWN.value


def lying(database: Database) -> tuple[dict[uuid.UUID, str], dict[uuid.UUID, str]]:
    """Where households and demands lie."""
    return (
        {row.id: row.grid_code for row in rows(database, Household)},
        {row.id: row.jurisdiction for row in rows(database, Demand)},
    )


def changed(was: dict[uuid.UUID, str], now: dict[uuid.UUID, str]) -> list[str]:
    """Where those lie now that lay elsewhere."""
    return [now[key] for key in was if was[key] != now[key]]


def recorded(database: Database, codes: set[str]) -> tuple[int, ...]:
    """Patrols, visits and demands whose grid of their day is one of `codes`."""
    return tuple(
        sum(row.grid_then in codes for row in rows(database, table))  # type: ignore[attr-defined]
        for table in (Patrol, Visit, Demand)
    )


@pytest.mark.parametrize(
    ("drawn", "touched"),
    [
        pytest.param([(GRID, WIDER), (VACANT_GRID, REST)], {GRID, VACANT_GRID}, id="a border moves"),
        pytest.param([(NEW, WIDER), (VACANT_GRID, REST)], {GRID, VACANT_GRID}, id="a grid ends"),
        pytest.param(
            [(NEW, box(108.00, 30.00, 108.02, 30.01))], {GRID, VACANT_GRID}, id="both are joined in a new one"
        ),
    ],
)
def test_what_is_said_to_follow_is_what_follows(
    client: FlaskClient,
    database: Database,
    county: County,
    drawn: list[tuple[str, Polygon]],
    touched: set[str],
) -> None:
    inhabited(database, county)
    for _ in range(3):
        assert Phone(client, county).send(instance("patrol", patrol(GRID, NOW))) == 201
    sign_in(client, "admin")
    place = upload(client, geojson(*((code, f"第{int(code[-3:])}网格", shape) for code, shape in drawn)))
    homes, matters = lying(database)
    then = recorded(database, touched)
    assert min(then) >= 3
    said = client.get(f"{place}?{urlencode(FIELDS)}").text
    assert lying(database) == (homes, matters), "looking changes nothing"
    client.post(place, data=FIELDS)
    homes_now, matters_now = lying(database)
    moved = changed(homes, homes_now)
    assert moved
    assert f"{len(moved)} 户那天起换到新的网格" in said
    unresolved = {key.value for key in UNRESOLVED}
    assert all(
        row.key in unresolved for row in rows(database, Demand) if matters_now[row.id] != matters[row.id]
    )
    followed = changed(matters, matters_now)
    assert followed
    assert f"{len(followed)} 件没办完的诉求那天起归到所在位置的新网格" in said
    nowhere = followed.count(VILLAGE)
    assert (f"其中 {nowhere} 件说不清位置" in said) == (nowhere > 0)
    assert recorded(database, touched) == then, "a record keeps the grid it had"
    patrols, visits, demands = then
    assert f"已有的 {patrols} 次巡查、{visits} 次走访、{demands} 件诉求仍记在当时的网格" in said
    ends = GRID not in dict(drawn)
    assert ("取消的网格还有人在岗（1 个岗位）" in said) == ends
    assert (("王秀英" in said) and ("请把岗位定到" in said)) == ends


def test_households_without_a_door_are_told_apart(
    client: FlaskClient, database: Database, county: County
) -> None:
    inhabited(database, county)
    sign_in(client, "admin")
    place = upload(client, geojson((NEW, "北网格", WIDER), (f"{VILLAGE}004", "南网格", REST)))
    said = client.get(f"{place}?{urlencode(FIELDS)}").text
    client.post(place, data=FIELDS)
    moves = rows(database, HouseholdMove)
    with database.read(SYSTEM) as reading:
        doors = {
            move.household_id: reading.session.get_one(Household, move.household_id).point for move in moves
        }
    outside = [door for door in doors.values() if door is None or not (WIDER | REST).covers(door)]
    told = re.search(r"其中 (\d+) 户没有门口位置", said)
    assert told is not None
    assert int(told[1]) == len(outside) > 0


def test_a_map_that_fails_in_the_middle_leaves_nothing_behind(
    client: FlaskClient, database: Database, county: County
) -> None:
    """A code that was given up is found out only when the new village and the other grids are written already."""
    sign_in(client, "admin")
    joined = geojson((NEW, "合并网格", box(108.00, 30.00, 108.02, 30.01)))
    client.post(upload(client, joined), data=FIELDS)
    versions, divisions = len(rows(database, BoundaryVersion)), len(rows(database, Jurisdiction))
    before = lying(database)
    again = geojson(
        (f"{VILLAGE[:9]}009001", "松林网格", box(108.00, 30.02, 108.01, 30.03)),
        (VACANT_GRID, "第2网格", box(108.01, 30.02, 108.02, 30.03)),
        village="松林村",
    )
    chosen = {**FIELDS, "village": "cun", "create_divisions": "yes", "effective_on": "2026-10-21"}
    del chosen["end_missing"]
    refused = client.post(upload(client, again), data=chosen)
    assert refused.status_code == 400
    assert "编码不再使用" in refused.text
    assert (len(rows(database, BoundaryVersion)), len(rows(database, Jurisdiction))) == (versions, divisions)
    assert lying(database) == before
