"""人员: the accounts of an office's divisions, and passwords made anew."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, request

from server.domain.jurisdiction import Level
from server.domain.permissions import Permission
from server.domain.problems import Problem
from server.domain.roles import Function, Role
from server.domain.scope import Scope
from server.domain.work_calendar import local_day
from server.figures import personnel
from server.services import accounts
from server.storage import grids, jurisdictions
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.i18n import say
from server.web.parsing import Submitted, form, query
from server.web.parts import database
from server.web.staff.pages import back_to, page
from server.work import Reading


class Wanted(Submitted):
    """Whom the list is to show: part of a name, and whether closed accounts too."""

    name: str = ""
    closed: str = ""


class NewPerson(Submitted):
    """What the form for a new account holds; without a username somebody only has a phone's key."""

    name: str
    role: Role
    home: str
    username: str | None = None
    telephone: str | None = None


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/people", endpoint="people")(people)
    blueprint.get("/people/new", endpoint="person_new")(new)
    blueprint.post("/people", endpoint="person_open")(open_account)
    blueprint.get("/people/<uuid:account_id>", endpoint="person")(person)
    blueprint.post("/people/<uuid:account_id>/close", endpoint="person_close")(close)
    blueprint.post("/people/<uuid:account_id>/password", endpoint="person_password")(reset_password)


@requires(Permission.MANAGE_POSTS)
def people() -> str:
    """The accounts of the reader's divisions, and what each does today."""
    wanted = query(Wanted)
    with database().read(current_actor()) as reading:
        lines = [
            line
            for line in personnel.people(reading)
            if wanted.name in line.name and (wanted.closed or line.closed_on is None)
        ]
    return page(
        "people.html", lines=lines, wanted=wanted, may_open=current_actor().may(Permission.MANAGE_ACCOUNTS)
    )


@requires(Permission.MANAGE_POSTS)
def person(account_id: UUID) -> str:
    """One person: posts, past ones included, and what an office can do for him."""
    with database().read(current_actor()) as reading:
        line = personnel.person(reading, account_id)
        return page(
            "person.html",
            line=line,
            today=local_day(reading.now),
            functions=[(function.value, function.label) for function in Function],
            posts_in=_choices(reading, line.home_code),
            may_manage=reading.actor.may(Permission.MANAGE_ACCOUNTS, at=line.home_code),
        )


def _choices(reading: Reading, home: str) -> list[tuple[str, str]]:
    """Where somebody of `home` may get a post: its divisions, and its grids where those are not a whole county's.

    Grids that begin later are among them, so that somebody holds them from their first day on.
    """
    around = Scope.of([home])
    codes = [row.code for row in jurisdictions.listing(reading.session, scope=around)]
    if len(home) > Level.COUNTY.digits:
        today = local_day(reading.now)
        known = grids.listing(reading.session, scope=around)
        codes += [grid.code for grid in known if grid.valid_to is None or grid.valid_to >= today]
    names = personnel.place_names(reading.session, codes)
    return [(code, names[code]) for code in sorted(codes)]


@requires(Permission.MANAGE_ACCOUNTS)
def new() -> str:
    """The form for a new account."""
    return _form({})


def _form(values: dict[str, str], refusal: Problem | None = None) -> str:
    with database().read(current_actor()) as reading:
        divisions = jurisdictions.listing(reading.session, scope=reading.actor.scope)
        names = personnel.place_names(reading.session, [division.code for division in divisions])
    return page(
        "person_new.html",
        values=values,
        errors={} if refusal is None else refusal.details.get("fields", {}),
        error=None if refusal is None else say(refusal.code, **refusal.details),
        roles=[(role.value, role.label) for role in Role],
        homes=[(division.code, names[division.code]) for division in divisions],
    )


@requires(Permission.MANAGE_ACCOUNTS)
def open_account() -> Response | tuple[str, int]:
    """开通账号; with a username there is a temporary password, shown this once."""
    try:
        return _open(form(NewPerson))
    except Problem as refusal:
        return _form(request.form.to_dict(), refusal), 400


def _open(given: NewPerson) -> Response:
    password = None if given.username is None else accounts.temporary_password()
    hashed = None if password is None else accounts.hash_password(password)
    with database().transaction(current_actor()) as work:
        jurisdictions.get(work.session, given.home, scope=work.actor.scope)
        account = accounts.open_account(
            work,
            display_name=given.name,
            role=given.role,
            home=given.home,
            username=given.username,
            password_hash=hashed,
            telephone=given.telephone,
            must_change_password=password is not None,
        )
    if password is None:
        flash(f"已开通：{account.display_name}。接着给他岗位和手机钥匙。", "success")
        return back_to("staff.person", account_id=account.id)
    return shown_once("password_told.html", person=account, temporary=password)


@requires(Permission.MANAGE_ACCOUNTS)
def reset_password(account_id: UUID) -> Response:
    """重置密码: every session of the account ends; the new password is shown this once."""
    password = accounts.temporary_password()
    hashed = accounts.hash_password(password)
    with database().transaction(current_actor()) as work:
        account = accounts.reset_password(work, account_id, password_hash=hashed)
    return shown_once("password_told.html", person=account, temporary=password)


@requires(Permission.MANAGE_ACCOUNTS)
def close(account_id: UUID) -> Response:
    """停用账号."""
    with database().transaction(current_actor()) as work:
        accounts.close_account(work, account_id)
    flash("已停用：不能再登录，手机钥匙也不再有效。", "success")
    return back_to("staff.people")


def shown_once(template: str, **context: Any) -> Response:
    """A page with a secret nothing else keeps: no cache may hold it either."""
    response = make_response(page(template, **context))
    response.headers["Cache-Control"] = "no-store"
    return response
