"""Maps as they really come: what cannot be taken in is said in Chinese on the page, and nothing is changed."""

from __future__ import annotations

import json
import math
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pytest
from flask.testing import FlaskClient
from shapely import GeometryCollection, LineString, MultiPoint, MultiPolygon, Point, Polygon, box, force_3d
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry
from werkzeug.test import TestResponse

from gis.grid_files import MOST_GRIDS
from server.database import Database
from server.storage.grids import BoundaryVersion, GridBoundary
from tests.factories import VILLAGE, County
from tests.pages import sign_in
from tests.phones import rows

NEW = f"{VILLAGE}003"
NORTH = box(108.00, 30.01, 108.01, 30.02)
FIELDS = {"code": "bm", "name": "mc", "datum": "wgs84"}
_AROUND = 2 * math.pi


def feature(shape: BaseGeometry | None, code: str = NEW, name: str = "北头网格") -> dict[str, Any]:
    outline = None if shape is None else mapping(shape)
    return {"type": "Feature", "properties": {"bm": code, "mc": name}, "geometry": outline}


def geojson(*features: dict[str, Any]) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def winding(vertices: int) -> Polygon:
    """An outline of so many vertices, as a survey by satellite draws it."""
    angle = np.linspace(0, _AROUND, vertices, endpoint=False)
    radius = 0.003 + 0.0001 * np.sin(50 * angle)
    return Polygon(np.column_stack([108.005 + radius * np.cos(angle), 30.015 + radius * np.sin(angle)]))


@pytest.fixture
def office(client: FlaskClient, county: County) -> FlaskClient:
    sign_in(client, "admin")
    return client


def sent(office: FlaskClient, content: bytes) -> TestResponse:
    """What is answered to a file, however large it is."""
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="grids.geojson"\r\n\r\n'
    body = head + content + b"\r\n--x--\r\n"
    return office.post("/boundaries/uploads", data=body, content_type="multipart/form-data; boundary=x")


def examined(office: FlaskClient, content: bytes, **more: str) -> str:
    """The page of a map that was sent, with its findings."""
    kept = sent(office, content)
    assert kept.status_code == 303, kept.text
    return office.get(f"{kept.location}?{urlencode(FIELDS | more)}").text


BOW = Polygon([(108, 30.01), (108.01, 30.02), (108.01, 30.01), (108, 30.02)])
HOLE_OUTSIDE = Polygon(NORTH.exterior.coords, [box(108.02, 30.03, 108.021, 30.031).exterior.coords])


@pytest.mark.parametrize(
    ("drawn", "words"),
    [
        pytest.param(feature(BOW), "「北头网格」的边界有错：边界自相交（经度 108.00", id="self-crossing"),
        pytest.param(feature(HOLE_OUTSIDE), "内洞在外边界之外", id="a hole outside"),
        pytest.param(feature(None), "「北头网格」没有边界", id="no geometry"),
        pytest.param(feature(Polygon()), "「北头网格」没有边界", id="empty"),
        pytest.param(feature(MultiPolygon()), "「北头网格」没有边界", id="an empty collection of polygons"),
        pytest.param(feature(Point(108, 30)), "「北头网格」的边界不是面", id="a point"),
        pytest.param(feature(LineString([(108, 30), (108.01, 30)])), "的边界不是面", id="a line"),
        pytest.param(feature(MultiPoint([(108, 30), (108.01, 30)])), "的边界不是面", id="points"),
        pytest.param(
            feature(GeometryCollection([NORTH, LineString([(108, 30), (108.01, 30)])])),
            "的边界里混有点或线，要的只是面",
            id="mixed",
        ),
        pytest.param(
            feature(box(500_000, 3_320_000, 501_000, 3_321_000)), "的坐标超出经纬度范围", id="metres"
        ),
        pytest.param(
            feature(box(30.01, 108.00, 30.02, 108.01)), "可能不是经纬度，或经度纬度写反了", id="turned round"
        ),
        pytest.param(feature(NORTH, code="5099"), "的网格编码“5099”不是 15 位数字", id="a short code"),
        pytest.param(feature(NORTH, code=""), "没有一个图形有网格编码", id="no code at all"),
    ],
)
def test_what_cannot_be_taken_in_is_said_and_changes_nothing(
    office: FlaskClient, database: Database, drawn: dict[str, Any], words: str
) -> None:
    before = len(rows(database, BoundaryVersion))
    page = examined(office, geojson(drawn))
    assert words in page
    assert "处错误，不能发布" in page
    assert len(rows(database, BoundaryVersion)) == before


