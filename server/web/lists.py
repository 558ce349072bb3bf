"""名单: one list of FORMS §2 as a file for whoever asks, on every surface for phones."""

from __future__ import annotations

import hashlib

from flask import Response, request

from server.domain.problems import NotFound
from server.figures import phone_lists
from server.figures.phone_lists import Lists
from server.web.addresses import refuse_in_the_clear
from server.web.authentication import current_actor
from server.web.parts import database


def list_file(name: str) -> Response:
    """One list, filtered to the grids of the asking person's posts; 304 where his phone has the same.

    Raises NotFound("form.unknown_file"), Forbidden("list.needs_tls") for a list about people in the clear.
    """
    if name not in phone_lists.NAMES:
        raise NotFound("form.unknown_file", name=name)
    if name in phone_lists.PERSONAL:
        refuse_in_the_clear()
    with database().read(current_actor()) as reading:
        body = Lists(reading).file(name)
    response = Response(body, content_type="text/csv; charset=utf-8")
    response.set_etag(md5(body))
    response.headers["Cache-Control"] = "no-cache"
    response.make_conditional(request)
    return response


def md5(body: bytes) -> str:
    """The hash a phone compares a list by (OPENROSA §3)."""
    return hashlib.md5(body, usedforsecurity=False).hexdigest()
