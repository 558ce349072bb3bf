"""A night of heavy rain over one village of the demo: what broke in its grids, and is not put right to this day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from server.demo.chance import dice
from server.demo.county import County
from server.demo.matters import Fate, Raised, matter_of
from server.demo.names import REPORTER_PHONES, phone

_RAINED_DAYS_AGO = 23
_FIRST_PHONE = 30

_REPORTS: tuple[tuple[int, str, str, Fate], ...] = (
    (0, "hazard.slope", "昨夜大雨，屋后坡上掉下两堆土", "overdue"),
    (0, "road.village_road", "便道冲断了，摩托车过不去", "overdue"),
    (0, "farming.irrigation", "水渠冲垮一段，田里进了沙", "waiting"),
    (1, "road.surface", "雨后路肩塌了，会车很险", "overdue"),
    (1, "hazard.flood", "排水沟被泥沙填满，院坝积水", "waiting"),
    (1, "utility.power", "电杆被冲斜，一刮风就停电", "overdue"),
    (2, "hazard.house", "土墙泡了水，裂开一道口", "overdue"),
    (2, "sanitation.sewage", "化粪池冲坏了，污水流到路上", "waiting"),
    (3, "hazard.water", "山坪塘的坝漏水，下面还有人家", "overdue"),
    (3, "road.guardrail", "急弯的护栏被泥石带走了", "overdue"),
    (4, "road.village_road", "过沟的石板冲走了，孩子上学要绕路", "waiting"),
    (4, "hazard.house", "后檐的挡土墙垮了半边，不敢住人", "overdue"),
    (5, "utility.water_supply", "水管冲断以后一直没有自来水", "overdue"),
    (5, "facility.lamp", "桥头的路灯被水泡坏，晚上看不见坎", "waiting"),
    (6, "hazard.slope", "坡上的裂缝又宽了一指", "overdue"),
    (7, "utility.network", "光缆断了，打不通电话", "overdue"),
    (8, "farming.irrigation", "堰沟堵死，上面几家都放不了水", "waiting"),
    (11, "hazard.flood", "又下雨，水从沟里漫进堂屋", "overdue"),
)
"""Days after the rain, the matter, what was said, and what became of it: nothing that ended it."""


def flooded(county: County, *, avoided: Collection[str]) -> tuple[Raised, ...]:
    """What was raised after the rain, in each grid of one country village in turn.

    Every report is of another household and lies at its door: no rule that looks for the same matter at one place
    finds them, only their number does (METRICS H2). `avoided` are townships and villages with faults of their own.
    """
    village = _village(county, avoided)
    homes = {
        code: iter(dice("rain", code).sample(located, len(located)))
        for code, group in county.by_grid.items()
        if code.startswith(village)
        and (located := [home for home in group if home.position and home.status == "occupied"])
    }
    codes = sorted(homes)
    rained_on = county.seeded_on - dt.timedelta(days=_RAINED_DAYS_AGO)
    reports = []
    for number, (later, matter, words, fate) in enumerate(_REPORTS):
        grid = codes[number % len(codes)]
        home = next(homes[grid])
        kind, _, detail = matter.partition(".")
        reports.append(
            Raised(
                day=rained_on + dt.timedelta(days=later),
                form="intake",
                channel="walkin" if number % 3 else "phone",
                grid=grid,
                matter=matter_of(kind, detail),
                words=words,
                answer="later",
                fate=fate,
                place=home.position,
                reporter_kind="named",
                reporter_name=home.head.name,
                reporter_phone=phone(REPORTER_PHONES + _FIRST_PHONE + number),
                fault="downpour",
            )
        )
    return tuple(reports)


def _village(county: County, avoided: Collection[str]) -> str:
    """A country village of three grids, outside what is `avoided`."""
    grids = [grid for grid in county.map.grids if grid.area == "rural"]
    villages = dict.fromkeys(grid.village for grid in grids if not grid.village.startswith(tuple(avoided)))
    return dice("rain").choice([village for village in villages if f"{village}003" in county.grids])
