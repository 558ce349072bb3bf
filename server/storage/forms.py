"""表单 and 表单版本: what phones are offered, and every version ever published, byte for byte."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.domain.problems import NotFound
from server.storage.base import Base, Json, Serial


class Form(Base):
    """表单. Its state is one of domain/form.py's."""

    __tablename__ = "forms"

    form_id: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    state: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)
    stands_for: Mapped[str | None]
    """The shipped form in whose place a county uses this one; settled by its first version (domain/form.py)."""


class FormVersion(Base):
    """表单版本: immutable once published; phones compare the md5 of exactly these bytes."""

    __tablename__ = "form_versions"

    id: Mapped[Serial]
    form_id: Mapped[str] = mapped_column(sa.ForeignKey("forms.form_id"))
    version: Mapped[str]
    source: Mapped[str]
    """The Markdown table it was made of; empty where a file was uploaded."""
    xml: Mapped[bytes] = mapped_column(deferred=True)
    md5: Mapped[str] = mapped_column(sa.String(32))
    media: Mapped[Json] = mapped_column(default=list)
    entity_lists: Mapped[Json] = mapped_column(default=list)
    published_at: Mapped[dt.datetime]
    published_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id"))
    """None for what the product ships and what an operator published."""
    file_name: Mapped[str | None]
    file_sha256: Mapped[str | None]
    """The uploaded file in the file store, as it came."""

    __table_args__ = (sa.UniqueConstraint("form_id", "version"),)


class FormMedia(Base):
    """表单附件: a picture, sound or list that phones download beside a form; `form_id` may be a draft's."""

    __tablename__ = "form_media"

    id: Mapped[Serial]
    form_id: Mapped[str]
    name: Mapped[str]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    md5: Mapped[str] = mapped_column(sa.String(32))
    """What phones compare it by."""
    size: Mapped[int]
    mime: Mapped[str]
    put_at: Mapped[dt.datetime]

    __table_args__ = (sa.UniqueConstraint("form_id", "name"),)


def get(session: Session, form_id: str, *, lock: bool = False) -> Form:
    """A form. Raises NotFound("form.unknown"). `lock` keeps others from changing it."""
    form = session.get(Form, form_id, with_for_update=lock or None)
    if form is None:
        raise NotFound("form.unknown", form_id=form_id)
    return form


def every(session: Session) -> Sequence[Form]:
    """The forms in every state, in the order phones show them."""
    return session.scalars(sa.select(Form).order_by(Form.position, Form.form_id)).all()


def standing_for(session: Session, shipped: str) -> tuple[str, ...]:
    """Ids of the forms whose records are read as those of a shipped form, itself among them."""
    others = sa.select(Form.form_id).where(Form.stands_for == shipped, Form.form_id != shipped)
    return (shipped, *session.scalars(others))


def listed(session: Session) -> Sequence[tuple[Form, FormVersion]]:
    """The published forms, each with its newest version, in the order phones show them."""
    newest = sa.select(sa.func.max(FormVersion.id)).group_by(FormVersion.form_id)
    query = sa.select(Form, FormVersion).join(FormVersion, FormVersion.form_id == Form.form_id)
    query = query.where(Form.state == "published", FormVersion.id.in_(newest)).order_by(
        Form.position, Form.form_id
    )
    return [(form, version) for form, version in session.execute(query)]


def version(session: Session, form_id: str, name: str) -> FormVersion | None:
    """One published version of a form."""
    return session.scalars(
        sa.select(FormVersion).where(FormVersion.form_id == form_id, FormVersion.version == name)
    ).first()


def newest(session: Session, form_id: str) -> FormVersion | None:
    """The version published last, of a form in any state."""
    query = (
        sa.select(FormVersion).where(FormVersion.form_id == form_id).order_by(FormVersion.id.desc()).limit(1)
    )
    return session.scalars(query).first()


def versions(session: Session, form_id: str | None = None) -> Sequence[FormVersion]:
    """Every version of a form, or of every form, in the order of publication; there are few."""
    query = sa.select(FormVersion).order_by(FormVersion.id)
    return session.scalars(query if form_id is None else query.where(FormVersion.form_id == form_id)).all()


def media(session: Session, form_id: str) -> Sequence[FormMedia]:
    """The files that were put beside a form, by name."""
    return session.scalars(
        sa.select(FormMedia).where(FormMedia.form_id == form_id).order_by(FormMedia.name)
    ).all()


def medium(session: Session, form_id: str, name: str) -> FormMedia | None:
    """One file beside a form."""
    return session.scalars(
        sa.select(FormMedia).where(FormMedia.form_id == form_id, FormMedia.name == name)
    ).first()
