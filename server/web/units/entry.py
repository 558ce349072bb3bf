"""打开链接: whose unit it is. The link is looked up at every request, so that one taken back opens nothing any more."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, Response, current_app, g, redirect, request, url_for

from server.domain.people import SYSTEM, Actor
from server.domain.problems import Unauthenticated
from server.domain.scope import Scope
from server.services import units
from server.storage import units as storage
from server.web import credentials
from server.web.authorization import public
from server.web.parts import database

_COOKIE = "wangge_unit"
_LASTS = dt.timedelta(days=400)
"""As long as browsers keep a cookie at all: when the link ends, the link itself says."""


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/<token>")(enter)
    blueprint.post("/leave")(leave)


@public
def enter(token: str) -> Response:
    """Keep the token out of sight, and go to the unit's orders.

    Raises NotFound("link.unknown"), Conflict for a link that has ended, TooMany("account.too_many_tries").
    """
    credentials.by_unit_link(token)
    response: Response = redirect(url_for("units.orders"), 303)  # type: ignore[assignment]
    response.set_cookie(
        _COOKIE,
        token,
        max_age=_LASTS,
        path=url_for("units.orders"),
        secure=request.is_secure or bool(current_app.config["SESSION_COOKIE_SECURE"]),
        httponly=True,
        # Strict would be left behind on the way from a chat's or a mail's page through the redirection.
        samesite="Lax",
    )
    return response


@public
def leave() -> Response:
    """退出: this browser forgets the link."""
    response: Response = redirect(url_for("units.orders"), 303)  # type: ignore[assignment]
    response.delete_cookie(_COOKIE, path=url_for("units.orders"))
    return response


def current_unit() -> Actor:
    """The unit whose member makes the present request. Raises Unauthenticated("link.none"), and as `enter`."""
    actor: Actor | None = getattr(g, "actor", None)
    if actor is None:
        token = request.cookies.get(_COOKIE)
        if token is None:
            raise Unauthenticated("link.none")
        unit_id = credentials.by_unit_link(token)
        with database().read(SYSTEM) as reading:
            unit = storage.get(reading.session, unit_id, scope=Scope.everything())
            actor = g.actor = units.actor_of(unit)
    return actor
