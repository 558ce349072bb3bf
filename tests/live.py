"""Servers for tests that must go over HTTP: as they are served, or the app alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from werkzeug.serving import WSGIRequestHandler, make_server

from server.app import create_app
from server.database import Clock, utc_now
from server.settings import Settings
from server.web.parts import Parts
from tests.ports import free_port

_PATIENCE = 120.0


@dataclass
class LiveServer:
    """A running `wangge serve`: its address and its process."""

    url: str
    process: subprocess.Popen[bytes]

    def stop(self) -> int:
        """Ask it to stop, as Ctrl-C does, and give its exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=_PATIENCE)

    def kill(self) -> None:
        """End the whole process group at once, as a power cut would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=_PATIENCE)


def start(*, data_dir: Path, database_url: str, port: int | None = None, **settings: str) -> LiveServer:
    """Start `wangge serve` on a prepared database and wait until it answers."""
    port = port or free_port()
    environment = {
        **os.environ,
        "WANGGE_DATA_DIR": str(data_dir),
        "WANGGE_DATABASE_URL": database_url,
        "WANGGE_SECRET_KEY": "t" * 40,
        "WANGGE_PORT": str(port),
        **{f"WANGGE_{name.upper()}": value for name, value in settings.items()},
    }
    log = (data_dir / "server.log").open("ab")
    process = subprocess.Popen(
        [sys.executable, "-m", "server", "serve"],
        env=environment,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    log.close()
    server = LiveServer(f"http://127.0.0.1:{port}", process)
    await_answer(server, data_dir / "server.log")
    return server


def await_answer(server: LiveServer, log: Path, *, patience: float = _PATIENCE) -> None:
    """Wait until a server answers, or fail with what it wrote."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        if server.process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{server.url}/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    server.kill()
    raise AssertionError(f"the server did not answer:\n{log.read_text()}")


def start_demo(folder: Path) -> LiveServer:
    """Start `wangge demo` as a stranger does; the first time in a folder it invents the county (minutes)."""
    port = free_port()
    environment = {**os.environ, "WANGGE_DATA_DIR": str(folder), "WANGGE_PORT": str(port)}
    environment.pop("WANGGE_DATABASE_URL", None)
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "demo.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "server", "demo"],
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    server = LiveServer(f"http://127.0.0.1:{port}", process)
    await_answer(server, log, patience=1200)
    return server


@contextmanager
def serving(*, data_dir: Path, database_url: str, **settings: str) -> Iterator[LiveServer]:
    """A live server for the length of a block."""
    server = start(data_dir=data_dir, database_url=database_url, port=None, **settings)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()


class _Quiet(WSGIRequestHandler):
    def log_request(self, *_: object) -> None:
        """Say nothing."""

    def send_response(self, code: object, message: str | None = None) -> None:
        """Only the app's own headers: a second Date beside its own is none to a browser."""
        self.send_response_only(code, message)  # type: ignore[arg-type]


@contextmanager
def answering(settings: Settings, *, clock: Clock = utc_now) -> Iterator[str]:
    """The address at which an app answers from threads of this process for the length of a block, with no jobs beside.

    It is there at once: starting `wangge serve` costs seconds. `clock` gives it the present as aware UTC.
    """
    app = create_app(settings, clock=clock)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        parts: Parts = app.extensions["wangge"]
        parts.database.close()
