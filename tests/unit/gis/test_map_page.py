"""A map page holds what Folium draws, nothing from other hosts, and runs nothing anybody wrote."""

import base64
import hashlib
import json
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from gis.basemaps import Basemap, tianditu
from gis.map_page import MapAssets, MapConfig, map_page

HOSTILE = [
    "{{7*7}}",
    "{{ cycler.__init__.__globals__ }}",
    "{% for x in y %}",
    "{# never closed",
    "${7*7}",
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "<!--<script>",
    "'\"`\\\u2028\u2029&amp;",
]
ASSETS = MapAssets(
    leaflet_js="/static/vendor/leaflet/leaflet.js",
    leaflet_css="/static/vendor/leaflet/leaflet.css",
    scripts=("/static/js/map/channel.js", "/static/js/map/open_cases.js?v=3"),
    styles=("/static/css/map.css",),
)
CONFIG = MapConfig(
    title="未解决的诉求",
    bounds=(107.9, 30.1, 108.2, 30.5),
    assets=ASSETS,
    data={"grids": "/maps/grids.geojson"},
)


class Elements(HTMLParser):
    """The elements of a page as a browser would take them: (tag, attributes, text)."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[list] = []
        self.open = False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append([tag, dict(attrs), ""])
        self.open = True

    def handle_endtag(self, tag):
        self.open = False

    def handle_data(self, data):
        if self.open:
            self.found[-1][2] += data

    def of(self, tag: str) -> list[tuple[dict, str]]:
        return [(attributes, text) for found, attributes, text in self.found if found == tag]


def test_the_map_is_a_variable_of_the_window_and_stands_in_its_own_element() -> None:
    page = map_page(CONFIG).html
    assert "var wanggeMap = L.map(" in page
    assert [attributes["id"] for attributes, _ in Elements(page).of("div")] == ["wanggeMap"]


def test_the_first_view_is_the_area_asked_for() -> None:
    page = map_page(CONFIG).html
    assert "wanggeMap.fitBounds(\n                [[30.1, 107.9], [30.5, 108.2]]" in page
    assert '"minZoom": 5' in page
    assert '"maxZoom": 18' in page


def test_leaflet_comes_before_the_map_and_our_scripts_after_it() -> None:
    scripts = Elements(map_page(CONFIG).html).of("script")
    sources = [attributes.get("src") for attributes, _ in scripts]
    drawn = next(at for at, (_, text) in enumerate(scripts) if "L.map(" in text)
    assert sources[0] == ASSETS.leaflet_js
    assert tuple(sources[drawn + 1 :]) == ASSETS.scripts


def test_no_other_host_is_named() -> None:
    page = map_page(CONFIG).html
    assert "http" not in page
    assert "//" not in page
    assert [attributes["href"] for attributes, _ in Elements(page).of("link")] == [
        ASSETS.leaflet_css,
        *ASSETS.styles,
    ]


def test_without_a_base_map_there_is_a_graticule_and_no_attribution() -> None:
    page = map_page(CONFIG).html
    assert page.count("L.polyline(") == 1
    assert "L.tileLayer(" not in page
    assert "L.Control.Attribution(" not in page


def test_a_base_map_takes_the_place_of_the_graticule_and_is_attributed() -> None:
    page = map_page(replace(CONFIG, basemap=tianditu(key="0123abcd", approval_number="GS0650"))).html
    assert "L.polyline(" not in page
    assert "L.Control.Attribution(" in page
    assert '"prefix": false' in page
    (told,) = (
        json.loads(text)
        for attributes, text in Elements(page).of("script")
        if attributes.get("id") == "wangge-map-basemap"
    )
    assert [url.split("?")[0] for url in told["urls"]] == [
        "https://t{s}.tianditu.gov.cn/vec_w/wmts",
        "https://t{s}.tianditu.gov.cn/cva_w/wmts",
    ]
    assert told["notice"].endswith("GS0650")
    assert told["datum"] == "cgcs2000"


def test_the_controls_speak_chinese_and_the_scale_metres() -> None:
    page = map_page(CONFIG).html
    assert json.dumps("放大") in page
    assert json.dumps("缩小") in page
    assert '"imperial": false' in page
    assert '"zoomControl": false' in page


def test_the_same_configuration_makes_the_same_page() -> None:
    assert map_page(CONFIG) == map_page(CONFIG)


@pytest.mark.parametrize("basemap", [None, tianditu(key="0123abcd", approval_number="GS0650")])
def test_every_script_written_into_the_page_is_named_by_its_hash(basemap: Basemap | None) -> None:
    page = map_page(replace(CONFIG, basemap=basemap))
    inline = [text for attributes, text in Elements(page.html).of("script") if not attributes]
    digests = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in inline]
    assert page.script_hashes == tuple(f"'sha256-{digest}'" for digest in digests)
    assert len(inline) == 2


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_anybody_wrote_is_run_or_becomes_markup(text: str) -> None:
    plain = map_page(replace(CONFIG, basemap=Basemap(tile_urls=("/t/{z}/{x}/{y}.png",), attribution="来源")))
    data = {text: text, "list": [text, {"name": text}], "number": 49.5}
    basemap = Basemap(tile_urls=("/t/{z}/{x}/{y}.png",), attribution=text, approval_number=text)
    page = map_page(replace(CONFIG, title=text, data=data, basemap=basemap))

    hostile, harmless = Elements(page.html), Elements(plain.html)
    assert [(tag, attributes) for tag, attributes, _ in hostile.found] == [
        (tag, attributes) for tag, attributes, _ in harmless.found
    ]
    (config,) = (
        text for attributes, text in hostile.of("script") if attributes.get("id") == "wangge-map-config"
    )
    assert json.loads(config) == data
    assert hostile.of("title")[0][1].strip() == text.strip()
    (told,) = (
        text for attributes, text in hostile.of("script") if attributes.get("id") == "wangge-map-basemap"
    )
    assert json.loads(told)["notice"] == basemap.notice


@pytest.mark.parametrize(
    "text", [*HOSTILE, "//other.example/a.js", "https://other.example/a.js", "a.js", "/a b.js", ""]
)
def test_an_asset_that_is_no_path_of_our_own_is_refused(text: str) -> None:
    for wrong in ({"leaflet_js": text}, {"leaflet_css": text}, {"scripts": (text,)}, {"styles": (text,)}):
        with pytest.raises(ValueError, match="own host"):
            replace(ASSETS, **wrong)


def test_a_number_that_json_does_not_know_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        map_page(replace(CONFIG, data={"rate": float("nan")}))
