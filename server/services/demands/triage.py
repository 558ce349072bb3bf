"""登记、研判、分单: what the desk does before a demand is anybody's to handle."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from server.domain.demand_acts import Action
from server.domain.demand_states import UNRESOLVED, StateKey
from server.domain.jurisdiction import Level
from server.domain.mechanism import Canonical, MechanismProfile
from server.domain.problems import Invalid
from server.services import demand_files
from server.services.demand_files import Received
from server.services.demands.acts import perform, profile_of
from server.services.demands.notes import noted
from server.services.demands.reach import reached
from server.services.demands.words import legible
from server.storage.demands import Demand
from server.work import Work

_LEADING = UNRESOLVED | {StateKey.DONE, StateKey.VERIFIED}


def register(work: Work, demand_id: uuid.UUID, *, seen: int | None = None) -> Demand:
    """登记. Raises NotFound, Forbidden, Conflict."""
    demand = reached(work, demand_id, seen=seen)
    perform(work, demand, Action.REGISTER)
    return demand


def list_(work: Work, demand_id: uuid.UUID, *, seen: int | None = None) -> Demand:
    """列入清单: it passes the screening. Raises NotFound, Forbidden, Conflict."""
    demand = reached(work, demand_id, seen=seen)
    perform(work, demand, Action.LIST)
    return demand


def ask_info(work: Work, demand_id: uuid.UUID, *, words: str, seen: int | None = None) -> Demand:
    """请补充: `words` tell the reporter what is missing; the clock stands still meanwhile (METRICS C).

    Raises NotFound, Forbidden, Conflict, Invalid.
    """
    return _said(work, demand_id, Action.ASK_INFO, words, seen=seen)


def supply(
    work: Work,
    demand_id: uuid.UUID,
    *,
    words: str,
    photo: Received | None = None,
    voice: Received | None = None,
    seen: int | None = None,
) -> Demand:
    """补充: what the reporter says or sends to what was asked, himself or by telephone. Raises as ask_info."""
    demand = reached(work, demand_id, seen=seen)
    sent = {"照片": photo, "录音": voice}
    said = legible(words) or "、".join(what for what, file in sent.items() if file is not None)
    perform(work, demand, Action.SUPPLY, words=said)
    names = [None if file is None else demand_files.keep(work, demand.id, file) for file in sent.values()]
    noted(work, demand, Action.SUPPLY.value, said, photo=names[0], voice=names[1])
    return demand


def reject(work: Work, demand_id: uuid.UUID, *, reason: str, words: str, seen: int | None = None) -> Demand:
    """不予受理 for a `reason` of the county's (ZX-31); `words` are what the reporter is told.

    Raises NotFound, Forbidden, Conflict, Invalid.
    """
    return _said(work, demand_id, Action.REJECT, words, seen=seen, reason=reason)


def refer(
    work: Work, demand_id: uuid.UUID, *, referred_to: str, words: str, seen: int | None = None
) -> Demand:
    """告知法定渠道: it is for courts, arbitration, discipline …; `words` say where and how (MECHANISMS S2b).

    Raises NotFound, Forbidden, Conflict, Invalid.
    """
    return _said(work, demand_id, Action.REFER, words, seen=seen, referred_to=referred_to)


def classify(
    work: Work,
    demand_id: uuid.UUID,
    class_: Canonical,
    *,
    words: str | None = None,
    dimensions: Mapping[str, str] | None = None,
    seen: int | None = None,
) -> Demand:
    """分类, or correct the class; `words` say why. `dimensions` are the county's other ways of sorting, code by id.

    Raises NotFound, Forbidden, Conflict, Invalid("demand.dimension_unknown").
    """
    demand = reached(work, demand_id, seen=seen)
    if dimensions:
        _check(profile_of(work, demand), dimensions)
        demand.dimensions = {**demand.dimensions, **dimensions}
    perform(work, demand, Action.CLASSIFY, class_=class_, words=words or "")
    noted(work, demand, Action.CLASSIFY.value, words)
    return demand


def merge(work: Work, demand_id: uuid.UUID, *, master_id: uuid.UUID, seen: int | None = None) -> Demand:
    """并单: one matter with another, whose handling counts for both; every reporter stays and is told.

    What had been merged into the demand follows the new master too. Raises NotFound, Forbidden, Conflict,
    Invalid("demand.master_unfit") for a master that is the demand itself, or merged, ended or of another county.
    """
    # Always locked in one order, so that two merges crossing each other do not wait for one another.
    locked = {
        each: reached(work, each, seen=seen if each == demand_id else None)
        for each in sorted({demand_id, master_id})
    }
    demand, master = locked[demand_id], locked[master_id]
    if not _may_lead(master, demand):
        raise Invalid("demand.master_unfit")
    perform(work, demand, Action.MERGE, master_id=master.id)
    demand.merged_into_id = master.id
    work.session.execute(
        sa.update(Demand).where(Demand.merged_into_id == demand.id).values(merged_into_id=master.id)
    )
    return demand


def split(work: Work, demand_id: uuid.UUID, *, seen: int | None = None) -> Demand:
    """拆单: a merged demand is a matter of its own again. Raises NotFound, Forbidden, Conflict."""
    demand = reached(work, demand_id, seen=seen)
    perform(work, demand, Action.SPLIT)
    demand.merged_into_id = None
    work.session.flush()
    return demand


def _said(
    work: Work,
    demand_id: uuid.UUID,
    action: Action,
    words: str,
    *,
    seen: int | None,
    **stated: Any,
) -> Demand:
    """An act whose words the reporter reads."""
    demand = reached(work, demand_id, seen=seen)
    perform(work, demand, action, words=words, **stated)
    noted(work, demand, action.value, words, **stated)
    return demand


def _check(profile: MechanismProfile, dimensions: Mapping[str, str]) -> None:
    known = {each.id: {value.code for value in each.values} for each in profile.dimensions}
    for id_, code in dimensions.items():
        if code not in known.get(id_, ()):
            raise Invalid("demand.dimension_unknown", dimension=id_, value=code)


def _may_lead(master: Demand, demand: Demand) -> bool:
    """Its reporters can still be told: it is another one of the county, and nobody has been told its result yet."""
    county = Level.COUNTY.digits
    same_county = master.jurisdiction[:county] == demand.jurisdiction[:county]
    return master.id != demand.id and same_county and master.state.key in _LEADING
