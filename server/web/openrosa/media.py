"""A form's manifest and its files: the lists of the asking person's own grids (FORMS §2, OPENROSA §3)."""

from __future__ import annotations

import uuid

from flask import Blueprint, Response, request

from server.domain.people import Permission
from server.domain.problems import NotFound
from server.figures import phone_lists
from server.figures.phone_lists import Lists
from server.storage import forms
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.lists import list_file, md5
from server.web.openrosa import xml
from server.web.openrosa.form_list import form_url, project_url
from server.web.parts import database


def routes(blueprint: Blueprint) -> None:
    """Add the routes of this file."""
    blueprint.get("/forms/<form_id>/manifest")(manifest)
    blueprint.get("/forms/<form_id>/attachments/<name>")(media)
    blueprint.get("/integrity/<name>")(integrity)


@requires(Permission.LIST_FORMS)
def manifest(form_id: str) -> Response:
    """The files of a form with the md5 of what the asking person would get."""
    address = form_url(form_id)
    with database().read(current_actor()) as reading:
        version = forms.newest(reading.session, form_id)
        if version is None:
            raise NotFound("form.unknown", form_id=form_id)
        lists = Lists(reading)
        files = [
            xml.MediaFile(
                name=name,
                md5=md5(lists.file(name)),
                download_url=f"{address}/attachments/{name}",
                integrity_url=f"{project_url()}/integrity/{name}"
                if _list_name(name) in version.entity_lists
                else None,
            )
            for name in version.media
            if name in phone_lists.NAMES
        ]
    return xml.manifest(files)


@requires(Permission.LIST_FORMS)
def media(name: str, **_form: str) -> Response:
    """One list, filtered to the grids of the asking person's posts; the same whichever form it belongs to."""
    return list_file(name)


@requires(Permission.LIST_FORMS)
def integrity(name: str) -> Response:
    """Of the asked entities of a list, which are gone; ids that were never known are left out."""
    asked = [key for key in map(_uuid, request.args.get("id", "").split(",")) if key is not None]
    with database().read(current_actor()) as reading:
        gone = phone_lists.gone(reading, name, asked)
    return xml.integrity({str(key): is_gone for key, is_gone in gone.items()})


def _list_name(file_name: str) -> str:
    return file_name.removesuffix(".csv")


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
