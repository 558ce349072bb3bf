"""The base map of a deployment: what its settings must say, and its file's tiles under addresses signed for a day."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import ValidationError

from server.app import create_app
from server.settings import Settings
from tests.conftest import Clock
from tests.factories import County
from tests.pages import sign_in
from tests.tile_archives import TILES, mbtiles

XYZ: dict[str, Any] = {
    "basemap": "xyz",
    "basemap_url": "https://tiles.example/{z}/{x}/{y}.png",
    "basemap_datum": "gcj02",
    "basemap_source": "某图商",
    "basemap_approval": "GS（2025）1号",
}


@pytest.fixture
def settings(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Settings:
    """A deployment with a base map; a file of ours unless a test names another."""
    given = getattr(request, "param", None) or {
        "basemap": "file",
        "basemap_file": mbtiles(tmp_path),
        "basemap_datum": "cgcs2000",
        "basemap_source": "县自然资源局航摄影像",
    }
    return Settings(data_dir=tmp_path / "data", database_url=database_url, secret_key="t" * 40, **given)


def told(client: FlaskClient) -> tuple[dict[str, Any], str]:
    """What the frame is told of its base map, and its policy."""
    sign_in(client, "official")
    answer = client.get("/maps/frame/patrol")
    (said,) = re.findall(r'id="wangge-map-basemap">(.*?)</script>', answer.text)
    return json.loads(said), answer.headers["Content-Security-Policy"]


def tile(basemap: dict[str, Any], place: tuple[int, int, int]) -> str:
    url: str = basemap["urls"][0]
    return url.format(z=place[0], x=place[1], y=place[2])


def test_the_tiles_of_a_file_come_without_a_cookie(app: Flask, client: FlaskClient, county: County) -> None:
    basemap, policy = told(client)
    stranger = app.test_client()
    for place, image in TILES.items():
        answer = stranger.get(tile(basemap, place))
        assert (answer.status_code, answer.data, answer.content_type) == (200, image, "image/png")
    assert "img-src 'self' data:;" in policy
    again = stranger.get(tile(basemap, (1, 0, 0)), headers={"If-None-Match": stranger.get(tile(basemap, (1, 0, 0))).headers["ETag"]})  # fmt: skip
    assert again.status_code == 304


def test_an_address_is_good_for_its_day_and_the_next(
    client: FlaskClient, county: County, clock: Clock
) -> None:
    basemap, _ = told(client)
    place = (1, 0, 0)
    clock.now += dt.timedelta(days=1)
    assert client.get(tile(basemap, place)).status_code == 200
    clock.now += dt.timedelta(days=1)
    assert client.get(tile(basemap, place)).status_code == 403
    sign_in(client, "official")
    renewed, _ = told(client)
    assert client.get(tile(renewed, place)).status_code == 200


@pytest.mark.parametrize("signed", ["2026-10-20", "2026-10-20.AAAA", "x", "."])
def test_an_address_we_did_not_sign_is_refused(client: FlaskClient, county: County, signed: str) -> None:
    assert client.get(f"/basemap/{signed}/1/0/0").status_code == 403


def test_a_tile_the_file_has_not_is_not_found(client: FlaskClient, county: County) -> None:
    basemap, _ = told(client)
    for place in ((1, 1, 1), (2, 9, 9), (99, 0, 0)):
        assert client.get(tile(basemap, place)).status_code == 404


def test_a_file_without_an_approval_number_says_for_whom_it_is(client: FlaskClient, county: County) -> None:
    basemap, _ = told(client)
    assert basemap["notice"] == "县自然资源局航摄影像  （无审图号，只供内部使用）"
    assert basemap["zooms"] == [1, 2]
    assert basemap["bounds"] == [107.9, 30.1, 108.2, 30.5]


@pytest.mark.parametrize("settings", [XYZ], indirect=True)
def test_another_hosts_tiles_may_be_shown_with_their_number(client: FlaskClient, county: County) -> None:
    basemap, policy = told(client)
    assert "img-src 'self' data: https://tiles.example;" in policy
    assert basemap["datum"] == "gcj02"
    assert basemap["notice"].endswith("GS（2025）1号")
    assert client.get("/basemap/x/1/0/0").status_code == 404


@pytest.mark.parametrize("lacking", ["basemap_url", "basemap_datum", "basemap_source", "basemap_approval"])
def test_a_base_map_that_does_not_say_what_it_is_is_refused_at_the_start(lacking: str) -> None:
    with pytest.raises(ValidationError, match=f"WANGGE_{lacking.upper()}"):
        Settings(**{name: value for name, value in XYZ.items() if name != lacking})


def test_the_national_map_wants_the_deployments_key_and_its_approval_number() -> None:
    with pytest.raises(ValidationError, match="WANGGE_BASEMAP_KEY、WANGGE_BASEMAP_APPROVAL"):
        Settings(basemap="tianditu")


def test_a_file_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    given = {"basemap": "file", "basemap_datum": "wgs84", "basemap_source": "县自然资源局"}
    with pytest.raises(ValueError, match="没有这个底图文件"):
        create_app(Settings(data_dir=tmp_path, basemap_file=tmp_path / "none.mbtiles", **given))  # type: ignore[arg-type]


def test_baidus_own_grid_stops_the_start_with_the_reason(tmp_path: Path) -> None:
    given = XYZ | {"basemap_url": "https://maponline0.bdimg.com/?x={x}&y={y}&z={z}", "basemap_datum": "bd09"}
    with pytest.raises(ValueError, match="百度的瓦片"):
        create_app(Settings(data_dir=tmp_path, **given))
