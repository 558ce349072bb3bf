"""POST suggestions: 投诉与建议 from the phone; the answer comes with the home page."""

from __future__ import annotations

from flask import Blueprint, Response

from server.domain.permissions import Permission
from server.services import suggestions
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.i18n import say
from server.web.parsing import Submitted, body
from server.web.parts import database
from server.web.phone.answers import answer


class Said(Submitted):
    """The words, and the form or page they are about."""

    words: str = ""
    about: str | None = None


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.post("/api/suggestions")(make)


@requires(Permission.MAKE_SUGGESTION)
def make() -> Response:
    """201: it is kept, and the office sees it."""
    given = body(Said)
    with database().transaction(current_actor()) as work:
        suggestions.make(work, words=given.words, about=given.about)
    return answer({"message": say("suggestion.received")}, 201)
