"""回访抽查: ringing people of another village, and each village's agreement (METRICS Q)."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, Response, flash, make_response

from server.domain.back_check import Answer, What
from server.domain.obligation import Window
from server.domain.permissions import Permission
from server.domain.work_calendar import local_day
from server.figures import back_checks as figures
from server.figures.questions import months
from server.services import back_checks as services
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.parsing import Submitted, form, query
from server.web.parts import database
from server.web.staff.pages import back_to, page
from server.work import Reading


class Wanted(Submitted):
    """Which month, by its first day."""

    month: dt.date | None = None


class Said(Submitted):
    """What came of a call."""

    answer: Answer


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/back-checks", endpoint="back_checks")(listing)
    blueprint.get("/back-checks/villages/<village>", endpoint="back_checks_of")(of_village)
    blueprint.post("/back-checks/<int:check_id>/contact", endpoint="back_check_contact")(contact)
    blueprint.post("/back-checks/<int:check_id>/answer", endpoint="back_check_answer")(answer)


@requires(Permission.VIEW_BACK_CHECKS)
def listing() -> str:
    """What is to be asked this month, and the agreement of the villages one may see."""
    actor = current_actor()
    with database().read(actor) as reading:
        month = _month(reading)
        asked_now = services.asked_month(local_day(reading.now))
        is_asker = actor.may(Permission.ASK_BACK) and month == asked_now
        return page(
            "back_checks.html",
            as_of=reading.now,
            month=month,
            months=months(local_day(reading.now))[1:],
            draws=figures.draws(reading, month),
            to_ask=figures.to_ask(reading, month) if is_asker else None,
            agreements=figures.agreements(reading, month),
            may_list=actor.may(Permission.LIST_BACK_CHECKS),
        )


@requires(Permission.LIST_BACK_CHECKS)
def of_village(village: str) -> str:
    """What is behind a village's agreement: no names, and not for the village itself."""
    with database().read(current_actor()) as reading:
        month = _month(reading)
        found = figures.agreement(reading, month, village)
    return page("back_checks_of.html", as_of=reading.now, month=month, agreement=found)


@requires(Permission.ASK_BACK)
def contact(check_id: int) -> Response:
    """查看电话: whom to ring, after it was noted that somebody looked; no cache keeps it."""
    with database().transaction(current_actor()) as work:
        check = services.open_contact(work, check_id)
        found = figures.contact(work, check)
    shown = page(
        "back_check.html",
        as_of=work.now,
        check_id=check_id,
        what=What(check.what),
        contact=found,
        answers=list(Answer),
    )
    response = make_response(shown)
    response.headers["Cache-Control"] = "no-store"
    return response


@requires(Permission.ASK_BACK)
def answer(check_id: int) -> Response:
    """回访."""
    said = form(Said).answer
    with database().transaction(current_actor()) as work:
        services.answer(work, check_id, said)
    flash(f"记下了：{said.label}。", "success")
    return back_to("staff.back_checks")


def _month(reading: Reading) -> Window:
    wanted = query(Wanted).month
    past = months(local_day(reading.now))[1:]
    return next((each for each in past if each.first == wanted), past[0])
