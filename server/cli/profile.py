"""wangge profile: counties' mechanisms, checked before they are installed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from server import profiles
from server.cli.opening import Refused, opened, refusals
from server.cli.tables import table
from server.domain.mechanism import parse_profile
from server.domain.people import SYSTEM
from server.domain.work_calendar import local_day
from server.services import profiles as mechanism
from server.storage import jurisdictions


@click.group()
def profile() -> None:
    """县域机制方案：检查、查看、安装。"""


@profile.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check(file: Path) -> None:
    """检查一份机制方案文件，不安装。"""
    with refusals():
        found = parse_profile(_text(file))
    click.echo(f"没有发现问题：{found.name}")


@profile.command()
@click.argument("name", required=False)
def show(name: str | None) -> None:
    """列出随产品提供的机制方案，或打印其中一份。"""
    if name is not None:
        click.echo(_shipped(name))
        return
    rows = [(each, parse_profile(profiles.source(each)).name) for each in profiles.shipped()]
    click.echo(table(("方案名", "说明"), rows))


@profile.command()
@click.argument("name")
@click.option("--jurisdiction", help="安装到哪个区划（编码），默认本县")
@click.option("--effective", type=click.DateTime(["%Y-%m-%d"]), help="生效日期，默认今天")
def install(name: str, jurisdiction: str | None, effective: dt.datetime | None) -> None:
    """安装机制方案：随产品提供的方案名，或一个文件。"""
    text = text_of(name)
    with opened() as database, database.transaction(SYSTEM) as work:
        county = jurisdictions.county(work.session)
        if county is None:
            raise Refused("数据库里还没有县，请先运行 wangge county create。")
        day = local_day(work.now) if effective is None else effective.date()
        code = jurisdiction or county.code
        version = mechanism.install(work, text, jurisdiction=code, effective_from=day)
        click.echo(f"{code} 的机制方案第 {version.version} 版，{version.effective_from} 起生效。")


def text_of(name: str) -> str:
    """The text of a mechanism: a file of that name, else the shipped one. Raises Refused."""
    return _text(Path(name)) if Path(name).is_file() else _shipped(name)


def _shipped(name: str) -> str:
    if name not in profiles.shipped():
        raise Refused(f"没有名为“{name}”的机制方案。可用的有：{'、'.join(profiles.shipped())}")
    return profiles.source(name)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise Refused("文件不是 UTF-8 编码的文字。") from error
