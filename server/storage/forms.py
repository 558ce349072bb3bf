"""表单 and 表单版本: what phones are offered, and every version ever published, byte for byte."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.storage.base import Base, Json, Serial


class Form(Base):
    """表单. Its state is one of domain/form.py's."""

    __tablename__ = "forms"

    form_id: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    state: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)


class FormVersion(Base):
    """表单版本: immutable once published; phones compare the md5 of exactly these bytes."""

    __tablename__ = "form_versions"

    id: Mapped[Serial]
    form_id: Mapped[str] = mapped_column(sa.ForeignKey("forms.form_id"))
    version: Mapped[str]
    source: Mapped[str]
    xml: Mapped[bytes] = mapped_column(deferred=True)
    md5: Mapped[str] = mapped_column(sa.String(32))
    media: Mapped[Json] = mapped_column(default=list)
    entity_lists: Mapped[Json] = mapped_column(default=list)
    published_at: Mapped[dt.datetime]

    __table_args__ = (sa.UniqueConstraint("form_id", "version"),)


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


def versions(session: Session) -> Sequence[FormVersion]:
    """Every version of every form; there are few."""
    return session.scalars(sa.select(FormVersion).order_by(FormVersion.id)).all()
