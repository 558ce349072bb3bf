"""分类评价 (江津 JJ-24): whom the county's mechanism names judges a matter by a link, without knowing who reported it."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from flask import Blueprint, Response, redirect, url_for

from server.domain.mechanism import EVALUATOR_WORDS, Evaluator
from server.domain.people import SYSTEM, Actor
from server.domain.problems import Conflict, Invalid
from server.figures import resident_matter
from server.services import links
from server.services.demands import rating
from server.services.demands.acts import profile_of
from server.services.links import Purpose
from server.storage.demands import Demand
from server.storage.links import Link
from server.web.authorization import public
from server.web.errors import STATUS
from server.web.parsing import form, query
from server.web.parts import database
from server.web.residents.acts import Opinion, words_of
from server.web.residents.matters import Wanted, low_words, star_words
from server.web.residents.pages import page
from server.work import Reading

PURPOSE: Purpose = "evaluate"


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/e/<token>", endpoint="evaluate")(evaluate)
    blueprint.post("/e/<token>", endpoint="evaluate_post")(judge)


@public
def evaluate(token: str) -> str:
    """The matter in short, and the stars."""
    return _page(token, said=query(Wanted).said)


@public
def judge(token: str) -> Response | tuple[str, int]:
    """评价 by an evaluator; again within the window, it changes what was said."""
    link = _link(token)
    given = form(Opinion)
    try:
        with database().transaction(_evaluator(link)) as work:
            rating.rate(work, cast(UUID, link.demand_id), stars=given.stars, words=given.words)
            links.mark_used(work, link)
    except (Conflict, Invalid) as refusal:
        return _page(token, error=words_of(refusal)), STATUS[refusal.kind]
    return redirect(url_for("residents.evaluate", token=token, said="rated"), 303)  # type: ignore[return-value]


def _page(token: str, *, said: str = "", error: str | None = None) -> str:
    link = _link(token)
    with database().read(SYSTEM) as reading:
        demand = _demand(reading, link)
        profile = profile_of(reading, demand)
        shown = resident_matter.judged(reading, demand, profile=profile, who=_who(link))
    return page(
        "evaluation.html",
        matter=shown,
        evaluator=EVALUATOR_WORDS[_who(link)],
        stars=star_words(profile),
        low_words=low_words(profile),
        said=said == "rated",
        error=error,
    )


def _link(token: str) -> Link:
    with database().read(SYSTEM) as reading:
        return links.opened(reading, token, PURPOSE)


def _demand(reading: Reading, link: Link) -> Demand:
    return reading.session.get_one(Demand, link.demand_id)


def _who(link: Link) -> Evaluator:
    return cast(Evaluator, link.evaluator)


def _evaluator(link: Link) -> Actor:
    with database().read(SYSTEM) as reading:
        return links.evaluator_of(reading, link)
