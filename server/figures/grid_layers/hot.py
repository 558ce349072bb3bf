"""未解决集中: the grids that, with their neighbours, have more unresolved demands than their share (METRICS H2)."""

from __future__ import annotations

import datetime as dt

from server.domain.permissions import Permission
from server.domain.work_calendar import local_day
from server.figures import concentrations
from server.figures.grid_layers.layer import GridFigure, GridLayer, Layer, grids_of, layer_of
from server.storage import hot_spots
from server.work import Reading

_COUNTY_DIGITS = 6


def hot(reading: Reading, area: str | None) -> GridLayer:
    """未解决集中: n grids in a concentration of d grids, as it is now."""
    return _layer(reading, area, on=None)


def hot_then(reading: Reading, area: str | None) -> GridLayer:
    """未解决集中 as the last night up to the day of `reading.now` kept it; no lines where none had been kept."""
    on = local_day(reading.now)
    counties = {code[:_COUNTY_DIGITS] for code in grids_of(reading, area)}
    if not any(hot_spots.last_night(reading.session, county=county, until=on) for county in counties):
        return GridLayer(as_of=reading.now, lines=())
    return _layer(reading, area, on=on)


def _layer(reading: Reading, area: str | None, *, on: dt.date | None) -> GridLayer:
    grids = grids_of(reading, area)
    lines = []
    for row in concentrations.rows(reading, area, on=on):
        if row["code"] not in grids:
            continue
        is_hot = row["level"] != concentrations.COOL
        lines.append(
            GridFigure(
                grid=grids[row["code"]],
                n=int(is_hot),
                d=1,
                text=row["text"],
                level=row["level"],
                told=row["title"],
                cells=(row["d"], row["n"]),
                weight=(int(is_hot), row["n"]),
            )
        )
    return layer_of(reading, lines)


HOT = Layer(
    label="未解决集中",
    levels=("cool", "hot", "hot_new"),
    of_n="集中",
    of_d="网格",
    unit="格",
    number="格内数字：实有是应有的几倍",
    columns=("连同邻格应有（件）", "连同邻格实有（件）"),
    note="应有的，按全县未解决的件数和各格人口摊",
    compute=hot,
    then=hot_then,
    permission=Permission.VIEW_HOT_SPOTS,
)
