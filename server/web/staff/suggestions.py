"""意见建议: what people in the field say about their work and this tool, and the office's answer."""

from __future__ import annotations

from flask import Blueprint, Response, flash

from server.domain.permissions import Permission
from server.domain.problems import Problem
from server.figures.personnel import place_names
from server.services import suggestions as services
from server.storage import forms
from server.storage import suggestions as storage
from server.storage.selection import Page
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.i18n import say
from server.web.parsing import Submitted, form, query
from server.web.parts import database
from server.web.staff.pages import back_to, page


class Wanted(Submitted):
    """Which suggestions the list is to show: those waiting for an answer, or all."""

    all: str = ""
    page: int = 1


class Answer(Submitted):
    """What the office answers."""

    words: str = ""


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/suggestions", endpoint="suggestions")(listing)
    blueprint.post("/suggestions/<int:suggestion_id>/answer", endpoint="suggestion_answer")(answer)


@requires(Permission.ANSWER_SUGGESTION)
def listing() -> str:
    """The suggestions of the reader's divisions, the newest first."""
    wanted = query(Wanted)
    with database().read(current_actor()) as reading:
        found = storage.listing(
            reading.session,
            scope=reading.actor.scope,
            page=Page(max(wanted.page, 1)),
            waiting_only=not wanted.all,
        )
        places = place_names(reading.session, [row.made.jurisdiction for row in found.rows])
        titles = {listed.form_id: listed.title for listed, _ in forms.listed(reading.session)}
    return page(
        "suggestions.html",
        found=found,
        pages=-(-found.total // found.page.size),
        places=places,
        titles=titles,
        wanted=wanted,
        reader=current_actor().id,
        most=services.MOST_CHARACTERS,
    )


@requires(Permission.ANSWER_SUGGESTION)
def answer(suggestion_id: int) -> Response:
    """答复: it stands on the phone of whoever wrote it from the next time his page is fetched."""
    given = form(Answer)
    try:
        with database().transaction(current_actor()) as work:
            services.answer(work, suggestion_id, words=given.words)
    except Problem as refusal:
        flash(say(refusal.code, **refusal.details), "error")
    else:
        flash("已答复，本人在手机首页的“意见建议”里会看到。", "success")
    return back_to("staff.suggestions")
