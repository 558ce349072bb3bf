"""A problem becomes a status here, once; each surface renders it in its own format."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import structlog
from flask import Flask, Response, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from server.domain.problems import Invalid, NotFound, Problem, ProblemKind, TooLarge
from server.web.parts import parts

STATUS: dict[ProblemKind, int] = {
    "not_found": 404,
    "forbidden": 403,
    "unauthenticated": 401,
    "invalid": 400,
    "conflict": 409,
    "too_large": 413,
    "too_many": 429,
    "unavailable": 503,
}

Renderer = Callable[[Problem | None, int, str], Response]
"""Problem (None for a bug), status, request id → response."""

_renderers: list[tuple[str, Renderer]] = []
_log = structlog.get_logger()


def renders(prefix: str, renderer: Renderer) -> None:
    """Let a surface render the problems of every path below `prefix`, known routes or not."""
    _renderers.append((prefix, renderer))
    _renderers.sort(key=lambda entry: -len(entry[0]))


def install(app: Flask) -> None:
    """Catch every problem, every refusal of the framework, and every bug."""
    app.register_error_handler(Problem, _problem)
    app.register_error_handler(CSRFError, lambda _error: _problem(Invalid("form.expired")))
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _bug)


def _problem(problem: Problem) -> Response:
    return _render(problem, STATUS[problem.kind])


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:
        return Response(error.get_response().get_data(), status, dict(error.get_response().headers))
    problem: Problem
    if status in (404, 405):
        problem = NotFound("page.unknown")
    elif status == 413:
        problem = TooLarge("request.too_large", most=parts().settings.max_request_mb)
    else:
        problem = Invalid("request.malformed")
    return _render(problem, status)


def _bug(error: Exception) -> Response:
    reference = uuid.uuid4().hex[:12]
    _log.error("bug", reference=reference, path=request.path, exc_info=error)
    return _render(None, 500, reference)


def _render(problem: Problem | None, status: int, reference: str = "") -> Response:
    for prefix, renderer in _renderers:
        if request.path.startswith(prefix):
            response = renderer(problem, status, reference)
            break
    else:
        response = Response("", status)
    if status == 503:
        response.headers["Retry-After"] = "30"
    return response
