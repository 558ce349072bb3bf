"""HEAD and POST submission (OPENROSA §5)."""

from __future__ import annotations

from flask import Blueprint, Response

from server.domain.permissions import Permission
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.i18n import say
from server.web.openrosa import xml
from server.web.parts import parts
from server.web.reception import MEGABYTE, accept, upload


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.route("/submission", methods=["HEAD"], provide_automatic_options=False)(hint)
    blueprint.post("/submission")(submit)


@requires(Permission.SUBMIT)
def hint() -> Response:
    """204 and the size at which phones should split: Collect takes any other 2xx for a wrong address."""
    response = Response(status=204)
    response.headers["X-OpenRosa-Accept-Content-Length"] = str(parts().settings.split_hint_mb * MEGABYTE)
    return response


@requires(Permission.SUBMIT)
def submit() -> Response:
    """201 once the submission is durable, 202 for one that is kept aside."""
    arrival = accept(parts().database, current_actor(), upload())
    message = say("submission.set_aside" if arrival.set_aside else "submission.received")
    return xml.answer(message, 202 if arrival.set_aside else 201, nature="submit_success")
