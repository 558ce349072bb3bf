"""催办、督办: what somebody above does so that a demand is not forgotten; it moves nothing."""

from __future__ import annotations

import datetime as dt
import uuid

from server.domain.demand_acts import Action
from server.domain.events.demands import SupervisionEnded
from server.domain.permissions import Permission
from server.domain.problems import Conflict
from server.services.demands.acts import perform
from server.services.demands.notes import noted
from server.services.demands.reach import reached
from server.services.demands.words import legible
from server.storage.demands import Demand
from server.work import Work


def urge(work: Work, demand_id: uuid.UUID, *, words: str | None = None, seen: int | None = None) -> Demand:
    """催办: whoever holds it is asked to hurry. Raises NotFound, Forbidden, Conflict."""
    demand = reached(work, demand_id, seen=seen)
    perform(work, demand, Action.URGE, words=legible(words))
    demand.urged += 1
    demand.urged_at = work.now
    noted(work, demand, Action.URGE.value, words)
    work.session.flush()
    return demand


def supervise(
    work: Work, demand_id: uuid.UUID, *, words: str, until: dt.date, seen: int | None = None
) -> Demand:
    """督办: somebody above watches over it until a day. Raises NotFound, Forbidden, Conflict, Invalid."""
    demand = reached(work, demand_id, seen=seen)
    perform(work, demand, Action.SUPERVISE, words=legible(words), until=until)
    demand.supervised_at, demand.supervised_until = work.now, until
    noted(work, demand, Action.SUPERVISE.value, words, until=until.isoformat())
    work.session.flush()
    return demand


def end_supervision(
    work: Work, demand_id: uuid.UUID, *, words: str | None = None, seen: int | None = None
) -> Demand:
    """解除督办 before its day. Raises NotFound, Forbidden, Conflict("demand.not_supervised")."""
    demand = reached(work, demand_id, seen=seen)
    work.actor.require(Permission.SUPERVISE_DEMAND, at=demand.jurisdiction)
    if demand.supervised_at is None:
        raise Conflict("demand.not_supervised")
    demand.supervised_at = demand.supervised_until = None
    demand.version += 1
    noted(work, demand, "end_supervision", words)
    work.session.flush()
    work.record(
        SupervisionEnded(
            subject_id=demand.id, jurisdiction=demand.jurisdiction, note_kept=bool(legible(words))
        )
    )
    return demand
