"""青岚县 whole: map, households and staff on the day it is invented."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property, lru_cache
from uuid import UUID

from server import profiles
from server.demo.geography import CountyMap, Grid, draw_county
from server.demo.people import Household, settle
from server.demo.staff import StaffMember, appoint
from server.domain.mechanism import MechanismProfile, parse_profile
from server.domain.roles import Function, Role
from server.domain.work_calendar import WorkCalendar

HISTORY_DAYS = 92
DEFAULT_PROFILE = "zhongxian"


@dataclass(frozen=True, eq=False)
class County:
    """The invented county.

    `seeded_on` is the first day without a history of its own; the history begins on `first_day`, which is also the
    start date of every village (METRICS D11). `profile` names the shipped mechanism it works by. Everything in it, and
    every later day of its story, follows from these two: keep them, and a county invented again is the same county.
    """

    seeded_on: dt.date
    profile: str
    map: CountyMap
    households: tuple[Household, ...]
    staff: tuple[StaffMember, ...]

    @property
    def first_day(self) -> dt.date:
        """The first day of the history."""
        return self.seeded_on - dt.timedelta(days=HISTORY_DAYS)

    @cached_property
    def mechanism(self) -> MechanismProfile:
        """机制方案: what its demands go by."""
        return parse_profile(profiles.source(self.profile))

    @cached_property
    def calendar(self) -> WorkCalendar:
        """Its working days."""
        return self.mechanism.work_calendar(profiles.holiday_tables())

    def working_day(self, day: dt.date, count: int) -> dt.date:
        """The `count`-th working day after `day`, before it where `count` is negative; 0 is `day` itself."""
        step = dt.timedelta(days=1 if count > 0 else -1)
        for _ in range(abs(count)):
            day += step
            while not self.calendar.is_working(day):
                day += step
        return day

    @cached_property
    def grids(self) -> dict[str, Grid]:
        """Grids by code, in the order of the codes."""
        return {grid.code: grid for grid in self.map.grids}

    @cached_property
    def by_grid(self) -> dict[str, tuple[Household, ...]]:
        """Households of each grid, by its code."""
        groups: dict[str, list[Household]] = {code: [] for code in self.grids}
        for household in self.households:
            groups[household.grid].append(household)
        return {code: tuple(group) for code, group in groups.items()}

    @cached_property
    def by_key(self) -> dict[UUID, Household]:
        """Households by key."""
        return {household.key: household for household in self.households}

    def worker(self, grid: str, day: dt.date) -> StaffMember | None:
        """The grid worker (or stand-in) of a grid on a day; None while there is neither."""
        return next((member for member in self._on_grid[grid] if _serves(member, grid, day)), None)

    def own_hand(self, grid: str, day: dt.date) -> StaffMember:
        """Who takes on a matter of the grid: its own worker, not a stand-in; else the village's secretary."""
        worker = self.worker(grid, day)
        stands_in = worker is not None and any(
            post.jurisdiction == grid and post.stand_in_for is not None for post in worker.posts
        )
        return self.secretary(grid[:12]) if worker is None or stands_in else worker

    def registrar(self, village: str) -> StaffMember:
        """登记员: the one who registers, classifies and assigns in a village."""
        return self._registrars[village]

    def secretary(self, village: str) -> StaffMember:
        """The village's secretary, who visits and takes on its small matters."""
        return self._secretaries[village]

    def dispatcher(self, division: str) -> StaffMember:
        """派单员 of the township a division lies in: assigns what its villages report upward."""
        return self._dispatchers[division[:9]]

    def arbiter(self, division: str) -> StaffMember:
        """裁定人 of the township a division lies in."""
        return self._arbiters[division[:9]]

    @cached_property
    def assessor(self) -> StaffMember:
        """县级考评人员: who agrees to what townships ask for."""
        return next(member for member in self.staff if member.role is Role.COUNTY_ASSESSOR)

    @cached_property
    def _on_grid(self) -> dict[str, list[StaffMember]]:
        posted: dict[str, list[StaffMember]] = {code: [] for code in self.grids}
        for member in self.staff:
            for code in {post.jurisdiction for post in member.posts if post.jurisdiction in posted}:
                posted[code].append(member)
        return posted

    @cached_property
    def _registrars(self) -> dict[str, StaffMember]:
        return self._holders(Function.REGISTRAR)

    @cached_property
    def _dispatchers(self) -> dict[str, StaffMember]:
        return self._holders(Function.DISPATCHER)

    @cached_property
    def _arbiters(self) -> dict[str, StaffMember]:
        return self._holders(Function.ARBITER)

    @cached_property
    def _secretaries(self) -> dict[str, StaffMember]:
        return self._holders(Function.SCREENER)

    def _holders(self, function: Function) -> dict[str, StaffMember]:
        return {
            post.jurisdiction: member
            for member in self.staff
            for post in member.posts
            if post.function is function
        }


def _serves(member: StaffMember, grid: str, day: dt.date) -> bool:
    return any(post.jurisdiction == grid and post.holds_on(day) for post in member.posts)


def invent_county(seeded_on: dt.date, profile: str = DEFAULT_PROFILE) -> County:
    """Invent the county as it is first seeded on `seeded_on` (Shanghai calendar) under a shipped mechanism."""
    first_day = seeded_on - dt.timedelta(days=HISTORY_DAYS)
    county = _drawn()
    return County(
        seeded_on=seeded_on,
        profile=profile,
        map=county,
        households=settle(county, first_day=first_day, today=seeded_on),
        staff=appoint(county, first_day=first_day, today=seeded_on),
    )


@lru_cache(maxsize=1)
def _drawn() -> CountyMap:
    """The map does not hang on the date; drawing it once per process is enough."""
    return draw_county()
