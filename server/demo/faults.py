"""Faults planted in the demo on purpose: what the maps must reveal to whoever looks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from uuid import UUID

import shapely

from server.demo.chance import dice
from server.demo.county import County
from server.demo.downpour import flooded
from server.demo.examples import examples
from server.demo.geography import Grid, Place, moved
from server.demo.matters import Raised, matter_of
from server.demo.names import REPORTER_PHONES, phone, surname
from server.demo.people import Household
from server.demo.staff import vacant_grid

FAULTS: dict[str, str] = {
    "neglected_grid": "一个网格连续 6 天没有巡查（有人在岗）",
    "vacant_grid": "一个网格的网格员已离任，替班人只有部分日子来巡",
    "sparse_grids": "两个网格有位置的住户不到七成，看不出到没到过",
    "never_visited": "一个网格有几户从未走访过",
    "unseen": "本月约 60 名特殊群体人员还没有见到，分布不均",
    "bad_village": "其中一个村占去近三分之一",
    "phone_only": "几户一直只有电话联系，没有见面",
    "family_only": "几户只见到家属，没有见到本人",
    "not_met_twice": "几户本月去过两次都没有遇到，其中一次在晚上",
    "lamps": "同一段街 25 天内有 6 个人反映路灯不亮，彼此相距不到 100 米，都没有修",
    "overdue": "几件小事已派到人，过了期限还没有办",
    "stalled": "一件小事连续 12 天只报「进展同昨日」",
    "rushing_grid": "一个网格上个月一多半走访记在最后三天",
    "no_water": "同一天几户人家反映停水，已并成一件交给水务部门",
    "downpour": "大雨以后一个村的三个网格有 18 件诉求没有办完，各家各样，按人口算是全县的好几倍",
    "outside": "少数巡查的开始位置在网格外",
}
"""Name of the fault → what a reader of the maps should find."""

Why = Literal["unvisited", "phone_only", "family_only", "not_met_twice"]

NEGLECTED_DAYS = 6
_UNSEEN_PERSONS, _UNSEEN_VILLAGES = 60, 13
_REASONS: tuple[tuple[Why, int], ...] = (("phone_only", 8), ("family_only", 6), ("not_met_twice", 8))


@dataclass(frozen=True, slots=True)
class PlantedFaults:
    """Where the faults are: grid and village codes, household keys, and the matters planted on their days."""

    neglected_grid: str
    neglected_since: dt.date
    vacant_grid: str
    sparse_grids: tuple[str, ...]
    rushing_grid: str
    bad_village: str
    never_visited: frozenset[UUID]
    unseen: dict[UUID, Why]
    matters: tuple[Raised, ...]


@lru_cache(maxsize=4)
def planted(county: County) -> PlantedFaults:
    """Say where the faults of this county are; they all hang on the day it was seeded, and last."""
    vacant = vacant_grid(county.map)
    bad = _bad_village(county, vacant)
    others = [code for code in county.grids if code[:12] not in (bad, vacant[:12])]
    rushing = max(others, key=lambda code: sum(_monthly(h) for h in county.by_grid[code]))
    neglected = dice("neglected").choice([code for code in others if code != rushing])
    sparse = tuple(code for code, group in county.by_grid.items() if _located(group) < 0.7)
    never = [household for household in county.households if household.last_visit is None]
    troubled = {code[:12] for code in (vacant, neglected, rushing, *sparse, *(home.grid for home in never))}
    return PlantedFaults(
        neglected_grid=neglected,
        neglected_since=county.seeded_on - dt.timedelta(days=NEGLECTED_DAYS),
        vacant_grid=vacant,
        sparse_grids=sparse,
        rushing_grid=rushing,
        bad_village=bad,
        never_visited=frozenset(household.key for household in never),
        unseen=_unseen(county, bad, spared={rushing[:12], vacant[:12]}),
        matters=(
            *_lamps(county, neglected),
            *_slow_cases(county, {neglected, vacant}),
            *_in_hand(county, bad),
            *examples(county, bad),
            *flooded(county, avoided={bad[:9], *troubled}),
        ),
    )


def _located(group: tuple[Household, ...]) -> float:
    return sum(household.position is not None for household in group) / len(group)


def _monthly(household: Household) -> bool:
    """Say whether somebody here is in need, and nobody of the weekly tier."""
    return bool(household.cared_for) and all(person.tier != "weekly" for person in household.cared_for)


def _bad_village(county: County, vacant: str) -> str:
    """The country village with the most persons to visit, except the one with the vacancy."""
    persons: dict[str, int] = {}
    for household in county.households:
        village = household.grid[:12]
        if county.grids[household.grid].area == "rural" and village != vacant[:12]:
            persons[village] = persons.get(village, 0) + len(household.cared_for)
    return max(persons, key=lambda village: persons[village])


def _unseen(county: County, bad: str, *, spared: set[str]) -> dict[UUID, Why]:
    """The households whose persons are not seen in the month of seeding: most of one village, a few of some others."""
    throw = dice("unseen")
    monthly = [
        household
        for household in county.households
        if household.grid[:12] not in spared
        and household.cared_for_on(county.seeded_on)
        and _monthly(household)
    ]
    chosen: dict[UUID, Why] = {}
    persons = 0
    for household in (h for h in monthly if h.grid.startswith(bad)):
        if persons < _UNSEEN_PERSONS * 0.3:
            chosen[household.key] = "unvisited"
            persons += len(household.cared_for_on(county.seeded_on))
    villages = sorted({h.grid[:12] for h in monthly} - {bad})
    some = set(throw.sample(villages, _UNSEEN_VILLAGES))
    pool = [household for household in monthly if household.grid[:12] in some]
    throw.shuffle(pool)
    reasons = [reason for reason, count in _REASONS for _ in range(count)]
    for number, household in enumerate(pool):
        if persons >= _UNSEEN_PERSONS:
            break
        chosen[household.key] = reasons[number] if number < len(reasons) else "unvisited"
        persons += len(household.cared_for_on(county.seeded_on))
    return chosen


_LAMP_REPORTS: tuple[tuple[int, str, str], ...] = (
    (24, "phone", "河边这段路灯不亮了"),
    (19, "walkin", "路灯灭了两盏"),
    (13, "walkin", "晚上下班走这段路，灯还是没修"),
    (9, "hotline", "来电人说沿河人行道路灯不亮，老人摔了一跤"),
    (5, "phone", "路灯坏了快一个月"),
    (2, "phone", "又有人说这段路灯不亮"),
)


def _lamps(county: County, neglected: str) -> list[Raised]:
    """Six reports of dark street lamps along one street, from six people."""
    throw = dice("lamps")
    urban = [grid for grid in county.grids.values() if grid.area == "urban" and grid.code != neglected]
    grid, middle = throw.choice(_deep_inside(county, urban))
    return [
        Raised(
            day=county.seeded_on - dt.timedelta(days=ago),
            form="intake",
            channel=channel,
            grid=grid.code,
            matter=matter_of("facility", "lamp"),
            words=words,
            answer="later",
            fate="overdue" if number == 0 else "waiting",
            place=moved(middle, east=8.0 * number - 20, north=throw.uniform(-12, 12)),
            reporter_kind="named",
            reporter_name=surname(throw) + throw.choice(("女士", "师傅", "大爷", "先生")),
            reporter_phone=phone(REPORTER_PHONES + number),
            fault="lamps",
        )
        for number, (ago, channel, words) in enumerate(_LAMP_REPORTS)
    ]


def _deep_inside(county: County, grids: list[Grid]) -> list[tuple[Grid, Place]]:
    """Hamlets from which a street runs its length without leaving the grid."""
    hamlets = [(grid, county.by_grid[grid.code][0].hamlet) for grid in grids]
    return [
        (grid, place)
        for grid, place in hamlets
        if all(
            shapely.contains_xy(grid.outline, *moved(place, east=east, north=north))
            for east in (-25, 25)
            for north in (-15, 15)
        )
    ]


def _slow_cases(county: County, avoided: set[str]) -> list[Raised]:
    """Small matters assigned to somebody and not done in time, and one on which nothing moves."""
    throw = dice("slow cases")
    grids = throw.sample([code for code in county.grids if code not in avoided], 6)
    picks = (
        ("sanitation", "sewage", 27),
        ("hazard", "flood", 23),
        ("hazard", "water", 19),
        ("facility", "fitness", 17),
    )
    slow = [(kind, detail, ago, "overdue") for kind, detail, ago in picks]
    cases = []
    for grid, (kind, detail, ago, fault) in zip(
        grids, [*slow, ("order", "noise", 20, "stalled")], strict=False
    ):
        household = throw.choice([h for h in county.by_grid[grid] if h.position])
        matter = matter_of(kind, detail)
        cases.append(
            Raised(
                day=county.seeded_on - dt.timedelta(days=ago),
                form="intake",
                channel="walkin",
                grid=grid,
                matter=matter,
                words=matter.said[0],
                answer="later",
                fate="stalled" if fault == "stalled" else "overdue",
                place=household.position,
                reporter_kind="named",
                reporter_name=household.head.name,
                reporter_phone=phone(REPORTER_PHONES + 50 + ago),
                fault=fault,
            )
        )
    return cases


def _in_hand(county: County, village: str) -> list[Raised]:
    """In each grid of the village strangers are shown first, a small matter its worker has in hand these days."""
    matter = matter_of("fire", "wiring")
    return [
        Raised(
            day=county.seeded_on - dt.timedelta(days=4),
            form="intake",
            channel="phone",
            grid=code,
            matter=matter,
            words=matter.said[0],
            answer="later",
            fate="overdue",
            place=group[0].hamlet,
            reporter_kind="named",
            reporter_name=group[0].head.name,
            reporter_phone=phone(REPORTER_PHONES + 90 + number),
        )
        for number, (code, group) in enumerate(county.by_grid.items())
        if code.startswith(village)
    ]
