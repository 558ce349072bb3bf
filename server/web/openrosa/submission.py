"""HEAD and POST submission (OPENROSA §5)."""

from __future__ import annotations

from flask import Blueprint, Response, request

from server.domain.people import Permission
from server.domain.problems import Invalid, Problem, TooLarge
from server.services.submissions import Upload
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.i18n import say
from server.web.openrosa import multipart_body, xml
from server.web.openrosa.reception import accept
from server.web.parts import parts

_MEGABYTE = 1_000_000
_DRAIN = 64 * 1024
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
    try:
        arrival = accept(parts().database, current_actor(), _upload())
    except Problem:
        _drain()  # a phone still sending would see a broken connection instead of the answer
        raise
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
    device = request.args.get("deviceID")
    return Upload(body, files, device[:_DEVICE_ID_LIMIT] if device else None)


def _drain() -> None:
    """Read the rest of a refused body and forget it, up to a bound no honest phone reaches."""
    left = parts().settings.max_request_mb * _MEGABYTE * 2
    while left > 0 and (chunk := request.stream.read(_DRAIN)):
        left -= len(chunk)
