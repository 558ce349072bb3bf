"""查进度: the page of a matter, opened by its number and code."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Any, Literal

from flask import Blueprint, Response, redirect, url_for
from pydantic import Field

from server.domain.demand import open_acts
from server.domain.demand_acts import Action
from server.domain.mechanism import MechanismProfile
from server.domain.people import SYSTEM
from server.domain.problems import Invalid, NotFound
from server.figures import resident_matter
from server.figures.resident_matter import Opinion, Outside
from server.services import residents
from server.services.demands.acts import profile_of
from server.services.residents import MOST_WORDS
from server.storage.demands import Demand
from server.web.authorization import public
from server.web.errors import STATUS
from server.web.i18n import say
from server.web.parsing import Submitted, form, query
from server.web.parts import database
from server.web.residents.credential import numbered, opened
from server.web.residents.pages import page
from server.work import Reading

_SAID = {
    "received": "收到了。",
    "supplied": "您补充的已经收到。",
    "appealed": "复核的要求已经收到，由上一级来看。",
    "withdrawn": "已经撤回。",
    "rated": "您的评价已经收到，谢谢。",
}
_UNDER_WAY = "这件事已经退回重办，不会因为改评价停下来，办好再答复您。"
_FIVE = ("很不满意", "不满意", "一般", "满意", "很满意")


class Wanted(Submitted):
    """What the page is to say first."""

    said: str = ""


class Numbered(Submitted):
    """What somebody types to find his matter."""

    number: str = ""
    code: str = ""


class Stars(Submitted):
    """评价: stars, and words where somebody writes them; `confirmed` once he has said that it is to be done again."""

    stars: int
    words: Annotated[str, Field(max_length=MOST_WORDS)] | None = None
    confirmed: Literal["yes"] | None = None


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/", endpoint="find")(find)
    blueprint.post("/", endpoint="find_post")(look_up)
    blueprint.get("/t/<number>/<code>", endpoint="matter")(matter)


@public
def find() -> str:
    """The form for number and code."""
    return page("find.html", typed=Numbered(), error=None)


@public
def look_up() -> Response | str | tuple[str, int]:
    """The page of the matter somebody typed the number and the code of; without a code, what the county shows anybody.

    What opens nothing stays in the form, with the sentence above it.
    """
    typed = form(Numbered)
    try:
        if not typed.code:
            return page("outside.html", matter=_outside(typed.number))
        demand = opened(typed.number, typed.code)
    except NotFound as refusal:
        words = say(refusal.code, **refusal.details)
        return page("find.html", typed=typed, error=words), STATUS[refusal.kind]
    return redirect(  # type: ignore[return-value]
        url_for("residents.matter", number=demand.number, code=typed.code.strip()), 303
    )


def _outside(number: str) -> Outside:
    """Raise NotFound("resident.code_needed") where there is nothing for anybody to see."""
    demand = numbered(number)
    if demand is not None:
        with database().read(SYSTEM) as reading:
            shown = resident_matter.outside(reading, demand, profile=profile_of(reading, demand))
        if shown is not None:
            return shown
    raise NotFound("resident.code_needed")


@public
def matter(number: str, code: str) -> str:
    """Where the matter stands, and what its reporter may do now."""
    demand = opened(number, code)
    return matter_page(demand, code, said=query(Wanted).said)


def matter_page(demand: Demand, code: str, *, said: str = "", error: str | None = None) -> str:
    """The page of a matter; `error` says why something sent from it was refused."""
    with database().read(residents.reporter_of(demand)) as reading:
        demand = reading.session.get_one(Demand, demand.id)
        profile = profile_of(reading, demand)
        shown = resident_matter.matter(reading, demand, profile=profile)
        acts = {
            *open_acts(demand.state, actor=reading.actor, place=demand.jurisdiction, profile=profile),
            *_on_the_leading(reading, demand),
        }
    context: dict[str, Any] = {
        "matter": shown,
        "version": demand.version,
        "code": code,
        "acts": {action.value for action in acts},
        "said": _SAID.get(said, "") + (_UNDER_WAY if said == "rated" and shown.opinion.is_under_way else ""),
        "is_new": said == "received",
        "error": error,
        "stars": star_words(profile),
        "sent_back": words_for(profile, shown.opinion.sent_back),
    }
    return page("matter.html", **context)


def _on_the_leading(reading: Reading, demand: Demand) -> set[Action]:
    """Whoever's report was merged into another judges the answer he was told as well."""
    leading = resident_matter.leading_of(reading, demand)
    profile = profile_of(reading, leading)
    open_to_him = open_acts(leading.state, actor=reading.actor, place=leading.jurisdiction, profile=profile)
    return {Action.RATE} & {*open_to_him}


def star_words(profile: MechanismProfile) -> list[tuple[int, str]]:
    """The county's stars, lowest first, each with what it means."""
    most = profile.rating.stars
    words = _FIVE if most == len(_FIVE) else tuple(f"{each} 分" for each in range(1, most + 1))
    return list(enumerate(words, start=1))


def words_for(profile: MechanismProfile, stars: Collection[int]) -> str:
    """Stars in words: “很不满意”“不满意”; "" for none."""
    return "".join(f"“{words}”" for number, words in star_words(profile) if number in stars)


def asked_once(opinion: Opinion, profile: MechanismProfile, *, action: str, back: str) -> str | None:
    """The page that asks whether a matter is to be sent back; None where the rating sent does not, or was asked about.

    A form that cannot be read is not asked about: it is refused where the rating is given.
    """
    try:
        given = form(Stars)
    except Invalid:
        return None
    if given.confirmed or not opinion.is_open or given.stars not in opinion.sent_back:
        return None
    chosen = dict(star_words(profile))[given.stars]
    sent = {"stars": given.stars, "words": given.words or ""}
    return page("sending_back.html", chosen=chosen, given=sent, action=action, back=back)
