"""Who is asking: a staff member's cookie, or the key of a phone in the path. Both become an Actor."""

from __future__ import annotations

import time
import uuid

from flask import g, session

from server.domain.people import SYSTEM, Actor
from server.domain.problems import Forbidden, Unauthenticated
from server.services import actors
from server.web.parts import database, parts

_ACCOUNT = "account"
_EPOCH = "epoch"
_IS_OWN = "own"


def current_actor() -> Actor:
    """Whoever makes the present request. Raises Unauthenticated where nobody is signed in."""
    actor: Actor | None = getattr(g, "actor", None)
    if actor is None:
        actor = g.actor = _from_cookie()
    return actor


def actor_or_none() -> Actor | None:
    """Whoever makes the present request, None for a stranger."""
    try:
        return current_actor()
    except Unauthenticated:
        return None


def sign_in(account_id: uuid.UUID, epoch: int, *, own_password: bool) -> None:
    """Begin a session for an account whose password was verified; `own_password` if it is not a temporary one."""
    session.clear()  # a session begun by a stranger does not survive the change of who it is
    session.permanent = True
    session[_ACCOUNT] = str(account_id)
    session[_EPOCH] = epoch
    # In the cookie, not asked anew each time: whatever changes it raises the epoch, and the session ends.
    session[_IS_OWN] = own_password


def has_temporary_password() -> bool:
    """Say whether whoever is signed in must choose a password of his own first."""
    return _ACCOUNT in session and not session.get(_IS_OWN)


def sign_out() -> None:
    """End the session."""
    session.clear()
    g.pop("actor", None)


def _from_cookie() -> Actor:
    account_id, epoch = session.get(_ACCOUNT), session.get(_EPOCH)
    if account_id is None or not isinstance(epoch, int):
        raise Unauthenticated("actor.not_signed_in")
    with database().read(SYSTEM) as reading:
        actor = actors.of_session(reading.session, uuid.UUID(account_id), epoch=epoch, now=reading.now)
    if actor is None:
        raise Unauthenticated("actor.session_ended")
    return actor


def from_key(key: str, *, trusted_for: float = 0.0) -> Actor:
    """The actor behind a phone's key, looked up no longer than `trusted_for` seconds ago.

    Raises Forbidden for an unknown or revoked key: 401 would ask for a password.
    """
    senders, hashed = parts().senders, actors.hash_of(key)
    seen_at, actor = senders.get(hashed, (0.0, None))
    if actor is None or time.monotonic() - seen_at >= trusted_for:
        actor = _look_up(key)
        if actor is None:
            senders.pop(hashed, None)
            raise Forbidden("app_user.key_refused")
        senders[hashed] = (time.monotonic(), actor)
    g.actor = actor
    return actor


def _look_up(key: str) -> Actor | None:
    with database().read(SYSTEM) as reading:
        return actors.of_key(reading.session, key, now=reading.now)
