"""The forms a phone is offered, their XML, and the files beside them: the same bytes as ODK Collect gets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, request

from server.domain.permissions import Permission
from server.domain.problems import NotFound
from server.services.forms import known_form
from server.storage import forms
from server.storage.forms import FormVersion
from server.web.authentication import PHONE_PATH, current_actor
from server.web.authorization import requires
from server.web.lists import Listed, form_file, list_file, listed
from server.web.parts import database
from server.work import Reading


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/api/forms/<form_id>/<version>.xml")(form_xml)
    blueprint.get("/api/forms/<form_id>/files/<name>")(file_of_form)
    blueprint.get("/api/files/<name>")(list_of_worker)


def offered(reading: Reading) -> list[dict[str, Any]]:
    """The published forms as the home page names them, in the order phones show them.

    `files` are the person's lists, `media` what the office put beside the form itself; what is not there is left out.
    `stands_for` is the shipped form in whose place the form is filled, None where nothing is made of its records.
    """
    published = forms.listed(reading.session)
    lists = listed(reading, (name for _, version in published for name in version.media))
    entries = []
    for form, version in published:
        known = known_form(reading.session, form.form_id, version.version)
        entries.append(
            {
                "form_id": form.form_id,
                "title": form.title,
                "version": version.version,
                "stands_for": known.projector,
                "url": f"{_address(form.form_id)}/{quote(version.version, safe='')}.xml",
                "files": [{"name": name, "md5": lists[name].md5} for name in version.media if name in lists],
                "media": _media(reading, version, lists),
                "refused": known.browser_refusal,
            }
        )
    return entries


def _media(reading: Reading, version: FormVersion, lists: Mapping[str, Listed]) -> list[dict[str, Any]]:
    wanted = {name for name in version.media if name not in lists}
    if not wanted:
        return []
    address = f"{_address(version.form_id)}/files"
    return [
        {
            "name": file.name,
            "md5": file.md5,
            "size": file.size,
            "url": f"{address}/{quote(file.name, safe='')}",
        }
        for file in forms.media(reading.session, version.form_id)
        if file.name in wanted
    ]


def _address(form_id: str) -> str:
    return f"{PHONE_PATH}/api/forms/{quote(form_id, safe='')}"


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
def file_of_form(form_id: str, name: str) -> Response:
    """A list, picture or sound the office put beside a form. Raises NotFound("form.unknown_file")."""
    return form_file(form_id, name)


@requires(Permission.LIST_FORMS)
def list_of_worker(name: str) -> Response:
    """One list of FORMS §2 for this worker."""
    return list_file(name)
