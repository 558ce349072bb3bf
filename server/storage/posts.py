"""账号, 岗位 and 采集账号: who people are, what they do where and when, and the keys of their phones."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.domain.jurisdiction import Level
from server.domain.problems import NotFound
from server.domain.scope import Scope
from server.storage.base import Base, Code, Key, Serial
from server.storage.selection import within


class Account(Base):
    """账号: a person who works with the product, by phone, by browser or both."""

    __tablename__ = "accounts"

    id: Mapped[Key]
    username: Mapped[str | None] = mapped_column(unique=True)
    """None for somebody who has a phone's key and never signs in."""
    password_hash: Mapped[str | None]
    must_change_password: Mapped[bool] = mapped_column(default=False)
    display_name: Mapped[str]
    role: Mapped[str]
    home: Mapped[Code] = mapped_column(index=True)
    """The division the account belongs to; its scope adds the divisions of its posts."""
    unit_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("units.id"))
    telephone: Mapped[str | None]
    closed_on: Mapped[dt.date | None]
    session_epoch: Mapped[int] = mapped_column(default=0)
    """Raised when the password changes: older session cookies stop counting."""


class PostRow(Base):
    """岗位: a function in a division, dated; several at once; a stand-in names whom he stands in for."""

    __tablename__ = "posts"

    id: Mapped[Key]
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    function: Mapped[str]
    jurisdiction: Mapped[Code] = mapped_column(index=True)
    valid_from: Mapped[dt.date]
    valid_to: Mapped[dt.date | None]
    is_stand_in: Mapped[bool] = mapped_column(default=False)
    stand_in_for: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id"))


class AppUser(Base):
    """采集账号: one phone's key. Only its hash is kept; the key itself is shown once, when it is issued."""

    __tablename__ = "app_users"

    id: Mapped[Key]
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    key_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    label: Mapped[str] = mapped_column(default="")
    issued_at: Mapped[dt.datetime]
    issued_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id"))
    revoked_at: Mapped[dt.datetime | None]


class SignInFailure(Base):
    """A refused sign-in, by what was tried and from where; enough of them make the next one wait."""

    __tablename__ = "sign_in_failures"

    id: Mapped[Serial]
    at: Mapped[dt.datetime] = mapped_column(index=True)
    username: Mapped[str] = mapped_column(index=True)
    address: Mapped[str]


def get(session: Session, account_id: uuid.UUID, *, scope: Scope) -> Account:
    """The account. Raises NotFound outside the scope or where there is none."""
    row = session.get(Account, account_id)
    if row is None or not scope.covers(row.home):
        raise NotFound("account.unknown", id=str(account_id))
    return row


def listing(session: Session, *, scope: Scope) -> Sequence[Account]:
    """Accounts whose home lies within the scope, by home and name."""
    query = sa.select(Account).where(within(Account.home, scope))
    return session.scalars(query.order_by(Account.home, Account.display_name)).all()


def called(session: Session, name: str) -> Sequence[uuid.UUID]:
    """The accounts in whose name `name` stands; what of them the reader may see is asked where they are used."""
    return session.scalars(
        sa.select(Account.id).where(Account.display_name.contains(name, autoescape=True))
    ).all()


def by_username(session: Session, username: str) -> Account | None:
    """The account that signs in with `username`; the caller is not signed in yet, so there is no scope."""
    return session.scalars(sa.select(Account).where(Account.username == username)).first()


def posts_of(session: Session, account_id: uuid.UUID, *, on: dt.date) -> Sequence[PostRow]:
    """The posts of an account in force on a day."""
    in_force = sa.or_(PostRow.valid_to.is_(None), PostRow.valid_to >= on)
    query = sa.select(PostRow).where(PostRow.account_id == account_id, PostRow.valid_from <= on, in_force)
    return session.scalars(query.order_by(PostRow.jurisdiction)).all()


def every_post_of(session: Session, account_id: uuid.UUID) -> Sequence[PostRow]:
    """All posts an account ever held, the newest first; who may see the account was asked before."""
    query = sa.select(PostRow).where(PostRow.account_id == account_id)
    return session.scalars(query.order_by(PostRow.valid_from.desc(), PostRow.jurisdiction)).all()


def posts_in(
    session: Session, *, scope: Scope, on: dt.date | None = None
) -> Sequence[tuple[PostRow, Account]]:
    """Posts within the scope with who holds them, by division; with `on`, those in force that day."""
    query = (
        sa.select(PostRow, Account)
        .join(Account, Account.id == PostRow.account_id)
        .where(within(PostRow.jurisdiction, scope))
    )
    if on is not None:
        query = query.where(
            PostRow.valid_from <= on, sa.or_(PostRow.valid_to.is_(None), PostRow.valid_to >= on)
        )
    return [
        (post, account)
        for post, account in session.execute(query.order_by(PostRow.jurisdiction, PostRow.valid_from))
    ]


def posts_over(session: Session, place: str, *, on: dt.date) -> Sequence[tuple[PostRow, Account]]:
    """Posts in force on a day over a division, the nearest first. Somebody whose account is closed holds none."""
    around = [place[: level.digits] for level in Level if level.digits <= len(place)]
    query = (
        sa.select(PostRow, Account)
        .join(Account, Account.id == PostRow.account_id)
        .where(PostRow.jurisdiction.in_(around))
        .where(PostRow.valid_from <= on, sa.or_(PostRow.valid_to.is_(None), PostRow.valid_to >= on))
        .where(sa.or_(Account.closed_on.is_(None), Account.closed_on > on))
    )
    nearest_first = query.order_by(PostRow.jurisdiction.desc(), Account.display_name)
    return [(post, account) for post, account in session.execute(nearest_first)]


def app_user(session: Session, key_hash: str) -> AppUser | None:
    """The key with this hash, revoked or not."""
    return session.scalars(sa.select(AppUser).where(AppUser.key_hash == key_hash)).first()


def keys_in(session: Session, *, scope: Scope) -> Sequence[tuple[AppUser, Account]]:
    """Keys of accounts within the scope, newest first."""
    query = (
        sa.select(AppUser, Account)
        .join(Account, Account.id == AppUser.account_id)
        .where(within(Account.home, scope))
    )
    return [(key, account) for key, account in session.execute(query.order_by(AppUser.issued_at.desc()))]
