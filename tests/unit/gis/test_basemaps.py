"""What lies under the grids."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.basemaps import Basemap, graticule, tianditu

OWN = "/tiles/{z}/{x}/{y}.png"


def test_tianditu_shows_its_approval_number_and_names_its_hosts() -> None:
    basemap = tianditu(key="0123abcd", approval_number="GS（2024）0650号")
    assert [url.split("?")[0] for url in basemap.tile_urls] == [
        "https://t{s}.tianditu.gov.cn/vec_w/wmts",
        "https://t{s}.tianditu.gov.cn/cva_w/wmts",
    ]
    assert all(url.endswith("&tk=0123abcd") for url in basemap.tile_urls)
    assert basemap.notice.endswith("GS（2024）0650号")
    assert basemap.image_sources == ("https://*.tianditu.gov.cn",)


@pytest.mark.parametrize("key", ["", "abc&x=1", "{{7*7}}", "abc\n"])
def test_a_malformed_key_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="密钥"):
        tianditu(key=key, approval_number="")


def test_tiles_of_our_own_ask_no_other_host() -> None:
    assert Basemap(tile_urls=(OWN,), attribution="县自然资源局").image_sources == ()


def test_a_host_with_a_port_is_named_with_it() -> None:
    basemap = Basemap(tile_urls=("http://10.0.0.5:8080/{z}/{x}/{y}.png",), attribution="县自然资源局")
    assert basemap.image_sources == ("http://10.0.0.5:8080",)


@pytest.mark.parametrize(
    "url",
    [
        "/tiles/{z}/{x}.png",
        "//other.example/{z}/{x}/{y}",
        "javascript:{z}{x}{y}",
        '/{z}/{x}/{y}"><script>',
        "/{z}/{x}/{y}<",
    ],
)
def test_a_malformed_tile_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="底图地址"):
        Basemap(tile_urls=(url,), attribution="县自然资源局")


@pytest.mark.parametrize("host", ["maponline0.bdimg.com", "online{s}.map.bdimg.com:443", "api.map.baidu.com"])
def test_tiles_in_baidus_own_grid_are_refused_with_the_reason(host: str) -> None:
    with pytest.raises(ValueError, match="投影和编号"):
        Basemap(tile_urls=(f"https://{host}/?x={{x}}&y={{y}}&z={{z}}",), attribution="百度", datum="bd09")


def test_a_base_map_without_attribution_is_refused() -> None:
    with pytest.raises(ValueError, match="来源"):
        Basemap(tile_urls=(OWN,), attribution=" ")


def test_the_notice_says_source_and_approval_number() -> None:
    basemap = Basemap(tile_urls=(OWN,), attribution="县自然资源局", approval_number="渝S（2025）012号")
    assert basemap.notice == "县自然资源局  渝S（2025）012号"
    assert Basemap(tile_urls=(OWN,), attribution="县自然资源局").notice == "县自然资源局"


def test_the_graticule_has_round_degrees() -> None:
    lines = graticule((107.9, 30.1, 108.2, 30.5))
    meridians = [line for line in lines if line[0][1] == line[1][1]]
    parallels = [line for line in lines if line[0][0] == line[1][0]]
    assert len(meridians) + len(parallels) == len(lines)
    assert [line[0][1] for line in meridians][:3] == [107.5, 107.55, 107.6]
    assert (parallels[0][0][0], parallels[-1][0][0]) == (29.7, 30.85)


def test_a_single_place_has_a_graticule_too() -> None:
    assert graticule((108.04, 30.3, 108.04, 30.3))


def test_the_graticule_ends_where_the_map_does() -> None:
    assert max(lat for line in graticule((0, 40, 60, 80)) for lat, _ in line) == 85


@given(
    west=st.floats(73, 134),
    south=st.floats(3, 53),
    width=st.floats(0.001, 20),
    height=st.floats(0.001, 20),
)
def test_the_graticule_crosses_every_area_with_a_handful_of_lines(west, south, width, height) -> None:
    lines = graticule((west, south, west + width, south + height))
    longer = max(width, height)
    across = [line for line in lines if longer == width and west <= line[0][1] == line[1][1] <= west + width]
    along = [
        line for line in lines if longer == height and south <= line[0][0] == line[1][0] <= south + height
    ]
    assert 3 <= max(len(across), len(along)) <= 9
    assert all(abs(lat) <= 85 for line in lines for lat, _ in line)
