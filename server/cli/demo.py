"""wangge demo: an invented county to look at, made on the first run."""

from __future__ import annotations

import click


@click.command()
def demo() -> None:
    """造一个虚构的演示县并启动服务."""
