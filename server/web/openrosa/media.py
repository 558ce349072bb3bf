"""A form's manifest and its files: the lists of the asking person's own grids (FORMS §2, OPENROSA §3)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from urllib.parse import quote

from flask import Blueprint, Response, request

from server.domain.permissions import Permission
from server.domain.problems import NotFound
from server.figures import phone_lists
from server.storage import forms
from server.web.authentication import current_actor
from server.web.authorization import requires
from server.web.lists import Listed, form_file, listed
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
    """The files of a form with the hash of what the asking person would get; those that are not there are left out."""
    address = form_url(form_id)
    with database().read(current_actor()) as reading:
        version = forms.newest(reading.session, form_id)
        if version is None:
            raise NotFound("form.unknown", form_id=form_id)
        lists = listed(reading, version.media)
        beside = {file.name: file.md5 for file in forms.media(reading.session, form_id)}
    files = []
    for name in version.media:
        download_url = f"{address}/attachments/{quote(name, safe='')}"
        if name in lists:
            files.append(_list_of(name, lists[name], download_url, writes_to=version.entity_lists))
        elif name in beside:
            files.append(xml.MediaFile(name, beside[name], download_url))
    return xml.manifest(files)


def _list_of(name: str, list_: Listed, download_url: str, *, writes_to: Sequence[str]) -> xml.MediaFile:
    """An entity list is told so, for phones keep its entities apart from a form's files (OPENROSA §3.1)."""
    if list_.own is None and name.removesuffix(".csv") not in writes_to:
        return xml.MediaFile(name, list_.md5, download_url)
    return xml.MediaFile(
        name,
        list_.md5,
        download_url,
        # What the office must approve first a phone does not put into its own list.
        kind="approvalEntityList" if list_.own is not None and list_.own.approval_required else "entityList",
        integrity_url=f"{project_url()}/integrity/{quote(name, safe='')}",
    )


@requires(Permission.LIST_FORMS)
def media(form_id: str, name: str) -> Response:
    """A file beside a form. A list is filtered to whoever asks and the same whichever form it belongs to."""
    return form_file(form_id, name)


@requires(Permission.LIST_FORMS)
def integrity(name: str) -> Response:
    """Of the asked entities of a list, which are gone; ids that were never known are left out."""
    asked = [key for key in map(_uuid, request.args.get("id", "").split(",")) if key is not None]
    with database().read(current_actor()) as reading:
        gone = phone_lists.gone(reading, name, asked)
    return xml.integrity({str(key): is_gone for key, is_gone in gone.items()})


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
