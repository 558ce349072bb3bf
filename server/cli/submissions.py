"""wangge submissions: making the rows of records again, and taking records out as a file."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from server.cli.opening import Refused, opened
from server.domain.people import SYSTEM
from server.domain.submission import STATES
from server.figures.exports import file
from server.figures.exports.order import EVERY_STATE, Format, Wanted
from server.services import exports
from server.services import submissions as services
from server.settings import Settings
from server.storage import submissions as storage
from server.storage.files import FileStore

_DAY = click.DateTime(["%Y-%m-%d"])


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


@submissions.command()
@click.option("--form", "form_id", required=True, help="哪张表（表单编号，例如 patrol）")
@click.option(
    "--format",
    "kind",
    type=click.Choice([each.value for each in Format]),
    default=Format.CSV.value,
    help="哪种文件，默认 CSV",
)
@click.option("--since", type=_DAY, help="从哪天的记录起，默认最早")
@click.option("--until", type=_DAY, help="到哪天的记录止，默认最新")
@click.option("--area", help="只要这个行政区划或网格的（编码）")
@click.option(
    "--state", type=click.Choice([*STATES, EVERY_STATE]), default="received", help="哪种情况的，默认现行的"
)
@click.option("--names", is_flag=True, help="题目和选项写代码名，不写中文")
@click.option("--place", default="", help="GeoJSON、GeoPackage 用哪个位置（表/题目），默认第一个有的")
@click.option("--reason", default="命令行导出", help="为什么导出，留在记录里")
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="写到哪个文件，有则替换"
)
def export(
    form_id: str,
    kind: str,
    since: dt.datetime | None,
    until: dt.datetime | None,
    area: str | None,
    state: str,
    names: bool,
    place: str,
    reason: str,
    out: Path,
) -> None:
    """导出一张表的记录。含个人信息，请妥善保管。"""
    wanted = Wanted(
        form_id=form_id,
        format=Format(kind),
        in_words=not names,
        first=None if since is None else since.date(),
        last=None if until is None else until.date(),
        area=area,
        state=state,
        place=place,
    )
    settings = Settings()
    with opened(settings) as database:
        with database.transaction(SYSTEM) as work:
            order = exports.begin(work, wanted, reason=reason)
        unfinished = out.with_name(f"{out.name}.part")
        with unfinished.open("wb") as to:
            for chunk in file.chunks(
                order, lambda: database.read(SYSTEM), FileStore(settings.data_dir / "files")
            ):
                to.write(chunk)
        unfinished.replace(out)
    click.echo(f"已写出 {out}（{out.stat().st_size // 1024 + 1} 千字节）。")
