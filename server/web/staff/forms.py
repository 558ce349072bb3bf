"""表单: the county's forms, the versions of one, and the files that phones download beside it."""

from __future__ import annotations

from contextlib import closing
from urllib.parse import quote

from flask import Blueprint, Response, flash, request

from forms import workbook
from server.domain.permissions import Permission
from server.domain.problems import Invalid, NotFound, TooLarge
from server.figures import form_desk
from server.services import form_media
from server.services import forms as services
from server.storage import form_drafts
from server.storage import forms as storage
from server.storage.forms import FormVersion
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.parts import database, parts
from server.web.staff.pages import back_to, page

MEGABYTE = 1_000_000
_MOST_BYTES = 8 * MEGABYTE
"""Of one file, in whatever form it comes; phones fetch it over a village's network."""
_OVERHEAD_BYTES = 10_000
"""What a form adds to the file in it."""


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    one = "/forms/<form_id>"
    blueprint.get("/forms", endpoint="forms")(listing)
    blueprint.get(one, endpoint="form")(form)
    blueprint.get(f"{one}/versions/<version>/file", endpoint="form_file")(file)
    blueprint.post(f"{one}/close", endpoint="form_close")(close)
    blueprint.post(f"{one}/reopen", endpoint="form_reopen")(reopen)
    blueprint.post(f"{one}/media", endpoint="form_media_put")(put)
    blueprint.get(f"{one}/media/<name>", endpoint="form_medium")(medium)
    blueprint.post(f"{one}/media/<name>/remove", endpoint="form_media_remove")(remove)


@requires(Permission.PREPARE_FORMS)
def listing() -> str:
    """The forms with what came in by each, and the drafts that wait."""
    with database().read(current_actor()) as reading:
        drafts = form_drafts.waiting(reading.session)
        return page(
            "forms.html",
            as_of=reading.now,
            lines=form_desk.lines(reading),
            drafts=drafts,
            names=form_desk.account_names(reading, [each.uploaded_by for each in drafts]),
        )


@requires(Permission.PREPARE_FORMS)
def form(form_id: str) -> str:
    """One form: its versions with what each changed, its files, and its draft."""
    with database().read(current_actor()) as reading:
        lines = form_desk.lines(reading)
        line = next((each for each in lines if each.form_id == form_id), None)
        if line is None:
            raise NotFound("form.unknown", form_id=form_id)
        return page(
            "form.html",
            as_of=reading.now,
            line=line,
            versions=form_desk.versions(reading, form_id),
            media=storage.media(reading.session, form_id),
            drafts=form_drafts.waiting(reading.session, form_id),
            may_manage=reading.actor.may(Permission.MANAGE_FORMS),
            most=_MOST_BYTES // MEGABYTE,
        )


@requires(Permission.PREPARE_FORMS)
def file(form_id: str, version: str) -> Response:
    """The file a version was made of, as it was uploaded; a shipped one as a workbook."""
    with database().read(current_actor()) as reading:
        found = storage.version(reading.session, form_id, version)
    if found is None:
        raise NotFound("form.unknown", form_id=form_id)
    return _download(found)


def _download(version: FormVersion) -> Response:
    if version.file_sha256 is None:
        return attachment(f"{version.form_id}-{version.version}.xlsx", workbook.to_xlsx(version.source))
    content = parts().files.path(version.file_sha256).read_bytes()
    return attachment(version.file_name or version.form_id, content)


def attachment(name: str, content: bytes) -> Response:
    """A file to be saved, never shown: somebody else wrote what is in it."""
    return Response(
        content,
        content_type="application/octet-stream",
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
            "Cache-Control": "private, no-store",
        },
    )


@requires(Permission.MANAGE_FORMS)
def close(form_id: str) -> Response:
    """停用."""
    with database().transaction(current_actor()) as work:
        services.close(work, form_id)
    flash("已停用：手机下次更新时不再有这张表，已经填好的照样收。", "success")
    return back_to("staff.form", form_id=form_id)


@requires(Permission.MANAGE_FORMS)
def reopen(form_id: str) -> Response:
    """恢复使用."""
    with database().transaction(current_actor()) as work:
        services.reopen(work, form_id)
    flash("已恢复使用：手机下次更新时收到。", "success")
    return back_to("staff.form", form_id=form_id)


@requires(Permission.PREPARE_FORMS)
def put(form_id: str) -> Response:
    """放入附件."""
    name, content = sent_file(most=_MOST_BYTES)
    with database().transaction(current_actor()) as work:
        form_media.put(work, parts().files, form_id, name=name, content=content)
    flash(f"已放入 {name}。", "success")
    return _back(form_id)


@requires(Permission.PREPARE_FORMS)
def remove(form_id: str, name: str) -> Response:
    """拿掉附件."""
    with database().transaction(current_actor()) as work:
        form_media.remove(work, form_id, name)
    flash(f"已拿掉 {name}。", "success")
    return _back(form_id)


def _back(form_id: str) -> Response:
    """To the form, or to the draft of one that has no version yet."""
    with database().read(current_actor()) as reading:
        drafts = form_drafts.waiting(reading.session, form_id)
    if drafts:
        return back_to("staff.form_draft", draft_id=drafts[0].id)
    return back_to("staff.form", form_id=form_id)


@requires(Permission.PREPARE_FORMS)
def medium(form_id: str, name: str) -> Response:
    """One file beside a form."""
    with database().read(current_actor()) as reading:
        found = storage.medium(reading.session, form_id, name)
    if found is None:
        raise NotFound("form.unknown_file", name=name)
    return attachment(found.name, parts().files.path(found.sha256).read_bytes())


def sent_file(*, most: int) -> tuple[str, bytes]:
    """The name and the bytes of the request's `file`. Raises TooLarge("form.file_too_large"), Invalid("form.no_file")."""
    if (request.content_length or 0) > most + _OVERHEAD_BYTES:
        raise TooLarge("form.file_too_large", most=most // MEGABYTE)
    if "file" not in request.files:
        raise Invalid("form.no_file")
    with closing(request.files["file"]) as sent:
        if not sent.filename:
            raise Invalid("form.no_file")
        return sent.filename, sent.stream.read()
