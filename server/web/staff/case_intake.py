"""登记诉求: a demand that came to the office itself — walked in, telephoned, from another system."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from flask import Blueprint, Response, flash, request

from forms import catalogue
from server.domain.jurisdiction import Level
from server.domain.permissions import Permission
from server.domain.problems import Invalid, Problem
from server.domain.work_calendar import local_day
from server.figures import areas
from server.figures.case_words import channels, kinds
from server.services.demands.addresses import BY_ADDRESS, addressed
from server.services.demands.intake import Answer, Raised, Reporter, raise_demand
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.i18n import say
from server.web.parsing import Submitted, form
from server.web.parts import database
from server.web.staff.pages import back_to, page
from server.work import Work

_NUMBERED = ("hotline", "upper")
_IN_THE_FIELD = ("patrol", "visit")


class NewDemand(Submitted):
    """What the form holds."""

    channel: str
    kind: str
    detail: str | None = None
    words: str
    urgent: bool = False
    address: str | None = None
    grid: str | None = None
    outer_number: str | None = None
    reporter_kind: Literal["named", "anonymous", "proxy"] = "named"
    reporter_name: str | None = None
    reporter_phone: str | None = None
    answer: Answer = "later"
    answer_words: str | None = None
    promised_on: dt.date | None = None


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/cases/new", endpoint="case_new")(new)
    blueprint.post("/cases/new", endpoint="case_new_post")(take_in)


@requires(Permission.TAKE_IN_DEMAND)
def new() -> str:
    """The form."""
    return _form({})


@requires(Permission.TAKE_IN_DEMAND)
def take_in() -> Response | tuple[str, int]:
    """点单 at the office."""
    try:
        given = form(NewDemand)
        _check(given)
        with database().transaction(current_actor()) as work:
            demand = raise_demand(work, addressed(work, _raised(work, given)))
    except Invalid as refusal:
        return _form(request.form.to_dict(), refusal), 400
    flash(f"已收下，编号 {demand.number}。", "success")
    return back_to("staff.case", demand_id=demand.id)


def _check(given: NewDemand) -> None:
    """Raises Invalid("form.invalid") for what the phone's form would not let through either."""
    fields: dict[str, str] = {}
    if given.channel not in channels() or given.channel in _IN_THE_FIELD:
        fields["channel"] = "没有这个选项"
    if given.kind not in kinds():
        fields["kind"] = "没有这个选项"
    if given.channel in _NUMBERED and not given.outer_number:
        fields["outer_number"] = "必须填写"
    if given.answer == "answered" and not given.answer_words:
        fields["answer_words"] = "必须填写"
    if given.answer == "promised" and given.promised_on is None:
        fields["promised_on"] = "必须填写"
    if fields:
        raise Invalid("form.invalid", fields=fields)


def _raised(work: Work, given: NewDemand) -> Raised:
    home = min(work.actor.scope.codes, default="")[: Level.VILLAGE.digits]
    kind, _, detail = (given.detail or "").partition(".")
    return Raised(
        raised_on=local_day(work.now),
        received_at=work.now,
        channel=given.channel,
        kind=given.kind,
        detail=detail if kind == given.kind else None,
        words=given.words,
        urgent=given.urgent,
        division=home,
        grid=given.grid,
        place_how=BY_ADDRESS if given.address else "nowhere",
        address=given.address,
        outer_number=given.outer_number,
        reporter=Reporter(kind=given.reporter_kind, name=given.reporter_name, phone=given.reporter_phone),
        answer=given.answer,
        answer_words=given.answer_words,
        promised_on=given.promised_on,
    )


def _form(values: dict[str, str], refusal: Problem | None = None) -> str:
    with database().read(current_actor()) as reading:
        grids = areas.grid_names(reading.session, scope=reading.actor.scope)
        today = local_day(reading.now)
    context: dict[str, Any] = {
        "values": values,
        "errors": {} if refusal is None else refusal.details.get("fields", {}),
        "error": None if refusal is None else say(refusal.code, **refusal.details),
        "channels": [each for each in channels().items() if each[0] not in _IN_THE_FIELD],
        "kinds": list(kinds().items()),
        "details": [
            (f"{each.kind}.{each.name}", f"{kinds()[each.kind]}：{each.label}")
            for each in catalogue.details()
        ],
        "grids": [(code, grid.full_name) for code, grid in grids.items() if grid.is_in_force(today)],
        "reporters": list(catalogue.choices("demand_intake", "reporter_kind").items()),
        "answers": list(catalogue.choices("demand_intake", "answer").items()),
    }
    return page("case_new.html", **context)
