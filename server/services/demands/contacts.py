"""反映人联系方式: opened by somebody above the village, with a reason."""

from __future__ import annotations

import uuid

from server.domain.events.people import PersonalDataRevealed
from server.domain.permissions import Permission
from server.storage import demands as storage
from server.storage.demands import Demand
from server.work import Work


def reveal_contact(work: Work, demand_id: uuid.UUID, *, reason: str) -> Demand:
    """查看反映人联系方式: opened by somebody above the village with a reason, which is kept.

    Raises NotFound, Forbidden.
    """
    demand = storage.get(work.session, demand_id, scope=work.actor.scope)
    work.actor.require(Permission.REVEAL_PERSONAL_DATA, at=demand.jurisdiction)
    work.record(
        PersonalDataRevealed(
            subject_id=demand.id,
            jurisdiction=demand.jurisdiction,
            what="reporter_contact",
            reason=reason,
        )
    )
    return demand
