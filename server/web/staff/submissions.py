"""收到的记录: what phones sent, what is wrong with it, and what the office does about it."""

from __future__ import annotations

from typing import Literal

from flask import Blueprint, Response, flash, send_file

from server.domain.people import Permission
from server.domain.problems import Invalid, NotFound
from server.figures import received as figures
from server.figures.personnel import place_names
from server.services import submissions as services
from server.services.projection.record import Flag
from server.storage import submissions
from server.storage.selection import Page
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.i18n import say
from server.web.parsing import Submitted, form, query
from server.web.parts import database, parts
from server.web.staff.pages import back_to, page
from server.work import Reading

STATES = {
    "received": "已收到",
    "quarantined": "版本不明，暂存",
    "held": "等原件",
    "superseded": "已有修改",
    "rejected": "不予采信",
    "withdrawn": "本人撤回",
}


class Wanted(Submitted):
    """Which records the list is to show."""

    state: Literal["", "quarantined", "held", "superseded", "rejected", "withdrawn", "failed"] = ""
    page: int = 1


class Reason(Submitted):
    """Why a record is rejected or opened."""

    reason: str | None = None


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    base = "/submissions/<int:submission_id>"
    blueprint.get("/submissions", endpoint="submissions")(listing)
    blueprint.get(base, endpoint="submission")(submission)
    blueprint.post(base, endpoint="submission_opened")(opened)
    blueprint.get(f"{base}.xml", endpoint="submission_xml")(xml)
    blueprint.get(f"{base}/files/<int:attachment_id>", endpoint="submission_file")(file)
    blueprint.post(f"{base}/reproject", endpoint="submission_reproject")(reproject)
    blueprint.post(f"{base}/reject", endpoint="submission_reject")(reject)


@requires(Permission.VIEW_SUBMISSIONS)
def listing() -> str:
    """The records of the reader's divisions, newest first."""
    wanted = query(Wanted)
    failed = wanted.state == "failed"
    with database().read(current_actor()) as reading:
        found = submissions.listing(
            reading.session,
            scope=reading.actor.scope,
            page=Page(max(1, wanted.page)),
            states=() if failed or not wanted.state else (wanted.state,),
            failed=failed,
        )
        return page(
            "submissions.html",
            as_of=reading.now,
            found=found,
            places=place_names(reading.session, (row.jurisdiction for row in found.rows)),
            pages=-(-found.total // found.page.size),
            wanted=wanted,
            states=STATES,
            flags=_flags(),
        )


@requires(Permission.VIEW_SUBMISSIONS)
def submission(submission_id: int) -> str:
    """One record; what it says only for those who see names."""
    with database().read(current_actor()) as reading:
        return _page(reading, submission_id)


@requires(Permission.REVEAL_PERSONAL_DATA)
def opened(submission_id: int) -> str:
    """What a record says, for somebody above the village who gave a reason."""
    reason = _reason("record.reason_needed")
    with database().transaction(current_actor()) as work:
        services.reveal(work, submission_id, reason=reason)
        return _page(work, submission_id, revealed=True)


def _page(reading: Reading, submission_id: int, *, revealed: bool = False) -> str:
    record = figures.received(reading, submission_id, revealed=revealed)
    place, located_in = record.submission.jurisdiction, record.submission.located_grid
    may = reading.actor.may
    return page(
        "submission.html",
        as_of=reading.now,
        record=record,
        places=place_names(reading.session, filter(None, (place, located_in))),
        state=STATES[record.submission.state],
        flags=_flags(),
        failure=_words(record.submission.projection_error),
        may_reveal=not record.is_open and not revealed and may(Permission.REVEAL_PERSONAL_DATA, at=place),
        may_download=record.is_open and not revealed,
        may_reproject=may(Permission.REPROJECT_SUBMISSIONS, at=place),
        may_reject=may(Permission.REJECT_SUBMISSIONS, at=place),
    )


@requires(Permission.VIEW_SUBMISSIONS)
def xml(submission_id: int) -> Response:
    """The record as the phone sent it."""
    with database().read(current_actor()) as reading:
        record = figures.opened(reading, submission_id)
    return Response(
        record.xml,
        content_type="text/xml; charset=utf-8",
        headers={
            "Content-Disposition": f"attachment; filename=submission-{record.id}.xml",
            "Cache-Control": "private, no-store",
        },
    )


@requires(Permission.VIEW_SUBMISSIONS)
def file(submission_id: int, attachment_id: int) -> Response:
    """One photo or recording, always as a download: a stranger chose its type."""
    with database().read(current_actor()) as reading:
        figures.opened(reading, submission_id)
        files = submissions.attachments(reading.session, submission_id)
    found = next((each for each in files if each.id == attachment_id), None)
    if found is None:
        raise NotFound("file.missing")
    response = send_file(
        parts().files.path(found.sha256).absolute(),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=found.name,
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response


@requires(Permission.REPROJECT_SUBMISSIONS)
def reproject(submission_id: int) -> Response:
    """重新转换."""
    with database().transaction(current_actor()) as work:
        record = submissions.get(work.session, submission_id, scope=work.actor.scope)
        work.actor.require(Permission.REPROJECT_SUBMISSIONS, at=record.jurisdiction)
        failure = services.reproject(work, record)
    if failure is None:
        flash("已重新转换。", "success")
    else:
        flash(f"仍然没有转换成：{_words(failure)}", "danger")
    return back_to("staff.submission", submission_id=submission_id)


@requires(Permission.REJECT_SUBMISSIONS)
def reject(submission_id: int) -> Response:
    """不予采信."""
    reason = _reason("submission.reason_needed")
    with database().transaction(current_actor()) as work:
        services.reject(work, submission_id, reason=reason)
    flash("这份记录不再计入。", "success")
    return back_to("staff.submission", submission_id=submission_id)


def _reason(refusal: str) -> str:
    given = form(Reason).reason
    if not given:
        raise Invalid(refusal)
    return given


def _flags() -> dict[str, str]:
    return {flag.value: flag.label for flag in Flag}


def _words(failure: str | None) -> str:
    """A failure in words: a code has its sentence; of a bug the sentence after its name is shown."""
    if not failure:
        return ""
    name, _, words = failure.partition(": ")
    code = (words or name).partition(" ")[0]
    return say(code) if "." in code and code.isascii() else words or name
