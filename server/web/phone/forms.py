"""A form's XML and the lists beside it: the same bytes as ODK Collect gets."""

from __future__ import annotations

from flask import Blueprint, Response, request

from server.domain.permissions import Permission
from server.domain.problems import NotFound
from server.storage import forms
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.lists import list_file
from server.web.parts import database


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/api/forms/<form_id>/<version>.xml")(form_xml)
    blueprint.get("/api/files/<name>")(list_of_worker)


@requires(Permission.LIST_FORMS)
def form_xml(form_id: str, version: str) -> Response:
    """One version of a form, also of one closed since: a draft is finished in the version it was begun in."""
    with database().read(current_actor()) as reading:
        found = forms.version(reading.session, form_id, version)
        if found is None:
            raise NotFound("form.unknown", form_id=form_id)
        response = Response(found.xml, content_type="text/xml; charset=utf-8")
        response.set_etag(found.md5)
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    response.make_conditional(request)
    return response


@requires(Permission.LIST_FORMS)
def list_of_worker(name: str) -> Response:
    """One list of FORMS §2 for this worker."""
    return list_file(name)
