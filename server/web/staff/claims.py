"""认领: what is offered to whoever takes it on (LL-21)."""

from __future__ import annotations

from flask import Blueprint

from server.domain.demand_acts import Action
from server.domain.demand_states import StateKey
from server.domain.people import Permission
from server.figures import open_cases
from server.figures.next_step import open_to
from server.storage import demands
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.parts import database
from server.web.staff.pages import page


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/claims", endpoint="claims")(claims)


@requires(Permission.CLAIM_DEMAND)
def claims() -> str:
    """What is offered where the reader may look; the button stands where he may take it."""
    with database().read(current_actor()) as reading:
        found = demands.listing(reading.session, scope=reading.actor.scope, states=(StateKey.OFFERED.value,))
        lines = open_cases.lines(reading, found)
        return page(
            "claims.html",
            as_of=reading.now,
            lines=[(line, Action.CLAIM in open_to(reading, line.demand)) for line in lines],
        )
