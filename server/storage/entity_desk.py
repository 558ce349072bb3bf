"""条目 as the office asks for them: counted, a page at a time, whole for a file, and by what a row of a file names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple, TypeAlias
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from server.domain.scope import Scope
from server.storage.entities import Entity, EntityList, EntityRemark, EntityVersion, HeldBlock
from server.storage.posts import Account
from server.storage.selection import Listing, Page, within
from server.storage.submissions import Submission

_AT_ONCE = 1000


class Tally(NamedTuple):
    """How many entities a list has within a scope, and how many of them met and wait to be looked at."""

    entities: int
    clashes: int


def tallies(session: Session, *, scope: Scope) -> Mapping[int, Tally]:
    """The tally of every list that has an entity within the scope, by the list's key."""
    query = (
        sa.select(Entity.list_id, sa.func.count(), sa.func.count(Entity.clash))
        .where(within(Entity.jurisdiction, scope), Entity.removed_at.is_(None))
        .group_by(Entity.list_id)
    )
    return {list_id: Tally(*counted) for list_id, *counted in session.execute(query)}


def waiting(session: Session, *, scope: Scope) -> Mapping[int, int]:
    """How many changes of each list wait for an earlier one, by the list's key."""
    query = (
        sa.select(HeldBlock.list_id, sa.func.count())
        .join(Submission, Submission.id == HeldBlock.submission_id)
        .where(within(Submission.jurisdiction, scope))
        .group_by(HeldBlock.list_id)
    )
    return {row.list_id: row[1] for row in session.execute(query)}


Which: TypeAlias = Literal["listed", "clashing", "removed"]
"""Which entities of a list: those in it, of these those whose clash nobody has looked at, or those taken off it."""


def listing(
    session: Session,
    list_: EntityList,
    *,
    scope: Scope,
    page: Page,
    search: str | None = None,
    which: Which = "listed",
) -> Listing[Entity]:
    """Entities of a list within the scope, those changed last first; `search` looks into their labels."""
    where = [Entity.list_id == list_.id, within(Entity.jurisdiction, scope)]
    where.append(Entity.removed_at.is_not(None) if which == "removed" else Entity.removed_at.is_(None))
    if search:
        where.append(Entity.label.icontains(search, autoescape=True))
    if which == "clashing":
        where.append(Entity.clash.is_not(None))
    total = session.scalar(sa.select(sa.func.count()).select_from(Entity).where(*where)) or 0
    query = sa.select(Entity).where(*where).order_by(Entity.change.desc())
    return Listing(session.scalars(query.offset(page.offset).limit(page.size)).all(), total, page)


def remarks(session: Session, *, scope: Scope, limit: int) -> Sequence[EntityRemark]:
    """What records within the scope asked in vain, the newest first."""
    query = (
        sa.select(EntityRemark)
        .join(Submission, Submission.id == EntityRemark.submission_id)
        .where(within(Submission.jurisdiction, scope))
    )
    return session.scalars(query.order_by(EntityRemark.id.desc()).limit(limit)).all()


class FileRow(NamedTuple):
    """A row of a list as the office takes it away."""

    uuid: UUID
    label: str
    jurisdiction: str
    properties: dict[str, str]


def whole(session: Session, list_: EntityList, *, scope: Scope) -> Iterator[FileRow]:
    """Every entity of a list within the scope, in the order it came to be, a part at a time."""
    query = sa.select(Entity.uuid, Entity.label, Entity.jurisdiction, Entity.properties)
    query = query.where(
        Entity.list_id == list_.id, within(Entity.jurisdiction, scope), Entity.removed_at.is_(None)
    )
    for row in session.execute(query.order_by(Entity.id).execution_options(yield_per=_AT_ONCE)):
        yield FileRow(*row)


class Told(NamedTuple):
    """A version with who wrote it, and the record it came from."""

    version: EntityVersion
    by: str | None
    received_at: dt.datetime | None


def told(session: Session, entity: Entity) -> list[Told]:
    """The versions of an entity, oldest first; the caller has read the entity within his scope."""
    query = (
        sa.select(EntityVersion, Account.display_name, Submission.received_at)
        .outerjoin(Account, Account.id == EntityVersion.account_id)
        .outerjoin(Submission, Submission.id == EntityVersion.submission_id)
        .where(EntityVersion.entity_id == entity.id)
        .order_by(EntityVersion.number)
    )
    return [Told(*row) for row in session.execute(query)]


class Named(NamedTuple):
    """What a row of a file may mean: an entity by its id, or by its name at its place."""

    id: int
    uuid: UUID
    label: str
    jurisdiction: str
    removed: bool


def named(session: Session, list_: EntityList) -> list[Named]:
    """Every entity of a list, removed ones included, without what is said of it; a file is held against all of it."""
    query = sa.select(
        Entity.id, Entity.uuid, Entity.label, Entity.jurisdiction, Entity.removed_at.is_not(None)
    )
    return [Named(*row) for row in session.execute(query.where(Entity.list_id == list_.id))]


def by_key(session: Session, keys: list[int]) -> dict[int, Entity]:
    """Entities by their keys."""
    found: dict[int, Entity] = {}
    for first in range(0, len(keys), _AT_ONCE):
        query = sa.select(Entity).where(Entity.id.in_(keys[first : first + _AT_ONCE]))
        found |= {entity.id: entity for entity in session.scalars(query)}
    return found
