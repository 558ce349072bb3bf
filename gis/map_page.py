"""A map page: what Folium draws once, and nothing anybody wrote.

Folium and Branca render text twice as a template and write popups as markup, so no name, label or number of a
record ever passes through them (SPATIAL §4). They draw the bare map: Leaflet, the bounds, the scale, a
graticule or a base map. Everything else stands in one JSON block that our own scripts read, and what records
say arrives later by message.

What the scripts in static/js/map find: the Leaflet map as `window.wanggeMap`, and the JSON as the text of
`document.getElementById("wangge-map-config")`; a base map as that of "wangge-map-basemap".
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

import folium
from branca.element import Element, Figure

from gis.basemaps import Basemap, Bounds, graticule

MAP_NAME = "wanggeMap"
CONFIG_ID = "wangge-map-config"
BASEMAP_ID = "wangge-map-basemap"

_ASSET_URL = re.compile(r"/(?!/)[A-Za-z0-9._~/?&=%+-]+")
# The pattern of a script written into the page; one with a source or a type opens differently.
_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_GRATICULE_COLOUR = "#c8ccd0"
_FARTHEST_OUT, _CLOSEST_IN = 5, 18
_PADDING_PX = (16, 16)


@dataclass(frozen=True, slots=True, kw_only=True)
class MapAssets:
    """Where the page's files are: paths on our own host, so that no other one is ever asked.

    `scripts` run in their order when the map is there. Raises ValueError for anything but a plain path.
    """

    leaflet_js: str
    leaflet_css: str
    scripts: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for url in (self.leaflet_js, self.leaflet_css, *self.scripts, *self.styles):
            if not _ASSET_URL.fullmatch(url):
                raise ValueError(f"not a path on our own host: {url}")


@dataclass(frozen=True, slots=True, kw_only=True)
class MapConfig:
    """What one map page is made from: the area first seen, its files, and what its scripts are told.

    `data` is anything JSON can say; texts in it may hold whatever people write. Without a `basemap` the map
    lies on a graticule.
    """

    title: str
    bounds: Bounds
    assets: MapAssets
    data: Mapping[str, object]
    basemap: Basemap | None = None


@dataclass(frozen=True, slots=True)
class MapPage:
    """A whole HTML page, and its inline scripts as a policy names them: `'sha256-…'`.

    The same configuration makes the same page, byte for byte.
    """

    html: str
    script_hashes: tuple[str, ...]


def map_page(config: MapConfig) -> MapPage:
    """Return the page of a map for a sandboxed frame."""
    drawn = _draw(config)
    page = f"""<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<title>{html.escape(config.title)}</title>
{drawn.header.render()}
{_lines('<link rel="stylesheet" href="{}">', config.assets.styles)}
</head>
<body>
{drawn.html.render()}
<script type="application/json" id="{CONFIG_ID}">{_json_block(config.data)}</script>
{_basemap_block(config.basemap)}
<script>{drawn.script.render()}</script>
{_lines('<script src="{}"></script>', config.assets.scripts)}
</body>
</html>
"""
    return MapPage(
        html=page, script_hashes=tuple(_policy_hash(script) for script in _INLINE_SCRIPT.findall(page))
    )


class _Map(folium.Map):
    """Folium's map under a name of ours: the name becomes a variable of the page's window."""

    def get_name(self) -> str:
        return MAP_NAME


class _Verbatim(Element):
    """A part of the page that writes its pieces as they are.

    Branca hands over every piece it has rendered as a new template, to be rendered again; here the piece's
    text is taken instead. Links come as elements of their own and are rendered, for the first time.
    """

    def render(self, **kwargs: object) -> str:
        return "\n".join(
            child._template_str or "" if type(child) is Element else child.render(**kwargs)
            for child in self._children.values()
        )


class _VerbatimFigure(Figure):
    """A figure whose three parts are verbatim."""

    def __init__(self) -> None:
        super().__init__()
        self.header, self.html, self.script = _Verbatim(), _Verbatim(), _Verbatim()
        for part in (self.header, self.html, self.script):
            part._parent = self


def _draw(config: MapConfig) -> _VerbatimFigure:
    """Let Folium draw the static layers; return the figure with its three parts filled."""
    west, south, east, north = config.bounds
    drawn = _Map(
        location=((south + north) / 2, (west + east) / 2),
        tiles=None,
        zoom_control=False,
        attribution_control=False,
    )
    # Folium takes zoom limits for tiles only; without them a single house would fill the screen.
    drawn.options["min_zoom"] = _FARTHEST_OUT
    drawn.options["max_zoom"] = _CLOSEST_IN
    drawn.default_js = [("leaflet", config.assets.leaflet_js)]
    drawn.default_css = [("leaflet_css", config.assets.leaflet_css)]
    _add_controls(drawn, config)
    _lay_ground(drawn, config)
    first_view = folium.FitBounds([(south, west), (north, east)], padding=_PADDING_PX)
    first_view.options["animate"] = False  # a glide would hold up everything that is drawn there
    first_view.add_to(drawn)
    figure = _VerbatimFigure()
    figure.add_child(drawn)
    _number(drawn)
    drawn.render()  # type: ignore[no-untyped-call]
    return figure


def _add_controls(drawn: _Map, config: MapConfig) -> None:
    """Add Leaflet's controls with Chinese titles, metres, and no link to its makers' site."""
    folium.Control("Zoom", zoom_in_title="放大", zoom_out_title="缩小").add_to(drawn)
    folium.Control("Scale", imperial=False).add_to(drawn)
    if config.basemap is not None:
        folium.Control("Attribution", prefix=False).add_to(drawn)


def _lay_ground(drawn: _Map, config: MapConfig) -> None:
    """Add the graticule where there is no base map; a base map is laid by basemap.js, which can shift it."""
    if config.basemap is not None:
        return
    lines = folium.PolyLine(  # type: ignore[no-untyped-call]
        graticule(config.bounds), color=_GRATICULE_COLOUR, weight=1
    )
    lines.options["interactive"] = False
    lines.add_to(drawn)


def _number(drawn: _Map) -> None:
    """Give the layers numbers instead of Folium's random names, so that a page can be hashed and cached."""
    children = list(drawn._children.values())
    drawn._children.clear()
    for number, child in enumerate(children):
        child._id = str(number)
        drawn.add_child(child)


def _basemap_block(basemap: Basemap | None) -> str:
    if basemap is None:
        return ""
    return f'<script type="application/json" id="{BASEMAP_ID}">{_json_block(basemap.as_told)}</script>'


def _json_block(data: Mapping[str, object]) -> str:
    """Return JSON that cannot close the element it stands in; NaN is refused with ValueError."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", r"\u003c").replace(">", r"\u003e").replace("&", r"\u0026")


def _lines(pattern: str, urls: tuple[str, ...]) -> str:
    return "\n".join(pattern.format(html.escape(url)) for url in urls)


def _policy_hash(script: str) -> str:
    digest = hashlib.sha256(script.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
