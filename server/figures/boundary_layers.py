"""网格图层导出: the grids in force, their 必巡点 and the open cases, as layers for QGIS; nothing of anybody is in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import shapely
import sqlalchemy as sa
from shapely.geometry.base import BaseGeometry

from gis.grid_export import Field, Layer
from server.domain.demand_states import Group
from server.domain.scope import Scope
from server.figures import open_cases
from server.figures.areas import grid_names, narrowed
from server.storage import grids
from server.storage.case_filter import CaseFilter, OnMap
from server.storage.demands import Demand
from server.storage.grids import Grid, GridBoundary
from server.storage.selection import within
from server.work import Reading

_OPEN = tuple(group for group in Group if group is not Group.ENDED)
# About ten metres: the place of a matter, not somebody's door.
_DECIMALS = 4
_KINDS = {"general": "一般", "special": "专属"}


def grid_layer(reading: Reading, *, on: dt.date, area: str | None = None) -> Layer:
    """The grids of an area in force on a day. Raises NotFound("jurisdiction.unknown") outside the reader's scope."""
    scope = narrowed(reading.actor.scope, area)
    return _layer_of(reading, grids.outlines(reading.session, scope=scope, on=on), scope)


def version_layer(reading: Reading, version_id: int) -> Layer:
    """The grids that one boundary version draws within the reader's scope; none where it draws others only."""
    scope = reading.actor.scope
    query = sa.select(GridBoundary.grid_code, GridBoundary.outline).where(
        GridBoundary.boundary_version_id == version_id, within(GridBoundary.grid_code, scope)
    )
    rows = [
        (code, outline) for code, outline in reading.session.execute(query.order_by(GridBoundary.grid_code))
    ]
    return _layer_of(reading, rows, scope)


def _layer_of(reading: Reading, rows: Sequence[tuple[str, BaseGeometry]], scope: Scope) -> Layer:
    known = {grid.code: grid for grid in grids.listing(reading.session, scope=scope)}
    names = grid_names(reading.session, scope=scope)
    drawn: list[Grid] = [known[code] for code, _ in rows]
    return Layer(
        name="grids",
        title="网格",
        geometry_type="MultiPolygon",
        shapes=[outline for _, outline in rows],
        fields=[
            Field("code", "网格编码", [grid.code for grid in drawn]),
            Field("name", "网格名称", [grid.name for grid in drawn]),
            Field("kind", "类别", [_KINDS[grid.kind] for grid in drawn]),
            Field("village", "村（社区）", [names[grid.code].village for grid in drawn]),
            Field("township", "乡镇（街道）", [names[grid.code].township for grid in drawn]),
            Field("population", "常住人口", [grid.population for grid in drawn]),
            Field("valid_from", "启用日期", [grid.valid_from.isoformat() for grid in drawn]),
        ],
    )


def point_layers(reading: Reading, *, area: str | None = None) -> list[Layer]:
    """必巡点, and the open cases that may be points on a map (METRICS C): what and since when, never whose.

    Before the first demand there may be no mechanism to judge cases by, and there is no layer of them.
    """
    layers = [_must_see(reading, area)]
    has_demands = reading.session.scalar(sa.select(sa.exists().where(Demand.id.is_not(None))))
    return [*layers, _cases(reading, area)] if has_demands else layers


def _must_see(reading: Reading, area: str | None) -> Layer:
    points = grids.must_see_points(reading.session, scope=narrowed(reading.actor.scope, area))
    return Layer(
        name="must_see",
        title="必巡点",
        geometry_type="Point",
        shapes=[each.point for each in points],
        fields=[
            Field("grid", "网格编码", [each.grid_code for each in points]),
            Field("name", "名称", [each.name for each in points]),
        ],
    )


def _cases(reading: Reading, area: str | None) -> Layer:
    found = open_cases.every_case(reading, CaseFilter(groups=_OPEN, area=area, on_map=OnMap.SHOWN))
    return Layer(
        name="open_cases",
        title="未了结诉求",
        geometry_type="Point",
        shapes=[_about(each.demand.point) for each in found if each.demand.point is not None],
        fields=[
            Field("number", "编号", [each.demand.number for each in found]),
            Field("grid", "网格编码", [each.demand.jurisdiction for each in found]),
            Field("what", "事项", [each.what for each in found]),
            Field("state", "办理状态", [each.group.label if each.group else "" for each in found]),
            Field("received", "反映日期", [each.demand.raised_on.isoformat() for each in found]),
            Field("age_days", "已过天数", [each.age for each in found]),
            Field("overdue", "是否超期", ["是" if each.over is not None else "否" for each in found]),
        ],
    )


def _about(point: BaseGeometry) -> BaseGeometry:
    return shapely.transform(point, lambda degrees: np.round(degrees, _DECIMALS))
