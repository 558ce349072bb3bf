"""登录凭据: a password, a phone's key or a unit's link, checked at the door. Too many tries must wait, whichever it is."""

from __future__ import annotations

from uuid import UUID

from flask import request

from server.domain.people import SYSTEM, Actor
from server.domain.problems import Forbidden, NotFound, Unauthenticated
from server.services import accounts, actors, links
from server.storage.posts import Account
from server.web.parts import database

_HASH_BEGINS = 16
"""So much of a key's hash names it among refused tries and in a phone's cookie."""


def by_password(username: str, password: str) -> Account:
    """登录: the account that signs in so. A wrong name and a wrong password look and last the same.

    Raises Unauthenticated("account.refused"), TooMany("account.too_many_tries").
    """
    _check_not_throttled(username)
    with database().read(SYSTEM) as reading:
        account, stored = accounts.password_of(reading.session, username)
    is_right = accounts.verify(password, against=stored)
    if not is_right or account is None or account.closed_on is not None:
        _note_refused(username)
        raise Unauthenticated("account.refused")
    with database().transaction(SYSTEM) as work:
        accounts.note_signed_in(work, account)
    return account


def by_key(key: str) -> Actor:
    """手机登录: whoever holds the phone's key.

    Raises Forbidden("app_user.key_refused"), TooMany("account.too_many_tries").
    """
    name = f"key {key_mark(key)}"
    _check_not_throttled(name)
    with database().read(SYSTEM) as reading:
        actor = actors.of_key(reading.session, key, now=reading.now)
    if actor is None or actor.app_user_id is None:
        _note_refused(name)
        raise Forbidden("app_user.key_refused")
    with database().transaction(SYSTEM) as work:
        accounts.note_key_shown(work, actor.app_user_id)
    return actor


def by_unit_link(token: str) -> UUID:
    """打开链接: the unit whose link it is.

    Raises NotFound("link.unknown"), Conflict for a link that has ended, TooMany("account.too_many_tries").
    """
    name = f"link {key_mark(token)}"
    _check_not_throttled(name)
    try:
        with database().read(SYSTEM) as reading:
            unit_id = links.opened(reading, token, "unit").unit_id
    except NotFound:
        _note_refused(name)
        raise
    if unit_id is None:
        raise NotFound("link.unknown")
    return unit_id


def key_mark(key: str) -> str:
    """What tells a key from others without being of use to anybody: the beginning of its hash."""
    return actors.hash_of(key)[:_HASH_BEGINS]


def _check_not_throttled(name: str) -> None:
    with database().read(SYSTEM) as reading:
        accounts.check_not_throttled(reading.session, username=name, address=_address(), now=reading.now)


def _note_refused(name: str) -> None:
    with database().transaction(SYSTEM) as work:
        accounts.note_refused(work, username=name, address=_address())


def _address() -> str:
    return request.remote_addr or ""
