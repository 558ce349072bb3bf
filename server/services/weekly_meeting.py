"""周例会 services: what was agreed about each demand is written down with it (ZX-15)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from server.domain.events.demands import DemandDiscussed
from server.domain.permissions import Permission
from server.services.demands.notes import noted
from server.services.demands.reach import reached
from server.services.demands.words import legible
from server.work import Work

DISCUSSED = "discussed"


def minute(work: Work, agreed: Mapping[uuid.UUID, str]) -> int:
    """记下会议议定: keep what was agreed, in words by demand; how many there were. It moves no demand.

    All of it or nothing. Raises NotFound, Forbidden, Invalid("demand.words_too_long").
    """
    spoken = {key: words for key, said in agreed.items() if (words := legible(said))}
    for demand_id, words in spoken.items():
        demand = reached(work, demand_id)
        work.actor.require(Permission.HOLD_MEETING, at=demand.jurisdiction)
        noted(work, demand, DISCUSSED, words)
        work.record(DemandDiscussed(subject_id=demand.id, jurisdiction=demand.jurisdiction))
    return len(spoken)
