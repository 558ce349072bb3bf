"""行政区划 services: the divisions a deployment knows."""

from __future__ import annotations

import datetime as dt

from server.domain.events import register as events
from server.domain.jurisdiction import parent_of, validate
from server.domain.permissions import Permission
from server.domain.problems import Conflict, Invalid
from server.storage.jurisdictions import Jurisdiction
from server.work import Work


def add(
    work: Work, code: str, name: str, *, area: str = "rural", start_date: dt.date | None = None
) -> Jurisdiction:
    """设立区划: a division of 4 to 12 digits; `area` is "urban" or "rural", `start_date` a village's first day of work.

    Raises Invalid for a malformed code and where the division around it is not known (a county may stand alone),
    Conflict("jurisdiction.exists"), Forbidden outside the actor's divisions.
    """
    work.actor.require(Permission.IMPORT_BOUNDARIES, at=validate(code))
    if work.session.get(Jurisdiction, code) is not None:
        raise Conflict("jurisdiction.exists", division=code)
    parent = parent_of(code)
    if len(code) > _COUNTY_DIGITS and work.session.get(Jurisdiction, parent) is None:
        raise Invalid("jurisdiction.no_parent", division=code, parent=parent)
    division = Jurisdiction(code=code, name=name, area=area, start_date=start_date)
    work.session.add(division)
    work.session.flush()
    work.record(events.DivisionAdded(subject_id=code, jurisdiction=code))
    return division


_COUNTY_DIGITS = 6
