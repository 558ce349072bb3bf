"""wangge grid: boundaries in from surveyors' files, and out to QGIS."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import get_args

import click
from shapely import MultiPolygon, Polygon

from gis import grid_files
from gis.coordinates import Datum
from gis.grid_files import Columns, Drawn, GridFileRefused
from gis.validate import ALLOWABLE, Finding, Kind, examine
from server.cli.opening import Refused, opened
from server.cli.tables import table
from server.domain.jurisdiction import Level, ancestor_at, level_of
from server.domain.people import SYSTEM
from server.domain.work_calendar import local_day
from server.services import boundaries, divisions
from server.services.boundaries import Feature
from server.storage import grids, jurisdictions
from server.work import Reading, Work

_KINDS = {
    "": "general",
    "general": "general",
    "一般": "general",
    "一般网格": "general",
    "基础网格": "general",
    "special": "special",
    "专属": "special",
    "专属网格": "special",
}
_HEADS = ("", "编码", "平方米", "问题")
_LEVELS = {"error": "错误", "warning": "提醒"}
_Row = tuple[str, str, str, str]


@click.group()
def grid() -> None:
    """网格边界：导入、导出。"""


@grid.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--datum", required=True, type=click.Choice(get_args(Datum)), help="文件的坐标系")
@click.option("--code-field", required=True, help="哪个字段是 15 位网格编码")
@click.option("--name-field", required=True, help="哪个字段是网格名称")
@click.option("--kind-field", help="哪个字段是网格类别（一般、专属）")
@click.option("--village-field", help="哪个字段是村（社区）名称，新设村时用")
@click.option("--township-field", help="哪个字段是乡镇（街道）名称，新设乡镇时用")
@click.option("--create-divisions", is_flag=True, help="村、乡镇还没有设立的，一并设立")
@click.option("--effective", type=click.DateTime(["%Y-%m-%d"]), help="生效日期，默认今天")
@click.option("--encoding", help="文件没有写明的文字编码，例如 GBK")
@click.option(
    "--allow",
    multiple=True,
    type=click.Choice(sorted(ALLOWABLE)),
    help="确认属实、照样导入的问题：重叠、空隙、跨村（社区），可写多次",
)
def import_(
    file: Path,
    datum: Datum,
    code_field: str,
    name_field: str,
    kind_field: str | None,
    village_field: str | None,
    township_field: str | None,
    create_divisions: bool,
    effective: dt.datetime | None,
    encoding: str | None,
    allow: tuple[Kind, ...],
) -> None:
    """导入网格边界（GeoJSON、GeoPackage、Shapefile）。先检查，有错误就什么都不改。"""
    columns = Columns(code_field, name_field, kind_field, township_field, village_field)
    try:
        drawn = grid_files.read(file, columns=columns, datum=datum, encoding=encoding)
    except GridFileRefused as refusal:
        raise Refused(str(refusal)) from refusal
    findings = examine(drawn, allow=frozenset(allow))
    taken = [each for each in drawn if each.code]
    with opened() as database:
        with database.read(SYSTEM) as reading:
            absent = _absent(reading, taken) if _well_formed(findings) else []
        _check(findings, [*_wrong_kinds(taken), *_orphans(absent, create_divisions)], taken)
        with database.transaction(SYSTEM) as work:
            _add_divisions(work, absent, taken)
            day = local_day(work.now) if effective is None else effective.date()
            features = [_feature(each) for each in taken]
            version = boundaries.publish(work, features, effective_on=day, source=file.name, datum=datum)
    click.echo(f"已导入 {len(features)} 个网格，边界第 {version.id} 版，{day} 起生效。")
    if absent:
        click.echo(f"一并设立了 {len(absent)} 个区划。")


def _well_formed(findings: Iterable[Finding]) -> bool:
    return not any(finding.kind == "malformed_code" for finding in findings)


def _absent(reading: Reading, taken: Sequence[Drawn]) -> list[str]:
    """The divisions around the grids that the database does not know, the widest first."""
    around = {
        ancestor_at(each.code, level)
        for each in taken
        for level in (Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE)
    }
    known = jurisdictions.names(reading.session, sorted(around))
    return sorted(around - known.keys())


def _orphans(absent: Sequence[str], may_create: bool) -> list[_Row]:
    """A county is set up on purpose, never by a map."""
    return [
        (_LEVELS["error"], code, "", f"这个{level_of(code).label}还没有设立")
        for code in absent
        if not may_create or level_of(code) is Level.COUNTY
    ]


def _wrong_kinds(taken: Sequence[Drawn]) -> list[_Row]:
    return [
        (_LEVELS["error"], each.code, "", f"「{each.name}」的类别“{each.kind}”不是一般或专属")
        for each in taken
        if each.kind not in _KINDS
    ]


def _row(finding: Finding) -> _Row:
    codes = finding.code if finding.other is None else f"{finding.code} {finding.other}"
    area = "" if finding.square_metres is None else f"{finding.square_metres:,.2f}"
    return _LEVELS[finding.level], codes or "—", area, finding.message


def _check(findings: Sequence[Finding], more: Sequence[_Row], taken: Sequence[Drawn]) -> None:
    """Print the warnings; refuse the whole file where anything is wrong in it."""
    rows = [*map(_row, findings), *more]
    errors = sum(1 for row in rows if row[0] == _LEVELS["error"])
    if errors:
        raise Refused(f"有 {errors} 处错误，没有导入。", heads=_HEADS, rows=rows)
    if not taken:
        raise Refused("没有一个网格有编码，没有导入。", heads=_HEADS, rows=rows)
    if rows:
        click.echo(table(_HEADS, rows))


def _add_divisions(work: Work, absent: Sequence[str], taken: Sequence[Drawn]) -> None:
    for code in absent:
        inside = [each for each in taken if each.code.startswith(code)]
        is_village = level_of(code) is Level.VILLAGE
        divisions.add(
            work, code, _name_of(code, [each.village if is_village else each.township for each in inside])
        )


def _name_of(code: str, called: Sequence[str]) -> str:
    """What most of its grids call a division; its code where none of them says."""
    names = Counter(name for name in called if name)
    return names.most_common(1)[0][0] if names else code


def _feature(drawn: Drawn) -> Feature:
    assert isinstance(drawn.geometry, Polygon | MultiPolygon)  # noqa: S101 - examine() refused everything else
    return Feature(code=drawn.code, name=drawn.name, outline=drawn.geometry, kind=_KINDS[drawn.kind])


@grid.command()
@click.option("--gpkg", type=click.Path(dir_okay=False, path_type=Path), help="写成 GeoPackage")
@click.option("--geojson", type=click.Path(dir_okay=False, path_type=Path), help="写成 GeoJSON")
def export(gpkg: Path | None, geojson: Path | None) -> None:
    """导出现行网格边界（WGS-84），供 QGIS 等使用。"""
    if (gpkg is None) == (geojson is None):
        raise Refused("请写明 --gpkg 或 --geojson 其中一个。")
    with opened() as database, database.read(SYSTEM) as reading:
        known = {row.code: row for row in grids.listing(reading.session, scope=SYSTEM.scope)}
        outlines = grids.outlines(reading.session, scope=SYSTEM.scope, on=local_day(reading.now))
    features = [
        Drawn(code=code, name=known[code].name, geometry=outline, kind=known[code].kind)
        for code, outline in outlines
    ]
    if not features:
        raise Refused("数据库里还没有网格。")
    if gpkg is not None:
        grid_files.write(gpkg, features, to="GPKG")
    if geojson is not None:
        grid_files.write(geojson, features, to="GeoJSON")
    click.echo(f"已写出 {len(features)} 个网格。")
