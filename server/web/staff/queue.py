"""超期和将到期: what is to be pushed on, with 催办 and 督办 beside every row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, Response, flash

from server.domain.permissions import Permission
from server.domain.problems import Conflict, Invalid
from server.domain.work_calendar import local_day
from server.figures import attention as figures
from server.services.demands import attention as services
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.i18n import say
from server.web.parsing import Submitted, form, query
from server.web.parts import database
from server.web.staff.ledger_tabs import ledger_tabs
from server.web.staff.maps import area_filter
from server.web.staff.pages import back_to, page
from server.work import Work

_USUAL_DAYS = 7
"""How long a supervision is proposed for."""


class QueueQuery(Submitted):
    """Which division, and the number after which to read on."""

    area: str | None = None
    after: str | None = None


class Shown(QueueQuery):
    """The part of the queue on which somebody acted, and the version of the demand it showed."""

    seen: int | None = None


class Supervision(Submitted):
    """督办: until when, and what is expected."""

    until: dt.date
    words: str


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/queue")(queue)
    blueprint.post("/queue/<uuid:demand_id>/urge", endpoint="queue_urge")(urge)
    blueprint.post("/queue/<uuid:demand_id>/supervise", endpoint="queue_supervise")(supervise)
    blueprint.post("/queue/<uuid:demand_id>/let-go", endpoint="queue_let_go")(let_go)


@requires(Permission.VIEW_LISTS)
def queue() -> str:
    """A slice of the queue, the supervised and the suspended."""
    wanted = query(QueueQuery)
    with database().read(current_actor()) as reading:
        return page(
            "queue.html",
            as_of=reading.now,
            tabs=ledger_tabs(reading),
            filters=[area_filter(reading, wanted.area)],
            found=figures.queue(reading, wanted.area, after=wanted.after),
            begins=wanted.after is None,
            supervised=figures.supervised(reading, wanted.area),
            suspended=figures.to_review(reading, wanted.area),
            until=local_day(reading.now) + dt.timedelta(days=_USUAL_DAYS),
            shown=wanted,
        )


@requires(Permission.VIEW_LISTS)
def urge(demand_id: UUID) -> Response:
    """催办, one click."""
    return _do("已催办。", lambda work, seen: services.urge(work, demand_id, seen=seen))


@requires(Permission.VIEW_LISTS)
def supervise(demand_id: UUID) -> Response:
    """督办 until a day."""

    def act(work: Work, seen: int | None) -> object:
        given = form(Supervision)
        return services.supervise(work, demand_id, words=given.words, until=given.until, seen=seen)

    return _do("已列入督办。", act)


@requires(Permission.VIEW_LISTS)
def let_go(demand_id: UUID) -> Response:
    """不再督办."""
    return _do("不再督办。", lambda work, seen: services.end_supervision(work, demand_id, seen=seen))


def _do(done: str, act: Callable[[Work, int | None], object]) -> Response:
    """An act from the queue, and back to where it was; what is refused is said there."""
    shown = form(Shown)
    try:
        with database().transaction(current_actor()) as work:
            act(work, shown.seen)
    except (Invalid, Conflict) as refusal:
        flash(say(refusal.code, **refusal.details), "error")
    else:
        flash(done, "success")
    return back_to("staff.queue", area=shown.area, after=shown.after)
