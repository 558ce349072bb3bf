"""The surface a map's frame fetches its tiles from: no cookie, no names, addresses that were signed."""

from __future__ import annotations

import gzip

from flask import Blueprint, Response, request

from gis.tiles import Tile
from server.domain.people import SYSTEM
from server.domain.problems import NotFound, Problem
from server.services import tiling
from server.web.authorization import public
from server.web.errors import renders
from server.web.parts import database, parts
from server.web.tile_addresses import claim_of

PREFIX = "/t"
_TYPE = "application/vnd.mapbox-vector-tile"
_A_DAY_S = 86_400

blueprint = Blueprint("tiles", __name__, url_prefix=PREFIX)


@blueprint.get("/<claim>/<int:zoom>/<int:x>/<int:y>.mvt")
@public
def tile(claim: str, zoom: int, x: int, y: int) -> Response:
    """A tile of what the address grants. NotFound("map.tile_unknown") for one that lies nowhere on the map."""
    granted = claim_of(claim)
    try:
        at = Tile(zoom, x, y)
    except ValueError:
        raise NotFound("map.tile_unknown") from None
    with database().read(SYSTEM) as reading:
        made = tiling.tile(reading, parts().tiles, boundaries=granted.boundaries, scope=granted.scope, at=at)
    return _answer(made)


def _answer(made: bytes) -> Response:
    takes_gzip = bool(request.accept_encodings["gzip"])
    response = Response(made if takes_gzip else gzip.decompress(made), content_type=_TYPE)
    if takes_gzip:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Cache-Control"] = f"private, max-age={_A_DAY_S}, immutable"
    response.vary.add("Accept-Encoding")
    return response


@blueprint.after_request
def _open_to_frames(response: Response) -> Response:
    # A sandboxed frame asks as the origin "null", which no rule can name; the address is the permission.
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _problem(problem: Problem | None, status: int, reference: str) -> Response:
    response = Response(problem.code if problem else reference, status, content_type="text/plain")
    return _open_to_frames(response)


renders(f"{PREFIX}/", _problem)
