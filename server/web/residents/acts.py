"""居民的四件事: supplying what was asked for, asking for another look, withdrawing, rating. Each returns to the matter."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Annotated

from flask import Blueprint, Response, redirect, request, url_for
from pydantic import Field

from server.domain.problems import Conflict, Invalid, Problem
from server.figures import resident_matter
from server.services import residents
from server.services.demand_files import Received
from server.services.demands import closing, rating, triage
from server.services.demands.acts import profile_of
from server.services.residents import MOST_WORDS
from server.storage.demands import Demand
from server.web.authorization import public
from server.web.errors import STATUS
from server.web.i18n import say
from server.web.parsing import Submitted, form
from server.web.parts import database
from server.web.reception import drain
from server.web.residents.credential import opened
from server.web.residents.matters import Stars, asked_once, matter_page
from server.web.uploads import MEGABYTE, MOST, MOST_IN_ALL, uploaded
from server.work import Work

Words = Annotated[str, Field(max_length=MOST_WORDS)]


class Seen(Submitted):
    """Which state of the matter the page showed."""

    seen: int


class Spoken(Seen):
    """Words that must be there."""

    words: Words


class Sent(Seen):
    """补充: words, or a photo or a recording that stands for them."""

    words: Words | None = None


class Withdrawal(Seen):
    """Why, where somebody says."""

    words: Words | None = None


_Act = Callable[..., object]


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    own = "/t/<number>/<code>"
    blueprint.post(f"{own}/supply", endpoint="supply")(supply)
    blueprint.post(f"{own}/appeal", endpoint="appeal")(appeal)
    blueprint.post(f"{own}/withdraw", endpoint="withdraw")(withdraw)
    blueprint.post(f"{own}/rate", endpoint="rate")(rate)


@public
def supply(number: str, code: str) -> Response | tuple[str, int]:
    """补充."""

    if (request.content_length or 0) > MOST_IN_ALL:
        drain()
        too_large = say("file.too_large", most=MOST["image"] // MEGABYTE)
        return matter_page(opened(number, code), code, error=too_large), 413
    request.max_content_length = MOST_IN_ALL

    def act(work: Work, demand_id: uuid.UUID, **files: Received | None) -> None:
        given = form(Sent)
        triage.supply(work, demand_id, words=given.words or "", seen=given.seen, **files)

    return _done(number, code, act, said="supplied", sent=_photo_and_voice)


def _photo_and_voice() -> Mapping[str, Received | None]:
    return {"photo": uploaded("photo", "image"), "voice": uploaded("voice", "audio")}


@public
def appeal(number: str, code: str) -> Response | tuple[str, int]:
    """申诉, once: the level above looks at it, never whoever refused it."""

    def act(work: Work, demand_id: uuid.UUID) -> None:
        given = form(Spoken)
        closing.appeal(work, demand_id, words=given.words, seen=given.seen)

    return _done(number, code, act, said="appealed")


@public
def withdraw(number: str, code: str) -> Response | tuple[str, int]:
    """撤回."""

    def act(work: Work, demand_id: uuid.UUID) -> None:
        given = form(Withdrawal)
        closing.withdraw(work, demand_id, words=given.words or "", seen=given.seen)

    return _done(number, code, act, said="withdrawn")


@public
def rate(number: str, code: str) -> Response | tuple[str, int]:
    """评单; again within the window, it changes what was said. What sends the matter back is asked about once."""

    def act(work: Work, demand_id: uuid.UUID) -> None:
        given = form(Stars)
        rating.rate(work, demand_id, stars=given.stars, words=given.words)

    question = _question(number, code)
    if question is not None:
        return question, 200
    return _done(number, code, act, said="rated")


def _question(number: str, code: str) -> str | None:
    """The page that asks whether the matter is to be sent back, where the rating sent does so."""
    demand = opened(number, code)
    with database().read(residents.reporter_of(demand)) as reading:
        demand = reading.session.get_one(Demand, demand.id)
        profile = profile_of(reading, demand)
        opinion = resident_matter.matter(reading, demand, profile=profile).opinion
    return asked_once(
        opinion,
        profile,
        action=url_for("residents.rate", number=number, code=code),
        back=url_for("residents.matter", number=number, code=code),
    )


def _done(
    number: str, code: str, act: _Act, *, said: str, sent: Callable[[], Mapping[str, Received | None]] = dict
) -> Response | tuple[str, int]:
    """Do an act as the reporter; a refusal is said above the matter as it stands now. Files are stored before it."""
    demand = opened(number, code)
    try:
        files = sent()
        with database().transaction(residents.reporter_of(demand)) as work:
            act(work, demand.id, **files)
    except (Conflict, Invalid) as refusal:
        return matter_page(demand, code, error=words_of(refusal)), STATUS[refusal.kind]
    return redirect(  # type: ignore[return-value]
        url_for("residents.matter", number=demand.number, code=code, said=said), 303
    )


def words_of(refusal: Problem) -> str:
    """What the form says of itself, else the sentence of the refusal."""
    fields = refusal.details.get("fields")
    if refusal.code == "form.invalid" and isinstance(fields, dict):
        return say("resident.not_complete")
    return say(refusal.code, **refusal.details)
