"""The surface of the browser client on phones: its files, and JSON with Chinese sentences for it alone.

Whoever holds the cookie of a phone's session speaks here. The key that opened it stands in no address.
"""

from __future__ import annotations

from flask import Blueprint, Response, request

from server.domain.problems import Forbidden
from server.web.authentication import PHONE, PHONE_PATH
from server.web.errors import renders
from server.web.phone import answers, collect, forms, home, session, shell, submission, suggestions
from server.web.reception import drain
from server.web.security import CLIENT_POLICY, csrf

_API = f"{PHONE_PATH}/api/"
_HEADER = "X-Wangge-Client"

blueprint = Blueprint(PHONE, __name__, url_prefix=PHONE_PATH)
# No token: the cookie goes along with no other site's request (SameSite=Strict), and no other site's page can set the
# header asked for below without asking this server first, which answers nobody. A record kept for a week on a phone
# could show no token that is still known.
csrf.exempt(blueprint)
renders(_API, answers.problem)


@blueprint.before_request
def _only_the_client() -> None:
    if request.method == "POST" and _HEADER not in request.headers:
        raise Forbidden("phone.other_site")


@blueprint.after_request
def _headers(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = CLIENT_POLICY
    if request.path.startswith(_API):
        response.headers.setdefault("Cache-Control", "no-store")
    if response.status_code >= 400:
        drain()
    return response


session.routes(blueprint)
home.routes(blueprint)
forms.routes(blueprint)
submission.routes(blueprint)
suggestions.routes(blueprint)
collect.routes(blueprint)
shell.routes(blueprint)
