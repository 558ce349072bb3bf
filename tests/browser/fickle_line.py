"""The line between a phone and its server, which fails as it is told to: half a request, a lost answer, a stranger's."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class Cut(Enum):
    """How a request is lost."""

    BEFORE = "nobody answers"
    MID_PART = "half of it reaches the server, then the line is dead"
    AFTER_COMMIT = "the server has all of it and answers; the answer is lost"


Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    """What the phone hears instead of the server."""

    status: int
    body: bytes = b""
    headers: Headers = ()


@dataclass(frozen=True)
class Narrow:
    """Something on the way refuses what is larger, in words of its own."""

    most_bytes: int


Fault = Cut | Answer | Narrow

_HTML = [("Content-Type", "text/html")]
_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


@dataclass
class FickleLine:
    """Its address, what is wrong with it, and what each submission met with."""

    server_url: str
    url: str = ""
    fault: Fault | None = None
    """What becomes of submissions, until it is mended; everything else goes through."""
    is_down: bool = False
    """Nothing at all goes through."""
    appended: dict[str, bytes] = field(default_factory=dict)
    """What the file at a path has more than the server's: a newer version of it."""
    met: list[Fault | int] = field(default_factory=list)
    """Of each submission: its fault, or the status the server gave it."""

    def answer(self, request: _Request) -> None:
        """Hand a request on, unless it is time for a fault."""
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        if self.is_down:
            request.hang_up()
        elif request.command == "POST" and request.path == "/w/api/submission":
            self._submission(request, body)
        elif request.path in self.appended:
            self._newer(request)
        else:
            request.reply(*self._hand_on(request, body))

    def _submission(self, request: _Request, body: bytes) -> None:
        fault = self.fault
        if isinstance(fault, Narrow):
            fault = Answer(413, b"<h1>Too Large</h1>", _HTML) if len(body) > fault.most_bytes else None
        if fault is None:
            answered = self._hand_on(request, body)
            self.met.append(answered[0])
            request.reply(*answered)
            return
        if fault is Cut.AFTER_COMMIT:
            self._hand_on(request, body)
        elif fault is Cut.MID_PART:
            self._hand_on_half(request, body)
        self.met.append(fault)
        if isinstance(fault, Answer):
            request.reply(fault.status, fault.headers, fault.body)
        else:
            request.hang_up()

    def _newer(self, request: _Request) -> None:
        connection = self._connect()
        connection.request("GET", request.path)
        response = connection.getresponse()
        kind = [("Content-Type", response.getheader("Content-Type", "")), ("Cache-Control", "no-cache")]
        request.reply(response.status, kind, response.read() + self.appended[request.path])
        connection.close()

    def _connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(urlsplit(self.server_url).netloc, timeout=60)

    def _hand_on(self, request: _Request, body: bytes) -> tuple[int, Headers, bytes]:
        connection = self._connect()
        try:
            connection.request(request.command, request.path, body or None, dict(request.headers))
            response = connection.getresponse()
            return response.status, response.getheaders(), response.read()
        except OSError:
            return 502, _HTML, b"<p>bad gateway</p>"
        finally:
            connection.close()

    def _hand_on_half(self, request: _Request, body: bytes) -> None:
        connection = self._connect()
        connection.putrequest(request.command, request.path, skip_host=True, skip_accept_encoding=True)
        for name, value in request.headers.items():
            connection.putheader(name, value)
        connection.endheaders(body[: len(body) // 2])
        connection.close()


class _Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    line: FickleLine

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except ConnectionError:
            self.close_connection = True

    def do_GET(self) -> None:
        self.line.answer(self)

    do_POST = do_GET

    def reply(self, status: int, headers: Headers, body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in _HOP:
                self.send_header(name, value)
        # A browser asks again by itself when a connection it has used before breaks.
        self.send_header("Connection", "close")
        self.close_connection = True
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def hang_up(self) -> None:
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def fickle_line(server_url: str) -> Iterator[FickleLine]:
    """A line to a server for the length of a block."""
    line = FickleLine(server_url)
    handler = type("Request", (_Request,), {"line": line})
    listener = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    listener.daemon_threads = True
    line.url = f"http://127.0.0.1:{listener.server_port}"
    threading.Thread(target=listener.serve_forever, daemon=True).start()
    try:
        yield line
    finally:
        listener.shutdown()
        listener.server_close()
