"""账号 services: opening accounts, signing in, passwords, and the keys of phones."""

from __future__ import annotations

import datetime as dt
import secrets
import string
import uuid

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy.orm import Session

from server.domain.events import people as events
from server.domain.permissions import Permission
from server.domain.problems import Conflict, Invalid, NotFound, TooMany, Unauthenticated
from server.domain.roles import Role
from server.domain.work_calendar import local_day
from server.services.actors import hash_of
from server.storage import posts as storage
from server.storage.posts import Account, AppUser, SignInFailure
from server.work import Work

KEY_LENGTH = 64
_KEY_ALPHABET = string.ascii_letters + string.digits
_SHORTEST_PASSWORD = 10
_LEGIBLE = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits nobody mistakes for one another on paper."""
_TEMPORARY_LENGTH = 12
_TRIES = 5
_TRY_WINDOW = dt.timedelta(minutes=15)

_hasher = PasswordHasher()
_NOBODY = _hasher.hash(secrets.token_urlsafe(16))
"""Verified where there is no account, so that a wrong name takes as long as a wrong password."""


def hash_password(password: str) -> str:
    """Hash a new password, outside any transaction: it is slow on purpose. Raises Invalid("password.too_short")."""
    if len(password) < _SHORTEST_PASSWORD:
        raise Invalid("password.too_short", least=_SHORTEST_PASSWORD)
    return _hasher.hash(password)


def temporary_password() -> str:
    """临时密码: made up, told once, changed at the first sign-in."""
    return "".join(secrets.choice(_LEGIBLE) for _ in range(_TEMPORARY_LENGTH))


def open_account(
    work: Work,
    *,
    display_name: str,
    role: Role,
    home: str,
    username: str | None = None,
    password_hash: str | None = None,
    telephone: str | None = None,
    must_change_password: bool = False,
    account_id: uuid.UUID | None = None,
) -> Account:
    """开通账号. Raises Forbidden outside the actor's divisions, Conflict("account.username_taken")."""
    work.actor.require(Permission.MANAGE_ACCOUNTS, at=home)
    if username is not None and storage.by_username(work.session, username) is not None:
        raise Conflict("account.username_taken", username=username)
    account = Account(
        id=account_id or uuid.uuid4(),
        username=username,
        password_hash=password_hash,
        must_change_password=must_change_password,
        display_name=display_name,
        role=role.value,
        home=home,
        telephone=telephone,
    )
    work.session.add(account)
    work.session.flush()
    work.record(events.AccountCreated(subject_id=account.id, jurisdiction=home, role=role))
    return account


def close_account(work: Work, account_id: uuid.UUID) -> None:
    """停用账号: it can no longer sign in, and its keys stop.

    Raises Conflict("account.is_your_own"), so that a county is never without an admin by mistake, and "account.is_closed".
    """
    account = storage.get(work.session, account_id, scope=work.actor.scope)
    work.actor.require(Permission.MANAGE_ACCOUNTS, at=account.home)
    if account.id == work.actor.id:
        raise Conflict("account.is_your_own")
    _check_open(account)
    account.closed_on = local_day(work.now)
    work.record(events.AccountClosed(subject_id=account.id, jurisdiction=account.home))


def _check_open(account: Account) -> None:
    if account.closed_on is not None:
        raise Conflict("account.is_closed", name=account.display_name)


def password_of(session: Session, username: str) -> tuple[Account | None, str]:
    """The account that signs in as `username`, and the hash to verify against in any case."""
    account = storage.by_username(session, username)
    if account is None or account.password_hash is None:
        return None, _NOBODY
    return account, account.password_hash


def password_hash_of(session: Session, account_id: uuid.UUID) -> str:
    """The hash an account's present password is verified against."""
    return session.get_one(Account, account_id).password_hash or _NOBODY


def verify(password: str, *, against: str) -> bool:
    """Say whether the password is the hashed one; slow on purpose, so it runs outside any transaction."""
    try:
        return _hasher.verify(against, password)
    except VerificationError:
        return False


