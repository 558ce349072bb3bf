"""The addresses of tiles: signed for a scope, for boundaries and for two days, and of use to nobody else."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from pathlib import Path

import mapbox_vector_tile  # type: ignore[import-untyped]
import pytest
from flask import Flask
from flask.testing import FlaskClient
from shapely import box

from server.database import Database
from server.domain.people import SYSTEM
from server.figures.outlines import boundaries_in_force, drawing_name
from server.jobs import tiling as jobs
from server.services import boundaries, tiling
from server.services.boundaries import Feature
from server.settings import Settings
from server.storage.jurisdictions import Jurisdiction
from server.storage.tiles import TileStore
from server.web.parts import Parts
from tests.conftest import Clock
from tests.factories import COUNTY, GRID, START, County
from tests.pages import sign_in

ZOOM = 14


def addresses(client: FlaskClient, name: str) -> str:
    """The addresses of tiles in somebody's map, as a pattern."""
    sign_in(client, name)
    page = client.get("/maps/frame/visits").get_data(as_text=True)
    found = re.search(r'id="wangge-map-config">(.*?)</script>', page)
    assert found
    pattern = json.loads(found[1])["tiles"]
    assert isinstance(pattern, str)
    return pattern


def of(pattern: str, lon: float = 108.012, lat: float = 30.005, zoom: int = ZOOM) -> str:
    """The address of the tile at a place."""
    sine = math.sin(math.radians(lat))
    x, y = lon / 360 + 0.5, 0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)
    return pattern.format(z=zoom, x=math.floor(x * 2**zoom), y=math.floor(y * 2**zoom))


def grids(client: FlaskClient, address: str) -> set[int]:
    answer = client.get(address)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    layers = mapbox_vector_tile.decode(answer.data) if answer.data else {}
    return {feature["id"] for feature in layers.get("grids", {"features": []})["features"]}


@pytest.fixture
def stranger(app: Flask, county: County) -> FlaskClient:
    """A browser that never signed in: what a frame without an origin is."""
    return app.test_client()


