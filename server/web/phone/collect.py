"""GET collect-qr.png: ODK Collect's settings for the same key, for a form that only Collect can fill.

A key is kept nowhere on the server, so the phone brings it: in a cookie of its own that goes to this address alone.
"""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, Response, request

from server.domain.people import SYSTEM
from server.domain.permissions import Permission
from server.domain.problems import NotFound
from server.storage import jurisdictions
from server.web import addresses, authentication, collect_settings, credentials
from server.web.authentication import PHONE_PATH, current_actor
from server.web.authorization import requires
from server.web.parts import database

_COOKIE = "wangge_phone_key"
_PATH = f"{PHONE_PATH}/api/collect-qr.png"
_KEPT = dt.timedelta(days=400)
"""As long as browsers keep a cookie at most: a session in use is renewed, and without one the key opens no picture."""


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/api/collect-qr.png")(collect_qr)


def keep_key(response: Response, key: str) -> None:
    """Let the phone keep the key it has just shown."""
    authentication.set_phone_cookie(response, _COOKIE, key, path=_PATH, lasts=_KEPT)


def forget_key(response: Response) -> None:
    """Let the phone forget the key."""
    response.delete_cookie(_COOKIE, path=_PATH)


@requires(Permission.LIST_FORMS)
def collect_qr() -> Response:
    """The picture to scan or to open in Collect. Raises NotFound("phone.no_key") where no key opened the session."""
    key, mark = request.cookies.get(_COOKIE), authentication.phone_key_mark()
    if key is None or credentials.key_mark(key) != mark:
        raise NotFound("phone.no_key")
    with database().read(SYSTEM) as reading:
        project = collect_settings.project_name(jurisdictions.county(reading.session))
    text = collect_settings.settings_text(
        server_url=collect_settings.server_url(addresses.root(), key),
        worker=current_actor().name,
        project=project,
    )
    return Response(collect_settings.picture_file(text), content_type="image/png")
