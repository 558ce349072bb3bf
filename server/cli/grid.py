"""wangge grid: boundaries in from surveyors' files, and out to QGIS."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import cast, get_args

import click

from gis import grid_export, grid_files
from gis.coordinates import Datum
from gis.grid_export import DATUM_NAMES, Format
from gis.grid_files import Columns, GridFileRefused
from gis.validate import ALLOWABLE, Kind
from server.cli.opening import Refused, opened
from server.cli.tables import table
from server.domain.people import SYSTEM
from server.domain.retagging import batches, by_way
from server.domain.work_calendar import local_day
from server.figures import boundary_layers
from server.services import boundary_import, retagging
from server.services.boundary_import import Examined, MapOrder, Remark, WrongMap
from server.services.retagging import AT_ONCE, Correction
from server.web.i18n import say

_HEADS = ("", "编码", "平方米", "问题")
_RECORDS = {"demand": "诉求", "household": "住户", "visit": "走访"}
_LEVELS = {"error": "错误", "warning": "提醒"}


@click.group()
def grid() -> None:
    """网格边界：导入、导出、改正。"""


@grid.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--datum", required=True, type=click.Choice(get_args(Datum)), help="文件的坐标系")
@click.option("--code-field", required=True, help="哪个字段是 15 位网格编码")
@click.option("--name-field", required=True, help="哪个字段是网格名称")
@click.option("--kind-field", help="哪个字段是网格类别（一般、专属）")
@click.option("--population-field", help="哪个字段是常住人口")
@click.option("--village-field", help="哪个字段是村（社区）名称，新设村时用")
@click.option("--township-field", help="哪个字段是乡镇（街道）名称，新设乡镇时用")
@click.option("--create-divisions", is_flag=True, help="村、乡镇还没有设立的，一并设立")
@click.option("--end-missing", is_flag=True, help="图上有的村里，图上没有的现行网格取消")
@click.option("--effective", type=click.DateTime(["%Y-%m-%d"]), help="生效日期，默认今天")
@click.option("--encoding", help="文件没有写明的文字编码，例如 GBK")
@click.option(
    "--allow",
    multiple=True,
    type=click.Choice(sorted(ALLOWABLE)),
    help="确认属实、照样导入的问题：重叠、空隙、跨村（社区），可写多次",
)
@click.option("--make-valid", is_flag=True, help="修复有错的边界，并说明面积变了多少")
@click.option(
    "--points",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="已知在网格里的位置（CSV，WGS-84，列为 经度、纬度），用来核对坐标系；默认用名册里的住户",
)
@click.option("--dry-run", is_flag=True, help="只检查和预览，什么都不改")
def import_(
    file: Path,
    datum: Datum,
    code_field: str,
    name_field: str,
    kind_field: str | None,
    population_field: str | None,
    village_field: str | None,
    township_field: str | None,
    create_divisions: bool,
    end_missing: bool,
    effective: dt.datetime | None,
    encoding: str | None,
    allow: tuple[Kind, ...],
    make_valid: bool,
    points: Path | None,
    dry_run: bool,
) -> None:
    """导入网格边界（GeoJSON、GeoPackage、Shapefile、KML）。先检查，有错误就什么都不改。"""
    columns = Columns(code_field, name_field, kind_field, township_field, village_field, population_field)
    try:
        drawn = grid_files.opened(file, encoding=encoding).drawn(columns=columns, datum=datum)
    except GridFileRefused as refusal:
        raise Refused(str(refusal)) from refusal
    places = () if points is None else _places(points)
    with opened() as database:
        order = MapOrder(
            drawn=drawn,
            source=file.name,
            datum=datum,
            effective_on=local_day(database.clock()) if effective is None else effective.date(),
            allow=frozenset(allow),
            repair=make_valid,
            end_missing=end_missing,
            create_divisions=create_divisions,
            places=places,
        )
        with database.read(SYSTEM) as reading:
            found = boundary_import.look(reading, order)
        _tell(found)
        version = None
        if not dry_run:
            try:
                with database.transaction(SYSTEM) as work:
                    version, found = boundary_import.take_in(work, order, found)
            except WrongMap as refusal:
                _refuse_errors(refusal.examined.remarks)
                raise
    if version is None:
        click.echo("只是预览，没有导入。" if dry_run else "与现行边界没有差别，没有发布新的版本。")
        return
    click.echo(
        f"已导入 {len(found.changes.features)} 个网格，边界第 {version.id} 版，{version.effective_on} 起生效。"
    )
    if found.absent:
        click.echo(f"一并设立了 {len(found.absent)} 个区划。")


def _tell(found: Examined) -> None:
    _refuse_errors(found.remarks)
    if found.remarks:
        click.echo(table(_HEADS, [*map(_row, found.remarks)]))
    changes, follows = found.changes, found.follows
    click.echo(
        f"新增 {len(changes.new)} 个网格，改界 {len(changes.redrawn)} 个，改名 {len(changes.renamed)} 个，"
        f"取消 {len(changes.ended)} 个，不变 {len(changes.unchanged)} 个。"
    )
    if follows is None:
        return
    patrols, visits, demands = follows.records
    click.echo(
        f"{follows.moving} 户换到新的网格（{follows.unplaced} 户没有门口位置），"
        f"{follows.demands} 件没办完的诉求归到新的网格（{follows.demands_unplaced} 件说不清位置，归村、社区）；"
        f"取消、改界的网格已有的 {patrols} 次巡查、{visits} 次走访、{demands} 件诉求仍记在当时的网格。"
    )
    if follows.posts:
        click.echo(f"取消的网格还有人在岗（{len(follows.posts)} 个岗位），请另定岗位。")


def _places(file: Path) -> list[tuple[float, float]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            return [(float(row["经度"]), float(row["纬度"])) for row in csv.DictReader(lines)]
    except (KeyError, TypeError, ValueError) as error:
        raise Refused(f"{file.name} 应是 CSV（UTF-8），有“经度”“纬度”两列，都是数字。") from error


def _refuse_errors(remarks: Sequence[Remark]) -> None:
    errors = sum(remark.level == "error" for remark in remarks)
    if errors:
        raise Refused(f"有 {errors} 处错误，没有导入。", heads=_HEADS, rows=[*map(_row, remarks)])


def _row(remark: Remark) -> tuple[str, str, str, str]:
    codes = remark.code if remark.other is None else f"{remark.code} {remark.other}"
    area = "" if remark.square_metres is None else f"{remark.square_metres:,.2f}"
    return _LEVELS[remark.level], codes or "—", area, remark.message


@grid.command()
@click.argument("division")
@click.option(
    "--since", required=True, type=click.DateTime(["%Y-%m-%d"]), help="从哪天的记录起：错图的生效日期"
)
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="到哪天的记录止，默认今天")
@click.option("--reason", help="原来的导入错在哪里；写了才改，不写只预览")
def retag(division: str, since: dt.datetime, until: dt.datetime | None, reason: str | None) -> None:
    """重新定格：正确的边界重新导入以后，改正错图留在诉求、走访上的网格。正常改划不用。"""
    with opened() as database:
        order = Correction(
            jurisdiction=division,
            since=since.date(),
            until=local_day(database.clock()) if until is None else until.date(),
            reason=reason or "",
        )
        with database.read(SYSTEM) as reading:
            moves = retagging.look(reading, order)
        rows = [
            (_RECORDS[kind], was or "—", to, str(number)) for (kind, was, to), number in by_way(moves).items()
        ]
        if rows:
            click.echo(table(("记录", "现在的网格", "改为", "条数"), rows))
        if reason is None or not moves:
            click.echo(f"有 {len(moves)} 条记录的网格与边界不一致，什么都没有改。")
            return
        with database.transaction(SYSTEM) as work:
            retagging_id = retagging.begin(work, order, planned=len(moves))
        written = 0
        for batch in batches(moves, at_most=AT_ONCE):
            with database.transaction(SYSTEM) as work:
                written += retagging.write(work, retagging_id, batch)
    click.echo(f"已改正 {written} 条记录的网格。")


@grid.command()
@click.option(
    "--gpkg", type=click.Path(dir_okay=False, path_type=Path), help="写成 GeoPackage，连同必巡点和未了结诉求"
)
@click.option("--geojson", type=click.Path(dir_okay=False, path_type=Path), help="写成 GeoJSON")
@click.option("--shp", type=click.Path(dir_okay=False, path_type=Path), help="写成 Shapefile（ZIP）")
@click.option("--kml", type=click.Path(dir_okay=False, path_type=Path), help="写成 KML")
@click.option("--datum", default="wgs84", type=click.Choice(get_args(Datum)), help="坐标系，默认 WGS-84")
def export(datum: Datum, **files: Path | None) -> None:
    """导出现行网格边界，供 QGIS 等使用。坐标系不是 WGS-84 时写在文件名里。"""
    wanted = [(to, path) for to, path in files.items() if path is not None]
    if len(wanted) != 1:
        raise Refused("请写明 --gpkg、--geojson、--shp、--kml 其中一个。")
    to, path = cast(tuple[Format, Path], wanted[0])
    if not grid_export.can_declare(to, datum):
        raise Refused(say("boundary.kml_is_wgs84"))
    with opened() as database, database.read(SYSTEM) as reading:
        layers = [boundary_layers.grid_layer(reading, on=local_day(reading.now))]
        if to == "gpkg":
            layers += boundary_layers.point_layers(reading)
    number = len(layers[0].shapes)
    if not number:
        raise Refused("数据库里还没有网格。")
    if datum != "wgs84" and datum not in path.stem:
        path = path.with_stem(f"{path.stem}-{datum}")
    grid_export.write(path, layers, to=to, datum=datum)
    click.echo(f"已写出 {number} 个网格（{DATUM_NAMES[datum]}）：{path}")
