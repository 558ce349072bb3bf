"""首页: what needs me today."""

from __future__ import annotations

from flask import Blueprint

from server.domain.people import SYSTEM, Permission
from server.storage import jurisdictions
from server.web.authentication import current_actor
from server.web.authorization import public
from server.web.parts import database
from server.web.staff.pages import page


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/")(home)


@public
def home() -> str:
    """The set-up page while the database is empty, else the page of whoever is signed in."""
    with database().read(SYSTEM) as reading:
        empty = jurisdictions.county(reading.session) is None
    if empty:
        return page("setup.html")
    current_actor().require(Permission.USE_STAFF_PAGES)
    return page("home.html")
