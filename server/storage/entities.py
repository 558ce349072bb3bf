"""名单, 条目 and their versions: the lists a county's own forms make and change, beside the register."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.domain.entity import Audience
from server.domain.jurisdiction import Level
from server.domain.problems import NotFound
from server.domain.scope import Scope
from server.storage.base import Base, Code, Json, Serial
from server.storage.selection import within
from server.storage.submissions import Submission

_AT_ONCE = 1000
"""Rows read from the database at a time, however long a list is."""


class EntityList(Base):
    """名单. `audience` is one of domain/entity.py's; `changes` numbers every change of every entity, one after another."""

    __tablename__ = "entity_lists"

    id: Mapped[Serial]
    name: Mapped[str] = mapped_column(unique=True)
    properties: Mapped[Json]
    """Names, in the order of the columns."""
    approval_required: Mapped[bool]
    audience: Mapped[str]
    personal: Mapped[bool]
    """It is about people: above the village it is opened with a reason only, and it travels encrypted."""
    changes: Mapped[int] = mapped_column(sa.BigInteger)
    revision: Mapped[int]
    """Rises with every change of the list's own columns and rules."""
    created_at: Mapped[dt.datetime]


class Entity(Base):
    """条目: as it stands now. `clash` is one nobody has looked at yet, the harder of several."""

    __tablename__ = "entities"

    id: Mapped[Serial]
    list_id: Mapped[int] = mapped_column(sa.ForeignKey("entity_lists.id"))
    uuid: Mapped[UUID]
    version: Mapped[int]
    label: Mapped[str]
    properties: Mapped[Json]
    jurisdiction: Mapped[Code]
    """The grid of the record that made it, or a wider division for all its grids."""
    owner_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("accounts.id"))
    change: Mapped[int] = mapped_column(sa.BigInteger)
    """The number of its last change among all of its list."""
    clash: Mapped[str | None]
    created_at: Mapped[dt.datetime]
    changed_at: Mapped[dt.datetime]
    removed_at: Mapped[dt.datetime | None]

    __table_args__ = (
        sa.UniqueConstraint("list_id", "uuid"),
        sa.Index("ix_entities_list_id_jurisdiction", "list_id", "jurisdiction", "change"),
        sa.Index("ix_entities_list_id_owner_id", "list_id", "owner_id", "change"),
    )


class EntityVersion(Base):
    """A version of an entity, never changed; `submission_id` is None where the office wrote it."""

    __tablename__ = "entity_versions"

    id: Mapped[Serial]
    entity_id: Mapped[int] = mapped_column(sa.ForeignKey("entities.id"))
    number: Mapped[int]
    label: Mapped[str]
    properties: Mapped[Json]
    submission_id: Mapped[int | None] = mapped_column(sa.ForeignKey("submissions.id"), index=True)
    account_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("accounts.id"))
    written_at: Mapped[dt.datetime]
    base: Mapped[int | None]
    trunk: Mapped[int | None]
    branch_id: Mapped[str | None]
    branch_base: Mapped[int | None]
    clash: Mapped[str | None]
    clashing: Mapped[Json]
    made_up: Mapped[bool]

    __table_args__ = (sa.UniqueConstraint("entity_id", "number"),)


class HeldBlock(Base):
    """What a record asks of an entity, waiting for the version it rests on; the words stand in the record."""

    __tablename__ = "held_entity_blocks"

    id: Mapped[Serial]
    list_id: Mapped[int] = mapped_column(sa.ForeignKey("entity_lists.id"))
    entity_uuid: Mapped[UUID]
    base_version: Mapped[int | None]
    branch_id: Mapped[str | None]
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submissions.id"), index=True)
    held_at: Mapped[dt.datetime] = mapped_column(index=True)

    __table_args__ = (sa.Index("ix_held_entity_blocks_entity", "list_id", "entity_uuid"),)


