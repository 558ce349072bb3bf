"""Base maps in Chromium: a WGS-84 point stands on its tile where the tile's datum has it, and a map outlives its base map."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, Route

from gis.basemaps import Basemap, Bounds
from gis.coordinates import Datum, shift
from gis.map_page import MapAssets, MapConfig, map_page

pytestmark = pytest.mark.browser

STATIC = Path(__file__).parents[2] / "static"
HOST = "http://maps.test"
TILE = "/tiles/{z}/{x}/{y}"
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
BOUNDS: Bounds = (107.9, 30.1, 108.2, 30.5)
PLACES = {
    "天安门": (116.397428, 39.90923),
    "忠县": (108.037, 30.3),
    "乌鲁木齐": (87.6168, 43.8256),
    "三沙": (112.3386, 16.8331),
    "漠河": (122.5386, 52.9721),
}
ZOOMS = (15, 16, 18)
FAR_ZOOMS = (9, 12, 14)
_EARTH_M = 40_075_016.686
_CORNERS = """(image) => {
  const level = new DOMMatrix(getComputedStyle(image.parentNode).transform);
  const laid = level.multiply(new DOMMatrix(getComputedStyle(image).transform));
  const pane = L.DomUtil.getPosition(window.wanggeMap.getPane("mapPane"));
  return (x, y) => {
    const at = laid.transformPoint(new DOMPoint(x * image.offsetWidth, y * image.offsetHeight));
    return [at.x + pane.x, at.y + pane.y];
  };
}"""
"""Of a tile's image: what gives a spot on it, from 0 to 1 each way, in pixels of the map."""
_MEASURE = f"""([lon, lat, zoom, suffix, x, y]) => {{
  const map = window.wanggeMap;
  const image = [...document.querySelectorAll("img.leaflet-tile")].find((each) => new URL(each.src).pathname.endsWith(suffix));
  if (!image) return null;
  const point = map.project([lat, lon], zoom).subtract(map.getPixelOrigin()).add(L.DomUtil.getPosition(map.getPane("mapPane")));
  return {{spot: ({_CORNERS})(image)(x, y), point: [point.x, point.y]}};
}}"""


def page_of(basemap: Basemap) -> str:
    """The page of a map as a frame shows it, with the base map's script alone."""
    assets = MapAssets(
        leaflet_js="/vendor/leaflet/leaflet.js",
        leaflet_css="/vendor/leaflet/leaflet.css",
        scripts=("/js/map/basemap.js",),
    )
    return map_page(MapConfig(title="底图", bounds=BOUNDS, assets=assets, data={}, basemap=basemap)).html


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 900, "height": 700})
    yield context.new_page()
    context.close()


def show(page: Page, basemap: Basemap, *, tiles: bool = True) -> list[str]:
    """Open the map of a base map, whose tiles answer or not; the scripts' errors as they come."""
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(HOST).split("?")[0]
        if path == "/":
            route.fulfill(body=page_of(basemap), content_type="text/html; charset=utf-8")
        elif path.startswith("/tiles/"):
            route.fulfill(body=PIXEL, content_type="image/png") if tiles else route.abort()
        else:
            route.fulfill(path=STATIC / path.removeprefix("/"))

    page.route("**/*", answer)
    page.goto(f"{HOST}/")
    return faults


def in_tiles(lon: float, lat: float, zoom: int) -> tuple[float, float]:
    """Where degrees lie in the Web Mercator tiling, in tiles."""
    y = math.asinh(math.tan(math.radians(lat))) / math.pi
    return (lon + 180) / 360 * 2**zoom, (1 - y) / 2 * 2**zoom


def metres_per_px(latitude: float, zoom: int) -> float:
    return _EARTH_M * math.cos(math.radians(latitude)) / 256 / 2**zoom


def misplaced_m(page: Page, place: tuple[float, float], zoom: int, datum: Datum) -> float:
    """How far in metres a WGS-84 point on the map stands from its own spot on the tile that shows it."""
    page.evaluate(
        "([lon, lat, zoom]) => window.wanggeMap.setView([lat, lon], zoom, {animate: false})", [*place, zoom]
    )
    lon, lat = shift(np.array([place]), source="wgs84", target=datum)[0].tolist()
    x, y = in_tiles(lon, lat, zoom)
    suffix = TILE.format(z=zoom, x=math.floor(x), y=math.floor(y))
    asked = [*place, zoom, suffix, x % 1, y % 1]
    page.wait_for_function(f"({_MEASURE})({json.dumps(asked)}) !== null")
    found: dict[str, Any] = page.evaluate(_MEASURE, asked)
    return math.dist(found["spot"], found["point"]) * metres_per_px(place[1], zoom)


