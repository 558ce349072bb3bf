"""Which demand somebody may act on: his divisions', those in his hands, his unit's, or the one his link is about."""

from __future__ import annotations

import uuid

from server.domain.demand import treated_as_private
from server.domain.demand_rights import claims_in
from server.domain.demand_states import StateKey
from server.domain.people import Actor, ActorKind
from server.domain.problems import Conflict, NotFound
from server.domain.scope import Scope
from server.storage import demands as storage
from server.storage.demands import Demand
from server.storage.units import DemandUnit, Unit
from server.work import Reading, Work


def reached(work: Work, demand_id: uuid.UUID, *, seen: int | None = None) -> Demand:
    """The demand, locked for a change. `seen` is the version the page showed on which somebody decided.

    Raises NotFound for a demand the actor has nothing to do with, Conflict("demand.changed_meanwhile") where somebody
    else has acted since.
    """
    demand = storage.get(work.session, demand_id, scope=Scope.everything(), to_change=True)
    if not concerns(work, demand):
        raise NotFound("demand.unknown", id=str(demand_id))
    if seen is not None and seen != demand.version:
        raise Conflict("demand.changed_meanwhile")
    return demand


def concerns(reading: Reading, demand: Demand) -> bool:
    """Say whether a demand is the actor's to see and act on; what he may do to it, the domain decides."""
    actor = reading.actor
    if actor.kind is ActorKind.SYSTEM:
        return True
    if actor.kind in (ActorKind.RESIDENT, ActorKind.EVALUATOR):
        return actor.demand_id == demand.id
    if actor.kind is ActorKind.UNIT:
        return _concerns_unit(reading, demand)
    private = treated_as_private(demand.class_, suggested=demand.suggested_class)  # type: ignore[arg-type]
    if actor.scope.covers(demand.jurisdiction, private=private) or _may_claim(actor, demand, private=private):
        return True
    return not hands(actor).isdisjoint(
        (demand.handler_id, demand.looker_id, demand.checker_id, demand.caller_id, demand.first_asked_id)
    )


def _may_claim(actor: Actor, demand: Demand, *, private: bool) -> bool:
    """It is offered in no grid of a village where he has one."""
    offered = demand.key == StateKey.OFFERED.value and not private
    return offered and demand.jurisdiction in claims_in(actor)


def hands(actor: Actor) -> set[uuid.UUID | None]:
    """The accounts an actor acts for: his own, and those he stands in for."""
    return {each for each in (actor.id, *(post.stand_in_for for post in actor.posts)) if each is not None}


def _concerns_unit(reading: Reading, demand: Demand) -> bool:
    """It leads or supports, or it may claim what is offered where it serves."""
    unit_id = reading.actor.unit_id
    if unit_id is None:
        return False
    if demand.unit_id == unit_id or reading.session.get(DemandUnit, (demand.id, unit_id)) is not None:
        return True
    unit = reading.session.get_one(Unit, unit_id)
    return demand.key == StateKey.OFFERED.value and demand.jurisdiction.startswith(unit.division)
