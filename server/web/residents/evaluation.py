"""分类评价 (江津 JJ-24): whom the county's mechanism names judges a matter by a link, without knowing who reported it."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from flask import Blueprint, Response, redirect, url_for

from server.domain.mechanism import EVALUATOR_WORDS, Evaluator, MechanismProfile
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
from server.web.residents.acts import words_of
from server.web.residents.matters import Stars, Wanted, asked_once, star_words, words_for
from server.web.residents.pages import page

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
    """评价 by an evaluator; again within the window, it changes what was said. What sends it back is asked about once."""
    link = _link(token)
    given = form(Stars)
    question = _question(link, token)
    if question is not None:
        return question, 200
    try:
        with database().transaction(_evaluator(link)) as work:
            rating.rate(work, cast(UUID, link.demand_id), stars=given.stars, words=given.words)
            links.mark_used(work, link)
    except (Conflict, Invalid) as refusal:
        return _page(token, error=words_of(refusal)), STATUS[refusal.kind]
    return redirect(url_for("residents.evaluate", token=token, said="rated"), 303)  # type: ignore[return-value]


def _question(link: Link, token: str) -> str | None:
    shown, profile = _judged(link)
    address = url_for("residents.evaluate", token=token)
    return asked_once(shown.opinion, profile, action=address, back=address)


def _page(token: str, *, said: str = "", error: str | None = None) -> str:
    link = _link(token)
    shown, profile = _judged(link)
    return page(
        "evaluation.html",
        matter=shown,
        evaluator=EVALUATOR_WORDS[_who(link)],
        stars=star_words(profile),
        sent_back=words_for(profile, shown.opinion.sent_back),
        said=said == "rated",
        error=error,
    )


def _judged(link: Link) -> tuple[resident_matter.Judged, MechanismProfile]:
    """The matter as whoever holds the link reads it, with the mechanism it is handled by."""
    with database().read(SYSTEM) as reading:
        demand = reading.session.get_one(Demand, link.demand_id)
        profile = profile_of(reading, demand)
        return resident_matter.judged(reading, demand, profile=profile, who=_who(link)), profile


def _link(token: str) -> Link:
    with database().read(SYSTEM) as reading:
        return links.opened(reading, token, PURPOSE)


def _who(link: Link) -> Evaluator:
    return cast(Evaluator, link.evaluator)


def _evaluator(link: Link) -> Actor:
    with database().read(SYSTEM) as reading:
        return links.evaluator_of(reading, link)
