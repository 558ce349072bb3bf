"""待核对归属的户: households of a grid that was cut, of which nobody knows on which side they live."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from dataclasses import dataclass

from server.figures.areas import grid_names, narrowed
from server.storage import grids, redrawings
from server.work import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class UnplacedHousehold:
    """A household that went with most of its neighbours: from which grid, to which, and since when."""

    id: uuid.UUID
    address: str
    was: str
    now: str
    moved_on: dt.date


def unplaced_households(reading: Reading, area: str | None = None) -> list[UnplacedHousehold]:
    """Return those of an area, all the reader's by default, by grid and address; a door taken on the map ends it.

    A household of a grid that has a single successor is in no doubt. Raises NotFound("jurisdiction.unknown") outside
    the reader's scope.
    """
    scope = narrowed(reading.actor.scope, area)
    heirs = Counter(
        code for grid in grids.listing(reading.session, scope=scope) for code in grid.predecessors
    )
    names = grid_names(reading.session, scope=reading.actor.scope)
    return [
        UnplacedHousehold(
            id=household.id,
            address=household.address,
            was=names[move.from_grid].full_name,
            now=names[move.to_grid].full_name,
            moved_on=move.moved_on,
        )
        for move, household in redrawings.doorless_moves(reading.session, scope=scope)
        if heirs[move.from_grid] > 1
    ]
