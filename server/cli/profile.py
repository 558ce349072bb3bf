"""wangge profile: counties' mechanisms, checked before they are installed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click
from sqlalchemy.orm import Session

from server import profiles
from server.cli.opening import Refused, opened
from server.cli.tables import table
from server.domain import demand_paths as paths
from server.domain.mechanism import MechanismProfile, parse_profile
from server.domain.people import SYSTEM
from server.domain.problems import Invalid
from server.domain.work_calendar import local_day
from server.figures.mechanism import differences
from server.figures.mechanism_trial import MOST, Compared, trial
from server.services import profiles as mechanism
from server.storage import jurisdictions
from server.storage.profiles import profile_at
from server.web.i18n import say


@click.group()
def profile() -> None:
    """县域机制方案：检查、查看、比较、试算、安装。"""


@profile.command()
@click.argument("name")
def check(name: str) -> None:
    """检查一份机制方案（方案名或文件）：写法、前后一致、每件诉求都办得完；不安装。"""
    found = _checked(name, text_of(name))
    click.echo(f"没有发现问题：{found.name} {found.brand}")


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
    _checked(name, text)
    with opened() as database, database.transaction(SYSTEM) as work:
        own = _county(work.session)
        day = local_day(work.now) if effective is None else effective.date()
        code = jurisdiction or own
        version = mechanism.install(work, text, jurisdiction=code, effective_from=day)
        click.echo(f"{code} 的机制方案第 {version.version} 版，{version.effective_from} 起生效。")


@profile.command()
@click.argument("one")
@click.argument("other")
def compare(one: str, other: str) -> None:
    """逐项比较两份机制方案（方案名或文件）。"""
    texts = text_of(one), text_of(other)
    names = [_checked(name, text).name for name, text in zip((one, other), texts, strict=True)]
    found = differences(*texts)
    if not found:
        click.echo("两份方案说的一样。")
        return
    rows = [(each.table, each.item, each.was, each.becomes) for each in found]
    click.echo(table(("部分", "项目", *names), rows))
    click.echo(f"共 {len(found)} 处不同。")


@profile.command()
@click.argument("name")
@click.option(
    "--days", type=click.IntRange(1, 366), default=30, show_default=True, help="试算最近多少天的诉求"
)
@click.option("--jurisdiction", help="哪个区划（编码），默认本县")
def simulate(name: str, days: int, jurisdiction: str | None) -> None:
    """试算：最近的诉求换一份机制方案会怎样。只读，不改任何数据。"""
    new = _checked(name, text_of(name))
    with opened() as database, database.read(SYSTEM) as reading:
        code = jurisdiction or _county(reading.session)
        old = profile_at(reading.session, code, on=local_day(reading.now))
        tried = trial(reading, old, new, days=days, area=code)
    click.echo(f"最近 {days} 天收到的诉求 {tried.matters} 件（最多试算最近 {MOST} 件）。")
    if tried.unrecorded:
        click.echo(f"其中 {tried.unrecorded} 件没有逐步的办理记录，没有试算。")
    if tried.lines:
        click.echo(table(_TRIAL_HEADS, [_trial_row(line) for line in tried.lines]))
    for each in tried.moved:
        click.echo(f"{each.number}：到期由{each.was or '没有日子'}变为{each.becomes or '没有日子'}")


_TRIAL_HEADS = (
    "现在的类别",
    "换了以后",
    "件数",
    "到期提前",
    "到期推后",
    "走不通",
    "现在超期",
    "换了以后超期",
)


def _trial_row(line: Compared) -> tuple[str, ...]:
    numbers = (line.matters, line.earlier, line.later, line.astray, line.overdue_was, line.overdue_becomes)
    return (line.was, line.becomes, *(str(number) for number in numbers))


def _county(session: Session) -> str:
    county = jurisdictions.county(session)
    if county is None:
        raise Refused("数据库里还没有县，请先运行 wangge county create。")
    return county.code


def _checked(name: str, text: str) -> MechanismProfile:
    """The mechanism, once it is known that it holds. Raises Refused with the name of the file."""
    try:
        found = parse_profile(text)
        paths.check(found)
    except Invalid as refusal:
        raise Refused(f"{name}：{say(refusal.code, **refusal.details)}") from refusal
    return found


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
