"""底图瓦片: the images of a base map that is a file of ours, under addresses signed for a day (web/ground.py)."""

from __future__ import annotations

from flask import Blueprint, Response, request

from server.domain.problems import NotFound
from server.web import ground
from server.web.authorization import public
from server.web.parts import database, parts

blueprint = Blueprint("basemaps", __name__)

# Its address changes from day to day, so a tile need not be asked for twice in one.
_A_DAY_S = 86_400


@blueprint.get("/basemap/<signed>/<int:zoom>/<int:x>/<int:y>")
@public
def tile(signed: str, zoom: int, x: int, y: int) -> Response:
    """One image; 403 for an address past its time, 404 where the file has no tile."""
    found = parts().ground
    if found is None or found.archive is None:
        raise NotFound("page.unknown")
    ground.check_signed(signed, secret=parts().settings.secret_key, now=database().clock())
    image = found.archive.tile(zoom, x, y)
    if image is None:
        raise NotFound("page.unknown")
    response = Response(image, content_type=found.archive.image_type)
    response.headers["Cache-Control"] = f"private, max-age={_A_DAY_S}"
    response.add_etag()
    response.make_conditional(request)
    return response
