"""提交 and 附件: what phones sent, as sent. The XML is the record; everything else is read out of it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Mapped, Session, aliased, defer, mapped_column, relationship

from server.domain.problems import NotFound
from server.domain.scope import Scope
from server.domain.work_calendar import local_day
from server.storage.base import Base, Code, Json, Serial, adopt, insert_once
from server.storage.forms import Form
from server.storage.geometry import geometry, gist_index
from server.storage.grids import CURRENT_TOKEN
from server.storage.patrols import Finding, Pass, Patrol
from server.storage.selection import as_value, within
from server.storage.visits import IntakeSession, Visit

_ORDER = ("received_at", "id")
_ASKED = ("account_id", "state", "standing")


def _of_few(name: str, *columns: str, where: str) -> sa.Index:
    """An index of those rows alone of which something holds."""
    condition = sa.text(where)
    return sa.Index(f"ix_submissions_{name}", *columns, postgresql_where=condition, sqlite_where=condition)


class Submission(Base):
    """提交: one instance in one version. `state`: received, quarantined, held, superseded, rejected, withdrawn."""

    __tablename__ = "submissions"

    id: Mapped[Serial]
    form_id: Mapped[str] = mapped_column(sa.ForeignKey("forms.form_id"))
    form_version: Mapped[str]
    instance_id: Mapped[str]
    root_instance_id: Mapped[str]
    """The instanceID of the first version; an edit keeps it."""
    deprecated_id: Mapped[str | None]
    state: Mapped[str]
    xml: Mapped[bytes]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    """Of the XML as it was received; it stays when a track has been cut out (METRICS P)."""
    values: Mapped[Json]
    account_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id"))
    role: Mapped[str]
    app_user_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("app_users.id"))
    device_id: Mapped[str | None]
    device_start: Mapped[dt.datetime | None]
    received_at: Mapped[dt.datetime]
    day: Mapped[dt.date]
    """The day it counts for (METRICS D1)."""
    jurisdiction: Mapped[Code]
    """The grid it belongs to, else the division of its sender: what a reader's scope is held against."""
    flags: Mapped[Json] = mapped_column(default=list)
    """Questions, never penalties: clock, outside, no_position, accuracy_zero, other_grid …"""
    point: Mapped[BaseGeometry | None] = mapped_column(geometry("POINT"))
    accuracy: Mapped[float | None]
    located_grid: Mapped[str | None]
    """Where the position lies, beside the grid that was chosen; the nearest grid if outside all."""
    located_metres: Mapped[float | None]
    """Metres from the position to that grid; 0 inside."""
    boundary_version: Mapped[int]
    expected_files: Mapped[Json] = mapped_column(default=list)
    projection_error: Mapped[str | None]
    entities: Mapped[Json] = mapped_column(default=list)
    """Entity blocks as they arrived; the register is updated by the projectors."""
    rejected_reason: Mapped[str | None]
    standing: Mapped[str | None]
    """What stands of this version by the verdicts in `reviews`, as server.domain.review names it; None while nobody said."""

    form: Mapped[Form] = relationship(viewonly=True)

    __table_args__ = (
        sa.UniqueConstraint("form_id", "instance_id"),
        # Both lists of records are read in their order from an index alone, whatever they are narrowed to.
        sa.Index("ix_submissions_jurisdiction_received_at", "jurisdiction", *_ORDER, "form_id", *_ASKED),
        sa.Index("ix_submissions_form_id_received_at", "form_id", *_ORDER, "jurisdiction", *_ASKED),
        # So are those judged and those with questions; of any other record these cost nothing.
        _of_few(
            "standing_received_at",
            "standing",
            *_ORDER,
            "form_id",
            "jurisdiction",
            "account_id",
            "state",
            where="standing IS NOT NULL",
        ),
        _of_few("flagged", *_ORDER, "form_id", "jurisdiction", *_ASKED, "flags", where="flags <> '[]'"),
        sa.Index("ix_submissions_root_instance_id", "root_instance_id"),
        # An edit waits for its original: asked at every arrival, answered by the few rows that are edits.
        _of_few("deprecated_id", "form_id", "deprecated_id", where="deprecated_id IS NOT NULL"),
        _of_few("unsettled", "state", where="state <> 'received'"),
        _of_few("failed", "received_at", where="projection_error IS NOT NULL"),
        gist_index("submissions", "point"),
    )

    @property
    def is_encrypted(self) -> bool:
        """Only its key can read it: an envelope holds no answers and names the file that does (OPENROSA §5.6)."""
        return not self.values and any(name.endswith(".enc") for name in self.expected_files)


class Attachment(Base):
    """附件: a file of a submission, stored under its hash; its name is data. The same name with other bytes is kept too."""

    __tablename__ = "attachments"

    id: Mapped[Serial]
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submissions.id"), index=True)
    name: Mapped[str]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    size: Mapped[int]
    mime: Mapped[str]
    received_at: Mapped[dt.datetime]

    __table_args__ = (sa.UniqueConstraint("submission_id", "name", "sha256"),)


def get(session: Session, submission_id: int, *, scope: Scope) -> Submission:
    """The submission. Raises NotFound outside the scope or where there is none."""
    row = session.get(Submission, submission_id)
    if row is None or not scope.covers(row.jurisdiction):
        raise NotFound("submission.unknown", id=submission_id)
    return row


def by_instance(session: Session, *, form_id: str, instance_id: str, lock: bool = False) -> Submission | None:
    """The stored submission that bears an instanceID; identity knows no scope. `lock` keeps others from changing it."""
    query = sa.select(Submission).where(Submission.form_id == form_id, Submission.instance_id == instance_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).first()


