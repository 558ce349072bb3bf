"""A real server in a process of its own, and a small HTTP client that does exactly what it is told."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from server.settings import Settings
from tests.phones import encoded
from tests.ports import free_port

_PATIENCE = 120.0


@dataclass
class Server:
    """`wangge serve` on a free port of this machine; its output lies in a file."""

    settings: Settings
    output: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        given = {
            f"WANGGE_{name.upper()}": str(value)
            for name, value in self.settings.model_dump(exclude_none=True).items()
        }
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "server", "serve", "--port", str(self.port)],
                env={**os.environ, **given, "WANGGE_PORT": str(self.port)},
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        until = time.monotonic() + _PATIENCE
        while not self.answers():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < until, self.said()
            time.sleep(0.05)

    def answers(self) -> bool:
        """Whether GET /health is 200."""
        with suppress(OSError, http.client.HTTPException):
            return self.ask("GET", "/health")[0] == 200
        return False

    def kill(self) -> None:
        """kill -9, parent and workers at once."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """End it as Ctrl-C does; its exit status."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(_PATIENCE)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def said(self) -> str:
        """Everything it wrote."""
        return self.output.read_text(encoding="utf-8", errors="replace")

    def connect(self) -> http.client.HTTPConnection:
        """A connection to it."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE)

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
        """One request on a connection of its own."""
        connection = self.connect()
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def send(self, phone: str, xml: bytes, files: Mapping[str, bytes] | None = None) -> int:
        """Post a submission to a phone's project; the status."""
        kind, body = encoded(xml, files or {})
        return self.ask("POST", f"{phone}/submission", body, **{"Content-Type": kind})[0]
