"""队伍: who works in the invented county, in which post, from when to when."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from server.demo.chance import dice, key_of
from server.demo.gazetteer import COUNTY_CODE
from server.demo.geography import CountyMap, Grid
from server.demo.names import STAFF_PHONES, Sex, full_name, phone
from server.domain.roles import Function, Post, Role

ADMIN_USERNAME = "admin@qinglan.example"

_TWO_GRIDS = 3
_LEFT_DAYS_AGO, _STAND_IN_DAYS = 38, 75


@dataclass(frozen=True, slots=True)
class StaffMember:
    """One account and the posts its holder has had; the county admin's username is an e-mail address."""

    key: UUID
    name: str
    phone: str
    username: str
    role: Role
    posts: tuple[Post, ...]


@dataclass(frozen=True, slots=True)
class _Seat:
    """A place to be filled."""

    username: str
    role: Role
    posts: tuple[Post, ...]


def appoint(county: CountyMap, *, first_day: dt.date, today: dt.date) -> tuple[StaffMember, ...]:
    """Fill every post: one worker per grid, three of them with two grids, and one grid whose worker has left.

    The vacancy has a neighbour as stand-in 替班, from three days after the worker left, for a limited time.
    """
    since = first_day - dt.timedelta(days=400)
    office = [
        _Seat(ADMIN_USERNAME, Role.ADMIN, ()),
        _Seat("kaoping", Role.COUNTY_ASSESSOR, (Post(Function.EVALUATOR, COUNTY_CODE, since),)),
    ]
    for division in county.divisions:
        if division.level == "township":
            office += _township_seats(division.code, since)
        elif division.level == "village":
            office += _village_seats(division.code, since)
    seats = [*office, *_worker_seats(county, since=since, today=today)]
    return tuple(_fill(seat, serial) for serial, seat in enumerate(seats))


def _township_seats(code: str, since: dt.date) -> list[_Seat]:
    functions = (Function.DISPATCHER, Function.ARBITER)
    return [
        _Seat(f"zhen{code[6:]}{letter}", Role.TOWNSHIP_OFFICIAL, (Post(function, code, since),))
        for letter, function in zip("ab", functions, strict=True)
    ]


def _village_seats(code: str, since: dt.date) -> list[_Seat]:
    """The secretary, who screens, and the one registrar of the village; both visit."""
    return [
        _Seat(
            f"cun{code[6:]}{letter}",
            Role.VILLAGE_CADRE,
            (Post(Function.VILLAGE_CADRE, code, since), Post(function, code, since)),
        )
        for letter, function in zip("ab", (Function.SCREENER, Function.REGISTRAR), strict=True)
    ]


def _worker_seats(county: CountyMap, *, since: dt.date, today: dt.date) -> list[_Seat]:
    vacant = vacant_grid(county)
    doubled = _doubled_grids(county, vacant)
    seats: list[_Seat] = []
    for grid in county.grids:
        if grid.code in doubled.values():
            continue
        posts = [
            Post(Function.GRID_WORKER, code, since) for code in (grid.code, doubled.get(grid.code)) if code
        ]
        if grid.code == vacant:
            posts = [Post(Function.GRID_WORKER, vacant, since, today - dt.timedelta(days=_LEFT_DAYS_AGO))]
        elif grid.code == _neighbour(county, vacant).code:
            posts.append(_standing_in(vacant, today))
        seats.append(_Seat(_worker_username(grid.code), Role.GRID_WORKER, tuple(posts)))
    return seats


def vacant_grid(county: CountyMap) -> str:
    """The grid whose worker has left: a country one with a neighbour in the same village."""
    first_of_three = [
        grid.code for grid in county.grids if grid.area == "rural" and grid.code.endswith("003")
    ]
    return dice("vacant").choice(first_of_three)


def _neighbour(county: CountyMap, vacant: str) -> Grid:
    return next(grid for grid in county.grids if grid.village == vacant[:12] and grid.code != vacant)


def _doubled_grids(county: CountyMap, vacant: str) -> dict[str, str]:
    """First grid → second grid of the same worker, in villages without the vacancy."""
    pairs = [
        (grid.code, grid.code[:12] + "002")
        for grid in county.grids
        if grid.code.endswith("001") and grid.village != vacant[:12] and grid.area == "rural"
    ]
    return dict(dice("two grids").sample(pairs, _TWO_GRIDS))


def _worker_username(code: str) -> str:
    return f"wg{code[6:]}"


def _standing_in(vacant: str, today: dt.date) -> Post:
    begun = today - dt.timedelta(days=_LEFT_DAYS_AGO - 3)
    return Post(
        Function.GRID_WORKER,
        vacant,
        valid_from=begun,
        valid_to=begun + dt.timedelta(days=_STAND_IN_DAYS),
        stand_in_for=staff_key(_worker_username(vacant)),
    )


def staff_key(username: str) -> UUID:
    """The key of the account with this username."""
    return key_of("staff", username)


def _fill(seat: _Seat, serial: int) -> StaffMember:
    throw = dice("staff", seat.username)
    sex: Sex = throw.choice(("female", "male"))
    return StaffMember(
        key=staff_key(seat.username),
        name=full_name(throw, sex),
        phone=phone(STAFF_PHONES + serial),
        username=seat.username,
        role=seat.role,
        posts=seat.posts,
    )
