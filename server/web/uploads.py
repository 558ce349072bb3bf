"""附件: a photo or recording of a page's form, stored as it came and known by its bytes, not by its name."""

from __future__ import annotations

from flask import request
from werkzeug.datastructures import FileStorage

from server.domain.problems import Invalid
from server.services import demand_files
from server.services.demand_files import Medium, Received
from server.web.parts import parts

MEGABYTE = 1_000_000
MOST: dict[Medium, int] = {"image": 8 * MEGABYTE, "audio": 4 * MEGABYTE}
"""Bytes of one file."""
MOST_IN_ALL = sum(MOST.values()) + MEGABYTE
"""Bytes of a form with one of each and its words."""

_CHUNK = 64 * 1024


def uploaded(name: str, medium: Medium) -> Received | None:
    """The file of the request's form under `name`, stored durably; None where none was chosen.

    Raises Invalid("file.too_large"), Invalid("file.not_a_photo"), Invalid("file.not_a_recording").
    """
    sent: FileStorage | None = request.files.get(name)
    head = b"" if sent is None else sent.stream.read(demand_files.HEAD_BYTES)
    if sent is None or not head:
        return None
    mime = demand_files.kind_of(head, medium=medium)
    if sent.stream.seek(0, 2) > MOST[medium]:
        raise Invalid("file.too_large", most=MOST[medium] // MEGABYTE)
    sent.stream.seek(0)
    return Received(mime, parts().files.put(iter(lambda: sent.stream.read(_CHUNK), b"")))
