"""A gateway of somebody else's, on this machine: it takes messages over HTTP, refuses them, falls silent, or dies."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

from tests.ports import free_port

Manner = Literal["takes", "refuses", "breaks", "hangs_up", "holds"]


@dataclass
class Heard:
    """One request: its headers in small letters, and its body."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> dict[str, Any]:
        """The body as JSON."""
        said: dict[str, Any] = json.loads(self.body)
        return said

    def is_signed(self, secret: str) -> bool:
        """Whether the signature is that of moment and body."""
        moment = self.headers["x-wangge-timestamp"].encode()
        expected = hmac.new(secret.encode(), moment + b"." + self.body, hashlib.sha256).hexdigest()
        return self.headers["x-wangge-signature"] == f"sha256={expected}"


@dataclass
class Receiver:
    """`manner` says how it behaves; what it heard it keeps over a restart, as a database would."""

    port: int = field(default_factory=free_port)
    manner: Manner = "takes"
    heard: list[Heard] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    _server: ThreadingHTTPServer | None = None
    _thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Where messages go."""
        return f"http://127.0.0.1:{self.port}/messages"

    def start(self) -> None:
        """Listen."""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.heard.append(Heard(self.path, headers, body))
                if receiver.manner == "hangs_up":
                    self.close_connection = True
                    return
                if receiver.manner == "holds":
                    receiver.released.wait(30)
                self.send_response({"refuses": 422, "breaks": 503}.get(receiver.manner, 204))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_said: object) -> None:
                """Nothing on the terminal."""

        ThreadingHTTPServer.allow_reuse_address = True
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def kill(self) -> None:
        """Listen no more; whoever connects is refused."""
        if self._server is None or self._thread is None:
            return
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._server = None
