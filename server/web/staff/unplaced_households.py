"""待核对归属的户: the list to go round with after a grid was cut."""

from __future__ import annotations

from flask import Blueprint

from server.domain.permissions import Permission
from server.figures.unplaced_households import unplaced_households
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.parsing import Submitted, query
from server.web.parts import database
from server.web.staff.maps import area_filter
from server.web.staff.pages import page


class Wanted(Submitted):
    """Of which division; without one all of the reader's."""

    area: str | None = None


def routes(blueprint: Blueprint) -> None:
    """Add the route of this file."""
    blueprint.get("/households/unplaced", endpoint="unplaced_households")(unplaced)


@requires(Permission.VIEW_LISTS)
def unplaced() -> str:
    """The list; names stand on the page of a household, for whoever may see them."""
    wanted = query(Wanted)
    with database().read(current_actor()) as reading:
        return page(
            "unplaced_households.html",
            as_of=reading.now,
            households=unplaced_households(reading, wanted.area),
            filters=[area_filter(reading, wanted.area)],
        )
