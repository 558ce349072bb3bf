"""户: the households of the invented county, where they stand and who lives in them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

import shapely

from server.demo.care import Person, householder, person_in_need
from server.demo.chance import dice, key_of, weighted
from server.demo.geography import CountyMap, Grid, Place, moved, points_inside
from server.demo.names import phone, surname

Status = Literal["occupied", "away", "vacant"]


@dataclass(frozen=True, slots=True)
class Household:
    """户: where it is and who lives there.

    `position` is the door (lon, lat in degrees) or None where nobody has stood at it yet; `people` counts heads;
    `last_visit` is what an earlier list said, None for those it did not name; `turn`, in [0, 1), is when in a half-year its round comes.
    """

    key: UUID
    grid: str
    address: str
    position: Place | None
    hamlet: Place
    status: Status
    away_since: dt.date | None
    people: int
    persons: tuple[Person, ...]
    last_visit: dt.date | None
    turn: float

    @property
    def cared_for(self) -> tuple[Person, ...]:
        """The persons who have, or lately had, a care duty."""
        return tuple(person for person in self.persons if person.tags)

    def cared_for_on(self, day: dt.date) -> tuple[Person, ...]:
        """The persons with a care duty on `day`."""
        return tuple(person for person in self.persons if person.in_need_on(day))

    @property
    def head(self) -> Person:
        """户主."""
        return next(person for person in self.persons if person.householder)


_CARE_SHARE = 0.155
"""Households with a care duty; with those that have two such persons, about 8 % of all heads."""

_TWO_IN_NEED, _WITH_TELEPHONE = 0.3, 0.9

_SPARSE_GRIDS = 2
"""Grids where few doors have been stood at: METRICS P4 must say 「住户位置不足」 there."""

_OVERLOOKED = range(4, 13)
"""The doors of one grid that no earlier list names and nobody goes to."""


def settle(county: CountyMap, *, first_day: dt.date, today: dt.date) -> tuple[Household, ...]:
    """Fill the map with households, in the order of the grids; dates hang on `first_day` and `today` only."""
    sparse = dice("sparse").sample(
        [grid.code for grid in county.grids if grid.area == "rural"], _SPARSE_GRIDS
    )
    overlooked = dice("overlooked").choice([grid.code for grid in county.grids if grid.code not in sparse])
    households: list[Household] = []
    for grid in county.grids:
        throw = dice("households", grid.code)
        mean = 39 if grid.area == "urban" else 27.6
        count = max(12, round(mean * throw.lognormvariate(-0.045, 0.3)))
        located = round(count * (0.55 if grid.code in sparse else 0.76 + 0.2 * throw.random()))
        doors = _doors(grid, count)
        known = set(throw.sample(range(1, count + 1), located))
        for serial, (hamlet, door) in enumerate(doors, start=1):
            address = _address(grid, serial, hamlets=[place for place, _ in doors], hamlet=hamlet)
            household = _Beginning(
                grid,
                serial,
                address,
                hamlet,
                door if serial in known else None,
                grid.code == overlooked and serial in _OVERLOOKED,
            )
            households.append(_household(household, number=len(households), first_day=first_day, today=today))
    return tuple(households)


@dataclass(frozen=True, slots=True)
class _Beginning:
    """What is known of a household before anybody lives in it."""

    grid: Grid
    serial: int
    address: str
    hamlet: Place
    position: Place | None
    overlooked: bool


def _doors(grid: Grid, count: int) -> list[tuple[Place, Place]]:
    """Hamlet and door of each household; doors lie close together, always inside the grid."""
    throw = dice("doors", grid.code)
    clusters = throw.randint(6, 10) if grid.area == "urban" else throw.randint(3, 6)
    spread = 11.0 if grid.area == "urban" else 75.0
    hamlets = points_inside(grid.outline, clusters, "hamlets", grid.code)
    sizes = [0.4 + throw.random() for _ in hamlets]
    doors: list[tuple[Place, Place]] = []
    while len(doors) < count:
        hamlet = throw.choices(hamlets, sizes)[0]
        door = moved(hamlet, east=throw.gauss(0, spread), north=throw.gauss(0, spread))
        if shapely.contains_xy(grid.outline, *door):
            doors.append((hamlet, door))
    return sorted(doors, key=lambda pair: hamlets.index(pair[0]))


def _address(grid: Grid, serial: int, *, hamlets: list[Place], hamlet: Place) -> str:
    """A door number: group and number in the country, building, stair and flat in town."""
    group = sorted(set(hamlets)).index(hamlet) + 1
    place = grid.name.partition("第")[0]
    order = int(grid.code[-3:])
    if grid.area == "rural":
        return f"{place}{(order - 1) * 6 + group}组{serial}号"
    stair, flat = divmod(serial, 12)
    return f"{place}{(order - 1) * 10 + group}栋{stair + 1}单元{flat // 2 + 1}-{flat % 2 + 1}"


def _household(beginning: _Beginning, *, number: int, first_day: dt.date, today: dt.date) -> Household:
    code, serial = beginning.grid.code, beginning.serial
    throw = dice("household", code, serial)
    care = throw.random() < _CARE_SHARE
    status: Status = (
        "occupied" if care else weighted(throw, (("occupied", 0.86), ("away", 0.1), ("vacant", 0.04)))
    )
    telephone = phone(number) if throw.random() < _WITH_TELEPHONE else None
    family, rural = surname(throw), beginning.grid.area == "rural"
    persons: list[Person] = []
    for n in range(0 if not care else 2 if throw.random() < _TWO_IN_NEED else 1):
        words = ("in need", code, serial, n)
        name = family if n == 0 else None
        persons.append(
            person_in_need(
                throw, *words, family=name, rural=rural, phone=telephone if n == 0 else None, today=today
            )
        )
    if not any(person.householder for person in persons):
        persons.insert(0, householder(throw, code, serial, family=family, phone=telephone, today=today))
    overlooked = beginning.overlooked and status == "occupied" and not care
    heads = throw.choices((1, 2, 3, 4, 5), (18, 33, 26, 16, 7))[0]
    return Household(
        key=key_of("household", code, serial),
        grid=code,
        address=beginning.address,
        position=beginning.position,
        hamlet=beginning.hamlet,
        status=status,
        away_since=first_day - dt.timedelta(days=throw.randint(5, 300)) if status == "away" else None,
        people=0 if status == "vacant" else max(len(persons), heads),
        persons=tuple(persons),
        last_visit=None if overlooked else first_day - dt.timedelta(days=throw.randint(8, 170)),
        turn=throw.random(),
    )
