"""A county office takes a map in by browser: it is looked at first, published for a day, and given out again."""

from __future__ import annotations

import io
import json
import re
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pyogrio
import pytest
from flask.testing import FlaskClient
from shapely import box
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from server.database import Database
from server.domain.people import SYSTEM
from server.domain.work_calendar import local_day
from server.storage import grids
from tests.factories import GRID, OUTLINES, VACANT_GRID, VILLAGE, County
from tests.pages import sign_in

NEW = f"{VILLAGE}003"
NORTH = box(108.00, 30.01, 108.01, 30.02)


def geojson(*drawn: tuple[str, str, BaseGeometry], **more: Any) -> bytes:
    features = [
        {"type": "Feature", "properties": {"bm": code, "mc": name}, "geometry": mapping(shape)}
        for code, name, shape in drawn
    ]
    return json.dumps({"type": "FeatureCollection", "features": features, **more}).encode()


MAP = geojson(
    (GRID, "第1网格", OUTLINES[GRID]),
    (VACANT_GRID, "第2网格", OUTLINES[VACANT_GRID]),
    (NEW, "北头网格", NORTH),
)
FIELDS = {"code": "bm", "name": "mc", "datum": "wgs84"}


@pytest.fixture
def office(client: FlaskClient, county: County) -> FlaskClient:
    sign_in(client, "admin")
    return client


def upload(office: FlaskClient, content: bytes, name: str = "grids.geojson") -> str:
    sent = office.post("/boundaries/uploads", data={"file": (io.BytesIO(content), name)})
    assert sent.status_code == 303, sent.text
    return sent.location


def drawn(database: Database) -> set[str]:
    with database.read(SYSTEM) as reading:
        return {
            code for code, _ in grids.outlines(reading.session, scope=SYSTEM.scope, on=local_day(reading.now))
        }


def numbers(text: str) -> dict[str, str]:
    return dict(re.findall(r"<dt>(.+?)</dt><dd>(\d+) .</dd>", text))


def test_a_map_is_uploaded_looked_at_and_published(office: FlaskClient, database: Database) -> None:
    place = upload(office, MAP)
    asked = office.get(place)
    assert '<option value="bm" selected>bm（如 509901101001001）</option>' in asked.text
    assert '<option value="mc" selected>' in asked.text
    shown = office.get(f"{place}?{urlencode(FIELDS)}")
    assert numbers(shown.text) == {
        "新增网格": "1",
        "改界": "0",
        "改名、改类别或人口": "0",
        "取消": "0",
        "不变": "2",
    }
    assert drawn(database) == set(OUTLINES), "looking changes nothing"
    done = office.post(place, data=FIELDS, follow_redirects=True)
    assert "已发布 1 个网格的边界" in done.text
    assert drawn(database) == {*OUTLINES, NEW}
    assert "这个文件已经发布过了" in office.post(place, data=FIELDS).text


def test_what_is_wrong_stops_the_map_until_it_is_said_to_be_so(
    office: FlaskClient, database: Database
) -> None:
    place = upload(office, geojson((NEW, "北头网格", box(108.00, 30.005, 108.01, 30.02))))
    shown = office.get(f"{place}?{urlencode(FIELDS)}")
    assert "有 1 处错误，不能发布" in shown.text
    assert "重叠属实，照样发布" in shown.text
    assert office.post(place, data=FIELDS).status_code == 400
    assert drawn(database) == set(OUTLINES)
    done = office.post(place, data=FIELDS | {"allow": "overlap"}, follow_redirects=True)
    assert "已发布 1 个网格的边界" in done.text
    assert "重叠" in done.text, "the version tells what was let pass"


def test_a_map_may_draw_more_grids_than_a_database_takes_in_one_list(
    office: FlaskClient, database: Database
) -> None:
    """SQLite refuses a condition of more than a thousand parts."""
    squares = [
        (
            f"{VILLAGE[:9]}{300 + column:03}{row + 1:03}",
            f"第{column}-{row}网格",
            box(109 + column / 500, 30 + row / 500, 109 + (column + 1) / 500, 30 + (row + 1) / 500),
        )
        for column in range(2)
        for row in range(520)
    ]
    place = upload(office, geojson(*squares))
    asked = FIELDS | {"create_divisions": "yes"}
    assert numbers(office.get(f"{place}?{urlencode(asked)}").text)["新增网格"] == "1040"
    done = office.post(place, data=asked, follow_redirects=True)
    assert "已发布 1040 个网格的边界" in done.text
    assert len(drawn(database)) == 1040 + len(OUTLINES)


def test_a_map_for_later_says_so_and_changes_nothing_yet(office: FlaskClient, database: Database) -> None:
    place = upload(office, MAP)
    done = office.post(place, data=FIELDS | {"effective_on": "2026-11-01"}, follow_redirects=True)
    assert "尚未生效" in done.text
    assert drawn(database) == set(OUTLINES)


