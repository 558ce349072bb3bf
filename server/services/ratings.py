"""评价 services: who may read what was said about somebody's work, and when."""

from __future__ import annotations

import datetime as dt

from server.domain.people import Actor, ActorKind
from server.storage.ratings import Rating


def visible_to(actor: Actor, row: Rating, now: dt.datetime) -> bool:
    """Say whether `actor` may read a rating: whoever's work it judges, only once it can be changed no more.

    A member of the unit, or the handler, who reads it inside the window could ask for another one.
    """
    if now >= row.window_until:
        return True
    if actor.kind is ActorKind.UNIT:
        return actor.unit_id != row.unit_id
    return actor.id is None or actor.id != row.handler_id
