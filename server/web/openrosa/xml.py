"""OpenRosa documents: the form list, a manifest, and the answer to a submission (OPENROSA §2, §3, §5.4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from flask import Response
from lxml import etree

from server.domain.problems import Problem
from server.web.i18n import say

_LIST = "http://openrosa.org/xforms/xformsList"
_MANIFEST = "http://openrosa.org/xforms/xformsManifest"
_RESPONSE = "http://openrosa.org/http/response"


@dataclass(frozen=True)
class ListedForm:
    """A row of the form list; the hash is the md5 of exactly the bytes at `download_url`."""

    form_id: str
    name: str
    version: str
    md5: str
    download_url: str
    manifest_url: str | None


@dataclass(frozen=True)
class MediaFile:
    """A file of a manifest; an entity list, of a `kind`, has an address that tells which of its entities are gone."""

    name: str
    md5: str
    download_url: str
    kind: Literal["entityList", "approvalEntityList"] = "entityList"
    integrity_url: str | None = None


def form_list(forms: Iterable[ListedForm]) -> Response:
    """The list of forms; every row is whole, or Collect discards the list."""
    root = etree.Element("xforms", {"xmlns": _LIST})
    for form in forms:
        row = etree.SubElement(root, "xform")
        _tell(row, "formID", form.form_id)
        _tell(row, "name", form.name)
        _tell(row, "version", form.version)
        _tell(row, "hash", f"md5:{form.md5}")
        _tell(row, "downloadUrl", form.download_url)
        if form.manifest_url is not None:
            _tell(row, "manifestUrl", form.manifest_url)
    return _document(root)


def manifest(files: Iterable[MediaFile]) -> Response:
    """The files beside a form, in a stable order."""
    root = etree.Element("manifest", {"xmlns": _MANIFEST})
    for file in files:
        is_list = file.integrity_url is not None
        row = etree.SubElement(root, "mediaFile", {"type": str(file.kind)} if is_list else {})
        _tell(row, "filename", file.name)
        _tell(row, "hash", f"md5:{file.md5}")
        _tell(row, "downloadUrl", file.download_url)
        if file.integrity_url is not None:
            _tell(row, "integrityUrl", file.integrity_url)
    return _document(root)


def integrity(deleted: dict[str, bool]) -> Response:
    """Which of the asked entities are gone; without a namespace (OPENROSA §3.1)."""
    root = etree.Element("data")
    entities = etree.SubElement(root, "entities")
    for entity_id, is_deleted in deleted.items():
        entity = etree.SubElement(entities, "entity", {"id": entity_id})
        _tell(entity, "deleted", "true" if is_deleted else "false")
    return _document(root)


def answer(message: str, status: int, *, nature: str) -> Response:
    """What the phone shows. `message` carries no prefix: Collect's parser knows no namespaces."""
    root = etree.Element("OpenRosaResponse", {"xmlns": _RESPONSE})
    etree.SubElement(root, "message", {"nature": nature}).text = message
    return _document(root, status)


def problem(refusal: Problem | None, status: int, reference: str) -> Response:
    """A refusal as OpenRosa says it, in Chinese; a bug shows its reference only."""
    message = (
        say("server.bug", reference=reference) if refusal is None else say(refusal.code, **refusal.details)
    )
    response = answer(message, status, nature="submit_failure")
    response.headers["X-OpenRosa-Version"] = "1.0"
    return response


def _tell(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(parent, name).text = text


def _document(root: etree._Element, status: int = 200) -> Response:
    body = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return Response(body, status, content_type="text/xml; charset=utf-8")
