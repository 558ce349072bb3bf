"""create_app(settings): the only place that wires the parts together."""

from __future__ import annotations

import datetime as dt
import gc
import json
import signal
from functools import partial
from pathlib import Path

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from server import logs, web
from server.database import Clock, Database, utc_now
from server.domain.roles import Role
from server.jobs.making import call_for_files
from server.settings import Settings
from server.storage.files import FileStore
from server.storage.made_files import MadeFiles
from server.storage.tiles import TileStore
from server.web.ground import ground
from server.web.parts import DemoAccount, Parts

_ROWS_AT_ONCE = 50_000

STATIC = Path(__file__).parents[1] / "static"


def create_app(settings: Settings, *, clock: Clock = utc_now) -> Flask:
    """A Flask app on the database and the data folder of `settings`; `clock` gives the present as aware UTC."""
    app = surfaces()
    wire(app, settings, clock=clock)
    return app


def surfaces() -> Flask:
    """Every route, template and static file, wired to nothing yet."""
    app = Flask("server", static_folder=str(STATIC), template_folder="web/templates")
    web.register(app)
    return app


def wire(app: Flask, settings: Settings, *, clock: Clock = utc_now) -> None:
    """Put an app on the database and the data folder of `settings`."""
    logs.configure(settings.log_level)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        PERMANENT_SESSION_LIFETIME=dt.timedelta(hours=12),
        SESSION_COOKIE_SECURE=(settings.base_url or "").startswith("https:"),
        MAX_FORM_MEMORY_SIZE=2_000_000,
    )
    if settings.trust_proxy:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
    app.extensions["wangge"] = Parts(
        settings=settings,
        database=Database(settings.url, clock=clock),
        files=FileStore(settings.data_dir / "files"),
        made=MadeFiles(settings.data_dir / "ordered"),
        call_for_files=partial(call_for_files, url=settings.url, folder=settings.data_dir),
        tiles=TileStore(settings.data_dir / "tiles"),
        form_client=STATIC / "form-client" / "dist",
        ground=ground(settings),
        demo_accounts=_demo_accounts(settings) if settings.demo else (),
    )


def _demo_accounts(settings: Settings) -> tuple[DemoAccount, ...]:
    """One account of each role, as `wangge demo` wrote them down."""
    invited = json.loads((settings.data_dir / "demo.json").read_text(encoding="utf-8"))
    first: dict[str, DemoAccount] = {}
    for account in invited["accounts"]:
        role = account["role"]
        first.setdefault(role, (Role(role).label, account["username"], account["password"]))
    return tuple(first.values())


def from_environment() -> Flask:
    """The app of a worker process: its settings stand in the environment.

    Ctrl-C in a terminal reaches the parent and its workers alike; a worker told twice to stop never does, so it
    listens to its parent only.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    app = create_app(Settings())
    seldom_look_for_garbage()
    return app


def seldom_look_for_garbage() -> None:
    """Let a process that serves spend its time on pages: looking for garbage is up to half of a long one's.

    What was imported stays for good. A city's page makes some hundred thousand rows and needs them all to its end.
    """
    gc.freeze()
    gc.set_threshold(_ROWS_AT_ONCE)
