"""近四周巡查: the days of the last four weeks on which a grid owed a patrol and had none (METRICS P1)."""

from __future__ import annotations

import datetime as dt

from server.domain.obligation import PatrolDays, Window
from server.domain.work_calendar import local_day
from server.figures.grid_layers.layer import GridFigure, GridLayer, Layer, layer_of
from server.figures.patrolled import patrolled
from server.work import Reading

_DAYS = 28
"""As long as the step to what it is compared with: no day stands on both sides."""


def unpatrolled(reading: Reading, area: str | None) -> GridLayer:
    """近四周巡查: n grid-days without a patrol of d owed in the 28 days up to today; days without a duty are in neither."""
    today = local_day(reading.now)
    period = Window("custom", today - dt.timedelta(days=_DAYS - 1), today)
    walked = patrolled(reading, period, area=area)
    lines = []
    for code, days in sorted(walked.days.items()):
        grid, done, owed = walked.named[code], days.reached.n, days.reached.d
        if not grid.is_in_force(today):
            continue
        lines.append(
            GridFigure(
                grid=grid,
                n=owed - done,
                d=owed,
                text=f"{done}/{owed}" if owed else "",
                level="vacant" if days.vacant and not owed else days.level,
                told=_words(days),
                cells=(done, days.missed_in_a_row or "", len(days.exempt) or ""),
                vacant=days.vacant,
                weight=(owed - done,),
            )
        )
    return layer_of(reading, lines)


def _words(days: PatrolDays) -> str:
    done, owed = days.reached.n, days.reached.d
    return f"该巡 {owed} 天，巡了 {done} 天，{owed - done} 天没有巡" if owed else "这四周没有该巡的日子"


PATROLS = Layer(
    label="近四周巡查",
    levels=("at_95", "at_80", "at_50", "below_50", "none", "vacant"),
    of_n="没有巡",
    of_d="该巡的日子",
    unit="格·天",
    number="格内数字：巡了/该巡的天数",
    columns=("巡了（天）", "连续没有巡（天）", "免巡（天）"),
    note="今天还没过完，没巡的不算",
    compute=unpatrolled,
    then=unpatrolled,
)
