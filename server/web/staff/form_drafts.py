"""表单草稿: a file from Excel or WPS, what is wrong in it, what it would change, and the way to the phones."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, Response, flash

from forms.findings import FormRefused
from server.domain.permissions import Permission
from server.domain.problems import Conflict, Invalid, TooLarge
from server.figures import form_desk
from server.services import form_drafts as services
from server.services import forms as published
from server.storage import form_drafts as storage
from server.storage import forms
from server.storage.form_drafts import FormDraft
from server.web import collect_settings
from server.web.addresses import root
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.i18n import say
from server.web.parsing import Submitted, form
from server.web.parts import database, parts
from server.web.staff.forms import MEGABYTE, attachment, sent_file
from server.web.staff.pages import back_to, page

_MOST_BYTES = 4 * MEGABYTE
"""Of a form's file: a workbook of some thousand rows is a tenth of it."""


class Uploaded(Submitted):
    """Which draft an uploaded file is to take the place of."""

    in_place_of: UUID | None = None


class Declared(Submitted):
    """Which shipped form a draft is to stand for."""

    stands_for: str | None = None


@dataclass(frozen=True)
class Trial:
    """How a phone gets at a draft: the code to scan, and the address in it."""

    picture: str
    server: str


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    one = "/form-drafts/<uuid:draft_id>"
    blueprint.get("/form-drafts/new", endpoint="form_draft_new")(new)
    blueprint.post("/form-drafts", endpoint="form_draft_upload")(upload)
    blueprint.get(one, endpoint="form_draft")(draft)
    blueprint.get(f"{one}/file", endpoint="form_draft_file")(file)
    blueprint.post(f"{one}/stands-for", endpoint="form_draft_declare")(declare)
    blueprint.post(f"{one}/drop", endpoint="form_draft_drop")(drop)
    blueprint.post(f"{one}/publish", endpoint="form_draft_publish")(publish)


@requires(Permission.PREPARE_FORMS)
def new() -> str:
    """Where to begin: an existing form as a workbook, or a file that is ready."""
    return _new()


def _new(error: str | None = None) -> str:
    with database().read(current_actor()) as reading:
        return page(
            "form_draft_new.html",
            lines=form_desk.lines(reading),
            most=_MOST_BYTES // MEGABYTE,
            error=error,
        )


@requires(Permission.PREPARE_FORMS)
def upload() -> Response | tuple[str, int]:
    """上传草稿: what it says is read on the draft's page, also where it is no form at all."""
    try:
        name, content = sent_file(most=_MOST_BYTES)
    except (Invalid, TooLarge) as refusal:
        status = 413 if isinstance(refusal, TooLarge) else 400
        return _new(say(refusal.code, **refusal.details)), status
    sheet = services.examine(name, content)
    with database().transaction(current_actor()) as work:
        draft_id = services.keep(work, parts().files, sheet, in_place_of=form(Uploaded).in_place_of).id
    return back_to("staff.form_draft", draft_id=draft_id)


@requires(Permission.PREPARE_FORMS)
def draft(draft_id: UUID) -> str:
    """A draft: what is to be mended, what it would change, and how to try it out."""
    return _draft(draft_id)


def _draft(draft_id: UUID, *, error: str | None = None) -> str:
    with database().read(current_actor()) as reading:
        kept = storage.get(reading.session, draft_id)
        found = services.remarks(reading, parts().files, kept)
        before = None if kept.form_id is None else forms.newest(reading.session, kept.form_id)
        return page(
            "form_draft.html",
            draft=kept,
            by=form_desk.account_names(reading, [kept.uploaded_by]).get(kept.uploaded_by, "系统"),
            found=found,
            errors=sum(finding.level == "error" for finding in found),
            before=before,
            changes=services.changes(reading, kept),
            stands_for=services.stands_for_of(reading, kept),
            shipped=[(each.form_id, each.title) for each in form_desk.lines(reading) if each.is_shipped],
            next_version=published.version_to_write(reading, kept.form_id or ""),
            media=[] if kept.form_id is None else forms.media(reading.session, kept.form_id),
            trial=None if kept.xml is None else _trial(kept),
            may_publish=reading.actor.may(Permission.MANAGE_FORMS),
            may_put=before is None or reading.actor.may(Permission.MANAGE_FORMS),
            most=_MOST_BYTES // MEGABYTE,
            error=error,
        )


def _trial(draft: FormDraft) -> Trial:
    server = collect_settings.trial_url(root(), draft.token)
    project = f"试填：{draft.title}"
    text = collect_settings.settings_text(server_url=server, worker="试填", project=project)
    return Trial(collect_settings.picture(text), server)


@requires(Permission.PREPARE_FORMS)
def file(draft_id: UUID) -> Response:
    """The file as it was uploaded."""
    with database().read(current_actor()) as reading:
        kept = storage.get(reading.session, draft_id)
    return attachment(kept.file_name, parts().files.path(kept.file_sha256).read_bytes())


@requires(Permission.PREPARE_FORMS)
def declare(draft_id: UUID) -> Response:
    """代替: the shipped form whose rules are to read the records."""
    with database().transaction(current_actor()) as work:
        services.declare(work, draft_id, form(Declared).stands_for)
    return back_to("staff.form_draft", draft_id=draft_id)


@requires(Permission.PREPARE_FORMS)
def drop(draft_id: UUID) -> Response:
    """放弃草稿."""
    with database().transaction(current_actor()) as work:
        services.drop(work, draft_id)
    flash("草稿已放弃，没有影响手机。", "success")
    return back_to("staff.forms")


@requires(Permission.MANAGE_FORMS)
def publish(draft_id: UUID) -> Response | tuple[str, int]:
    """发布草稿: phones get it with their next update."""
    try:
        with database().transaction(current_actor()) as work:
            version = services.publish(work, parts().files, draft_id)
            form_id, number = version.form_id, version.version
    except FormRefused:
        return _draft(draft_id, error="还有错误，没有发布。请按下面的表改好再上传。"), 400
    except Conflict as refusal:
        return _draft(draft_id, error=say(refusal.code, **refusal.details)), 409
    flash(f"已发布 {form_id}，版本 {number}。手机下次更新时收到。", "success")
    return back_to("staff.form", form_id=form_id)
