"""写条目: what a record asks of entities is done, or waits, or is remarked on; the record is never refused for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from sqlalchemy.exc import DBAPIError, OperationalError

from forms.instance import EntityBlock
from server.domain.entity import Asked, Clash, Hold, Next, Outcome, Undone, Version, decide
from server.domain.events.entities import EntityWritten
from server.domain.problems import Problem, Unavailable
from server.services.entities.blocks import asked as asked_by
from server.services.entities.blocks import of_own_lists, stored
from server.services.entities.lists import list_for
from server.storage import entities as storage
from server.storage.base import insert_once
from server.storage.entities import Entity, EntityList, EntityRemark, EntityVersion, HeldBlock
from server.storage.submissions import Submission
from server.work import Work

_LONGEST = 200
"""Characters of a name or id somebody else chose: an index holds them."""


def take(
    work: Work, submission: Submission, blocks: Iterable[EntityBlock], *, approved: bool = False
) -> None:
    """Do what the record asks of the county's own lists, each entity at most once for all its versions.

    What cannot be done is remarked on; only what will pass (the database is full, a lock) is raised, so that the
    phone sends again. `approved`: the office has approved the record.
    """
    # One list after another by name: two records that touch the same lists never wait for each other in a circle.
    seen: set[tuple[str, str]] = set()
    for block in sorted(of_own_lists(blocks), key=lambda each: each.dataset):
        key = (block.dataset, block.entity_id)
        try:
            with work.savepoint():
                reason = Undone.TWICE if key in seen else _take(work, submission, block, approved=approved)
        except (Unavailable, OperationalError):
            raise
        except (Problem, DBAPIError, ValueError, LookupError, TypeError):
            reason = Undone.FAILED
        seen.add(key)
        if reason is not None:
            _remark(work, submission, block, reason)


def approve(work: Work, submission: Submission) -> None:
    """Do what waited for the record to be approved; what was done before is not done again."""
    take(work, submission, stored(submission), approved=True)


def force_held(work: Work, *, before: dt.datetime, at_most: int) -> int:
    """Take what has waited since before `before` as it is, its predecessor missing; how many entities it was."""
    waiting = storage.held_since(work.session, before=before, at_most=at_most)
    for list_name, key in waiting:
        list_ = list_for(work, list_name)
        for held in storage.held(work.session, list_, key):
            if held.held_at < before:
                _let_go(work, list_, held, late=True)
        _replay(work, list_, storage.entity(work.session, list_, key))
    return len(waiting)


def _take(work: Work, submission: Submission, block: EntityBlock, *, approved: bool) -> Undone | None:
    list_ = storage.list_named(work.session, block.dataset, lock=True)
    if list_ is None:
        return Undone.NO_LIST
    asked = asked_by(block)
    if asked is None:
        return Undone.BAD_ID
    entity = storage.entity(work.session, list_, asked.entity_id)
    if entity is not None and storage.has_acted(work.session, entity.id, submission):
        return None
    if _waits_for_approval(list_, asked, entity) and not approved:
        return None
    return _settle(work, list_, asked, entity, submission)


def _waits_for_approval(list_: EntityList, asked: Asked, entity: Entity | None) -> bool:
    return list_.approval_required and asked.create and entity is None


def _settle(
    work: Work, list_: EntityList, asked: Asked, entity: Entity | None, submission: Submission
) -> Undone | None:
    """Write the entity's next version and what waited for it, or let the block wait."""
    outcome = _decide(work, asked, entity)
    if isinstance(outcome, Undone):
        return outcome
    if isinstance(outcome, Hold):
        _hold(work, list_, asked, submission)
        return None
    entity = _write(work, list_, asked, outcome, entity=entity, submission=submission)
    _replay(work, list_, entity)
    return None


def _decide(work: Work, asked: Asked, entity: Entity | None, *, late: bool = False) -> Outcome:
    if entity is None:
        return decide(asked, (), late=late)
    if entity.removed_at is not None:
        return Undone.REMOVED
    return decide(asked, _history(storage.versions(work.session, entity.id)), late=late)


def _history(rows: Sequence[EntityVersion]) -> list[Version]:
    return [
        Version(row.number, row.label, row.properties, row.branch_id, row.branch_base, row.made_up)
        for row in rows
    ]


