"""Who is asking: a staff member's cookie, the key of a phone in the path, or a phone's own cookie. All become an Actor."""

from __future__ import annotations

import datetime as dt
import hashlib
import time
import uuid
from dataclasses import dataclass

from flask import Response, current_app, g, request, session
from itsdangerous import BadData, URLSafeSerializer

from server.domain.people import SYSTEM, Actor
from server.domain.problems import Forbidden, Unauthenticated
from server.services import actors
from server.web.parts import database, parts

_ACCOUNT = "account"
_EPOCH = "epoch"
_IS_OWN = "own"

PHONE = "phone"
"""The blueprint of the browser client: its cookie reaches nothing else, and nothing else reaches it."""
PHONE_PATH = "/w"
_PHONE_COOKIE = "wangge_phone"
_PHONE_LASTS = dt.timedelta(days=30)
_PHONE_RENEWED_AFTER = dt.timedelta(days=1)


def current_actor() -> Actor:
    """Whoever makes the present request. Raises Unauthenticated where nobody is signed in."""
    actor: Actor | None = getattr(g, "actor", None)
    if actor is None:
        actor = g.actor = _from_phone_cookie() if request.blueprint == PHONE else _from_cookie()
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


def of_staff_session() -> PhonePass:
    """What lets a phone's browser in that is signed in to the staff pages. Raises Unauthenticated where it is not."""
    _from_cookie()
    return PhonePass(session[_ACCOUNT], epoch=session[_EPOCH])


def _from_cookie() -> Actor:
    account_id, epoch = session.get(_ACCOUNT), session.get(_EPOCH)
    if account_id is None or not isinstance(epoch, int):
        raise Unauthenticated("actor.not_signed_in")
    return _of_account(account_id, epoch)


def _of_account(account_id: str, epoch: int) -> Actor:
    with database().read(SYSTEM) as reading:
        actor = actors.of_session(reading.session, uuid.UUID(account_id), epoch=epoch, now=reading.now)
    if actor is None:
        raise Unauthenticated("actor.session_ended")
    return actor


@dataclass(frozen=True)
class PhonePass:
    """What a phone's cookie proves: a key by its id and the beginning of its hash, or an account by its epoch.

    Whom it lets in is looked up at every request, so that a key taken back or a new password ends it at once.
    """

    id: str
    key_mark: str = ""
    epoch: int = 0

    def actor(self) -> Actor:
        """Who it is now. Raises Forbidden("app_user.key_refused"), Unauthenticated("actor.session_ended")."""
        if not self.key_mark:
            return _of_account(self.id, self.epoch)
        with database().read(SYSTEM) as reading:
            actor = actors.of_app_user(
                reading.session, uuid.UUID(self.id), hash_begins=self.key_mark, now=reading.now
            )
        if actor is None:
            raise Forbidden("app_user.key_refused")
        return actor


def open_phone(response: Response, own: PhonePass) -> dt.datetime:
    """Begin a phone's session of thirty days; until when it lasts."""
    until = database().clock() + _PHONE_LASTS
    sealed = _seal().dumps([own.id, own.key_mark, own.epoch, int(until.timestamp())])
    set_phone_cookie(response, _PHONE_COOKIE, str(sealed), path=PHONE_PATH, lasts=_PHONE_LASTS)
    return dt.datetime.fromtimestamp(int(until.timestamp()), dt.UTC)


def renew_phone(response: Response) -> dt.datetime:
    """Give a session begun more than a day ago its thirty days anew: whoever uses it daily never signs in again.

    Until when it lasts now. Raises Unauthenticated.
    """
    own, until = _phone_session()
    if database().clock() > until - _PHONE_LASTS + _PHONE_RENEWED_AFTER:
        return open_phone(response, own)
    return until


def phone_key_mark() -> str:
    """The beginning of the hash of the key that opened the present session, "" where it was none."""
    return _phone_session()[0].key_mark


def close_phone(response: Response) -> None:
    """End a phone's session."""
    response.delete_cookie(_PHONE_COOKIE, path=PHONE_PATH)
    g.pop("actor", None)


def set_phone_cookie(response: Response, name: str, value: str, *, path: str, lasts: dt.timedelta) -> None:
    """A cookie no script reads and no other site has sent."""
    response.set_cookie(
        name,
        value,
        max_age=lasts,
        path=path,
        secure=request.is_secure or bool(current_app.config["SESSION_COOKIE_SECURE"]),
        httponly=True,
        samesite="Strict",
    )


def _from_phone_cookie() -> Actor:
    return _phone_session()[0].actor()


def _phone_session() -> tuple[PhonePass, dt.datetime]:
    sealed = request.cookies.get(_PHONE_COOKIE)
    if sealed is None:
        raise Unauthenticated("actor.not_signed_in")
    try:
        id_, key_mark, epoch, until = _seal().loads(sealed)
    except BadData as error:
        raise Unauthenticated("actor.session_ended") from error
    ends = dt.datetime.fromtimestamp(until, dt.UTC)
    if ends <= database().clock():
        raise Unauthenticated("actor.session_ended")
    return PhonePass(id_, key_mark, epoch), ends


def _seal() -> URLSafeSerializer:
    # The moment it ends stands inside and is held against the clock of the database, as every other moment is.
    return URLSafeSerializer(
        current_app.config["SECRET_KEY"], salt="wangge.phone", signer_kwargs={"digest_method": hashlib.sha256}
    )


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
