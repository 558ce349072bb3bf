"""名单: the lists a county's own forms make and change, their rows, their files, and what of them met."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import islice
from urllib.parse import quote

from flask import Blueprint, Response, flash, request

from server.database import Database
from server.domain.entity import Audience, Clash, Undone
from server.domain.people import Actor
from server.domain.permissions import Permission
from server.domain.problems import Conflict, Invalid, TooLarge
from server.figures import entity_desk as figures
from server.figures.personnel import place_names
from server.services import entities as services
from server.services.entities import filling
from server.services.register.columns import Wrong
from server.services.register.importing import ListFile, WrongRows
from server.storage import entity_desk as storage
from server.storage.selection import Page
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.i18n import say
from server.web.parsing import Submitted, form, query
from server.web.parts import database
from server.web.staff.downloads import plain
from server.web.staff.pages import back_to, page

_MOST_BYTES = 5_000_000
_SHOWN = 200
_ROWS_AT_ONCE = 500
_BYTE_ORDER_MARK = "\ufeff"


class Wanted(Submitted):
    """Which rows a list's page is to show."""

    search: str | None = None
    which: storage.Which = "listed"
    page: int = 1


class Rules(Submitted):
    """Whose phones hold a list, and how it is kept."""

    audience: Audience
    approval_required: bool = False
    personal: bool = False


class Reason(Submitted):
    """Why somebody opens what is about people."""

    reason: str = ""


class Named(Submitted):
    """The list a file is for."""

    name: str = ""


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/lists", endpoint="entity_lists")(lists)
    blueprint.post("/lists", endpoint="entity_lists_fill")(fill)
    blueprint.get("/lists/<name>", endpoint="entity_list")(rows)
    blueprint.post("/lists/<name>/rules", endpoint="entity_list_rules")(rules)
    blueprint.post("/lists/<name>/file", endpoint="entity_list_file")(file)


@requires(Permission.VIEW_SUBMISSIONS)
def lists() -> str:
    """Every list, and where to fill one from a file."""
    return _lists()


def _lists(*, error: str | None = None, wrong: Sequence[Wrong] = ()) -> str:
    with database().read(current_actor()) as reading:
        lines = figures.lines(reading)
        remarks = storage.remarks(reading.session, scope=reading.actor.scope, limit=_SHOWN)
    return page(
        "entity_lists.html",
        lines=lines,
        remarks=remarks,
        reasons={reason.value: reason.label for reason in Undone},
        audiences={audience.value: audience.label for audience in Audience},
        may_fill=current_actor().may(Permission.PREPARE_FORMS),
        error=error,
        wrong=wrong[:_SHOWN],
        wrong_in_all=len(wrong),
        most=_MOST_BYTES // 1_000_000,
        most_rows=filling.MOST_ROWS,
    )


@requires(Permission.PREPARE_FORMS)
def fill() -> Response | tuple[str, int]:
    """导入名单: all of the file in one transaction, or nothing."""
    try:
        name = form(Named).name
        with database().transaction(current_actor()) as work:
            done = filling.fill(work, name, _sent())
    except WrongRows as refusal:
        return _lists(error=say(refusal.code, **refusal.details), wrong=refusal.wrong), 400
    except (Invalid, TooLarge, Conflict) as refusal:
        return _lists(error=say(refusal.code, **refusal.details)), 400
    flash(f"已导入：新增 {done.new} 条，改动 {done.changed} 条。手机下次更新时就有。", "success")
    return back_to("staff.entity_list", name=name)


def _sent() -> ListFile:
    """The file of the request. Raises Invalid("register.bad_file"), TooLarge("register.too_large")."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise Invalid("register.bad_file")
    with closing(sent):
        content = sent.stream.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise TooLarge("register.too_large", most=_MOST_BYTES // 1_000_000)
    return ListFile(name=sent.filename, content=content)


@requires(Permission.VIEW_SUBMISSIONS)
def rows(name: str) -> str:
    """The rows of a list within the reader's divisions; of a list about people by number where he sees no names."""
    wanted = query(Wanted)
    actor = current_actor()
    with database().read(actor) as reading:
        list_ = figures.list_named(reading, name)
        searched = wanted.search if not list_.personal or actor.may(Permission.SEE_NAMES) else None
        found = storage.listing(
            reading.session,
            list_,
            scope=actor.scope,
            page=Page(max(wanted.page, 1)),
            search=searched,
            which=wanted.which,
        )
        places = place_names(reading.session, [row.jurisdiction for row in found.rows])
        opened = {row.id: figures.may_open(reading, list_, at=row.jurisdiction) for row in found.rows}
    return page(
        "entity_list.html",
        list=list_,
        found=found,
        pages=-(-found.total // found.page.size),
        places=places,
        opened=opened,
        wanted=wanted,
        clashes={clash.value: clash.label for clash in Clash},
        audiences=[(audience.value, audience.label) for audience in Audience],
        may_search=not list_.personal or actor.may(Permission.SEE_NAMES),
        may_rule=actor.may(Permission.MANAGE_FORMS),
        may_take_away=actor.may(Permission.EXPORT_SUBMISSIONS),
    )


@requires(Permission.MANAGE_FORMS)
def rules(name: str) -> Response:
    """设定名单."""
    given = form(Rules)
    with database().transaction(current_actor()) as work:
        services.change_list(
            work,
            name,
            audience=given.audience,
            approval_required=given.approval_required,
            personal=given.personal,
        )
    flash("名单的设定已改，手机下次更新时生效。", "success")
    return back_to("staff.entity_list", name=name)


@requires(Permission.EXPORT_SUBMISSIONS)
def file(name: str) -> Response:
    """下载名单: what lies within the reader's divisions, as it is read; the same file can be filled in and imported."""
    reason = form(Reason).reason
    actor = current_actor()
    with database().transaction(actor) as work:
        services.take_away(work, name, reason=reason)
    return Response(
        csv_parts(database(), actor, name),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}.csv",
            "Cache-Control": "private, no-store",
        },
    )


def csv_parts(database: Database, actor: Actor, name: str) -> Iterator[str]:
    """A list as CSV in parts, what lies within the actor's divisions, in a look that lasts as long as the answer."""
    with database.read(actor) as reading:
        rows = figures.file_rows(reading, figures.list_named(reading, name))
        yield _BYTE_ORDER_MARK
        while part := list(islice(rows, _ROWS_AT_ONCE)):
            text = io.StringIO()
            csv.writer(text).writerows([plain(cell) for cell in row] for row in part)
            yield text.getvalue()
