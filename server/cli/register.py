"""wangge register: households and last visits in from somebody's list."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import get_args

import click

from gis.coordinates import Datum
from server.cli.opening import Refused, opened
from server.domain.people import SYSTEM
from server.services.register.columns import HOUSEHOLD_FIELDS, VISIT_FIELDS
from server.services.register.importing import Imported, ListFile, WrongRows, import_households
from server.services.register.last_visits import import_visits
from server.web.i18n import say
from server.work import Work

_HEADS = ("行", "字段", "问题")


@click.group()
def register() -> None:
    """名册：导入住户和上次走访。"""


@register.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--households", "what", flag_value="households", help=f"导入住户，字段：{'、'.join(HOUSEHOLD_FIELDS)}"
)
@click.option("--visits", "what", flag_value="visits", help=f"导入上次走访，字段：{'、'.join(VISIT_FIELDS)}")
@click.option(
    "--map", "columns", multiple=True, metavar="列=字段", help="文件里的列对应哪个字段；同名的不用写"
)
@click.option("--datum", type=click.Choice(get_args(Datum)), help="经纬度的坐标系；有经纬度时要写")
@click.option("--entered", type=click.DateTime(["%Y-%m-%d"]), help="住户从哪一天起算在名册里")
def import_(
    file: Path,
    what: str | None,
    columns: tuple[str, ...],
    datum: Datum | None,
    entered: dt.datetime | None,
) -> None:
    """从 CSV 或 XLSX 导入。先检查整个文件，有一处不对就什么都不改；同一编号再导入一次不会重复。"""
    if what is None:
        raise Refused("请说明导入什么：--households 住户，或 --visits 上次走访。")
    if what == "households" and entered is None:
        raise Refused("导入住户要写 --entered：从哪一天起算在名册里。")
    given = ListFile(name=file.name, content=file.read_bytes(), columns=columns, datum=datum)
    with opened() as database:
        try:
            with database.transaction(SYSTEM) as work:
                done = _import(work, given, what, entered=entered)
        except WrongRows as refusal:
            rows = [(str(wrong.row), wrong.field, wrong.reason) for wrong in refusal.wrong]
            raise Refused(say(refusal.code, **refusal.details), heads=_HEADS, rows=rows) from refusal
    click.echo(f"已导入：新增 {done.new}，名册里已有 {done.known}。")


def _import(work: Work, given: ListFile, what: str, *, entered: dt.datetime | None) -> Imported:
    if what == "visits" or entered is None:
        return import_visits(work, given)
    return import_households(work, given, entered_on=entered.date())
