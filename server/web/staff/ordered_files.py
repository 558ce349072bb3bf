"""预备好的文件: how far one's own file is, and the file itself once it is whole."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, send_file, url_for

from server.domain.permissions import Permission
from server.domain.problems import NotFound
from server.figures.exports.file import MIME
from server.figures.exports.order import Format
from server.services import ordered_files as services
from server.storage import ordered_files as storage
from server.storage.ordered_files import UNFINISHED, FileState, OrderedFile
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.i18n import say
from server.web.parts import database, parts
from server.web.staff.pages import page

_SECONDS = 2
"""Until the page of a file that is not whole yet shows itself anew."""


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    one = "/submissions/files/<uuid:file_id>"
    blueprint.get(one, endpoint="ordered_file")(shown)
    blueprint.get(f"{one}/content", endpoint="ordered_file_content")(content)


@requires(Permission.EXPORT_SUBMISSIONS)
def shown(file_id: UUID) -> str:
    """How far the file is; it looks again by itself, without a script."""
    with database().read(current_actor()) as reading:
        row = services.own(reading, file_id)
        return page(
            "ordered_file.html",
            file=row,
            before=storage.before(reading.session, row) if row.state == FileState.WAITING else 0,
            again_in=_SECONDS if row.state in UNFINISHED else None,
            trouble=None if row.trouble is None else say(row.trouble),
            chooser=_chooser(row),
        )


def _chooser(row: OrderedFile) -> str:
    """Where the same is ordered again."""
    asked = {name: row.wanted[name] for name in ("first", "last", "area", "state")}
    return url_for("staff.export", form_id=row.form_id, **asked)


@requires(Permission.EXPORT_SUBMISSIONS)
def content(file_id: UUID) -> Response:
    """The file. Raises NotFound("ordered_file.unknown") while it is not whole."""
    with database().read(current_actor()) as reading:
        row = services.own(reading, file_id)
    if row.sha256 is None:
        raise NotFound("ordered_file.unknown")
    response = send_file(
        parts().made.path(row.sha256).absolute(),
        mimetype=MIME[Format(row.wanted["format"])],
        as_attachment=True,
        download_name=row.name,
        conditional=True,
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response
