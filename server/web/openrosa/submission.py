"""HEAD and POST submission (OPENROSA §5)."""

from __future__ import annotations

from flask import Blueprint, Response, request

from server.domain.people import Permission
from server.domain.problems import Invalid, TooLarge
from server.services.submissions import Upload
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.i18n import say
from server.web.openrosa import multipart_body, xml
from server.web.openrosa.multipart_body import printable
from server.web.openrosa.reception import accept
from server.web.parts import parts

_MEGABYTE = 1_000_000
_DEVICE_ID_LIMIT = 200


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.route("/submission", methods=["HEAD"], provide_automatic_options=False)(hint)
    blueprint.post("/submission")(submit)


@requires(Permission.SUBMIT)
def hint() -> Response:
    """204 and the size at which phones should split: Collect takes any other 2xx for a wrong address."""
    response = Response(status=204)
    response.headers["X-OpenRosa-Accept-Content-Length"] = str(parts().settings.split_hint_mb * _MEGABYTE)
    return response


@requires(Permission.SUBMIT)
def submit() -> Response:
    """201 once the submission is durable, 202 for one that is kept aside."""
    arrival = accept(parts().database, current_actor(), _upload())
    message = say("submission.set_aside" if arrival.set_aside else "submission.received")
    return xml.answer(message, 202 if arrival.set_aside else 201, nature="submit_success")


def _upload() -> Upload:
    length = request.content_length
    if length is None:
        raise Invalid("request.no_length")
    if length > parts().settings.max_request_mb * _MEGABYTE:
        raise TooLarge("request.too_large", most=parts().settings.max_request_mb)
    body, files = multipart_body.read(
        request.stream, content_type=request.content_type or "", length=length, files=parts().files
    )
    device = printable(request.args.get("deviceID", ""))[:_DEVICE_ID_LIMIT]
    return Upload(body, files, device or None)
