"""A phone as the server sees one: it sends instances, with files, under a key."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import sqlalchemy as sa
from flask.testing import FlaskClient
from lxml import etree
from werkzeug.test import TestResponse

from server.database import Database
from server.domain.people import SYSTEM
from server.storage.base import Base
from tests.factories import County

Row = TypeVar("Row", bound=Base)

BROKEN_BODIES = {
    "no boundary": ("multipart/form-data", b"--x\r\n\r\n--x--"),
    "an unfinished part": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="xml_submission_file"; filename="a.xml"\r\n\r\n<data',
    ),
    "no part": ("multipart/form-data; boundary=x", b"--x--\r\n"),
    "garbage": ("multipart/form-data; boundary=x", b"garbage"),
    "another kind of body": ("application/json", b"{}"),
    "no kind": ("", b"<data/>"),
}
"""Bodies that are no submission, each with its content type; every surface answers 400."""


@dataclass(frozen=True)
class Phone:
    """One phone of the small county."""

    client: FlaskClient
    county: County
    name: str = "worker"

    @property
    def path(self) -> str:
        return self.county.phone(self.name)

    def get(self, path: str, **more: object) -> TestResponse:
        return self.client.get(f"{self.path}/{path}", **more)

    def post(self, xml: bytes, files: Mapping[str, bytes] | None = None, query: str = "") -> TestResponse:
        kind, body = encoded(xml, files or {})
        return self.client.post(f"{self.path}/submission{query}", data=body, content_type=kind)

    def send(self, xml: bytes, files: Mapping[str, bytes] | None = None) -> int:
        """The status of a submission, after a look at the answer's form."""
        response = self.post(xml, files)
        assert message_of(response)
        return response.status_code


def encoded(xml: bytes, files: Mapping[str, bytes]) -> tuple[str, bytes]:
    """A submission as Collect writes it: content type and body, with a boundary of its own."""
    boundary = f"--{uuid.uuid4()}"
    parts = [("xml_submission_file", "巡查_2026-10-20_09-00-00.xml", "text/xml", xml)]
    parts += [(name, name, "image/jpeg", content) for name, content in files.items()]
    body = bytearray()
    for field, name, kind, content in parts:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(field)}"; filename="{_quoted(name)}"'
        body += f"{head}\r\nContent-Type: {kind}\r\n\r\n".encode() + content + b"\r\n"
    return f"multipart/form-data; boundary={boundary}", bytes(body + f"--{boundary}--\r\n".encode())


def _quoted(name: str) -> str:
    return name.replace('"', "%22").replace("\n", "%0A")


def message_of(response: TestResponse) -> str:
    """The sentence a phone shows: Collect wants it un-prefixed in an OpenRosaResponse, sent as text/xml."""
    assert response.content_type == "text/xml; charset=utf-8"
    assert response.headers["X-OpenRosa-Version"] == "1.0"
    assert b"<message nature=" in response.data
    root = etree.fromstring(response.data)
    assert root.tag == "{http://openrosa.org/http/response}OpenRosaResponse"
    return root.findtext("{*}message") or ""


def rows(database: Database, table: type[Row]) -> list[Row]:
    """Every row of a table, in the order of its key."""
    with database.read(SYSTEM) as reading:
        key = sa.inspect(table).primary_key
        return list(reading.session.scalars(sa.select(table).order_by(*key)))