class EntityRemark(Base):
    """What of a record could not be done to an entity, and why: `reason` is an Undone of domain/entity.py."""

    __tablename__ = "entity_remarks"

    id: Mapped[Serial]
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submissions.id"))
    list_name: Mapped[str]
    entity_id: Mapped[str]
    reason: Mapped[str]
    noted_at: Mapped[dt.datetime]

    __table_args__ = (sa.UniqueConstraint("submission_id", "list_name", "entity_id", "reason"),)


def list_named(session: Session, name: str, *, lock: bool = False) -> EntityList | None:
    """A list; with `lock` nobody else changes anything in it until the transaction ends."""
    query = sa.select(EntityList).where(EntityList.name == name)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).first()


def every(session: Session) -> Sequence[EntityList]:
    """The county's own lists by name; there are few."""
    return session.scalars(sa.select(EntityList).order_by(EntityList.name)).all()


def lists_named(session: Session, names: Iterable[str]) -> dict[str, EntityList]:
    """Those of the names that are lists."""
    wanted = sorted(set(names))
    if not wanted:
        return {}
    found = session.scalars(sa.select(EntityList).where(EntityList.name.in_(wanted)))
    return {each.name: each for each in found}


def entity(session: Session, list_: EntityList, key: UUID) -> Entity | None:
    """An entity of a list, removed or not."""
    return session.scalars(sa.select(Entity).where(Entity.list_id == list_.id, Entity.uuid == key)).first()


def get(session: Session, list_: EntityList, key: UUID, *, scope: Scope) -> Entity:
    """An entity within the scope. Raises NotFound("entity.unknown")."""
    found = entity(session, list_, key)
    if found is None or not scope.covers(found.jurisdiction):
        raise NotFound("entity.unknown", id=str(key))
    return found


def versions(session: Session, entity_id: int) -> Sequence[EntityVersion]:
    """The versions of an entity, oldest first."""
    query = sa.select(EntityVersion).where(EntityVersion.entity_id == entity_id)
    return session.scalars(query.order_by(EntityVersion.number)).all()


def _versions_of(submission: Submission) -> sa.ColumnElement[bool]:
    return sa.and_(
        Submission.form_id == submission.form_id,
        Submission.root_instance_id == submission.root_instance_id,
    )


def has_acted(session: Session, entity_id: int, submission: Submission) -> bool:
    """True where a version of this record has already written one of the entity."""
    query = (
        sa.select(EntityVersion.id)
        .join(Submission, Submission.id == EntityVersion.submission_id)
        .where(EntityVersion.entity_id == entity_id, _versions_of(submission))
    )
    return session.scalar(query.limit(1)) is not None


def held(session: Session, list_: EntityList, key: UUID) -> Sequence[HeldBlock]:
    """What waits for a version of an entity, what rests on the oldest first."""
    query = sa.select(HeldBlock).where(HeldBlock.list_id == list_.id, HeldBlock.entity_uuid == key)
    return session.scalars(query.order_by(HeldBlock.base_version.asc().nulls_last(), HeldBlock.id)).all()


def held_of(session: Session, list_: EntityList, key: UUID, submission: Submission) -> HeldBlock | None:
    """What a version of this record has waiting for an entity."""
    query = (
        sa.select(HeldBlock)
        .join(Submission, Submission.id == HeldBlock.submission_id)
        .where(HeldBlock.list_id == list_.id, HeldBlock.entity_uuid == key, _versions_of(submission))
    )
    return session.scalars(query).first()


class Waiting(NamedTuple):
    """An entity something has been waiting for."""

    list_name: str
    entity: UUID


