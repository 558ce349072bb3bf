"""巡查: the patrols of a day, grid by grid."""

from __future__ import annotations

import datetime as dt
import random
from itertools import pairwise

import shapely

from server.demo.acts import Finding, Fix, PatrolAct, moment
from server.demo.chance import dice, weighted
from server.demo.county import County
from server.demo.faults import planted
from server.demo.geography import Grid, Place, moved
from server.demo.raising import finding, raised_on

_STAND_IN_RATE = 0.32
_LEAST_RATE, _MOST_RATE = 0.84, 0.97
_SUNDAY_RATE = 0.95
_OUTSIDE_SHARE, _NO_FIX_SHARE, _TRACK_SHARE, _PART_SHARE, _COMPANY_SHARE = 0.003, 0.02, 0.06, 0.03, 0.04

_OUTSIDE = (
    ("border", 4.0),
    ("gps", 3.0),
    ("road", 2.0),
    ("errand", 1.0),
    ("late_entry", 1.0),
    ("map_wrong", 1.0),
)
_CUT = (("called_away", 4.0), ("weather", 3.0), ("health", 1.0), ("other", 1.0))
_COMPANY = (
    ("village_cadre", 4.0), ("volunteer", 3.0), ("linked_unit", 1.0), ("police", 1.0), ("property", 1.0),
    ("township_cadre", 1.0),
)  # fmt: skip


def patrols_on(county: County, day: dt.date) -> list[PatrolAct]:
    """每日巡查 of the day: most grids once; where something was found, certainly."""
    found: dict[str, list[Finding]] = {}
    for raised in raised_on(county, day):
        if raised.form == "patrol":
            found.setdefault(raised.grid, []).append(finding(raised, dice("finding", raised.key)))
    return [
        patrol
        for grid in county.map.grids
        if (patrol := _patrol(county, grid, day, tuple(found.get(grid.code, ())))) is not None
    ]


def _patrol(county: County, grid: Grid, day: dt.date, findings: tuple[Finding, ...]) -> PatrolAct | None:
    worker = county.worker(grid.code, day)
    throw = dice("patrol", grid.code, day)
    if worker is None or not (findings or throw.random() < _rate(county, grid.code, day)):
        return None
    start = moment(
        day, weighted(throw, ((throw.uniform(7.5, 10.4), 0.62), (throw.uniform(15.2, 17.6), 0.38)))
    )
    minutes = throw.randint(32, 95)
    fix, outside_reason = _start_fix(county, grid, throw)
    covering = county.own_hand(grid.code, day) is not worker and throw.random() < 0.4
    cut = covering or throw.random() < _PART_SHARE
    return PatrolAct(
        key=f"patrol/{grid.code}/{day}",
        author=worker.key,
        start=start,
        end=start + dt.timedelta(minutes=minutes),
        at=start + dt.timedelta(minutes=minutes + throw.randint(0, 25)),
        fix_start=fix,
        grid=grid.code,
        result="found" if findings else "clear",
        findings=findings,
        extent="part" if cut else "whole",
        cut_reason="covering" if covering else weighted(throw, _CUT) if cut else "",
        outside_reason=outside_reason,
        companions=(weighted(throw, _COMPANY),) if throw.random() < _COMPANY_SHARE else (),
        track=_track(county, grid, throw) if throw.random() < _TRACK_SHARE else (),
    )


def _rate(county: County, code: str, day: dt.date) -> float:
    """How likely the grid is patrolled: each worker has his own rate; a stand-in comes on some days only."""
    faults = planted(county)
    if code == faults.neglected_grid and day >= faults.neglected_since:
        return 0.0
    worker = county.worker(code, day)
    if worker is not None and county.own_hand(code, day) is not worker:
        return _STAND_IN_RATE
    own = _LEAST_RATE + (_MOST_RATE - _LEAST_RATE) * dice("diligence", code).random()
    return own * (_SUNDAY_RATE if day.weekday() == 6 else 1.0)


def _start_fix(county: County, grid: Grid, throw: random.Random) -> tuple[Fix | None, str]:
    """Where the phone said the patrol began, and the reason given if that is outside the grid."""
    lot = throw.random()
    accuracy = round(min(90.0, throw.lognormvariate(2.3, 0.6)), 1)
    if lot < _OUTSIDE_SHARE:
        return Fix.at(_beyond(grid, throw), accuracy), weighted(throw, _OUTSIDE)
    if lot < _OUTSIDE_SHARE + _NO_FIX_SHARE:
        return None, ""
    wavering = dice("wavering", grid.code, accuracy, lot)
    stop = throw.choice(_stops(county, grid))
    near = moved(stop, east=wavering.gauss(0, 4), north=wavering.gauss(0, 4))
    return Fix.at(near if shapely.contains_xy(grid.outline, *near) else stop, accuracy), ""


def _stops(county: County, grid: Grid) -> list[Place]:
    """Where a worker passes: the hamlets and the must-see points."""
    hamlets = dict.fromkeys(household.hamlet for household in county.by_grid[grid.code])
    return [*hamlets, *((point.lon, point.lat) for point in grid.must_see)]


def _beyond(grid: Grid, throw: random.Random) -> Place:
    """A place some hundred metres outside the grid."""
    corners = shapely.get_coordinates(grid.outline.exterior).tolist()
    while True:
        lon, lat = throw.choice(corners)
        place = moved((lon, lat), east=throw.uniform(-420, 420), north=throw.uniform(-420, 420))
        if grid.outline.distance(shapely.Point(place)) > 0.0014:
            return place


def _track(county: County, grid: Grid, throw: random.Random) -> tuple[Fix, ...]:
    """A walk from stop to stop, a point every eighth of a leg, as a phone's wavering fixes."""
    stops = _stops(county, grid)
    throw.shuffle(stops)
    walk: list[Fix] = []
    for (lon, lat), (to_lon, to_lat) in pairwise(stops[:6]):
        for eighth in range(8):
            here = (lon + (to_lon - lon) * eighth / 8, lat + (to_lat - lat) * eighth / 8)
            place = moved(here, east=throw.gauss(0, 6), north=throw.gauss(0, 6))
            walk.append(Fix.at(place, round(throw.uniform(4, 14), 1)))
    return tuple(walk)