@pytest.mark.parametrize("datum", get_args(Datum))
def test_a_point_stands_within_a_metre_of_where_it_belongs(page: Page, datum: Datum) -> None:
    faults = show(page, Basemap(tile_urls=(TILE,), attribution="图商", datum=datum))
    found = {
        (name, zoom): misplaced_m(page, place, zoom, datum)
        for name, place in PLACES.items()
        for zoom in ZOOMS
    }
    assert {where: metres for where, metres in found.items() if metres > 1.0} == {}
    assert faults == []


@pytest.mark.parametrize(("datum", "pixels"), [("gcj02", 0.5), ("bd09", 3.0)])
def test_from_afar_a_point_stands_within_a_few_pixels(page: Page, datum: Datum, pixels: float) -> None:
    """BD-09 sways by forty metres within the width of a tile of zoom 12, which three corners cannot follow."""
    show(page, Basemap(tile_urls=(TILE,), attribution="图商", datum=datum))
    for place in PLACES.values():
        for zoom in FAR_ZOOMS:
            assert misplaced_m(page, place, zoom, datum) < pixels * metres_per_px(place[1], zoom)


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_unshifted_the_same_point_would_be_hundreds_of_metres_off(page: Page, datum: Datum) -> None:
    show(page, Basemap(tile_urls=(TILE,), attribution="图商", datum="wgs84"))
    assert misplaced_m(page, PLACES["忠县"], 14, datum) > 400


def test_the_tiles_of_a_shifted_map_meet(page: Page) -> None:
    show(page, Basemap(tile_urls=(TILE,), attribution="图商", datum="gcj02"))
    page.evaluate("window.wanggeMap.setView([30.3, 108.037], 15, {animate: false})")
    page.wait_for_function("document.querySelectorAll('img.leaflet-tile-loaded').length >= 12")
    tiles: list[list[Any]] = page.evaluate(
        f"""[...document.querySelectorAll("img.leaflet-tile")].map((each) => {{
             const [x, y] = new URL(each.src).pathname.split("/").slice(3).map(Number);
             const corner = ({_CORNERS})(each);
             return [x, y, [corner(0, 0), corner(0, 1), corner(1, 0), corner(1, 1)]];
           }})"""
    )
    corners = {(x, y): found for x, y, found in tiles}
    gaps = [
        math.dist(corners[x, y][mine], corners[beside][its])
        for x, y in corners
        for beside, shared in (((x + 1, y), ((2, 0), (3, 1))), ((x, y + 1), ((1, 0), (3, 2))))
        if beside in corners
        for mine, its in shared
    ]
    assert len(gaps) > 20
    assert max(gaps) < 0.1


def test_source_and_approval_number_stand_on_the_map_as_text(page: Page) -> None:
    hostile = Basemap(tile_urls=(TILE,), attribution="<b>图商</b>{{7*7}}", approval_number="GS（2025）1号")
    faults = show(page, hostile)
    assert page.inner_text(".leaflet-control-attribution").split() == ["<b>图商</b>{{7*7}}", "GS（2025）1号"]
    assert page.locator(".leaflet-control-attribution b").count() == 0
    assert faults == []


def test_a_base_map_that_is_down_is_said_to_be_and_the_map_stays(page: Page) -> None:
    faults = show(page, Basemap(tile_urls=(TILE,), attribution="图商", datum="gcj02"), tiles=False)
    page.wait_for_selector(".basemap-down:not([hidden])")
    assert page.inner_text(".basemap-down") == "底图没有读到，网格和数据不受影响。"
    page.click(".leaflet-control-zoom-in")
    assert page.evaluate("window.wanggeMap.getZoom()") > 0
    assert faults == []


def test_a_file_is_asked_for_no_tile_beyond_its_bounds_and_zooms(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/tiles/" in request.url else None)
    show(
        page,
        Basemap(tile_urls=(TILE,), attribution="县自然资源局", min_zoom=9, max_zoom=12, bounds=BOUNDS),
    )
    page.wait_for_selector("img.leaflet-tile-loaded")
    page.evaluate("window.wanggeMap.setView([30.3, 108.037], 17, {animate: false})")
    page.wait_for_function("document.querySelectorAll('img.leaflet-tile').length > 0")
    zooms = {int(url.split("/")[-3]) for url in asked}
    assert zooms <= {9, 10, 11, 12}
    west, south = in_tiles(BOUNDS[0], BOUNDS[1], 12)
    east, north = in_tiles(BOUNDS[2], BOUNDS[3], 12)
    for url in asked:
        zoom, x, y = map(int, url.split("/")[-3:])
        if zoom == 12:
            assert math.floor(west) <= x <= east
            assert math.floor(north) <= y <= south
