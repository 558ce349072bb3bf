"""查一查: questions about records, put to whoever made them and to his village (METRICS Q)."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, Response, flash

from server.domain.permissions import Permission
from server.domain.problems import Problem
from server.domain.question import Answer
from server.domain.work_calendar import local_day
from server.figures import questions as figures
from server.services import questions as services
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.i18n import say
from server.web.parsing import Submitted, form, query
from server.web.parts import database
from server.web.staff.pages import back_to, page


class Wanted(Submitted):
    """Which month, by its first day, and whether answered ones are shown too."""

    month: dt.date | None = None
    all: str = ""


class Given(Submitted):
    """An answer."""

    answer: Answer
    words: str | None = None


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/questions", endpoint="questions")(listing)
    blueprint.post("/questions/<key>/answer", endpoint="question_answer")(answer)


@requires(Permission.VIEW_QUESTIONS)
def listing() -> str:
    """A month's questions, those without an answer first asked for."""
    wanted = query(Wanted)
    with database().read(current_actor()) as reading:
        months = figures.months(local_day(reading.now))
        month = next((each for each in months if each.first == wanted.month), months[0])
        found = figures.questions(reading, month)
    return page(
        "questions.html",
        as_of=reading.now,
        wanted=wanted,
        month=month,
        months=months,
        found=[each for each in found if wanted.all or not each.answers],
        for_village=current_actor().may(Permission.ANSWER_FOR_VILLAGE),
        answers=list(Answer),
        most=services.MOST_CHARACTERS,
    )


@requires(Permission.VIEW_QUESTIONS)
def answer(key: str) -> Response:
    """回答."""
    given = form(Given)
    try:
        with database().transaction(current_actor()) as work:
            services.answer(work, key, answer=given.answer, words=given.words)
    except Problem as refusal:
        flash(say(refusal.code, **refusal.details), "danger")
    else:
        flash(f"记下了：{given.answer.label}。", "success")
    return back_to("staff.questions")
