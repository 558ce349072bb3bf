"""The shell of a page for a unit's members, and how a refusal looks."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template

from server.domain.people import SYSTEM
from server.domain.problems import Problem
from server.storage import jurisdictions
from server.web.i18n import say
from server.web.parts import database


def page(template: str, **context: Any) -> str:
    """A whole page."""
    with database().read(SYSTEM) as reading:
        county = jurisdictions.county(reading.session)
    return render_template(template, county_name="" if county is None else county.name, **context)


def problem(refusal: Problem | None, status: int, reference: str) -> Response:
    """A refusal as a page; a bug shows its reference only."""
    words = (
        say("server.bug", reference=reference) if refusal is None else say(refusal.code, **refusal.details)
    )
    body = page("unit_error.html", words=words, goes_on=status in (400, 404, 409, 413))
    return Response(body, status, content_type="text/html; charset=utf-8")
