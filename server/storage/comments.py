"""What whoever opens the database in QGIS reads beside tables with places and their columns; kept by PostGIS alone."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

_POINT = "点，WGS-84 经纬度（度），先经度后纬度"
_GRID_THEN = "当时所在网格的编码，以后改划也不变"
_DAY = "日期，北京时间"

COMMENTS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "boundary_versions": (
        "网格边界的版本：每发布一次一行",
        {
            "effective_on": "从哪天起算数（北京时间）",
            "source": "边界的来源：文件名，或在线改划的村（社区）",
            "datum": "来源文件的坐标系；库里一律已换算为 WGS-84",
        },
    ),
    "grids": (
        "网格：编码十五位，前十二位是村（社区）；边界在 grid_boundaries",
        {
            "code": "网格编码，取消后不再使用",
            "kind": "类别：general 一般网格，special 专属网格",
            "population": "常住人口，人；空为不知道",
            "valid_from": "从哪天起有这个网格（北京时间）",
            "valid_to": "最后一天；空为现行",
            "predecessors": "由哪些网格改划而来：编码的列表",
        },
    ),
    "grid_boundaries": (
        "网格边界：一个网格在一个版本里的边界，按日期接续",
        {
            "grid_code": "网格编码，见 grids",
            "valid_from": "从哪天起按这条边界（北京时间）",
            "valid_to": "最后一天；空为现行或将要生效",
            "outline": "面，WGS-84 经纬度（度），先经度后纬度",
        },
    ),
    "must_see_points": (
        "必巡点：巡查应当走到的地方",
        {"grid_code": "网格编码", "name": "名称", "point": _POINT},
    ),
    "households": (
        "住户",
        {"grid_code": "现在所在网格的编码", "point": f"门口：{_POINT}；空为没有定位"},
    ),
    "demands": (
        "诉求",
        {
            "number": "诉求编号",
            "jurisdiction": "现在归哪个网格、村（社区）或以上区划的编码",
            "grid_then": f"{_GRID_THEN}；空为待定位",
            "point": f"事情所在：{_POINT}；空为待定位",
        },
    ),
    "findings": (
        "巡查发现的问题",
        {"grid_then": _GRID_THEN, "day": _DAY, "point": _POINT, "accuracy": "定位精度，米"},
    ),
    "visits": (
        "走访",
        {
            "grid_then": _GRID_THEN,
            "day": _DAY,
            "point": f"走访时的位置：{_POINT}",
            "accuracy": "定位精度，米",
        },
    ),
    "passes": (
        "到过的地方：发现问题、走访的位置，或整理过的一段轨迹",
        {
            "grid_then": _GRID_THEN,
            "day": _DAY,
            "shape": "点或线，WGS-84 经纬度（度），先经度后纬度",
            "of_track": "是否来自轨迹；来自轨迹的 90 天后随原始轨迹删除",
        },
    ),
    "submissions": (
        "手机和浏览器交来的记录，原样保存",
        {"jurisdiction": "算在哪个网格或区划：编码", "point": f"记录里的第一个位置：{_POINT}"},
    ),
}


def say(metadata: sa.MetaData) -> None:
    """Write the comments on the tables and columns they are about. Raises KeyError for one that is not there."""
    for name, (words, columns) in COMMENTS.items():
        metadata.tables[name].comment = words
        for column, meaning in columns.items():
            metadata.tables[name].columns[column].comment = meaning
