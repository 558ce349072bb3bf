"""在电脑上试填: a draft on the phone client's own engine; nothing is saved and nothing is sent."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response

from server.domain.permissions import Permission
from server.domain.problems import NotFound, Unavailable
from server.storage import form_drafts
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.parts import database, parts
from server.web.security import CLIENT_POLICY
from server.web.trial_files import trial_file

_PAGE = "preview.html"


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    one = "/form-drafts/<uuid:draft_id>/preview"
    blueprint.get(one, endpoint="form_draft_preview")(preview)
    blueprint.get(f"{one}/form.xml", endpoint="form_draft_preview_xml")(xml)
    blueprint.get(f"{one}/files/<name>", endpoint="form_draft_preview_file")(file)


@requires(Permission.PREPARE_FORMS)
def preview(draft_id: UUID) -> Response:
    """The page, which asks for the two below. Raises Unavailable("phone.not_built") where it has not been built."""
    with database().read(current_actor()) as reading:
        form_drafts.get(reading.session, draft_id)
    page = parts().form_client / _PAGE
    if not page.is_file():
        raise Unavailable("phone.not_built")
    response = Response(page.read_bytes(), content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = CLIENT_POLICY
    response.headers["Cache-Control"] = "no-cache"
    return response


@requires(Permission.PREPARE_FORMS)
def xml(draft_id: UUID) -> Response:
    """The draft's XForm."""
    with database().read(current_actor()) as reading:
        body = form_drafts.get(reading.session, draft_id).xml
    if body is None:
        raise NotFound("form_draft.unknown")
    return Response(body, content_type="text/xml; charset=utf-8", headers={"Cache-Control": "no-store"})


@requires(Permission.PREPARE_FORMS)
def file(draft_id: UUID, name: str) -> Response:
    """A file beside the draft; lists are invented ones. Raises NotFound("form.unknown_file")."""
    with database().read(current_actor()) as reading:
        content = trial_file(reading, form_drafts.get(reading.session, draft_id), name)
    return Response(content, content_type="application/octet-stream", headers={"Cache-Control": "no-store"})
