"""GET /health: whether the process answers and its database takes queries."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from server import __version__
from server.web.authorization import public
from server.web.parts import database

blueprint = Blueprint("health", __name__)


@blueprint.get("/health")
@public
def health() -> tuple[Response, int]:
    """`status` is "ok" or "unavailable"; `database` names the kind in use."""
    answers = database().answers()
    body = {
        "status": "ok" if answers else "unavailable",
        "version": __version__,
        "database": database().engine.dialect.name,
    }
    return jsonify(body), 200 if answers else 503
