"""POST submission: as OpenRosa's (OPENROSA §5), answered in JSON."""

from __future__ import annotations

from flask import Blueprint, Response

from server.domain.permissions import Permission
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.i18n import say
from server.web.parts import database
from server.web.phone.answers import answer
from server.web.reception import accept, upload


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.post("/api/submission")(submit)


@requires(Permission.SUBMIT)
def submit() -> Response:
    """201 once the record is durable, 202 for one that is kept aside."""
    arrival = accept(database(), current_actor(), upload())
    if arrival.set_aside:
        return answer({"state": "set_aside", "message": say("submission.set_aside")}, 202)
    return answer({"state": "received", "message": say("submission.received")}, 201)
