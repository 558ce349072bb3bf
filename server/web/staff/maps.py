"""地图: the frame a map runs in, the outlines it draws, and what the pages around it share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, jsonify, request, url_for

from gis.basemaps import Basemap
from gis.map_page import MapAssets, MapConfig, map_page
from gis.tiles import DEEPEST_ZOOM, GRIDS_FROM_ZOOM
from server.domain.obligation import LOOKS
from server.domain.permissions import Permission
from server.domain.problems import NotFound
from server.figures import areas, grid_values
from server.figures.outlines import Drawing, drawing
from server.web import tile_addresses
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.parsing import Submitted, query
from server.web.parts import basemap, database
from server.work import Reading

PAGE_SIZE = 50
_LAYERS = {"patrol": "巡查覆盖", "visits": "走访到位", "cases": "诉求分布", "grids": "网格"}
_SCRIPTS = ("frame", "basemap", "patterns", "degrees", "labels", "tiles", "territory", "clusters")
_VECTORGRID = "vendor/leaflet-vectorgrid/Leaflet.VectorGrid.bundled.min.js"
_AN_HOUR_S = 3_600


class Area(Submitted):
    """The division a map shows; none for all the reader may see."""

    area: str | None = None


class Village(Area):
    """Of a map's villages, the one whose grids are to be named."""

    village: str


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/maps/frame/<layer>", endpoint="map_frame")(frame)
    blueprint.get("/maps/names", endpoint="map_names")(names)


@requires(Permission.VIEW_MAPS)
def frame(layer: str) -> Response:
    """The page inside the frame: Folium's bare map of an area, under a policy that lets nothing else run."""
    if layer not in _LAYERS:
        raise NotFound("page.unknown")
    wanted = query(Area)
    with database().read(current_actor()) as reading:
        drawn = drawing(reading, wanted.area)
    ground = basemap()
    page = map_page(
        MapConfig(
            title=_LAYERS[layer],
            bounds=drawn.bounds,
            assets=_assets(layer),
            data=_told(layer, drawn),
            basemap=ground,
        )
    )
    response = Response(page.html, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = _policy(page.script_hashes, ground)
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response


@requires(Permission.VIEW_MAPS)
def names() -> Response:
    """The names of a village's grids, for a map of too many grids to send them all."""
    wanted = query(Village)
    with database().read(current_actor()) as reading:
        areas.narrowed(reading.actor.scope, wanted.village)
        found = grid_values.names_of(reading, drawing(reading, wanted.area), wanted.village)
    response = jsonify(found)
    response.headers["Cache-Control"] = f"private, max-age={_AN_HOUR_S}"
    return response


@dataclass(frozen=True, slots=True, kw_only=True)
class MapHost:
    """What map.html is told of its map; `beside`, what the page itself adds to the values, for it shows them too."""

    layer: str
    title: str
    frame_url: str
    names_url: str
    data_url: str
    beside: Mapping[str, Any] | None = None


def map_host(
    reading: Reading,
    layer: str,
    *,
    area: str | None,
    data_url: str,
    title: str | None = None,
    beside: Mapping[str, Any] | None = None,
) -> MapHost:
    """Return the addresses of a layer over an area; `title` where the layer's own says too little, `beside` as MapHost.

    Raises NotFound("jurisdiction.unknown") outside the reader's scope.
    """
    areas.narrowed(reading.actor.scope, area)
    return MapHost(
        layer=layer,
        title=title or _LAYERS[layer],
        frame_url=url_for("staff.map_frame", layer=layer, area=area),
        names_url=url_for("staff.map_names", area=area),
        data_url=data_url,
        beside=beside,
    )


def values(
    reading: Reading, area: str | None, *, levels: Sequence[str], rows: Iterable[Mapping[str, Any]]
) -> Response:
    """Return what a map of grids is coloured by, as static/js/map/frame.js reads it.

    `levels` name LOOKS; a row is that of figures/grid_values.py. Rows of grids that are not drawn are left out.
    """
    drawn = drawing(reading, area)
    response = jsonify(
        drawing=drawn.name,
        looks={level: _look(level) for level in levels},
        levels=levels,
        villages=grid_values.divided(reading, drawn),
        **grid_values.arrays(reading, drawn, rows, levels=levels),
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _look(level: str) -> dict[str, str]:
    look = LOOKS[level]
    return {"colour": look.colour, "pattern": look.pattern, "label": look.label}


def area_filter(reading: Reading, chosen: str | None) -> dict[str, Any]:
    """Return the filter bar's field for the area."""
    options = [("", "全部"), *((each.code, each.name) for each in areas.choices(reading, chosen))]
    return {"name": "area", "label": "范围", "kind": "select", "options": options, "value": chosen or ""}


def select(name: str, label: str, options: Mapping[str, str], chosen: str) -> dict[str, Any]:
    """Return a filter bar's field with a choice of few."""
    return {
        "name": name,
        "label": label,
        "kind": "select",
        "options": list(options.items()),
        "value": chosen,
    }


def _assets(layer: str) -> MapAssets:
    def static(name: str) -> str:
        return url_for("static", filename=name)

    return MapAssets(
        leaflet_js=static("vendor/leaflet/leaflet.js"),
        leaflet_css=static("vendor/leaflet/leaflet.css"),
        scripts=(static(_VECTORGRID), *(static(f"js/map/{name}.js") for name in (*_SCRIPTS, layer))),
        styles=(static("css/tokens.css"), static("css/map_frame.css")),
    )


def _told(layer: str, drawn: Drawing) -> dict[str, object]:
    """What the frame's scripts are told (static/js/map/frame.js)."""
    west, south, east, north = drawn.bounds
    return {
        "layer": layer,
        "bounds": [[south, west], [north, east]],
        "drawing": drawn.name,
        "tiles": tile_addresses.pattern(drawn),
        "deepest": DEEPEST_ZOOM,
        "gridsFrom": GRIDS_FROM_ZOOM,
    }


def _policy(script_hashes: Iterable[str], ground: Basemap | None) -> str:
    # Folium places its map by an inline style; scripts run by their file or their hash only.
    images = " ".join(("'self'", "data:", *(ground.image_sources if ground else ())))
    return (
        f"default-src 'none'; script-src 'self' {' '.join(script_hashes)}; style-src 'self' 'unsafe-inline'; "
        f"img-src {images}; connect-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'; "
        "sandbox allow-scripts"
    )
