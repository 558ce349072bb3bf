"""What lies under the grids: nothing but a graticule, unless the deployment names a base map of its own.

A graticule needs no network and shifts nobody's borders. A base map is a setting: its tiles, its datum, the
attribution and the approval number (审图号) that must be shown with it (SPATIAL §5).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from gis.coordinates import Datum

Bounds = tuple[float, float, float, float]
"""West, south, east, north in degrees."""

_TILE_URL = re.compile(r"(https?://|/(?!/))[A-Za-z0-9._~:/?&=%+,{}-]+")
_TIANDITU_KEY = re.compile(r"[0-9A-Za-z]+")
_BAIDU_HOST = re.compile(r"(^|\.)(bdimg|baidu)\.com(:|$)")
_LINES_ACROSS = 8
# About a hundred metres, for an area that is a single place.
_LEAST_EXTENT = 0.001
# Web Mercator ends here.
_FARTHEST_LAT = 85.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Basemap:
    """A raster base map of one or more layers in the Web Mercator tiling, drawn by static/js/map/basemap.js.

    `tile_urls` hold `{z}`, `{x}`, `{y}` and, where there are several hosts, `{s}` for one of `subdomains`;
    a path without a host is served by ourselves. `attribution` and `approval_number` are shown as text.
    `datum` is what the tiles were cut in: those of GCJ-02 and BD-09 are shifted when shown. There are tiles for
    whole zooms `min_zoom` to `max_zoom`, shown larger beyond, and inside `bounds` (of that datum) where these
    are known. Raises ValueError, with a sentence an operator can act on, for what does not hold.
    """

    tile_urls: tuple[str, ...]
    attribution: str
    approval_number: str = ""
    datum: Datum = "wgs84"
    subdomains: str = ""
    min_zoom: int = 0
    max_zoom: int = 18
    bounds: Bounds | None = None

    def __post_init__(self) -> None:
        if not self.attribution.strip():
            raise ValueError("底图须注明来源")
        for url in self.tile_urls:
            if not _TILE_URL.fullmatch(url) or not all(part in url for part in ("{z}", "{x}", "{y}")):
                raise ValueError(f"底图地址不合规范：{url}")
            if _BAIDU_HOST.search(urlsplit(url).netloc):
                raise ValueError(
                    "百度的瓦片按自己的投影和编号切分，不是通用的 XYZ，放上去会错位，因此不支持；"
                    "BD-09 坐标、按通用 XYZ 切分的瓦片可以用"
                )

    @property
    def notice(self) -> str:
        """The line under the map as text: where it comes from and its approval number."""
        return "  ".join(part for part in (self.attribution, self.approval_number) if part)

    @property
    def image_sources(self) -> tuple[str, ...]:
        """The hosts a content security policy must let images come from; none for tiles of our own."""
        hosts = {
            urlsplit(url)._replace(path="", query="").geturl() for url in self.tile_urls if url[0] != "/"
        }
        return tuple(
            sorted(f"{host.split('://')[0]}://{_any_subdomain(host.split('://')[1])}" for host in hosts)
        )

    @property
    def as_told(self) -> dict[str, object]:
        """What the script in the frame is told: addresses, notice, datum, zooms, bounds."""
        return {
            "urls": self.tile_urls,
            "notice": self.notice,
            "datum": self.datum,
            "subdomains": self.subdomains,
            "zooms": (self.min_zoom, self.max_zoom),
            "bounds": self.bounds,
        }


def tianditu(*, key: str, approval_number: str) -> Basemap:
    """天地图：the national map and its names, with the deployment's own key. ValueError for a malformed key."""
    if not _TIANDITU_KEY.fullmatch(key):
        raise ValueError("天地图密钥只含字母和数字")
    return Basemap(
        tile_urls=tuple(
            f"https://t{{s}}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0"
            f"&LAYER={layer}&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles"
            f"&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={key}"
            for layer in ("vec", "cva")
        ),
        attribution="天地图 国家地理信息公共服务平台",
        approval_number=approval_number,
        datum="cgcs2000",
        subdomains="01234567",
    )


def graticule(bounds: Bounds) -> list[list[tuple[float, float]]]:
    """经纬网：return lines of round degrees over the bounds and as far again on every side.

    Each line is two (latitude, longitude) pairs, as Leaflet wants them; about eight cross the bounds.
    """
    west, south, east, north = bounds
    reach = max(east - west, north - south, _LEAST_EXTENT)
    step = _round_step(reach / _LINES_ACROSS)
    left, right = west - reach, east + reach
    bottom, top = max(south - reach, -_FARTHEST_LAT), min(north + reach, _FARTHEST_LAT)
    meridians = [[(bottom, lon), (top, lon)] for lon in _multiples(step, left, right)]
    parallels = [[(lat, left), (lat, right)] for lat in _multiples(step, bottom, top)]
    return meridians + parallels


def _round_step(wanted: float) -> float:
    """Return the least of 1, 2, 5 × 10ⁿ degrees that is not below `wanted`."""
    magnitude = 10.0 ** math.floor(math.log10(wanted))
    return next(magnitude * factor for factor in (1, 2, 5, 10) if magnitude * factor >= wanted)


def _multiples(step: float, low: float, high: float) -> list[float]:
    return [round(number * step, 9) for number in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _any_subdomain(host: str) -> str:
    """Turn `t{s}.example.cn` into `*.example.cn`, which is how a policy names several hosts."""
    first, _, rest = host.partition(".")
    return f"*.{rest}" if "{s}" in first else host
