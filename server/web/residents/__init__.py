"""The surface for residents: what somebody of 71 opens by scanning a poster. No account, no cookie, no map.

Who may see a matter holds its number and code, or an evaluator's link; both stand in the address, so that no page of
another site can act in anybody's name and there is no token to keep.
"""

from __future__ import annotations

from flask import Blueprint, Response

from server.web.errors import renders
from server.web.residents import acts, evaluation, matters, pages, reporting
from server.web.security import csrf

PREFIX = "/r"

_POLICY = (
    "default-src 'self'; img-src 'self' blob:; media-src 'self' blob:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'"
)

blueprint = Blueprint("residents", __name__, url_prefix=PREFIX)
csrf.exempt(blueprint)
renders(f"{PREFIX}/", pages.problem)


@blueprint.after_request
def _headers(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


reporting.routes(blueprint)
matters.routes(blueprint)
acts.routes(blueprint)
evaluation.routes(blueprint)
