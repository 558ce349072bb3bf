"""手机登录, 退出: by the key on the card, by name and password, or by being signed in to the staff pages already."""

from __future__ import annotations

from flask import Blueprint, Response
from pydantic import Field

from server.domain.permissions import Permission
from server.domain.problems import Forbidden
from server.web import authentication, credentials
from server.web.authentication import PhonePass
from server.web.authorization import public
from server.web.parsing import Submitted, body
from server.web.phone import collect
from server.web.phone.answers import answer


class SignIn(Submitted):
    """A key, or a name with its password, or nothing: then the staff pages' session is asked."""

    key: str | None = Field(default=None, max_length=200)
    username: str | None = Field(default=None, max_length=200)
    password: str = Field(default="", max_length=1000)


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.post("/api/sign-in")(sign_in)
    blueprint.post("/api/sign-out")(sign_out)


@public
def sign_in() -> Response:
    """登录: `expires_at` and the cookie. Who has no work on a phone is told so, before anything is kept."""
    given = body(SignIn)
    own = _pass(given)
    if not own.actor().may(Permission.SUBMIT):
        raise Forbidden("phone.no_work_here")
    response = answer({})
    until = authentication.open_phone(response, own)
    response.set_data(answer({"expires_at": until.isoformat()}).get_data())
    if given.key:
        collect.keep_key(response, given.key)
    else:
        collect.forget_key(response)
    return response


def _pass(given: SignIn) -> PhonePass:
    if given.key:
        actor = credentials.by_key(given.key)
        return PhonePass(str(actor.app_user_id), key_mark=credentials.key_mark(given.key))
    if given.username is None:
        own = authentication.of_staff_session()
        if authentication.has_temporary_password():
            raise Forbidden("account.temporary_password")
        return own
    account = credentials.by_password(given.username, given.password)
    if account.must_change_password:
        raise Forbidden("account.temporary_password")
    return PhonePass(str(account.id), epoch=account.session_epoch)


@public
def sign_out() -> Response:
    """退出: also of a session that has ended by itself; what waits on the phone to be sent stays there."""
    response = Response(status=204)
    authentication.close_phone(response)
    collect.forget_key(response)
    return response
