"""wangge serve: the web server, until Ctrl-C."""

from __future__ import annotations

import multiprocessing
import os

import click
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from server import logs
from server.database import Database
from server.jobs import making, notifying, schedule, tiling
from server.jobs.queue import queue, working
from server.settings import DEMO_SECRET, Settings
from server.storage import migrations
from server.storage.tiles import TileStore

_LEAST_SECRET = 32
_LAST_WORDS_S = 20
"""How long a worker told to stop may go on answering. One told so while it is still starting may never hear it."""


@click.command()
@click.option("--host", help="监听地址")
@click.option("--port", type=int, help="监听端口")
@click.option("--workers", type=int, help="服务进程数（SQLite 只能为 1）")
def serve(host: str | None, port: int | None, workers: int | None) -> None:
    """启动服务，Ctrl-C 停止。"""
    given = {"host": host, "port": port, "workers": workers}
    settings = Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    check(settings)
    prepare(settings)
    run(settings)


def check(settings: Settings) -> None:
    """Refuse to serve a production database with the secret everybody knows."""
    if settings.is_embedded:
        return
    if settings.secret_key == DEMO_SECRET or len(settings.secret_key) < _LEAST_SECRET:
        raise click.ClickException(f"请先设置 WANGGE_SECRET_KEY（至少 {_LEAST_SECRET} 个字符），再启动。")


def prepare(settings: Settings) -> None:
    """SQLite upgrades itself; PostgreSQL is upgraded by its keeper, on purpose."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    if settings.is_embedded:
        migrations.upgrade(settings.url)
        return
    database = Database(settings.url)
    try:
        if not migrations.is_current(database.engine):
            raise click.ClickException("数据库结构不是最新，请先运行 wangge db upgrade。")
    finally:
        database.close()


def run(settings: Settings) -> None:
    """Serve until told to stop, with the workers of both queues inside. The servers read the same settings from the environment."""
    logs.configure(settings.log_level)
    for name, value in settings.model_dump(exclude_none=True).items():
        os.environ[f"WANGGE_{name.upper()}"] = str(value)
    # Servers are started afresh, not forked: a fork would take over locks that the job worker's threads hold.
    multiprocessing.set_start_method("spawn", force=True)
    server = Granian(
        "server.app:from_environment",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=1 if settings.is_embedded else settings.workers,
        workers_kill_timeout=_LAST_WORDS_S,
        blocking_threads=4,
        backlog=1024,
        log_level=LogLevels.warning,
        log_access=False,
    )
    database = Database(settings.url)
    jobs = queue(settings.url, folder=settings.data_dir)
    schedule.register(jobs, database)
    tiling.register(jobs, database, TileStore(settings.data_dir / "tiles"))
    notifying.register(jobs, database, settings)
    try:
        with making.making_files(database, url=settings.url, folder=settings.data_dir), working(jobs):
            server.serve()
    finally:
        database.close()
