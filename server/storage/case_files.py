"""Files of demands: of a phone's submission under the name its form gave them, or sent to the demand itself."""

from __future__ import annotations

import datetime as dt
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.storage.base import Base, Serial
from server.storage.submissions import Attachment, Submission


class DemandFile(Base):
    """A photo or recording that came without a form: from a resident's page, or from a unit by its link."""

    __tablename__ = "demand_files"

    id: Mapped[Serial]
    demand_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("demands.id"))
    name: Mapped[str]
    """Made by the server, never the sender's."""
    sha256: Mapped[str] = mapped_column(sa.String(64))
    size: Mapped[int]
    mime: Mapped[str]
    """Read from the bytes, never the sender's word."""
    received_at: Mapped[dt.datetime]

    __table_args__ = (sa.UniqueConstraint("demand_id", "name"),)


def of_demand(session: Session, demand_id: uuid.UUID, name: str) -> DemandFile | None:
    """A file sent to a demand itself; the caller has read the demand within his scope."""
    query = sa.select(DemandFile).where(DemandFile.demand_id == demand_id, DemandFile.name == name)
    return session.scalars(query).first()


def file_named(session: Session, submission_id: int, name: str) -> Attachment | None:
    """A file a demand or a note names: of its submission in any version, the newest bytes of that name."""
    root = (
        sa.select(Submission.form_id, Submission.root_instance_id)
        .where(Submission.id == submission_id)
        .subquery()
    )
    query = (
        sa.select(Attachment)
        .join(Submission, Submission.id == Attachment.submission_id)
        .join(
            root,
            sa.and_(
                Submission.form_id == root.c.form_id,
                Submission.root_instance_id == root.c.root_instance_id,
            ),
        )
        .where(Attachment.name == name)
    )
    return session.scalars(query.order_by(Attachment.id.desc()).limit(1)).first()
