"""预备好的文件: exports that are made before they can be taken away, each for the account that ordered it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.domain.problems import NotFound
from server.storage.base import Base, Json, Key


class FileState(StrEnum):
    """How far an ordered file is."""

    WAITING = "waiting"
    MAKING = "making"
    READY = "ready"
    FAILED = "failed"


UNFINISHED = (FileState.WAITING, FileState.MAKING)


class OrderedFile(Base):
    """预备好的文件: what is wanted, by whom, how far it is, and where it lies once it is whole."""

    __tablename__ = "ordered_files"

    id: Mapped[Key]
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    form_id: Mapped[str]
    name: Mapped[str]
    """What the file is called when it is taken away."""
    wanted: Mapped[Json]
    """The question as it was asked (figures/exports/order.py Wanted)."""
    divisions: Mapped[Json]
    """The codes whose records are in it."""
    ordered_at: Mapped[dt.datetime]
    goes_at: Mapped[dt.datetime] = mapped_column(index=True)
    """Nobody takes it away after this; the next night removes it."""
    state: Mapped[str]
    rows_in_all: Mapped[int]
    rows_done: Mapped[int]
    attempts: Mapped[int]
    claim: Mapped[uuid.UUID | None]
    """Of the worker that makes it. One that lost its claim changes nothing any more."""
    heard_at: Mapped[dt.datetime | None]
    """When its worker last said how far it is."""
    trouble: Mapped[str | None]
    """The code of why it failed."""
    sha256: Mapped[str | None] = mapped_column(sa.String(64))
    size: Mapped[int | None] = mapped_column(sa.BigInteger)


def get(
    session: Session, file_id: uuid.UUID, *, account_id: uuid.UUID | None, now: dt.datetime
) -> OrderedFile:
    """A file of an account that has not gone. Raises NotFound("ordered_file.unknown") for another's and for none."""
    row = session.get(OrderedFile, file_id)
    if row is None or row.account_id != account_id or row.goes_at <= now:
        raise NotFound("ordered_file.unknown")
    return row


def of_account(session: Session, account_id: uuid.UUID | None, *, now: dt.datetime) -> Sequence[OrderedFile]:
    """An account's files that have not gone, the newest first."""
    query = sa.select(OrderedFile).where(OrderedFile.account_id == account_id, OrderedFile.goes_at > now)
    return session.scalars(query.order_by(OrderedFile.ordered_at.desc())).all()


def unfinished_of(session: Session, account_id: uuid.UUID, *, now: dt.datetime) -> int:
    """How many files of an account are waited for."""
    query = sa.select(sa.func.count()).where(
        OrderedFile.account_id == account_id, OrderedFile.state.in_(UNFINISHED), OrderedFile.goes_at > now
    )
    return session.scalar(query) or 0


def before(session: Session, row: OrderedFile) -> int:
    """How many files of anybody are to be made before this one."""
    query = sa.select(sa.func.count()).where(
        OrderedFile.state.in_(UNFINISHED),
        OrderedFile.ordered_at < row.ordered_at,
        OrderedFile.goes_at > row.ordered_at,
    )
    return session.scalar(query) or 0


def next_to_make(session: Session, *, now: dt.datetime, silent_since: dt.datetime) -> OrderedFile | None:
    """The oldest file that waits, or whose worker has not been heard since, locked against a second worker.

    SQLite ignores the row lock; there BEGIN IMMEDIATE already lets one writer in at a time.
    """
    left = sa.and_(OrderedFile.state == FileState.MAKING, OrderedFile.heard_at < silent_since)
    query = (
        sa.select(OrderedFile)
        .where(sa.or_(OrderedFile.state == FileState.WAITING, left), OrderedFile.goes_at > now)
        .order_by(OrderedFile.ordered_at)
        .limit(1)
    )
    return session.scalars(query.with_for_update(skip_locked=True)).first()


def change(session: Session, row: OrderedFile, **values: object) -> bool:
    """Change a file whose claim is still the one of `row`; whether it was."""
    query = sa.update(OrderedFile).where(OrderedFile.id == row.id, OrderedFile.claim == row.claim)
    changed = session.connection().execute(query.values(**values).returning(OrderedFile.id))
    return changed.first() is not None


def forget(session: Session, *, gone_by: dt.datetime) -> int:
    """Remove the rows of files that nobody may take away any more; how many there were."""
    query = sa.delete(OrderedFile).where(OrderedFile.goes_at <= gone_by).returning(OrderedFile.id)
    return len(session.execute(query).all())


def kept(session: Session) -> frozenset[str]:
    """The hashes of every file that somebody may still take away."""
    return frozenset(session.scalars(sa.select(OrderedFile.sha256).where(OrderedFile.sha256.is_not(None))))
