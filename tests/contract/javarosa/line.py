"""The line of a phone: requests with the headers of ODK Collect, and its cache (OPENROSA §1)."""

from __future__ import annotations

import gzip
import http.client
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import formatdate
from mimetypes import guess_type
from typing import NamedTuple
from urllib.parse import quote, urlsplit

_PATIENCE = 120.0


class Answer(NamedTuple):
    """What a server said."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


class Part(NamedTuple):
    """A part of a multipart body: a text field where there is no file name."""

    name: str
    content: bytes
    file_name: str | None = None
    kind: str | None = None


@dataclass
class Line:
    """Requests of one device; `fetched` are the paths whose bytes really came over the line, in order."""

    device_id: str
    fetched: list[str] = field(default_factory=list)
    _cache: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    def get(self, url: str) -> bytes:
        """The bytes at an address, from the cache where the server says that they have not changed."""
        known = self._cache.get(url)
        answer = self._ask("GET", url, {"If-None-Match": known[0]} if known else {})
        if answer.status == 304 and known:
            return known[1]
        if answer.status != 200:
            raise Refused(answer)
        self.fetched.append(urlsplit(url).path)
        if etag := answer.headers["ETag"]:
            self._cache[url] = (etag, answer.body)
        return answer.body

    def head(self, url: str) -> Answer:
        """The answer to a HEAD."""
        return self._ask("HEAD", url, {})

    def post(self, url: str, parts: Sequence[Part]) -> Answer:
        """The answer to a multipart body."""
        boundary = str(uuid.uuid4())
        body = b"".join(_written(part, boundary) for part in parts) + f"--{boundary}--\r\n".encode()
        return self._ask("POST", url, {"Content-Type": f"multipart/form-data; boundary={boundary}"}, body)

    def _ask(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> Answer:
        place = urlsplit(url)
        asked = "&".join(filter(None, (place.query, f"deviceID={quote(self.device_id)}")))
        connection = http.client.HTTPConnection(place.netloc, timeout=_PATIENCE)
        try:
            connection.request(method, f"{place.path}?{asked}", body, {**_collect(), **headers})
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        if content and response.headers["Content-Encoding"] == "gzip":
            content = gzip.decompress(content)
        return Answer(response.status, response.headers, content)


class Refused(Exception):
    """The server did not give what a phone asked for."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status, answer.body.decode(errors="replace"))
        self.answer = answer


def _collect() -> dict[str, str]:
    return {
        "User-Agent": "org.odk.collect.android/v2026.3.3 Dalvik/2.1.0 (Linux; U; Android 13)",
        "X-OpenRosa-Version": "1.0",
        "Date": formatdate(usegmt=True),
        "Accept-Encoding": "gzip",
    }


def file_part(name: str, content: bytes) -> Part:
    """An attachment: the field is called like the file."""
    return Part(name, content, name, guess_type(name)[0] or "application/octet-stream")


def _written(part: Part, boundary: str) -> bytes:
    named = "" if part.file_name is None else f'; filename="{part.file_name}"'
    kind = "" if part.kind is None else f"Content-Type: {part.kind}\r\n"
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="{part.name}"{named}\r\n{kind}\r\n'
    return head.encode() + part.content + b"\r\n"
