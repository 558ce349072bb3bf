"""wangge db: bringing the database up to date."""

from __future__ import annotations

import click

from server.settings import Settings
from server.storage import migrations


@click.group()
def db() -> None:
    """数据库。"""


@db.command()
def upgrade() -> None:
    """把数据库升级到最新结构。"""
    settings = Settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    migrations.upgrade(settings.url)
    click.echo("数据库结构已是最新。")
