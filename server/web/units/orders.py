"""单子: the unit's list, one order with what can be done to it, and its photos."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, Response, send_file

from forms import catalogue
from server.domain.demand_acts import Action
from server.domain.demand_ways import open_requests
from server.domain.problems import NotFound, Problem
from server.domain.scope import Scope
from server.figures import unit_orders
from server.figures.case_clock import clock
from server.figures.case_words import MEANS, REQUESTS, RETURN_REASONS, kinds
from server.figures.next_step import mechanism_of, open_to
from server.services.demands import dispatch
from server.services.demands.reach import concerns
from server.storage import case_files, demands
from server.storage.demands import Demand
from server.web.authorization import public
from server.web.i18n import say
from server.web.parts import database, parts
from server.web.units.entry import current_unit
from server.web.units.pages import page
from server.work import Reading

_NOTES = {
    "assign": "派单的话",
    "transfer": "派单的话",
    "urge": "催办",
    "supervise": "督办",
    "approve": "批复：同意",
    "deny": "批复：不同意",
    "whistle": "请到场",
    "progress": "进展",
    "done": "办好了",
    "cannot": "办不了",
    "ask": "申请",
    "call_back": "回访，反映人不满意",
}
"""Of what was written about a demand, what those who handle it need to read; what its reporter said in confidence
(ratings, appeals) is not for them."""
_PHOTOS = frozenset({"image/jpeg", "image/png", "image/webp"})


@dataclass(frozen=True, slots=True)
class Refusal:
    """An act that was refused, and what had been written."""

    words: str
    values: dict[str, str]


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/")(orders)
    blueprint.get("/orders/<uuid:demand_id>")(order)
    blueprint.get("/orders/<uuid:demand_id>/photo")(photo)


@public
def orders() -> str:
    """What the unit was given. Raises Unauthenticated without a link."""
    with database().read(current_unit()) as reading:
        return page("unit_orders.html", unit_name=reading.actor.name, orders=unit_orders.orders(reading))


@public
def order(demand_id: UUID) -> str:
    """One order. Raises NotFound for one the unit has nothing to do with."""
    return order_page(demand_id)


@public
def photo(demand_id: UUID) -> Response:
    """The photo it was reported with. Raises NotFound where there is none to show."""
    with database().read(current_unit()) as reading:
        demand = _own(reading, demand_id)
        if demand.photo is None:
            raise NotFound("page.unknown")
        found = (
            case_files.of_demand(reading.session, demand.id, demand.photo)
            if demand.submission_id is None
            else case_files.file_named(reading.session, demand.submission_id, demand.photo)
        )
        if found is None or found.mime not in _PHOTOS:
            raise NotFound("page.unknown")
        return send_file(parts().files.path(found.sha256).resolve(), mimetype=found.mime)


def order_page(demand_id: UUID, refusal: Problem | None = None, values: dict[str, str] | None = None) -> str:
    """The page of an order, with what was refused and written before, where something was."""
    with database().read(current_unit()) as reading:
        demand = _own(reading, demand_id)
        acts = open_to(reading, demand)
        return page(
            "unit_order.html",
            unit_name=reading.actor.name,
            order=unit_orders.order(reading, demand),
            demand=demand,
            kind=kinds().get(demand.kind, ""),
            clock=clock(demand, mechanism_of(reading, demand)),
            acts={each.value for each in acts},
            steps=_steps(acts),
            usual_day=dispatch.claimed_until(reading, demand) if Action.CLAIM in acts else None,
            return_reasons=list(RETURN_REASONS.items()),
            means=list(MEANS.items()),
            can_be_told=demands.can_be_told(demand),
            cannot_reasons=list(catalogue.choices("case_followup", "cannot_reason").items()),
            requests=[(each, REQUESTS[each]) for each in open_requests(demand.state)],
            notes=[
                (_NOTES[note.step], note)
                for note in demands.notes(reading.session, demand.id)
                if note.words and note.step in _NOTES
            ],
            refused=None if refusal is None else say(refusal.code, **refusal.details),
            values=values or {},
        )


def _own(reading: Reading, demand_id: UUID) -> Demand:
    demand = demands.get(reading.session, demand_id, scope=Scope.everything())
    if not concerns(reading, demand):
        raise NotFound("demand.unknown", id=str(demand_id))
    return demand


def _steps(acts: Collection[Action]) -> list[tuple[str, str]]:
    said = (
        ("done", "办好了", Action.FINISH),
        ("progress", "有进展，还没办好", Action.PROGRESS),
        ("cannot", "我们办不了", Action.CANNOT),
    )
    return [(step, words) for step, words, action in said if action in acts]
