"""办事: what a unit's member does to an order — 接单, 退单, 进展, 办结, 办不了, 反馈, 申请, 认领."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Annotated, Literal
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request, url_for
from pydantic import Field
from werkzeug.exceptions import RequestEntityTooLarge

from server.domain.demand_states import Request
from server.domain.problems import Conflict, Invalid, NotFound, Problem, TooLarge
from server.services import demand_files
from server.services.demand_files import Received
from server.services.demands import closing, dispatch, handling
from server.services.demands.closing import Means
from server.services.demands.handling import Word
from server.web.authorization import public
from server.web.errors import STATUS
from server.web.parsing import Submitted, form
from server.web.parts import database
from server.web.units.entry import current_unit
from server.web.units.orders import order_page
from server.web.uploads import MOST_IN_ALL, uploaded
from server.work import Work


class Act(Submitted):
    """An act with nothing to say but which version of the order its page showed."""

    seen: int | None = None


class Claimed(Act):
    """认领: by when, where the unit says."""

    deadline: dt.date | None = None


class Returned(Act):
    """退单: why, and on what basis."""

    reason: str
    words: Annotated[str, Field(max_length=2000)]


class Said(Act):
    """A word on the order; a photo may come with it."""

    step: Literal["progress", "done", "cannot"]
    words: Annotated[str, Field(max_length=2000)]
    how_solved: str | None = None
    cannot_reason: str | None = None


class Told(Act):
    """反馈: what the reporter was told, and how."""

    words: Annotated[str, Field(max_length=2000)]
    means: Means = "phone"


class Requested(Act):
    """申请暂缓、解释说明、延期."""

    request: Request
    words: Annotated[str, Field(max_length=2000)]
    until: dt.date | None = None


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.post("/orders/<uuid:demand_id>/<act>")(act)


@public
def act(demand_id: UUID, act: str) -> Response | tuple[str, int]:
    """Do it; what is refused is said on the order's page, and what was written is kept.

    Raises NotFound("page.unknown") for an act there is not, and for an order that is not the unit's.
    """
    if act not in _ACTS:
        raise NotFound("page.unknown")
    asked, do, done = _ACTS[act]
    request.max_content_length = MOST_IN_ALL
    try:
        given = form(asked)
        sent = {"photo": uploaded("photo", "image")} if asked is Said else {}
        with database().transaction(current_unit()) as work:
            do(work, demand_id, given, **sent)
    except RequestEntityTooLarge:
        refusal: Problem = TooLarge("request.too_large", most=MOST_IN_ALL // 1_000_000)
        return order_page(demand_id, refusal), 413
    except (Invalid, Conflict) as refused:
        return order_page(demand_id, refused, request.form.to_dict()), STATUS[refused.kind]
    flash(done, "success")
    return redirect(url_for("units.orders"), 303)  # type: ignore[return-value]


def _accept(work: Work, id_: UUID, given: Act) -> object:
    return handling.accept(work, id_, seen=given.seen)


def _claim(work: Work, id_: UUID, given: Claimed) -> object:
    return dispatch.claim(work, id_, deadline=given.deadline, seen=given.seen)


def _return(work: Work, id_: UUID, given: Returned) -> object:
    return handling.return_order(work, id_, reason=given.reason, words=given.words, seen=given.seen)


def _say(work: Work, id_: UUID, given: Said, *, photo: Received | None) -> object:
    word = Word(
        step=given.step,
        words=given.words,
        how_solved=given.how_solved,
        cannot_reason=given.cannot_reason,
        photo=None if photo is None else demand_files.name_for(photo),
    )
    note = handling.say(work, id_, word, seen=given.seen)
    if photo is not None:
        demand_files.keep(work, id_, photo)
    return note


def _feed_back(work: Work, id_: UUID, given: Told) -> object:
    return closing.feed_back(work, id_, words=given.words, means=given.means, seen=given.seen)


def _ask(work: Work, id_: UUID, given: Requested) -> object:
    return handling.ask(
        work, id_, request=given.request, until=given.until, words=given.words, seen=given.seen
    )


_ACTS: Mapping[str, tuple[type[Act], Callable[..., object], str]] = {
    "accept": (Act, _accept, "已接单。"),
    "claim": (Claimed, _claim, "已认领，由你们办到有结果。"),
    "return_order": (Returned, _return, "已退回，派单的人会重新安排。"),
    "say": (Said, _say, "已记下。"),
    "feed_back": (Told, _feed_back, "已记下反馈。"),
    "ask": (Requested, _ask, "已报上去，等答复。"),
}
