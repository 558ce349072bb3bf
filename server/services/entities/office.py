"""名单 in the office: an entity is taken off its list, a clash is looked at."""

from __future__ import annotations

import uuid

from server.domain.events.entities import EntityClashSeen, EntityRemoved
from server.domain.people import Permission
from server.services.entities.lists import existing
from server.storage import entities as storage
from server.storage.entities import Entity, EntityList
from server.work import Work


def remove(work: Work, list_name: str, key: uuid.UUID) -> None:
    """去掉条目: it leaves the phones' lists; its versions stay. Taken off again, nothing changes.

    Raises Forbidden, NotFound("entity.list_unknown"), NotFound("entity.unknown") outside the actor's divisions.
    """
    list_, entity = _found(work, list_name, key)
    if entity.removed_at is None:
        list_.changes += 1
        entity.removed_at, entity.change = work.now, list_.changes
        work.record(
            EntityRemoved(subject_id=entity.uuid, jurisdiction=entity.jurisdiction, list_name=list_.name)
        )


def clash_seen(work: Work, list_name: str, key: uuid.UUID) -> None:
    """冲突已看过: what met stays in the versions; the entity is no longer listed as one to look at. Raises as remove()."""
    list_, entity = _found(work, list_name, key)
    if entity.clash is not None:
        entity.clash = None
        work.record(
            EntityClashSeen(
                subject_id=entity.uuid,
                jurisdiction=entity.jurisdiction,
                list_name=list_.name,
                version=entity.version,
            )
        )


def _found(work: Work, list_name: str, key: uuid.UUID) -> tuple[EntityList, Entity]:
    list_ = existing(work, list_name)
    entity = storage.get(work.session, list_, key, scope=work.actor.scope)
    work.actor.require(Permission.VIEW_SUBMISSIONS, at=entity.jurisdiction)
    return list_, entity