def _hold(work: Work, list_: EntityList, asked: Asked, submission: Submission) -> None:
    """Let a block wait; an edit of its record takes its place and waits no longer for it."""
    held = storage.held_of(work.session, list_, asked.entity_id, submission)
    if held is None:
        held = HeldBlock(list_id=list_.id, entity_uuid=asked.entity_id, held_at=work.now)
        work.session.add(held)
    held.base_version, held.branch_id, held.submission_id = asked.base_version, asked.branch_id, submission.id
    work.session.flush()


def _replay(work: Work, list_: EntityList, entity: Entity | None) -> None:
    """Do what waited for a version of the entity, until nothing can go on."""
    while entity is not None and any(
        _let_go(work, list_, held, late=False) for held in storage.held(work.session, list_, entity.uuid)
    ):
        pass


def _let_go(work: Work, list_: EntityList, held: HeldBlock, *, late: bool) -> bool:
    """Do what a block asks and let it wait no longer; False where it must still wait."""
    submission = work.session.get_one(Submission, held.submission_id)
    block = next((each for each in stored(submission) if _is_about(each, list_, held)), None)
    asked = None if block is None or submission.state != "received" else asked_by(block)
    if block is not None and asked is not None:
        entity = storage.entity(work.session, list_, held.entity_uuid)
        outcome = _decide(work, asked, entity, late=late)
        if isinstance(outcome, Hold):
            return False
        if isinstance(outcome, Next):
            _write(work, list_, asked, outcome, entity=entity, submission=submission)
        else:
            _remark(work, submission, block, outcome)
    work.session.delete(held)
    work.session.flush()
    return True


def _is_about(block: EntityBlock, list_: EntityList, held: HeldBlock) -> bool:
    return block.dataset == list_.name and block.entity_id == str(held.entity_uuid)


def _write(
    work: Work,
    list_: EntityList,
    asked: Asked,
    version: Next,
    *,
    entity: Entity | None,
    submission: Submission,
) -> Entity:
    return write_version(
        work,
        list_,
        version,
        entity=entity or _new(work, list_, asked, submission),
        submission=submission,
        asked=asked,
    )


def _new(work: Work, list_: EntityList, asked: Asked, submission: Submission) -> Entity:
    return Entity(
        list_id=list_.id,
        uuid=asked.entity_id,
        version=0,
        jurisdiction=submission.jurisdiction,
        owner_id=submission.account_id,
        clash=None,
        created_at=work.now,
        removed_at=None,
    )


def write_version(
    work: Work,
    list_: EntityList,
    version: Next,
    *,
    entity: Entity,
    submission: Submission | None = None,
    asked: Asked | None = None,
) -> Entity:
    """Write the next version of an entity of a locked list; `asked` is what it came from, where a phone asked."""
    list_.changes += 1
    entity.version += 1
    entity.label, entity.properties = version.label, dict(version.properties)
    entity.change, entity.changed_at = list_.changes, work.now
    entity.clash = _harder(entity.clash, version.clash)
    work.session.add(entity)
    work.session.flush()
    work.session.add(
        EntityVersion(
            entity_id=entity.id,
            number=entity.version,
            label=version.label,
            properties=dict(version.properties),
            submission_id=None if submission is None else submission.id,
            account_id=work.actor.id if submission is None else submission.account_id,
            written_at=work.now,
            base=version.base,
            trunk=None if asked is None else asked.trunk_version,
            branch_id=None if asked is None else asked.branch_id,
            branch_base=None if asked is None else asked.base_version,
            clash=version.clash,
            clashing=list(version.clashing),
            made_up=version.made_up,
        )
    )
    work.session.flush()
    work.record(
        EntityWritten(
            subject_id=entity.uuid,
            jurisdiction=entity.jurisdiction,
            list_name=list_.name,
            version=entity.version,
            clash=version.clash,
        )
    )
    return entity


def _harder(one: str | None, other: str | None) -> str | None:
    return next((clash for clash in (Clash.HARD, Clash.SOFT) if clash in (one, other)), None)


def _remark(work: Work, submission: Submission, block: EntityBlock, reason: Undone) -> None:
    remark = EntityRemark(
        submission_id=submission.id,
        list_name=block.dataset[:_LONGEST],
        entity_id=block.entity_id[:_LONGEST],
        reason=reason.value,
        noted_at=work.now,
    )
    insert_once(work.session, remark, unique=("submission_id", "list_name", "entity_id", "reason"))
