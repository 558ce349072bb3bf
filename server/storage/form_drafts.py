"""表单草稿: a form file as it was uploaded, with what is wrong with it, until it is published or dropped."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.domain.problems import NotFound
from server.storage.base import Base, Json, Key


class FormDraft(Base):
    """草稿: one uploaded file. What could not be read out of it (its form, version, XML) is None."""

    __tablename__ = "form_drafts"

    id: Mapped[Key]
    form_id: Mapped[str | None] = mapped_column(index=True)
    title: Mapped[str | None]
    version: Mapped[str | None]
    file_name: Mapped[str]
    file_sha256: Mapped[str] = mapped_column(sa.String(64))
    xml: Mapped[bytes | None] = mapped_column(deferred=True)
    kind: Mapped[str | None]
    """What the file turned out to be: xlsx, xls, csv, md or xml."""
    rows: Mapped[Json] = mapped_column(default=dict)
    """The row of the survey worksheet by path, so that a remark found later names it too."""
    findings: Mapped[Json] = mapped_column(default=list)
    """What reading the file itself said (forms/findings.py), as plain objects."""
    stands_for: Mapped[str | None]
    token: Mapped[str] = mapped_column(unique=True)
    """What a phone is given to try the draft out; it opens nothing else."""
    tried: Mapped[int] = mapped_column(default=0)
    """Records sent by phones that tried it out; none was kept."""
    uploaded_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id"))
    uploaded_at: Mapped[dt.datetime]


def get(session: Session, draft_id: uuid.UUID, *, lock: bool = False) -> FormDraft:
    """A draft. Raises NotFound("form_draft.unknown"). `lock` keeps others from publishing it meanwhile."""
    draft = session.get(FormDraft, draft_id, with_for_update=lock or None)
    if draft is None:
        raise NotFound("form_draft.unknown")
    return draft


def by_token(session: Session, token: str) -> FormDraft:
    """The draft a phone tries out. Raises NotFound("form_draft.unknown")."""
    draft = session.scalars(sa.select(FormDraft).where(FormDraft.token == token)).first()
    if draft is None:
        raise NotFound("form_draft.unknown")
    return draft


def waiting(session: Session, form_id: str | None = None) -> Sequence[FormDraft]:
    """The drafts of a form, or all, the newest first."""
    query = sa.select(FormDraft).order_by(FormDraft.uploaded_at.desc(), FormDraft.id)
    return session.scalars(query if form_id is None else query.where(FormDraft.form_id == form_id)).all()


def count_trial(session: Session, draft_id: uuid.UUID) -> None:
    """One more phone's record of a draft; two at the same moment both count."""
    session.execute(sa.update(FormDraft).where(FormDraft.id == draft_id).values(tried=FormDraft.tried + 1))
