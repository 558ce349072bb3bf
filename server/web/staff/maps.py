"""地图: the frame a map runs in, the outlines it draws, and what the pages around it share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, jsonify, request, url_for

from gis.map_page import MapAssets, MapConfig, map_page
from server.domain.obligation import LOOKS
from server.domain.people import Permission
from server.domain.problems import NotFound
from server.figures import areas, outlines
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.parsing import Submitted, query
from server.web.parts import database
from server.work import Reading

PAGE_SIZE = 50
_LAYERS = {"patrol": "巡查覆盖", "visits": "走访到位", "cases": "诉求分布", "grids": "网格"}
_SCRIPTS = ("frame", "patterns", "degrees", "labels", "territory", "clusters")
_A_YEAR_S = 31_536_000


class Area(Submitted):
    """The division a map shows; none for all the reader may see. `v` names the outlines (figures/outlines.py)."""

    area: str | None = None
    v: str = ""


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/maps/frame/<layer>", endpoint="map_frame")(frame)
    blueprint.get("/maps/shapes", endpoint="map_shapes")(shapes)


@requires(Permission.VIEW_MAPS)
def frame(layer: str) -> Response:
    """The page inside the frame: Folium's bare map of an area, under a policy that lets nothing else run."""
    if layer not in _LAYERS:
        raise NotFound("page.unknown")
    wanted = query(Area)
    with database().read(current_actor()) as reading:
        drawn = outlines.outlines(reading, wanted.area)
    west, south, east, north = drawn.bounds
    page = map_page(
        MapConfig(
            title=_LAYERS[layer],
            bounds=drawn.bounds,
            assets=_assets(layer),
            data={"layer": layer, "bounds": [[south, west], [north, east]]},
        )
    )
    response = Response(page.html, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = _policy(page.script_hashes)
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(f"{drawn.token}-{layer}")
    response.make_conditional(request)
    return response


@requires(Permission.VIEW_MAPS)
def shapes() -> Response:
    """The outlines as GeoJSON. An address that names their version is good for ever; one that does not, once."""
    wanted = query(Area)
    with database().read(current_actor()) as reading:
        drawn = outlines.outlines(reading, wanted.area)
    response = Response(drawn.geojson(), content_type="application/geo+json")
    lasting = wanted.v == drawn.token
    response.headers["Cache-Control"] = (
        f"private, max-age={_A_YEAR_S}, immutable" if lasting else "private, no-cache"
    )
    return response


@dataclass(frozen=True, slots=True, kw_only=True)
class MapHost:
    """What map.html is told of its map."""

    layer: str
    title: str
    frame_url: str
    shapes_url: str
    data_url: str


def map_host(
    reading: Reading, layer: str, *, area: str | None, data_url: str, title: str | None = None
) -> MapHost:
    """Return the addresses of a layer over an area; `title` where the layer's own says too little."""
    return MapHost(
        layer=layer,
        title=title or _LAYERS[layer],
        frame_url=url_for("staff.map_frame", layer=layer, area=area),
        shapes_url=url_for("staff.map_shapes", area=area, v=outlines.token(reading, area)),
        data_url=data_url,
    )


def values(
    reading: Reading, area: str | None, *, levels: Iterable[str], rows: Iterable[Mapping[str, Any]]
) -> Response:
    """Return what a map of grids is coloured by, as static/js/map/frame.js reads it.

    `levels` name LOOKS. A row is {code, name, n, d, text, level} and may say `vacant`, `thick` and `title`, the lines
    of what is told about a grid where its numbers are not enough. Rows of grids that are not drawn are left out.
    """
    label_at = outlines.label_points(reading, area)
    looks = {
        level: {"colour": LOOKS[level].colour, "pattern": LOOKS[level].pattern, "label": LOOKS[level].label}
        for level in levels
    }
    drawn = [_drawn(row) | {"label_at": label_at[row["code"]]} for row in rows if row["code"] in label_at]
    response = jsonify(looks=looks, rows=drawn, points=[])
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _drawn(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"vacant": False, "thick": False, **row}


def area_filter(reading: Reading, chosen: str | None) -> dict[str, Any]:
    """Return the filter bar's field for the area."""
    options = [("", "全部"), *((each.code, each.name) for each in areas.choices(reading))]
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
        scripts=tuple(static(f"js/map/{name}.js") for name in (*_SCRIPTS, layer)),
        styles=(static("css/tokens.css"), static("css/map_frame.css")),
    )


def _policy(script_hashes: Iterable[str]) -> str:
    # Folium places its map by an inline style; scripts run by their file or their hash only.
    return (
        f"default-src 'none'; script-src 'self' {' '.join(script_hashes)}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; frame-ancestors 'self'; base-uri 'none'; form-action 'none'; sandbox allow-scripts"
    )