def test_geometries_of_every_kind_in_one_file_are_told_one_by_one(office: FlaskClient) -> None:
    page = examined(
        office,
        geojson(
            feature(NORTH),
            feature(Point(108, 30), f"{VILLAGE}004", "一个点"),
            feature(LineString([(108, 30), (108.01, 30)]), f"{VILLAGE}005", "一条线"),
            feature(None, f"{VILLAGE}006", "没有图形"),
        ),
    )
    assert "有 3 处错误，不能发布" in page
    for words in ("「一个点」的边界不是面", "「一条线」的边界不是面", "「没有图形」没有边界"):
        assert words in page


@pytest.mark.parametrize(
    ("shape", "repaired"),
    [
        pytest.param(BOW, "边界已修复，面积由", id="self-crossing"),
        pytest.param(
            GeometryCollection([NORTH, LineString([(108, 30), (108.01, 30)])]), "边界已修复", id="mixed"
        ),
    ],
)
def test_what_can_be_put_right_is_where_it_is_asked_for(
    office: FlaskClient, shape: BaseGeometry, repaired: str
) -> None:
    page = examined(office, geojson(feature(shape)), repair="yes")
    assert repaired in page
    assert "检查过了，可以发布" in page


def test_heights_are_left_out_and_said_so(office: FlaskClient, database: Database) -> None:
    content = geojson(feature(force_3d(NORTH, 412.5)))
    assert "「北头网格」的边界带有高程，高程不导入" in examined(office, content)
    published(office, sent(office, content).location)
    (outline,) = (row.outline for row in rows(database, GridBoundary) if row.grid_code == NEW)
    assert not outline.has_z
    assert outline.equals(NORTH)


def test_an_outline_of_a_hundred_thousand_vertices_is_taken_in_whole(
    office: FlaskClient, database: Database
) -> None:
    shape = winding(100_000)
    published(office, sent(office, geojson(feature(shape))).location)
    (outline,) = (row.outline for row in rows(database, GridBoundary) if row.grid_code == NEW)
    assert outline.equals_exact(MultiPolygon([shape]))


def published(office: FlaskClient, place: str) -> None:
    done = office.post(place, data=FIELDS, follow_redirects=True)
    assert "已发布 1 个网格的边界" in done.text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(geojson(), "文件里一个图形也没有", id="no features"),
        pytest.param(
            b'{"type": "FeatureCollection", "features": [1, 2]}', "GeoJSON 文件不完整", id="numbers"
        ),
        pytest.param(
            geojson(feature(NORTH)).replace(b"108.01", b"NaN"), "GeoJSON 文件不完整", id="no numbers"
        ),
    ],
)
def test_what_is_hardly_a_map_is_refused_when_it_is_sent(
    office: FlaskClient, content: bytes, words: str
) -> None:
    refused = sent(office, content)
    assert refused.status_code == 400
    assert words in refused.text


def test_coordinates_beyond_every_number_are_off_the_earth(office: FlaskClient) -> None:
    beyond = geojson(feature(NORTH)).replace(b"108.01", b"1e999")
    assert "的坐标超出经纬度范围" in examined(office, beyond)
    assert "的坐标超出经纬度范围" in examined(office, beyond, datum="bd09")


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # GDAL says on its own what it thinks of the file
def test_coordinates_that_are_words_are_no_outline(office: FlaskClient) -> None:
    drawn = feature(NORTH) | {"geometry": {"type": "Polygon", "coordinates": "东头到西头"}}
    assert "「北头网格」没有边界" in examined(office, geojson(drawn))


def test_more_shapes_than_a_city_has_are_refused(office: FlaskClient) -> None:
    one = b'{"properties": {}, "geometry": {"type": "Point", "coordinates": [108, 30]}}'
    content = b'{"type": "FeatureCollection", "features": [' + b",".join([one] * (MOST_GRIDS + 1)) + b"]}"
    refused = sent(office, content)
    assert refused.status_code == 400
    assert "文件里的图形超过 50000 个" in refused.text
