"""名单 in the office: an entity is corrected, taken off its list, put back, opened with a reason; a clash is looked at."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from server.domain.entity import Next
from server.domain.events.entities import EntityClashSeen, EntityPutBack, EntityRemoved
from server.domain.events.people import PersonalDataRevealed
from server.domain.permissions import Permission
from server.domain.problems import Conflict, Invalid
from server.services.entities.lists import existing
from server.services.entities.taking import write_version
from server.storage import entities as storage
from server.storage.entities import Entity, EntityList
from server.work import Work


def correct(
    work: Work, list_name: str, key: uuid.UUID, *, seen: int, label: str, properties: Mapping[str, str]
) -> None:
    """改正条目: what the office knows better becomes the next version, and settles a clash.

    `seen` is the version the page showed. Raises as remove(), Invalid("entity.no_label"), Conflict("entity.moved").
    """
    list_, entity = _found(work, list_name, key)
    if not label:
        raise Invalid("entity.no_label")
    if entity.version != seen or entity.removed_at is not None:
        raise Conflict("entity.moved")
    version = Next(label, {**entity.properties, **properties}, base=entity.version)
    write_version(work, list_, version, entity=entity)
    entity.clash = None


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


def put_back(work: Work, list_name: str, key: uuid.UUID) -> None:
    """放回条目: it stands in the phones' lists again as it was. Put back again, nothing changes. Raises as remove().

    What records asked of it meanwhile came to nothing and is said beside them; it is not done afterwards.
    """
    list_, entity = _found(work, list_name, key)
    if entity.removed_at is not None:
        list_.changes += 1
        entity.removed_at, entity.change = None, list_.changes
        work.record(
            EntityPutBack(subject_id=entity.uuid, jurisdiction=entity.jurisdiction, list_name=list_.name)
        )


def clash_seen(work: Work, list_name: str, key: uuid.UUID) -> None:
    """冲突已看过: what met stays in the versions; nobody is asked to look at it any more. Raises as remove()."""
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


def reveal(work: Work, list_name: str, key: uuid.UUID, *, reason: str) -> None:
    """查看个人信息: what an entity says is opened by somebody above the village, with a reason that is kept.

    Raises Forbidden, Invalid("record.reason_needed"), and NotFound as remove().
    """
    list_ = existing(work, list_name)
    entity = storage.get(work.session, list_, key, scope=work.actor.scope)
    work.actor.require(Permission.REVEAL_PERSONAL_DATA, at=entity.jurisdiction)
    _tell_opened(work, entity.uuid, entity.jurisdiction, what="entity", reason=reason)


def take_away(work: Work, list_name: str, *, reason: str) -> None:
    """下载名单: of a list about people with a reason, which is kept.

    Raises Forbidden, NotFound("entity.list_unknown"), Invalid("record.reason_needed").
    """
    work.actor.require(Permission.EXPORT_SUBMISSIONS)
    list_ = existing(work, list_name)
    if list_.personal:
        _tell_opened(work, list_.id, None, what="entity_list", reason=reason)


def _tell_opened(
    work: Work, subject: uuid.UUID | int, jurisdiction: str | None, *, what: str, reason: str
) -> None:
    if not reason:
        raise Invalid("record.reason_needed")
    work.record(PersonalDataRevealed(subject_id=subject, jurisdiction=jurisdiction, what=what, reason=reason))


def _found(work: Work, list_name: str, key: uuid.UUID) -> tuple[EntityList, Entity]:
    list_ = existing(work, list_name)
    entity = storage.get(work.session, list_, key, scope=work.actor.scope)
    work.actor.require(Permission.REVIEW_SUBMISSIONS, at=entity.jurisdiction)
    return list_, entity
