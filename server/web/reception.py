"""收到提交, whichever surface it came by: the request read as it streams in, and the two transactions it needs."""

from __future__ import annotations

from contextlib import suppress

from flask import request
from werkzeug.exceptions import ClientDisconnected

from server.database import Database
from server.domain.people import Actor
from server.domain.problems import Invalid, TooLarge
from server.domain.submission import Arrival
from server.services import submissions
from server.services.submissions import RowsFailed, Upload
from server.web import multipart_body
from server.web.multipart_body import printable
from server.web.parts import parts

MEGABYTE = 1_000_000
_DEVICE_ID_LIMIT = 200
_CHUNK = 64 * 1024


def upload() -> Upload:
    """What the present request brings, its files stored durably.

    Raises Invalid("request.no_length"), TooLarge("request.too_large") beyond the hard limit, and what
    multipart_body.read() raises.
    """
    length = request.content_length
    if length is None:
        raise Invalid("request.no_length")
    if length > parts().settings.max_request_mb * MEGABYTE:
        raise TooLarge("request.too_large", most=parts().settings.max_request_mb)
    body, files = multipart_body.read(
        request.stream, content_type=request.content_type or "", length=length, files=parts().files
    )
    device = printable(request.args.get("deviceID", ""))[:_DEVICE_ID_LIMIT]
    return Upload(body, files, device or None)


def accept(database: Database, actor: Actor, upload: Upload) -> Arrival:
    """收到: make a submission durable and say what it was. Raises the Problems of prepare() and receive().

    When this returns, the submission is committed: the answer to the phone may leave.
    """
    with database.read(actor) as reading:
        prepared = submissions.prepare(reading, upload)
    try:
        with database.transaction(actor) as work:
            return submissions.receive(work, prepared)
    except RowsFailed as failure:
        with database.transaction(actor) as work:
            return submissions.receive_raw(work, prepared, str(failure))


def drain() -> None:
    """Read the rest of a refused body: a phone still sending would see a broken connection instead of the answer."""
    request.max_content_length = None  # what was refused for its size is read like the rest
    left = parts().settings.max_request_mb * MEGABYTE * 2  # a bound no honest phone reaches
    with suppress(ClientDisconnected):
        while left > 0 and (chunk := request.stream.read(_CHUNK)):
            left -= len(chunk)
