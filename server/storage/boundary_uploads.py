"""边界文件: the maps an office has sent, each kept as it came, with the boundary version that was made of it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.domain.problems import NotFound
from server.storage.base import Base, Key


class BoundaryUpload(Base):
    """One map as sent: its name, and its bytes by their hash in the file store."""

    __tablename__ = "boundary_uploads"

    id: Mapped[Key]
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    name: Mapped[str]
    sha256: Mapped[str]
    received_at: Mapped[dt.datetime]
    boundary_version_id: Mapped[int | None] = mapped_column(sa.ForeignKey("boundary_versions.id"))
    """What was published of it; None until then."""


def get(session: Session, upload_id: uuid.UUID, *, account_id: uuid.UUID | None) -> BoundaryUpload:
    """A map that an account sent. Raises NotFound("boundary.upload_unknown") for another's and for none."""
    row = session.get(BoundaryUpload, upload_id)
    if row is None or row.account_id != account_id:
        raise NotFound("boundary.upload_unknown")
    return row


def unpublished(session: Session, *, account_id: uuid.UUID | None, limit: int) -> Sequence[BoundaryUpload]:
    """What an account has sent and not published, the newest first."""
    query = sa.select(BoundaryUpload).where(
        BoundaryUpload.account_id == account_id, BoundaryUpload.boundary_version_id.is_(None)
    )
    return session.scalars(query.order_by(BoundaryUpload.received_at.desc()).limit(limit)).all()
