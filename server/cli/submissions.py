"""wangge submissions: making the rows of records again."""

from __future__ import annotations

import click

from server.cli.opening import Refused, opened
from server.domain.people import SYSTEM
from server.services import submissions as services
from server.storage import submissions as storage


@click.group()
def submissions() -> None:
    """手机发来的记录。"""


@submissions.command()
@click.option("--failed", is_flag=True, help="所有没有转换成的和版本不明暂存的记录")
@click.option("--id", "submission_id", type=int, help="只转换这一份")
def reproject(failed: bool, submission_id: int | None) -> None:
    """按原件重新转换，不会重复计数。"""
    if failed == (submission_id is not None):
        raise Refused("请写 --failed 或 --id 编号，二者选一。")
    with opened() as database, database.transaction(SYSTEM) as work:
        if submission_id is None:
            done, left = services.reproject_waiting(work)
        else:
            one = storage.get(work.session, submission_id, scope=SYSTEM.scope)
            done, left = (1, 0) if services.reproject(work, one) is None else (0, 1)
    click.echo(f"转换了 {done} 份，还有 {left} 份没有转换成。")
