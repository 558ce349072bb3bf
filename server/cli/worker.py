"""wangge worker: jobs alone, beside web servers that run elsewhere."""

from __future__ import annotations

import click

from server import logs
from server.database import Database
from server.jobs import making, notifying, schedule, tiling
from server.jobs.queue import queue, work
from server.settings import Settings
from server.storage.tiles import TileStore


@click.command()
def worker() -> None:
    """只运行后台任务，Ctrl-C 停止。"""
    settings = Settings()
    logs.configure(settings.log_level)
    database = Database(settings.url)
    jobs = queue(settings.url, folder=settings.data_dir)
    schedule.register(jobs, database)
    tiling.register(jobs, database, TileStore(settings.data_dir / "tiles"))
    notifying.register(jobs, database, settings)
    try:
        with making.making_files(database, url=settings.url, folder=settings.data_dir):
            work(jobs)
    finally:
        database.close()
