"""wangge entities: the county's own lists, out to a file and in from one."""

from __future__ import annotations

from pathlib import Path

import click

from server.cli.opening import Refused, opened
from server.cli.tables import table
from server.domain.entity import Audience
from server.domain.people import SYSTEM
from server.figures import entity_desk
from server.services import entities as services
from server.services.entities import filling
from server.services.register.importing import ListFile, WrongRows
from server.web.i18n import say
from server.web.staff.entities import csv_parts

_HEADS = ("行", "列", "问题")


@click.group()
def entities() -> None:
    """名单：列出、导出、导入本县表单自己的名单（住户和未结诉求是名册，不在这里）。"""


@entities.command("list")
def list_() -> None:
    """列出所有名单：条数、要看的冲突、谁的手机上有、哪些表单用它。"""
    with opened() as database, database.read(SYSTEM) as reading:
        rows = [
            (
                line.list.name,
                str(line.entities),
                str(line.clashes),
                Audience(line.list.audience).label,
                "、".join(line.forms) or "—",
            )
            for line in entity_desk.lines(reading)
        ]
    click.echo(table(("名单", "条数", "冲突", "谁的手机上有", "表单"), rows))


@entities.command()
@click.argument("name")
@click.option("--reason", default="命令行导出", help="为什么导出，名单含个人信息时留在记录里")
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="写到哪个文件，有则替换"
)
def export(name: str, reason: str, out: Path) -> None:
    """把一份名单写成 CSV，改好后可以再导入。"""
    with opened() as database:
        with database.transaction(SYSTEM) as work:
            services.take_away(work, name, reason=reason)
        unfinished = out.with_name(f"{out.name}.part")
        with unfinished.open("w", encoding="utf-8", newline="") as to:
            to.writelines(csv_parts(database, SYSTEM, name))
        unfinished.replace(out)
    click.echo(f"已写出 {out}。")


@entities.command("import")
@click.argument("name")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_(name: str, file: Path) -> None:
    """从 CSV 或 XLSX 导入名单，每行要有名称和网格；没有这份名单就新建。有一处不对就什么都不改。"""
    given = ListFile(name=file.name, content=file.read_bytes())
    with opened() as database:
        try:
            with database.transaction(SYSTEM) as work:
                done = filling.fill(work, name, given)
        except WrongRows as refusal:
            rows = [(str(wrong.row), wrong.field, wrong.reason) for wrong in refusal.wrong]
            raise Refused(say(refusal.code, **refusal.details), heads=_HEADS, rows=rows) from refusal
    click.echo(f"已导入：新增 {done.new} 条，改动 {done.changed} 条。")
