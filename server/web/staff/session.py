"""登录, 退出, 修改密码."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, flash, request

from server.domain.permissions import Permission
from server.domain.problems import Invalid, Unauthenticated
from server.services import accounts
from server.web import authentication, credentials
from server.web.authentication import current_actor
from server.web.authorization import public, requires
from server.web.i18n import say
from server.web.parsing import Submitted, form
from server.web.parts import database, parts
from server.web.staff.pages import back_to, page


class Credentials(Submitted):
    """What the sign-in form holds."""

    username: str = ""
    password: str = ""
    next: str = ""


class NewPassword(Submitted):
    """What the form for a new password holds."""

    current: str = ""
    new: str = ""
    repeated: str = ""


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/sign-in", endpoint="sign_in")(sign_in_form)
    blueprint.post("/sign-in", endpoint="sign_in_post")(sign_in)
    blueprint.post("/sign-out")(sign_out)
    blueprint.get("/password")(password)
    blueprint.post("/password", endpoint="password_post")(change_password)


@public
def sign_in_form() -> str:
    """The form; where to go afterwards travels with it."""
    return _sign_in_page(wanted=request.args.get("next", ""))


@public
def sign_in() -> Response | tuple[str, int]:
    """登录."""
    given = form(Credentials)
    try:
        account = credentials.by_password(given.username, given.password)
    except Unauthenticated as refusal:
        return _sign_in_page(username=given.username, error=say(refusal.code), wanted=given.next), 401
    authentication.sign_in(account.id, account.session_epoch, own_password=not account.must_change_password)
    return _onward(given.next)


def _sign_in_page(*, username: str = "", error: str | None = None, wanted: str) -> str:
    return page(
        "sign_in.html",
        username=username,
        error=error,
        next=wanted,
        demo_accounts=parts().demo_accounts,
    )


def _onward(wanted: str) -> Response:
    """Only to a page of our own: an address that names a host is not followed."""
    if wanted.startswith("/") and not wanted.startswith(("//", "/\\")):
        return Response(status=303, headers={"Location": wanted})
    return back_to("staff.home")


_WITH_A_TEMPORARY_PASSWORD = frozenset({"staff.password", "staff.password_post", "staff.sign_out"})


def insist_on_own_password() -> Response | None:
    """Before every staff page: somebody else's choice of a password opens nothing but the page to change it."""
    if authentication.has_temporary_password() and request.endpoint not in _WITH_A_TEMPORARY_PASSWORD:
        return back_to("staff.password")
    return None


@requires(Permission.USE_STAFF_PAGES)
def sign_out() -> Response:
    """退出."""
    authentication.sign_out()
    return back_to("staff.sign_in")


@requires(Permission.USE_STAFF_PAGES)
def password() -> str:
    """The form for a new password."""
    return page("password.html", error=None)


@requires(Permission.USE_STAFF_PAGES)
def change_password() -> Response | tuple[str, int]:
    """修改密码: every other session of the account ends."""
    given = form(NewPassword)
    try:
        epoch = _change(given)
    except Invalid as refusal:
        return page("password.html", error=say(refusal.code, **refusal.details)), 400
    authentication.sign_in(_account_id(), epoch, own_password=True)
    flash("密码已修改，其他设备上的登录都已退出。", "success")
    return back_to("staff.home")


def _change(given: NewPassword) -> int:
    if given.new != given.repeated:
        raise Invalid("password.not_the_same")
    with database().read(current_actor()) as reading:
        stored = accounts.password_hash_of(reading.session, _account_id())
    if not accounts.verify(given.current, against=stored):
        raise Invalid("password.wrong")
    hashed = accounts.hash_password(given.new)
    with database().transaction(current_actor()) as work:
        return accounts.change_password(work, password_hash=hashed, current_hash=stored)


def _account_id() -> UUID:
    account_id = current_actor().id
    if account_id is None:
        raise Unauthenticated("actor.not_signed_in")
    return account_id
