"""wangge form: the county's forms, to Excel and back, published and closed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from forms import catalogue, workbook
from forms.findings import Finding, FormRefused
from server.cli.opening import Refused, opened
from server.cli.tables import table
from server.domain.people import SYSTEM
from server.figures import form_desk
from server.services import form_drafts as drafts
from server.services import forms as services
from server.settings import Settings
from server.storage import forms as storage
from server.storage.files import FileStore


@click.group()
def form() -> None:
    """表单：列出、导出成 Excel、发布、停用。"""


@form.command("list")
def list_() -> None:
    """列出所有表单：编号、名称、版本、情况、收到多少份、当作哪张表统计。"""
    with opened() as database, database.read(SYSTEM) as reading:
        rows = [
            (
                line.form_id,
                line.title,
                line.version,
                line.state.label,
                str(line.records),
                line.stands_for or "—",
            )
            for line in form_desk.lines(reading)
        ]
    click.echo(table(("编号", "名称", "版本", "情况", "收到", "当作哪张表统计"), rows))


@form.command()
@click.argument("form_id")
@click.option(
    "--xlsx", "file", required=True, type=click.Path(dir_okay=False, path_type=Path), help="写到哪个文件"
)
def export(form_id: str, file: Path) -> None:
    """把表单写成文件：已发布的最新版，上传的原样给出，随产品提供的写成 Excel（.xlsx）。"""
    settings = Settings()
    with opened(settings) as database, database.read(SYSTEM) as reading:
        published = storage.newest(reading.session, form_id)
        if published is not None and published.file_sha256 is not None:
            stored = FileStore(settings.data_dir / "files").path(published.file_sha256)
            content: bytes | None = stored.read_bytes()
        else:
            content = None if published is None else workbook.to_xlsx(published.source)
    if content is None:
        if form_id not in catalogue.shipped():
            raise Refused(f"没有名为“{form_id}”的表单。随产品提供的有：{'、'.join(catalogue.shipped())}")
        content = workbook.to_xlsx(catalogue.source(form_id))
    file.write_bytes(content)
    click.echo(f"已写到 {file}")


@form.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--stands-for", type=click.Choice(catalogue.shipped()), help="新表当作哪张表统计")
def publish(file: Path, stands_for: str | None) -> None:
    """发布一张表单（.xlsx、.xls、.csv、.md 或 XForm），手机下次更新时收到。"""
    settings = Settings()
    sheet = drafts.examine(file.name, file.read_bytes())
    with opened(settings) as database:
        files = FileStore(settings.data_dir / "files")
        try:
            with database.transaction(SYSTEM) as work:
                draft = drafts.keep(work, files, sheet)
                if stands_for is not None:
                    drafts.declare(work, draft.id, stands_for)
                version = drafts.publish(work, files, draft.id)
        except FormRefused as refusal:
            rows = _rows(refusal.findings)
            raise Refused("表单有错，没有发布。", heads=("级别", "位置", "问题"), rows=rows) from refusal
    click.echo(f"已发布 {version.form_id}，版本 {version.version}。")


def _rows(findings: Sequence[Finding]) -> list[tuple[str, str, str]]:
    levels = {"error": "错误", "warning": "提醒"}
    return [(levels[each.level], each.place or "整张表", each.message) for each in findings]


@form.command()
@click.argument("form_id")
def close(form_id: str) -> None:
    """停用一张表单：手机下次更新时不再有它，已经填好的照样收。"""
    with opened() as database, database.transaction(SYSTEM) as work:
        services.close(work, form_id)
    click.echo(f"已停用 {form_id}。")


@form.command()
@click.argument("form_id")
def reopen(form_id: str) -> None:
    """恢复使用一张停用的表单。"""
    with opened() as database, database.transaction(SYSTEM) as work:
        services.reopen(work, form_id)
    click.echo(f"已恢复使用 {form_id}。")
