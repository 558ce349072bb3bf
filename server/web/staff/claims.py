"""认领: what is offered to whoever takes it on (LL-21)."""

from __future__ import annotations

from flask import Blueprint

from server.domain.demand_acts import Action
from server.domain.demand_rights import claims_in
from server.domain.permissions import Permission
from server.figures import open_cases
from server.figures.next_step import open_to
from server.storage import demands
from server.storage.demands import Demand
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.parts import database
from server.web.staff.case_questions import BY_WHEN, usual_day
from server.web.staff.pages import page
from server.work import Reading


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/claims", endpoint="claims")(claims)


@requires(Permission.CLAIM_DEMAND)
def claims() -> str:
    """What is offered where the reader may look or take it; the form stands where he may."""
    with database().read(current_actor()) as reading:
        actor = reading.actor
        found = demands.offered(reading.session, scope=actor.scope, claims_in=claims_in(actor))
        lines = open_cases.lines(reading, found)
        return page(
            "claims.html",
            as_of=reading.now,
            lines=[(line, _usual_day(reading, line.demand)) for line in lines],
            by_when=BY_WHEN,
        )


def _usual_day(reading: Reading, demand: Demand) -> str:
    """What happens where he names no day; "" where the demand is not his to take."""
    return usual_day(reading, demand) if Action.CLAIM in open_to(reading, demand) else ""