_Held = aliased(Submission)
_HELD_FOR = (
    sa.select(_Held.id)
    .where(
        _Held.form_id == sa.bindparam("arrived_form"),
        _Held.deprecated_id == sa.bindparam("arrived_instance"),
        _Held.state == "held",
    )
    .order_by(_Held.id)
    .limit(1)
)
_MET_BY = (CURRENT_TOKEN.scalar_subquery(), _HELD_FOR.scalar_subquery())


class Met(NamedTuple):
    """What an arriving submission meets: the token of the boundaries in force, and an edit that waits for it."""

    boundaries: uuid.UUID | None
    held_edit: int | None


def write_new(session: Session, submission: Submission) -> Met | None:
    """Insert a new submission; what it meets, or None where its instanceID was there, however recently.

    Every column must have been given but the key. One statement writes and asks, as this is done at every arrival.
    """
    answer = insert_once(
        session,
        submission,
        unique=("form_id", "instance_id"),
        asking=_MET_BY,
        arrived_form=submission.form_id,
        arrived_instance=submission.instance_id,
        today=local_day(submission.received_at),
    )
    if answer is None:
        return None
    key, *met = answer
    adopt(session, submission, id=key)
    return Met(*met)


def held_for(session: Session, *, form_id: str, instance_id: str) -> Submission | None:
    """An edit that waits for the submission `instance_id`."""
    asked = {"arrived_form": form_id, "arrived_instance": instance_id}
    found = session.connection().execute(_HELD_FOR, asked).scalar()
    return None if found is None else session.get_one(Submission, found)


def originals_of_held(session: Session) -> Sequence[Submission]:
    """Received submissions for which an edit still waits; a job settles them, so there is no scope."""
    held = aliased(Submission)
    query = sa.select(Submission).join(
        held, sa.and_(held.form_id == Submission.form_id, held.deprecated_id == Submission.instance_id)
    )
    return session.scalars(query.where(held.state == "held", Submission.state == "received")).unique().all()


_FIELD_ROWS = (Patrol, Finding, Visit, IntakeSession)


def mark_removed(session: Session, root: Submission, *, at: dt.datetime | None) -> None:
    """Say from when the rows of a submission no longer count; None lets them count again (METRICS D13)."""
    for table in _FIELD_ROWS:
        session.execute(sa.update(table).where(table.submission_id == root.id).values(removed_at=at))


def forget_track(session: Session, root: Submission) -> None:
    """Delete what was walked by the track of a submission; its findings' and visits' places stay."""
    session.execute(sa.delete(Pass).where(Pass.submission_id == root.id, Pass.of_track))


def with_answer(
    session: Session, *, form_id: str, path: tuple[str, ...], before: dt.date, at_most: int
) -> Sequence[Submission]:
    """Submissions of days before `before` that answer the question at `path`; a job asks, so there is no scope."""
    query = sa.select(Submission).where(
        Submission.form_id == form_id,
        Submission.day < before,
        Submission.values[path].as_string().is_not(None),
    )
    return session.scalars(query.order_by(Submission.id).limit(at_most)).all()


def attachments(session: Session, submission_id: int) -> Sequence[Attachment]:
    """The files of a submission, in the order they came."""
    return session.scalars(
        sa.select(Attachment).where(Attachment.submission_id == submission_id).order_by(Attachment.id)
    ).all()


def versions_of(session: Session, submission: Submission) -> Sequence[Submission]:
    """The versions of a record that took effect, each after the one it replaced; the caller may see the record."""
    query = sa.select(Submission).where(
        Submission.root_instance_id == submission.root_instance_id,
        Submission.form_id == submission.form_id,
        Submission.state.not_in(("held", "quarantined")),
    )
    by_replaced = {row.deprecated_id: row for row in session.scalars(query.options(defer(Submission.xml)))}
    found = [row for row in by_replaced.values() if row.instance_id == submission.root_instance_id]
    while found and found[-1].instance_id in by_replaced:
        found.append(by_replaced[found[-1].instance_id])
    return found


_SENT_WITHIN = dt.timedelta(days=3)


def told_near(
    session: Session, submission: Submission, *, within: dt.timedelta, at_most: int
) -> Sequence[tuple[Submission, int]]:
    """Other records of the same form, sender and place begun and received at about the same time, each with its first version's id."""
    root = aliased(Submission)
    begun = submission.device_start or submission.received_at
    query = (
        sa.select(Submission, root.id)
        .join(
            root, sa.and_(root.form_id == Submission.form_id, root.instance_id == Submission.root_instance_id)
        )
        .where(
            Submission.jurisdiction == submission.jurisdiction,
            Submission.received_at >= submission.received_at - _SENT_WITHIN,
            Submission.received_at <= submission.received_at + _SENT_WITHIN,
            as_value(
                sa.and_(
                    Submission.form_id == submission.form_id,
                    Submission.account_id == submission.account_id,
                    Submission.state == "received",
                    Submission.device_start >= begun - within,
                    Submission.device_start <= begun + within,
                    Submission.root_instance_id != submission.root_instance_id,
                )
            ),
        )
    )
    rows = session.execute(query.options(defer(Submission.xml)).order_by(Submission.id).limit(at_most))
    return [(row, root_id) for row, root_id in rows]


def unprojected(session: Session, *, scope: Scope) -> Sequence[Submission]:
    """Submissions without domain rows: something failed, or their form version was not known."""
    failed = sa.and_(Submission.state == "received", Submission.projection_error.is_not(None))
    query = sa.select(Submission).where(
        within(Submission.jurisdiction, scope), sa.or_(failed, Submission.state == "quarantined")
    )
    return session.scalars(query.order_by(Submission.id)).all()