def shapefile(*, leave_out: str = "") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for part in (".shp", ".shx", ".dbf"):
            if part != leave_out:
                archive.writestr(f"x{part}", b"nothing")
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "读不懂这个文件"),
        (b"bm,mc\n1,2\n", "读不懂这个文件"),
        (b'{"type": "FeatureCollection", "features": [', "GeoJSON 文件不完整"),
        (b'{"type": "gdal_streamed_alg", "command_line": "gdal vector"}', "不是 FeatureCollection"),
        (b"[" * 100_000, "读不懂这个文件"),
        (b'{"features":' + b"[" * 100_000, "GeoJSON 文件不完整"),
        (b"<OGRVRTDataSource><OGRVRTLayer/></OGRVRTDataSource>", "读不懂这个文件"),
        (b'<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY a "b">]><kml/>', "KML 里不能引用别的文件"),
        (b"<kml><NetworkLink/></kml>", "KML 里不能引用别的文件"),
        (b"SQLite format 3\x00" + b"x" * 100, "GeoPackage 文件坏了"),
        (b"PK\x03\x04broken", "ZIP 文件坏了"),
        (shapefile(leave_out=".dbf"), "ZIP 里缺少 .dbf"),
        (shapefile(), "读不懂这个文件"),
    ],
)
def test_a_file_that_is_no_map_is_refused_in_chinese(office: FlaskClient, content: bytes, words: str) -> None:
    refused = office.post("/boundaries/uploads", data={"file": (io.BytesIO(content), "x.geojson")})
    assert refused.status_code == 400
    assert words in refused.text


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE VIEW grids AS SELECT * FROM gpkg_contents",
        "CREATE VIRTUAL TABLE grids USING fts3(x)",
    ],
)
def test_a_geopackage_of_more_than_plain_tables_is_refused(
    office: FlaskClient, tmp_path: Path, statement: str
) -> None:
    path = tmp_path / "x.gpkg"
    path.write_bytes(office.get("/boundaries/download?to=gpkg").data)
    upload(office, path.read_bytes())
    with closing(sqlite3.connect(path)) as hostile, hostile:
        hostile.execute("DROP TABLE grids")
        hostile.execute(statement)
    refused = office.post("/boundaries/uploads", data={"file": (io.BytesIO(path.read_bytes()), "x.gpkg")})
    assert refused.status_code == 400
    assert "GeoPackage 里只能有普通的表" in refused.text


def test_a_file_beyond_the_limit_is_refused_before_it_is_read(office: FlaskClient) -> None:
    refused = office.post("/boundaries/uploads", environ_overrides={"CONTENT_LENGTH": "90000000"})
    assert refused.status_code == 413
    assert "文件超过 40 兆" in refused.text


@pytest.mark.parametrize("to", ["gpkg", "geojson", "shp", "kml"])
def test_the_boundaries_are_given_out_and_taken_in_again(office: FlaskClient, to: str) -> None:
    given = office.get(f"/boundaries/download?to={to}")
    assert given.status_code == 200
    place = upload(office, given.data)
    fields = {"code": "code", "name": "Name" if to == "kml" else "name", "kind": "kind", "datum": "wgs84"}
    assert "与现行边界没有差别" in office.get(f"{place}?{urlencode(fields)}").text


@pytest.mark.parametrize("to", ["gpkg", "geojson"])
def test_another_datum_stands_in_the_file_s_name_and_is_not_called_wgs84(
    office: FlaskClient, tmp_path: Path, to: str
) -> None:
    given = office.get(f"/boundaries/download?to={to}&datum=gcj02&version=1")
    assert f"GCJ-02.{to}" in given.headers["Content-Disposition"]
    (tmp_path / f"out.{to}").write_bytes(given.data)
    info = pyogrio.read_info(tmp_path / f"out.{to}", layer="grids", force_total_bounds=True)
    assert info["crs"] is None or "4326" not in info["crs"] or to == "geojson"
    assert info["total_bounds"][0] != pytest.approx(108.0, abs=1e-4)


def test_a_kml_is_wgs84_or_nothing(office: FlaskClient) -> None:
    refused = office.get("/boundaries/download?to=kml&datum=gcj02")
    assert refused.status_code == 400
    assert "KML 只能是 WGS-84" in refused.text


def test_only_whoever_keeps_boundaries_sees_them_and_only_his_own_files(
    client: FlaskClient, county: County, office: FlaskClient
) -> None:
    place = upload(office, MAP)
    for name in ("official", "assessor", "cadre"):
        sign_in(client, name)
        assert client.get("/boundaries").status_code == 403
        assert client.get(place).status_code == 403
        assert client.post(place, data=FIELDS).status_code == 403