def check_not_throttled(session: Session, *, username: str, address: str, now: dt.datetime) -> None:
    """Raise TooMany("account.too_many_tries") after five refused tries for a name or from an address in 15 minutes."""
    since = now - _TRY_WINDOW
    recent = sa.select(sa.func.count()).select_from(SignInFailure).where(SignInFailure.at > since)
    for_name = session.scalar(recent.where(SignInFailure.username == username)) or 0
    from_address = session.scalar(recent.where(SignInFailure.address == address)) or 0
    if for_name >= _TRIES or from_address >= _TRIES * 4:
        raise TooMany("account.too_many_tries", minutes=int(_TRY_WINDOW.total_seconds() // 60))


def note_refused(work: Work, *, username: str, address: str) -> None:
    """Remember a refused try; old ones are forgotten."""
    work.session.execute(sa.delete(SignInFailure).where(SignInFailure.at < work.now - _TRY_WINDOW))
    work.session.add(SignInFailure(at=work.now, username=username[:200], address=address[:80]))


def note_signed_in(work: Work, account: Account) -> None:
    """登录: remember it, and forget the refused tries before it."""
    work.session.execute(sa.delete(SignInFailure).where(SignInFailure.username == account.username))
    work.record(events.SignedIn(subject_id=account.id, jurisdiction=account.home))


def note_key_shown(work: Work, app_user_id: uuid.UUID) -> None:
    """手机登录: a browser has shown a key, and need not show it again for as long as its session lasts."""
    app_user = work.session.get_one(AppUser, app_user_id)
    account = work.session.get_one(Account, app_user.account_id)
    work.record(events.KeyShown(subject_id=app_user.id, jurisdiction=account.home))


def change_password(work: Work, *, password_hash: str, current_hash: str) -> int:
    """修改密码: the actor's own; every other session of his ends. Gives the new session epoch.

    `current_hash` is the hash his present password was verified against before this transaction: Raises Conflict
    when it has changed meanwhile.
    """
    if work.actor.id is None:
        raise Unauthenticated("actor.not_signed_in")
    account = work.session.get_one(Account, work.actor.id)
    if account.password_hash != current_hash:
        raise Conflict("password.changed_meanwhile")
    _set_password(account, password_hash, must_change=False)
    work.record(events.PasswordChanged(subject_id=account.id, jurisdiction=account.home, reset=False))
    return account.session_epoch


def reset_password(work: Work, account_id: uuid.UUID, *, password_hash: str) -> Account:
    """重置密码 by an administrator: the person must choose his own at the next sign-in."""
    account = storage.get(work.session, account_id, scope=work.actor.scope)
    work.actor.require(Permission.MANAGE_ACCOUNTS, at=account.home)
    if account.username is None:
        raise Conflict("account.has_no_username")
    _set_password(account, password_hash, must_change=True)
    work.record(events.PasswordChanged(subject_id=account.id, jurisdiction=account.home, reset=True))
    return account


def _set_password(account: Account, password_hash: str, *, must_change: bool) -> None:
    account.password_hash = password_hash
    account.must_change_password = must_change
    account.session_epoch += 1


def new_key() -> str:
    """A phone's key: 64 characters, as ODK Central's."""
    return "".join(secrets.choice(_KEY_ALPHABET) for _ in range(KEY_LENGTH))


def issue_key(work: Work, account_id: uuid.UUID, *, key: str, label: str = "") -> AppUser:
    """发放采集密钥 `key`, of which only the hash is kept. Revoking stops sending and fetching; it wipes no phone.

    Raises Conflict("account.is_closed").
    """
    account = storage.get(work.session, account_id, scope=work.actor.scope)
    work.actor.require(Permission.MANAGE_KEYS, at=account.home)
    _check_open(account)
    app_user = AppUser(
        account_id=account.id, key_hash=hash_of(key), label=label, issued_at=work.now, issued_by=work.actor.id
    )
    work.session.add(app_user)
    work.session.flush()
    work.record(events.KeyIssued(subject_id=app_user.id, jurisdiction=account.home))
    return app_user


def revoke_key(work: Work, app_user_id: uuid.UUID) -> None:
    """收回采集密钥. Raises NotFound outside the actor's divisions."""
    app_user = work.session.get(AppUser, app_user_id)
    if app_user is None:
        raise NotFound("app_user.unknown", id=str(app_user_id))
    account = storage.get(work.session, app_user.account_id, scope=work.actor.scope)
    work.actor.require(Permission.MANAGE_KEYS, at=account.home)
    if app_user.revoked_at is None:
        app_user.revoked_at = work.now
        work.record(events.KeyRevoked(subject_id=app_user.id, jurisdiction=account.home))


def revoke_keys_of(work: Work, account_id: uuid.UUID) -> None:
    """收回一个人的全部采集密钥, before he is given a new one."""
    account = storage.get(work.session, account_id, scope=work.actor.scope)
    in_use = sa.select(AppUser.id).where(AppUser.account_id == account.id, AppUser.revoked_at.is_(None))
    for app_user_id in work.session.scalars(in_use).all():
        revoke_key(work, app_user_id)
