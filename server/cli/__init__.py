"""`wangge`: what an operator types. Each file holds the commands of one subject."""

from __future__ import annotations

import click

from server import __version__
from server.cli import (
    app_user,
    backup,
    county,
    database,
    demo,
    entities,
    form,
    grid,
    profile,
    register,
    serve,
    settings,
    submissions,
    user,
    worker,
)
from server.cli.speech import ChineseHelp, Main

click.Context.formatter_class = ChineseHelp


@click.group("wangge", cls=Main, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="wangge")
def main() -> None:
    """网格：网格治理现场数据服务器。"""


for command in (
    serve.serve,
    worker.worker,
    demo.demo,
    database.db,
    county.county,
    user.user,
    app_user.app_user,
    grid.grid,
    register.register,
    form.form,
    entities.entities,
    profile.profile,
    submissions.submissions,
    settings.settings,
    backup.backup,
    backup.restore,
):
    main.add_command(command)