def test_a_tile_needs_no_cookie(client: FlaskClient, stranger: FlaskClient) -> None:
    address = of(addresses(client, "official"), zoom=11)
    assert grids(stranger, address) == {0, 1, 2}
    answer = stranger.get(address, headers={"Origin": "null", "Accept-Encoding": "gzip"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "immutable" in answer.headers["Cache-Control"]


def test_a_tile_holds_the_grids_of_the_reader_only(client: FlaskClient, stranger: FlaskClient) -> None:
    assert grids(stranger, of(addresses(client, "cadre"))) == {0, 1}
    assert grids(stranger, of(addresses(client, "other_cadre"), lon=108.021)) == {0}
    assert grids(stranger, of(addresses(client, "worker"))) == {0}


def test_an_address_stays_the_same_for_a_day(client: FlaskClient, county: County, clock: Clock) -> None:
    first = addresses(client, "official")
    clock.now += dt.timedelta(hours=8)
    assert addresses(client, "official") == first
    clock.now += dt.timedelta(days=1)
    assert addresses(client, "official") != first


def test_an_address_expires(client: FlaskClient, stranger: FlaskClient, clock: Clock) -> None:
    address = of(addresses(client, "official"))
    clock.now += dt.timedelta(days=1)
    assert stranger.get(address).status_code == 200
    clock.now += dt.timedelta(days=1)
    answer = stranger.get(address)
    assert (answer.status_code, answer.text) == (403, "map.address_expired")


def test_an_address_cannot_be_made_or_changed(client: FlaskClient, stranger: FlaskClient) -> None:
    pattern = addresses(client, "cadre")
    claim = pattern.split("/")[2]
    other = addresses(client, "other_cadre").split("/")[2]
    mixed = other.rpartition(".")[0] + "." + claim.rpartition(".")[2]
    for forged in (mixed, claim[:-2] + "xx", claim.swapcase(), "nothing", "a.b"):
        answer = stranger.get(of(pattern.replace(claim, forged)))
        assert (answer.status_code, answer.text) == (403, "map.address_refused")


@pytest.mark.parametrize("where", [(17, 0, 0), (3, 8, 0), (3, 0, 8), (99999, 1, 1)])
def test_a_tile_out_of_range_is_not_found(
    client: FlaskClient, stranger: FlaskClient, where: tuple[int, int, int]
) -> None:
    zoom, x, y = where
    answer = stranger.get(addresses(client, "cadre").format(z=zoom, x=x, y=y))
    assert (answer.status_code, answer.text) == (404, "map.tile_unknown")


@pytest.mark.parametrize("where", ["-1/0/0", "1/-1/0", "a/0/0", "1/0/0.5", "1/0"])
def test_what_is_no_address_is_not_found(client: FlaskClient, stranger: FlaskClient, where: str) -> None:
    pattern = addresses(client, "cadre")
    assert stranger.get(pattern.replace("{z}/{x}/{y}", where)).status_code == 404


def redraw(database: Database, on: dt.date) -> None:
    """Publish one of the grids anew."""
    with database.transaction(SYSTEM) as work:
        feature = Feature(code=GRID, name="第1网格", outline=box(108.00, 30.00, 108.01, 30.01))
        boundaries.publish(work, [feature], effective_on=on, source="test", datum="wgs84")


def test_boundaries_replaced_are_not_found_unless_kept(
    client: FlaskClient, stranger: FlaskClient, database: Database, clock: Clock
) -> None:
    pattern = addresses(client, "official")
    assert grids(stranger, of(pattern)) == {0, 1}
    redraw(database, clock.now.date())
    assert grids(stranger, of(pattern)) == {0, 1}
    answer = stranger.get(of(pattern, zoom=15))
    assert (answer.status_code, answer.text) == (404, "map.boundaries_replaced")
    assert addresses(client, "official") != pattern


def test_boundaries_of_a_later_day_change_nothing_before(
    client: FlaskClient, stranger: FlaskClient, database: Database, clock: Clock
) -> None:
    pattern = addresses(client, "official")
    redraw(database, clock.now.date() + dt.timedelta(days=1))
    assert addresses(client, "official") == pattern
    assert grids(stranger, of(pattern, zoom=15)) == {0, 1}
    clock.now += dt.timedelta(days=1)
    assert addresses(client, "official") != pattern


def test_a_countys_tiles_are_drawn_before_anybody_asks(
    client: FlaskClient, stranger: FlaskClient, app: Flask, database: Database
) -> None:
    parts: Parts = app.extensions["wangge"]
    jobs.draw_ahead(database, parts.tiles)
    with database.read(SYSTEM) as reading:
        assert tiling.not_drawn(reading, parts.tiles) == []
    files = {path: path.read_bytes() for path in _files(parts.settings)}
    assert files
    address = of(addresses(client, "assessor"), zoom=12)
    assert grids(stranger, address) == {0, 1, 2}
    assert {path: path.read_bytes() for path in _files(parts.settings)} == files


def test_a_citys_tiles_are_drawn_ahead_like_a_countys(county: County, app: Flask, database: Database) -> None:
    city = COUNTY[:4]
    with database.transaction(SYSTEM) as work:
        work.session.add(Jurisdiction(code=city, name="测试市", start_date=START))
    parts: Parts = app.extensions["wangge"]
    jobs.draw_ahead(database, parts.tiles)
    with database.read(SYSTEM) as reading:
        named = [drawing_name(boundaries_in_force(reading), [code]) for code in (city, COUNTY)]
    of_city, of_county = (parts.tiles.get(name, (0, 0, 0)) for name in named)
    assert of_city
    assert of_city == of_county


def test_tiles_lost_are_drawn_again(
    client: FlaskClient, stranger: FlaskClient, app: Flask, database: Database
) -> None:
    parts: Parts = app.extensions["wangge"]
    address = of(addresses(client, "official"))
    before = stranger.get(address).data
    assert parts.tiles.forget(but="another", at_most=10**9) == 1
    assert stranger.get(address).data == before


def test_tiles_nobody_needs_are_removed(database: Database, county: County, app: Flask) -> None:
    parts: Parts = app.extensions["wangge"]
    jobs.draw_ahead(database, parts.tiles)
    parts.tiles.put("old-drawing", (1, 0, 0), b"old")
    jobs.forget_old(database, parts.tiles)
    assert parts.tiles.get("old-drawing", (1, 0, 0)) is None
    with database.read(SYSTEM) as reading:
        assert tiling.not_drawn(reading, parts.tiles) == []
    assert parts.tiles.forget(but="", at_most=0) == 1


def test_a_name_of_a_drawing_is_no_path(app: Flask) -> None:
    store = TileStore(app.extensions["wangge"].settings.data_dir / "tiles")
    with pytest.raises(ValueError, match="drawing"):
        store.get("../files", (0, 0, 0))


def _files(settings: Settings) -> list[Path]:
    return sorted(path for path in (settings.data_dir / "tiles").rglob("*") if path.is_file())
