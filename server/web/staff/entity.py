"""条目: one entity of a list, its versions, what met in it, and what the office does about it."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, flash

from server.domain.permissions import Permission
from server.figures import entity_desk as figures
from server.services import entities as services
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.parsing import Submitted, form
from server.web.parts import database
from server.web.staff.pages import back_to, page


class Correction(Submitted):
    """What an entity should say: its label, and its columns in the list's order."""

    seen: int
    label: str = ""
    values: tuple[str, ...] = ()


class Reason(Submitted):
    """Why somebody opens what is about people."""

    reason: str = ""


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    one = "/lists/<name>/<uuid:key>"
    blueprint.get(one, endpoint="entity")(entity)
    blueprint.post(f"{one}/opened", endpoint="entity_opened")(opened)
    blueprint.post(f"{one}/correct", endpoint="entity_correct")(correct)
    blueprint.post(f"{one}/seen", endpoint="entity_seen")(seen)
    blueprint.post(f"{one}/remove", endpoint="entity_remove")(remove)
    blueprint.post(f"{one}/put-back", endpoint="entity_put_back")(put_back)


@requires(Permission.VIEW_SUBMISSIONS)
def entity(name: str, key: UUID) -> str:
    """One entity and its versions, the newest first."""
    return _page(name, key)


@requires(Permission.REVEAL_PERSONAL_DATA)
def opened(name: str, key: UUID) -> str:
    """查看个人信息: the same page opened, after its reason has been kept."""
    with database().transaction(current_actor()) as work:
        services.reveal(work, name, key, reason=form(Reason).reason)
    return _page(name, key, revealed=True)


@requires(Permission.REVIEW_SUBMISSIONS)
def correct(name: str, key: UUID) -> Response:
    """改正条目."""
    given = form(Correction)
    with database().transaction(current_actor()) as work:
        columns = figures.list_named(work, name).properties
        properties = dict(zip(columns, given.values, strict=False))
        services.correct(work, name, key, seen=given.seen, label=given.label, properties=properties)
    flash("已改正，手机下次更新时就有。", "success")
    return back_to("staff.entity", name=name, key=key)


@requires(Permission.REVIEW_SUBMISSIONS)
def seen(name: str, key: UUID) -> Response:
    """冲突已看过."""
    with database().transaction(current_actor()) as work:
        services.clash_seen(work, name, key)
    flash("已记下：这个冲突看过了。", "success")
    return back_to("staff.entity", name=name, key=key)


@requires(Permission.REVIEW_SUBMISSIONS)
def remove(name: str, key: UUID) -> Response:
    """去掉条目."""
    with database().transaction(current_actor()) as work:
        services.remove(work, name, key)
    flash("已从名单里去掉，手机下次更新时就没有了；历次改动还留着。", "success")
    return back_to("staff.entity_list", name=name)


@requires(Permission.REVIEW_SUBMISSIONS)
def put_back(name: str, key: UUID) -> Response:
    """放回条目."""
    with database().transaction(current_actor()) as work:
        services.put_back(work, name, key)
    flash("已放回名单，手机下次更新时就有。", "success")
    return back_to("staff.entity", name=name, key=key)


def _page(name: str, key: UUID, *, revealed: bool = False) -> str:
    with database().read(current_actor()) as reading:
        found = figures.entity_file(reading, name, key, revealed=revealed)
    place = found.entity.jurisdiction
    may = current_actor().may
    return page(
        "entity.html",
        file=found,
        may_reveal=not found.is_open and may(Permission.REVEAL_PERSONAL_DATA, at=place),
        may_act=found.is_open and may(Permission.REVIEW_SUBMISSIONS, at=place),
    )
