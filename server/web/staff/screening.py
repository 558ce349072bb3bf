"""研判: one demand after the other — classify, refuse, merge, ask, refer — by a key each, or by forms without one."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, flash, request, url_for

from server.domain.demand_states import StateKey
from server.domain.permissions import Permission
from server.domain.problems import Conflict, Forbidden, Invalid, NotFound
from server.figures import inbox, open_cases
from server.figures.case_words import suggested
from server.figures.next_step import mechanism_of, open_to
from server.services.demands import triage
from server.storage import demands
from server.storage import inbox as storage
from server.storage.demands import Demand
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.errors import STATUS
from server.web.parsing import Submitted, form, query
from server.web.parts import database
from server.web.staff.case_acts import ACTS, done_words
from server.web.staff.case_asking import Asking
from server.web.staff.case_facts import facts_of
from server.web.staff.case_forms import ActForm
from server.web.staff.case_questions import questions
from server.web.staff.case_refusal import Refusal, refusal
from server.web.staff.case_words import classes, private_warning, suggestion_reason, suggestion_words
from server.web.staff.inbox import cursor_of, written
from server.web.staff.pages import back_to, page
from server.work import Reading, Work

_FOLDED = (
    ("reject", "R", "不予受理"),
    ("merge", "M", "并单"),
    ("ask_info", "I", "请他补充"),
    ("refer", "F", "告知法定渠道"),
)
"""The acts beside classifying, the key of each, and what it is called."""
_REGISTERED_FIRST = frozenset({"classify", "reject", "ask_info"})
"""What only a registered demand can be; merging and referring need no registration."""


class ScreenQuery(Submitted):
    """After which demand to go on; those before it were put off."""

    after: str | None = None


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/inbox/screen", endpoint="screening")(screening)
    blueprint.post("/inbox/screen/<uuid:demand_id>/<act>", endpoint="screening_act")(act)


@requires(Permission.CLASSIFY_DEMAND)
def screening() -> str:
    """The next demand that waits to be screened, or word that none does."""
    after = query(ScreenQuery).after
    with database().read(current_actor()) as reading:
        demand, number = storage.to_screen(
            reading.session,
            inbox.desk_of(reading),
            scope=reading.actor.scope,
            after=None if after is None else cursor_of(after),
        )
        return _page(reading, demand, number, after=after)


@requires(Permission.CLASSIFY_DEMAND)
def act(demand_id: UUID, act: str) -> Response | tuple[str, int]:
    """Do it and go on to the next; what is refused is said on the same demand, and what was written is kept.

    Raises NotFound("page.unknown") for an act that is no screening.
    """
    if act != "classify" and act not in {each for each, _, _ in _FOLDED}:
        raise NotFound("page.unknown")
    after = query(ScreenQuery).after
    own = ACTS[act]
    try:
        given = form(own.form)
        with database().transaction(current_actor()) as work:
            if _registered(work, demand_id, act, seen=given.seen):
                given = given.model_copy(update={"seen": None})
            own.do(work, demand_id, given)
            told, _ = done_words(work, demand_id, own.done)
    except (Invalid, Conflict, Forbidden) as problem:
        return _again(demand_id, act, problem, after=after)
    flash(told, "success")
    return back_to("staff.screening", after=after)


def _registered(work: Work, demand_id: UUID, act: str, *, seen: int | None) -> bool:
    """登记 where it has not been and the act needs it; whether it was done now."""
    demand = demands.get(work.session, demand_id, scope=work.actor.scope, to_change=True)
    if demand.key != StateKey.SUBMITTED.value or act not in _REGISTERED_FIRST:
        return False
    triage.register(work, demand_id, seen=seen)
    return True


def _again(
    demand_id: UUID, act: str, problem: Invalid | Conflict | Forbidden, *, after: str | None
) -> tuple[str, int]:
    with database().read(current_actor()) as reading:
        demand = demands.get(reading.session, demand_id, scope=reading.actor.scope)
        refused = refusal(act, problem, request.form)
        _, number = storage.to_screen(reading.session, inbox.desk_of(reading), scope=reading.actor.scope)
        return _page(reading, demand, number, after=after, refused=refused), STATUS[problem.kind]


def _page(
    reading: Reading, demand: Demand | None, number: int, *, after: str | None, refused: Refusal | None = None
) -> str:
    if demand is None:
        return page(
            "screening.html", as_of=reading.now, demand=None, number=number, put_off=after is not None
        )
    profile = mechanism_of(reading, demand)
    asking = Asking(reading, demand, profile, open_to(reading, demand))
    following = written((demand.received_at, demand.number))
    return page(
        "screening.html",
        as_of=reading.now,
        demand=demand,
        case=open_cases.case(reading, demand),
        facts=facts_of(demand, profile),
        number=number,
        classes=[(code, words, code == suggested(demand)) for code, words in classes(profile)],
        reason=suggestion_reason(demand, profile),
        warning=private_warning(reading, demand, profile),
        near=[(each.demand.id, suggestion_words(each)) for each in asking.near[:3]],
        folded=[
            (key, ActForm(act, words, questions(act, asking)), _address(demand, act, after))
            for act, key, words in _FOLDED
        ],
        classify_url=_address(demand, "classify", after),
        next_url=url_for("staff.screening", after=following),
        refused=refused,
    )


def _address(demand: Demand, act: str, after: str | None) -> str:
    return url_for("staff.screening_act", demand_id=demand.id, act=act, after=after)
