"""钥匙: the keys of phones, issued on paper and taken back. A key is shown once; only its hash is kept."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, Response, flash

from server.domain.people import SYSTEM
from server.domain.permissions import Permission
from server.domain.problems import Invalid
from server.figures import personnel
from server.figures.personnel import PersonLine
from server.services import accounts
from server.storage import jurisdictions
from server.web import addresses, collect_settings
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.parsing import Submitted, form, query
from server.web.parts import database
from server.web.staff.pages import back_to, page
from server.web.staff.people import shown_once


class Chosen(Submitted):
    """Who is to get a new key, and whether the keys they have stop."""

    people: tuple[UUID, ...] = ()
    replace: str = ""


class Wanted(Submitted):
    """Which keys the list is to show."""

    name: str = ""
    revoked: str = ""


@dataclass(frozen=True)
class Card:
    """One person's card: who, where, and two ways in, each as a picture and as text.

    `page` is the address of the phone's browser, `settings` the text for ODK Collect with the `server` inside it.
    """

    name: str
    place: str
    page_picture: str
    page: str
    settings_picture: str
    settings: str
    server: str


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/keys", endpoint="keys")(keys)
    blueprint.get("/keys/new", endpoint="keys_new")(new)
    blueprint.post("/keys", endpoint="keys_issue")(issue)
    blueprint.post("/keys/<uuid:app_user_id>/revoke", endpoint="key_revoke")(revoke)


@requires(Permission.MANAGE_KEYS)
def keys() -> str:
    """The keys of the reader's divisions."""
    wanted = query(Wanted)
    with database().read(current_actor()) as reading:
        lines = [
            line
            for line in personnel.keys(reading)
            if wanted.name in line.name and (wanted.revoked or line.revoked_at is None)
        ]
    return page("keys.html", lines=lines, wanted=wanted)


@requires(Permission.MANAGE_KEYS)
def new() -> str:
    """Whom to give a key: everybody who works by phone, those without one marked beforehand."""
    with database().read(current_actor()) as reading:
        lines = _by_phone(personnel.people(reading))
    return page("keys_new.html", lines=lines)


def _by_phone(lines: list[PersonLine]) -> list[PersonLine]:
    return [line for line in lines if line.has_phone_work and line.closed_on is None]


@requires(Permission.MANAGE_KEYS)
def issue() -> Response:
    """发放钥匙: a sheet of cards, shown this once, all issued or none."""
    chosen = form(Chosen)
    if not chosen.people:
        raise Invalid("app_user.nobody_chosen")
    issued: dict[UUID, str] = {account_id: accounts.new_key() for account_id in chosen.people}
    with database().transaction(current_actor()) as work:
        lines = {line.id: line for line in personnel.people(work)}
        for account_id, key in issued.items():
            if chosen.replace:
                accounts.revoke_keys_of(work, account_id)
            accounts.issue_key(work, account_id, key=key)
    project = _project_name()
    cards = [_card(lines[account_id], key, project) for account_id, key in issued.items()]
    return shown_once("keys_issued.html", cards=cards)


def _project_name() -> str:
    with database().read(SYSTEM) as reading:
        return collect_settings.project_name(jurisdictions.county(reading.session))


def _card(line: PersonLine, key: str, project: str) -> Card:
    page = addresses.phone_url(key, root=addresses.root())
    server = collect_settings.server_url(addresses.root(), key)
    settings = collect_settings.settings_text(server_url=server, worker=line.name, project=project)
    return Card(
        name=line.name,
        place=personnel.place_of(line),
        page_picture=collect_settings.picture(page),
        page=page,
        settings_picture=collect_settings.picture(settings),
        settings=settings,
        server=server,
    )


@requires(Permission.MANAGE_KEYS)
def revoke(app_user_id: UUID) -> Response:
    """收回钥匙: the phone can no longer send or fetch; what is on it stays there."""
    with database().transaction(current_actor()) as work:
        accounts.revoke_key(work, app_user_id)
    flash("已收回：这部手机不能再发送和更新。手机里已有的内容不会被清除，请当面收回或删除。", "success")
    return back_to("staff.keys")
