"""The surface for units' members: what their unit was given, on a phone, through a link and without an account.

The token of the link stands in the first address only; it moves into a cookie at once, so that no history keeps it.
"""

from __future__ import annotations

from flask import Blueprint, Response

from server.web.errors import renders
from server.web.units import acts, entry, orders, pages

PREFIX = "/u"

_POLICY = (
    "default-src 'self'; img-src 'self' blob:; media-src 'self'; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'"
)

blueprint = Blueprint("units", __name__, url_prefix=PREFIX)
renders(f"{PREFIX}/", pages.problem)


@blueprint.after_request
def _headers(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers.setdefault("Cache-Control", "no-store")
    return response


orders.routes(blueprint)
acts.routes(blueprint)
entry.routes(blueprint)