def held_since(session: Session, *, before: dt.datetime, at_most: int) -> list[Waiting]:
    """Entities for which something has waited since before `before`; a job asks, so there is no scope.

    Where new entities need the office's approval, what waits for one of them goes on waiting.
    """
    query = (
        sa.select(EntityList.name, HeldBlock.entity_uuid)
        .join(EntityList, EntityList.id == HeldBlock.list_id)
        .outerjoin(Entity, sa.and_(Entity.list_id == HeldBlock.list_id, Entity.uuid == HeldBlock.entity_uuid))
        .where(
            HeldBlock.held_at < before,
            sa.or_(EntityList.approval_required.is_(False), Entity.id.is_not(None)),
        )
        .group_by(EntityList.name, HeldBlock.entity_uuid)
        .order_by(EntityList.name, HeldBlock.entity_uuid)
    )
    return [Waiting(*row) for row in session.execute(query.limit(at_most))]


@dataclass(frozen=True, slots=True)
class Asker:
    """Whoever asks for a list: his account and where he may look."""

    account_id: UUID | None
    scope: Scope


def _held_by(list_: EntityList, asker: Asker) -> sa.ColumnElement[bool]:
    """A condition that holds for what an asker's phone holds of a list, removed entities included."""
    of_list = Entity.list_id == list_.id
    if list_.audience == Audience.EVERYONE:
        return of_list
    if list_.audience == Audience.OWNER:
        return sa.and_(of_list, Entity.owner_id == asker.account_id)
    return sa.and_(of_list, sa.or_(within(Entity.jurisdiction, asker.scope), _for_all_around(asker.scope)))


def _for_all_around(scope: Scope) -> sa.ColumnElement[bool]:
    """What belongs to a village, township or county belongs to everybody in it."""
    wider = {code[: level.digits] for code in scope.codes for level in Level if len(code) > level.digits}
    return Entity.jurisdiction.in_(sorted(wider))


def state(session: Session, list_: EntityList, asker: Asker) -> tuple[int, int]:
    """How many entities an asker holds of a list, and the number of their last change: together they name its state.

    Every change has a number above all before it, so a row that came or changed raises the second; one that went
    lowers the first.
    """
    query = sa.select(sa.func.count(), sa.func.coalesce(sa.func.max(Entity.change), 0))
    count, last = session.execute(query.select_from(Entity).where(_held_by(list_, asker))).one()
    return count, last


def labels(session: Session, keys: Collection[UUID], *, scope: Scope) -> dict[UUID, str]:
    """What entities are called, removed ones as they were last; those within the scope, and those all phones in it hold."""
    query = sa.select(Entity.uuid, Entity.label).join(EntityList, EntityList.id == Entity.list_id)
    held_by_all = sa.or_(
        EntityList.audience == Audience.EVERYONE,
        sa.and_(EntityList.audience == Audience.GRID, _for_all_around(scope)),
    )
    query = query.where(Entity.uuid.in_(keys), sa.or_(within(Entity.jurisdiction, scope), held_by_all))
    return {row.uuid: row.label for row in session.execute(query)}


class Row(NamedTuple):
    """A row of a phone's list."""

    uuid: UUID
    label: str
    version: int
    properties: dict[str, str]


def rows(session: Session, list_: EntityList, asker: Asker) -> Iterator[Row]:
    """What an asker's phone holds, in the order it came to be; a part at a time, however long the list."""
    query = sa.select(Entity.uuid, Entity.label, Entity.version, Entity.properties)
    query = query.where(_held_by(list_, asker), Entity.removed_at.is_(None)).order_by(Entity.id)
    for row in session.execute(query.execution_options(yield_per=_AT_ONCE)):
        yield Row(*row)


def gone(session: Session, list_: EntityList, asker: Asker, asked: Iterable[UUID]) -> dict[UUID, bool]:
    """Of the asked entities, whether each has left the asker's list; unknown ones are left out."""
    query = sa.select(Entity.uuid, Entity.removed_at.is_not(None), sa.not_(_held_by(list_, asker)))
    found = session.execute(query.where(Entity.list_id == list_.id, Entity.uuid.in_(list(asked))))
    return {key: bool(removed or not_his) for key, removed, not_his in found}
