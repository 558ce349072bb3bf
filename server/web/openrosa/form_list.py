"""GET formList and a form's XML: exactly the bytes whose md5 the list names (OPENROSA §2, §3)."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, Response, request

from server.domain.permissions import Permission
from server.domain.problems import NotFound
from server.storage import forms
from server.web.addresses import root
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.openrosa import xml
from server.web.parts import database


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/formList")(form_list)
    blueprint.get("/forms/<form_id>.xml")(form_xml)


def project_url() -> str:
    """The address of the project the request is about, with the key it came with."""
    return root() + "/".join(request.path.split("/")[:6])


def form_url(form_id: str) -> str:
    """The address under which a form's XML and files lie."""
    return f"{project_url()}/forms/{quote(form_id, safe='')}"


@requires(Permission.LIST_FORMS)
def form_list() -> Response:
    """The published forms, or only the one asked for by `formID`."""
    wanted = request.args.get("formID")
    with database().read(current_actor()) as reading:
        listed = [
            xml.ListedForm(
                form_id=form.form_id,
                name=form.title,
                version=version.version,
                md5=version.md5,
                download_url=f"{form_url(form.form_id)}.xml",
                manifest_url=f"{form_url(form.form_id)}/manifest" if version.media else None,
            )
            for form, version in forms.listed(reading.session)
            if wanted in (None, form.form_id)
        ]
    return xml.form_list(listed)


@requires(Permission.LIST_FORMS)
def form_xml(form_id: str) -> Response:
    """A form's newest version; a phone that has it already is told so by its ETag."""
    with database().read(current_actor()) as reading:
        version = forms.newest(reading.session, form_id)
        if version is None:
            raise NotFound("form.unknown", form_id=form_id)
        response = Response(version.xml, content_type="text/xml; charset=utf-8")
        response.set_etag(version.md5)
    response.headers["Cache-Control"] = "no-cache"
    response.make_conditional(request)
    return response
