"""记录的原件: its XML and files as they came, one by one or whole, and its photos to look at."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Sequence

from flask import Blueprint, Response, send_file

from server.domain.permissions import Permission
from server.figures import received as figures
from server.services.demand_files import HEAD_BYTES, kind_of
from server.storage import submissions
from server.storage.submissions import Attachment
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.parts import database, parts

_IN_MEMORY = 4_000_000
"""Bytes of a zip that are kept in memory; a larger one is written beside."""


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    base = "/submissions/<int:submission_id>"
    blueprint.get(f"{base}.xml", endpoint="submission_xml")(xml)
    blueprint.get(f"{base}.zip", endpoint="submission_zip")(whole)
    blueprint.get(f"{base}/files/<int:attachment_id>", endpoint="submission_file")(file)
    blueprint.get(f"{base}/photos/<int:attachment_id>", endpoint="submission_photo")(photo)


@requires(Permission.VIEW_SUBMISSIONS)
def xml(submission_id: int) -> Response:
    """The record as the phone sent it."""
    with database().read(current_actor()) as reading:
        record = figures.taken(reading, submission_id)
    response = Response(record.xml, content_type="text/xml; charset=utf-8")
    response.headers["Content-Disposition"] = f"attachment; filename=submission-{record.id}.xml"
    return _private(response)


@requires(Permission.VIEW_SUBMISSIONS)
def whole(submission_id: int) -> Response:
    """The record and every file that came with it, as they came; an encrypted one is opened elsewhere with its key."""
    with database().read(current_actor()) as reading:
        record = figures.taken(reading, submission_id)
        files = submissions.attachments(reading.session, submission_id)
    packed = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - the response closes it
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("submission.xml", record.xml)
        for name, each in _names(files).items():
            archive.write(parts().files.path(each.sha256), name)
    packed.seek(0)
    return _private(
        send_file(
            packed,
            mimetype="application/zip",
            as_attachment=True,
            download_name=f"submission-{record.id}.zip",
        )
    )


@requires(Permission.VIEW_SUBMISSIONS)
def file(submission_id: int, attachment_id: int) -> Response:
    """One photo or recording, always as a download: a stranger chose its type."""
    with database().read(current_actor()) as reading:
        found = figures.taken_file(reading, submission_id, attachment_id)
    return _private(
        send_file(
            parts().files.path(found.sha256).absolute(),
            mimetype="application/octet-stream",
            as_attachment=True,
            download_name=found.name,
        )
    )


@requires(Permission.VIEW_SUBMISSIONS)
def photo(submission_id: int, attachment_id: int) -> Response:
    """A photo to look at. Raises Invalid("file.not_a_photo") for what is none, whatever the phone called it."""
    with database().read(current_actor()) as reading:
        found = figures.taken_file(reading, submission_id, attachment_id)
    path = parts().files.path(found.sha256).absolute()
    with path.open("rb") as stored:
        mime = kind_of(stored.read(HEAD_BYTES), medium="image")
    return _private(send_file(path, mimetype=mime))


def _names(files: Sequence[Attachment]) -> dict[str, Attachment]:
    """The names in a zip: never a path, and each once, whatever the phones called their files."""
    named: dict[str, Attachment] = {}
    for each in files:
        plain = each.name.replace("/", "_").replace("\\", "_").lstrip(".") or "file"
        taken = plain in named or plain == "submission.xml"
        named[f"{each.id}-{plain}" if taken else plain] = each
    return named


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "private, no-store"
    return response
