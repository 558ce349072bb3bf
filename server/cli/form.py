"""wangge form: a form to Excel and back."""

from __future__ import annotations

from pathlib import Path
from zipfile import BadZipFile

import click
from openpyxl.utils.exceptions import InvalidFileException

from forms import catalogue, workbook
from forms.findings import FormRefused
from server.cli.opening import Refused, opened
from server.domain.people import SYSTEM
from server.services import forms as services
from server.storage import forms as storage


@click.group()
def form() -> None:
    """表单：导出成 Excel，发布。"""


@form.command()
@click.argument("form_id")
@click.option(
    "--xlsx", "file", required=True, type=click.Path(dir_okay=False, path_type=Path), help="写到哪个文件"
)
def export(form_id: str, file: Path) -> None:
    """把表单导出为 XLSForm（.xlsx）：已发布的最新版，没有则是随产品提供的。"""
    with opened() as database, database.read(SYSTEM) as reading:
        published = storage.newest(reading.session, form_id)
        source = None if published is None else published.source
    if source is None:
        if form_id not in catalogue.shipped():
            raise Refused(f"没有名为“{form_id}”的表单。随产品提供的有：{'、'.join(catalogue.shipped())}")
        source = catalogue.source(form_id)
    file.write_bytes(workbook.to_xlsx(source))
    click.echo(f"已写到 {file}")


@form.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def publish(file: Path) -> None:
    """发布一张表单（.xlsx 或 .md），手机下次更新时收到。"""
    source = _source(file)
    with opened() as database:
        try:
            with database.transaction(SYSTEM) as work:
                version = services.publish(work, source)
        except FormRefused as refusal:
            rows = [(finding.place or "整张表", finding.message) for finding in refusal.findings]
            raise Refused("表单有错，没有发布。", heads=("位置", "问题"), rows=rows) from refusal
    click.echo(f"已发布 {version.form_id}，版本 {version.version}。")


def _source(file: Path) -> str:
    try:
        if file.suffix.lower() == ".md":
            return file.read_text(encoding="utf-8")
        return workbook.from_xlsx(file.read_bytes())
    except (UnicodeDecodeError, BadZipFile, InvalidFileException, KeyError) as error:
        raise Refused("读不懂这个文件：应是 .xlsx 工作簿，或 UTF-8 编码的 .md 表格。") from error
