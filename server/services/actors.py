"""Who somebody is at this moment: an account with the posts that are in force today."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid

from sqlalchemy.orm import Session

from server.domain.people import Actor, ActorKind, scope_of
from server.domain.roles import Function, Post, Role
from server.domain.work_calendar import local_day
from server.storage import posts as storage
from server.storage.posts import Account, AppUser


def hash_of(key: str) -> str:
    """What is kept of a phone's key."""
    return hashlib.sha256(key.encode()).hexdigest()


def of_session(session: Session, account_id: uuid.UUID, *, epoch: int, now: dt.datetime) -> Actor | None:
    """The actor of a signed-in account; None where it is closed or its password has changed since."""
    account = session.get(Account, account_id)
    if account is None or account.session_epoch != epoch or _is_closed(account, now):
        return None
    return _actor(session, account, now)


def of_key(session: Session, key: str, *, now: dt.datetime) -> Actor | None:
    """The actor behind a phone's key; None for an unknown or revoked key and for a closed account."""
    app_user = storage.app_user(session, hash_of(key))
    return None if app_user is None else _of_app_user(session, app_user, now)


def _of_app_user(session: Session, app_user: AppUser, now: dt.datetime) -> Actor | None:
    if app_user.revoked_at is not None:
        return None
    account = session.get_one(Account, app_user.account_id)
    return None if _is_closed(account, now) else _actor(session, account, now, app_user)


def of_app_user(
    session: Session, app_user_id: uuid.UUID, *, hash_begins: str, now: dt.datetime
) -> Actor | None:
    """The actor behind a phone's key that was shown before; None once it is revoked or the account closed.

    `hash_begins` is how the kept hash of the key began then.
    """
    app_user = session.get(AppUser, app_user_id)
    if app_user is None or not app_user.key_hash.startswith(hash_begins):
        return None
    return _of_app_user(session, app_user, now)


def of_account(session: Session, account: Account, *, now: dt.datetime) -> Actor:
    """The actor an account is, as if it were signed in."""
    return _actor(session, account, now)


def _is_closed(account: Account, now: dt.datetime) -> bool:
    return account.closed_on is not None and account.closed_on <= local_day(now)


def _actor(session: Session, account: Account, now: dt.datetime, app_user: AppUser | None = None) -> Actor:
    rows = storage.posts_of(session, account.id, on=local_day(now))
    posts = tuple(
        Post(
            function=Function(row.function),
            jurisdiction=row.jurisdiction,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            stand_in_for=row.stand_in_for,
        )
        for row in rows
    )
    role = Role(account.role)
    return Actor(
        kind=ActorKind.ACCOUNT if app_user is None else ActorKind.APP_USER,
        id=account.id,
        name=account.display_name,
        role=role,
        scope=scope_of(role, home=account.home, posts=posts),
        posts=posts,
        app_user_id=None if app_user is None else app_user.id,
    )
