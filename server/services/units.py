"""单位 services: which units may be given matters, and the link their members act through."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Literal, get_args

from server.domain.events import units as events
from server.domain.jurisdiction import validate
from server.domain.people import Actor, ActorKind
from server.domain.permissions import Permission
from server.domain.problems import Conflict, Invalid
from server.domain.scope import Scope
from server.domain.work_calendar import local_day
from server.services import links
from server.storage import links as link_storage
from server.storage import profiles
from server.storage import units as storage
from server.storage.units import Unit
from server.work import Work

UnitKind = Literal["department", "alliance", "office", "village_org", "firm"]


def add(
    work: Work,
    *,
    name: str,
    kind: str,
    division: str,
    alliance: str | None = None,
    contact_name: str | None = None,
    contact_phone: str | None = None,
) -> Unit:
    """新增单位 of a division; `alliance` is one of the county's profile, by its label (ZX-40, ZX-41).

    Raises Forbidden, Invalid("unit.no_name"), Invalid("unit.kind_unknown"), Invalid("unit.alliance_unknown").
    """
    work.actor.require(Permission.MANAGE_UNITS, at=validate(division))
    unit = Unit(division=division)
    _describe(work, unit, name, kind, alliance)
    unit.contact_name, unit.contact_phone = contact_name or None, contact_phone or None
    work.session.add(unit)
    work.session.flush()
    work.record(events.UnitAdded(subject_id=unit.id, jurisdiction=division, unit_kind=kind))
    return unit


def change(
    work: Work,
    unit_id: uuid.UUID,
    *,
    name: str,
    kind: str,
    alliance: str | None = None,
    contact_name: str | None = None,
    contact_phone: str | None = None,
) -> Unit:
    """修改单位. Raises NotFound, Forbidden, Invalid as add."""
    unit = _managed(work, unit_id)
    _describe(work, unit, name, kind, alliance)
    unit.contact_name, unit.contact_phone = contact_name or None, contact_phone or None
    work.session.flush()
    work.record(events.UnitChanged(subject_id=unit.id, jurisdiction=unit.division))
    return unit


def close(work: Work, unit_id: uuid.UUID) -> Unit:
    """停用单位: from today it is given nothing, and its link opens nothing. What it holds is for the desk to transfer.

    Raises NotFound, Forbidden, Conflict("unit.closed").
    """
    unit = _open(_managed(work, unit_id))
    unit.closed_on = local_day(work.now)
    link_storage.revoke(work.session, unit_id=unit.id, at=work.now)
    work.session.flush()
    work.record(events.UnitClosed(subject_id=unit.id, jurisdiction=unit.division))
    return unit


def give_link(work: Work, unit_id: uuid.UUID, *, valid: dt.timedelta | None = None) -> str:
    """发链接: return the token of a new link for the unit's members; the one before opens nothing any more.

    It is shown once and kept nowhere. Raises NotFound, Forbidden, Conflict("unit.closed").
    """
    unit = _open(_managed(work, unit_id))
    link_storage.revoke(work.session, unit_id=unit.id, at=work.now)
    return links.give(work, "unit", place=unit.division, unit_id=unit.id, valid=valid)


def revoke_link(work: Work, unit_id: uuid.UUID) -> Unit:
    """收回链接: what the unit's members had opens nothing any more. Raises NotFound, Forbidden."""
    unit = _managed(work, unit_id)
    link_storage.revoke(work.session, unit_id=unit.id, at=work.now)
    work.record(events.UnitLinkRevoked(subject_id=unit.id, jurisdiction=unit.division))
    return unit


def actor_of(unit: Unit) -> Actor:
    """Whoever acts through a unit's link: he sees its orders, and no list of anything else."""
    return Actor(
        kind=ActorKind.UNIT, id=None, name=unit.name, role=None, scope=Scope.nothing(), unit_id=unit.id
    )


def _managed(work: Work, unit_id: uuid.UUID) -> Unit:
    unit = storage.get(work.session, unit_id, scope=work.actor.scope)
    work.actor.require(Permission.MANAGE_UNITS, at=unit.division)
    return unit


def _open(unit: Unit) -> Unit:
    if unit.closed_on is not None:
        raise Conflict("unit.closed")
    return unit


def _describe(work: Work, unit: Unit, name: str, kind: str, alliance: str | None) -> None:
    if not name.strip():
        raise Invalid("unit.no_name")
    if kind not in get_args(UnitKind):
        raise Invalid("unit.kind_unknown")
    if alliance:
        profile = profiles.profile_at(work.session, unit.division, on=local_day(work.now))
        if alliance not in {each.label for each in profile.alliances}:
            raise Invalid("unit.alliance_unknown")
    unit.name, unit.kind, unit.alliance = name.strip(), kind, alliance or None
