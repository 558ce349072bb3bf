"""What the browser client is told: JSON, a refusal as its stable code and a Chinese sentence."""

from __future__ import annotations

import json

from flask import Response

from server.domain.problems import Problem
from server.web.i18n import say

JSON = "application/json; charset=utf-8"


def answer(body: object, status: int = 200) -> Response:
    """An answer; Chinese travels as itself."""
    return Response(json.dumps(body, ensure_ascii=False, separators=(",", ":")), status, content_type=JSON)


def problem(refusal: Problem | None, status: int, reference: str) -> Response:
    """A refusal; a bug shows its reference only."""
    if refusal is None:
        return answer({"code": "server.bug", "message": say("server.bug", reference=reference)}, status)
    return answer({"code": refusal.code, "message": say(refusal.code, **refusal.details)}, status)
