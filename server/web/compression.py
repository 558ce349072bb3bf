"""压缩: answers of text are sent small, because a county's network is slow."""

from __future__ import annotations

import gzip

from flask import Flask, Response, request

_TEXT = frozenset(
    {
        "text/html",
        "text/css",
        "text/csv",
        "text/plain",
        "text/xml",
        "text/javascript",
        "application/javascript",
        "application/json",
        "application/geo+json",
        "application/xml",
        "image/svg+xml",
    }
)
_SMALLEST_BYTES = 1024
_LEVEL = 6


def install(app: Flask) -> None:
    """Compress answers of text for whoever takes them compressed.

    No other site can have its guesses compressed beside a secret: the session's cookie does not go along with its
    requests (SameSite).
    """
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    """A whole answer of text; never one that is streamed, a part, compressed already or without a body."""
    if response.mimetype not in _TEXT or response.status_code in (204, 206, 304):
        return response
    response.vary.add("Accept-Encoding")
    if "Content-Encoding" in response.headers or not request.accept_encodings["gzip"]:
        return response
    if request.method == "HEAD" or (response.is_streamed and not response.direct_passthrough):
        return response
    response.direct_passthrough = False
    body = response.get_data()
    if len(body) < _SMALLEST_BYTES:
        return response
    # No time in it: the same bytes give the same answer.
    response.set_data(gzip.compress(body, _LEVEL, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    etag, _ = response.get_etag()
    if etag is not None:
        response.set_etag(etag, weak=True)
    return response
