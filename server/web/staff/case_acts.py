"""办事: what is done to a demand from a desk — 登记, 分类, 派单, 反馈, 请人核实和核查, 办理反馈."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, Response, flash

from server.domain.demand import treated_as_private
from server.domain.mechanism import Canonical
from server.domain.people import Permission
from server.figures.case_words import suggested
from server.services.demands import casework, handling
from server.services.demands.casework import Means
from server.storage.demands import Demand
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.parsing import Submitted, form
from server.web.parts import database
from server.web.staff.case import case_page
from server.web.staff.pages import back_to
from server.work import Work


class Classified(Submitted):
    """The class chosen, and why."""

    category: Canonical
    words: str | None = None


class Assigned(Submitted):
    """Who does it, how, and by when."""

    person: UUID
    measure: str | None = None
    deadline: dt.date | None = None


class Answered(Submitted):
    """What the reporter is told, and how."""

    words: str
    means: Means = "phone"


class Asked(Submitted):
    """Who is asked to look or to check."""

    person: UUID


class Said(Submitted):
    """A word from whoever handles, looks or checks."""

    step: str
    words: str | None = None
    how_solved: str | None = None
    cannot_reason: str | None = None


class Reason(Submitted):
    """Why personal data is opened."""

    reason: str


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    base = "/cases/<uuid:demand_id>"
    blueprint.post(f"{base}/register", endpoint="case_register")(register)
    blueprint.post(f"{base}/classify", endpoint="case_classify")(classify)
    blueprint.post(f"{base}/assign", endpoint="case_assign")(assign)
    blueprint.post(f"{base}/feed-back", endpoint="case_feed_back")(feed_back)
    blueprint.post(f"{base}/look", endpoint="case_ask_to_look")(ask_to_look)
    blueprint.post(f"{base}/check", endpoint="case_ask_to_check")(ask_to_check)
    blueprint.post(f"{base}/word", endpoint="case_word")(word)
    blueprint.post(f"{base}/contact", endpoint="case_contact")(contact)


@requires(Permission.REGISTER_DEMAND)
def register(demand_id: UUID) -> Response:
    """登记."""
    return _done(demand_id, lambda work: casework.register(work, demand_id), "已登记。")


@requires(Permission.CLASSIFY_DEMAND)
def classify(demand_id: UUID) -> Response:
    """分类, or correct the class."""
    given = form(Classified)
    return _done(
        demand_id,
        lambda work: casework.classify(work, demand_id, given.category, words=given.words),
        "已分类。",
    )


@requires(Permission.ASSIGN_DEMAND)
def assign(demand_id: UUID) -> Response:
    """派给个人."""
    given = form(Assigned)
    return _done(
        demand_id,
        lambda work: casework.assign(
            work, demand_id, given.person, measure=given.measure, deadline=given.deadline
        ),
        "已派给个人，会出现在他的手机上。",
    )


@requires(Permission.REPORT_BACK)
def feed_back(demand_id: UUID) -> Response:
    """反馈."""
    given = form(Answered)
    return _done(
        demand_id,
        lambda work: casework.feed_back(work, demand_id, words=given.words, means=given.means),
        "已记下反馈。",
    )


@requires(Permission.REGISTER_DEMAND)
def ask_to_look(demand_id: UUID) -> Response:
    """请人核实."""
    given = form(Asked)
    return _done(
        demand_id, lambda work: casework.ask_to_look(work, demand_id, given.person), "已请他先去看看。"
    )


@requires(Permission.REGISTER_DEMAND)
def ask_to_check(demand_id: UUID) -> Response:
    """请人核查."""
    given = form(Asked)
    return _done(
        demand_id, lambda work: casework.ask_to_check(work, demand_id, given.person), "已请他去核查。"
    )


@requires(Permission.HANDLE_DEMAND)
def word(demand_id: UUID) -> Response:
    """办理反馈 from a desk."""
    given = form(Said)
    said = handling.Word(
        step=given.step,
        words=given.words,
        how_solved=given.how_solved,
        cannot_reason=given.cannot_reason,
    )
    return _done(demand_id, lambda work: handling.say(work, demand_id, said), "已记下。")


@requires(Permission.REVEAL_PERSONAL_DATA)
def contact(demand_id: UUID) -> str:
    """查看反映人联系方式: once, on the answer to this request, with the reason on record."""
    given = form(Reason)
    with database().transaction(current_actor()) as work:
        demand = casework.reveal_contact(work, demand_id, reason=given.reason)
        return case_page(work, demand, contact_shown=True)


def _done(demand_id: UUID, act: Callable[[Work], object], words: str) -> Response:
    """Do it, then back to the demand — or to the list, where it is not his to read any more."""
    with database().transaction(current_actor()) as work:
        changed = act(work)
        readable = not isinstance(changed, Demand) or _may_read(work, changed)
    flash(words, "success")
    return back_to("staff.case", demand_id=demand_id) if readable else back_to("staff.cases")


def _may_read(work: Work, demand: Demand) -> bool:
    private = treated_as_private(demand.state.class_, suggested=suggested(demand))
    own = work.actor.id in (demand.first_asked_id, demand.handler_id)
    return own or work.actor.scope.covers(demand.jurisdiction, private=private)
