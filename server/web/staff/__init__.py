"""The surface for people in an office: HTML pages, complete without scripts, quicker with them."""

from __future__ import annotations

from flask import Blueprint

from server.web.errors import renders
from server.web.staff import home, maps, pages, patrols, session

blueprint = Blueprint("staff", __name__)
renders("/", pages.problem)

session.routes(blueprint)
home.routes(blueprint)
maps.routes(blueprint)
patrols.routes(blueprint)
