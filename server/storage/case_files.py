"""Files of demands: a demand names its photo as its form did, the bytes are an attachment of its submission."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from server.storage.submissions import Attachment, Submission


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
