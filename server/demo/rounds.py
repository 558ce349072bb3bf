"""走访的安排: which household is tried on which day, by whom, and how it goes — before anything is written down."""

from __future__ import annotations

import calendar
import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from uuid import UUID

from server.demo.chance import dice, weighted
from server.demo.county import County
from server.demo.faults import planted
from server.demo.people import Household

Visitor = Literal["worker", "secretary", "registrar"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at a household: who goes, what comes of it; with `relatives_only` the person himself was not seen."""

    household: Household
    day: dt.date
    visitor: Visitor
    outcome: str
    relatives_only: bool = False
    evening: bool = False


Round = dict[dt.date, tuple[Attempt, ...]]

_CARE_FIRST = (("met", 0.84), ("not_home", 0.11), ("phone", 0.03), ("refused", 0.02))
_WEEKLY = (("met", 0.86), ("not_home", 0.06), ("phone", 0.08))
_ROUND_FIRST = {
    "occupied": (("met", 0.80), ("not_home", 0.11), ("phone", 0.03), ("away", 0.02), ("refused", 0.03),
                 ("moved", 0.006), ("vacant", 0.004)),
    "away": (("away", 0.55), ("phone", 0.35), ("met", 0.10)),
    "vacant": (("vacant", 1.0),),
}  # fmt: skip
_MISSED_MONTH, _MISSED_WEEK = 0.03, 0.08
_SHORTEST_ROUND_DAYS = 130
_LEAST_DILIGENCE = 0.45
_RUSH_SHARE = 0.75


def attempts_on(county: County, day: dt.date) -> dict[UUID, Attempt]:
    """Whom somebody tries to see on `day`; where several rounds meet, the care visit settles all."""
    month = care_round(county, day.replace(day=1)).get(day, ())
    week = weekly_round(county, day - dt.timedelta(days=day.weekday())).get(day, ())
    half = general_round(county, day.replace(month=1 if day.month < 7 else 7, day=1)).get(day, ())
    return {attempt.household.key: attempt for attempt in (*half, *week, *month)}


def _by_day(attempts: Iterator[Attempt]) -> Round:
    days: dict[dt.date, list[Attempt]] = defaultdict(list)
    for attempt in attempts:
        days[attempt.day].append(attempt)
    return {day: tuple(group) for day, group in days.items()}


def _visitor(household: Household, rushing: str) -> Visitor:
    """Village cadres see most of the people in need themselves (ZX-11); one grid's worker sees all of his."""
    if household.grid == rushing:
        return "worker"
    return weighted(dice("visitor", household.key), (("secretary", 0.4), ("registrar", 0.3), ("worker", 0.3)))


@lru_cache(maxsize=16)
def care_round(county: County, month: dt.date) -> Round:
    """月访: the tries of the month beginning on `month` at households with somebody in need, weekly ones apart."""
    return _by_day(
        attempt
        for household in county.households
        if (tier := _tier_on(household, month)) and tier != "weekly"
        for attempt in _care_attempts(county, household, month)
    )


def _tier_on(household: Household, month: dt.date) -> str | None:
    """The strictest tier in the household; None if nobody is in need by the month's end."""
    if not household.cared_for_on(_last_of(month)):
        return None
    tiers = {person.tier for person in household.cared_for}
    return "weekly" if "weekly" in tiers else "monthly"


def _last_of(month: dt.date) -> dt.date:
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def _care_attempts(county: County, household: Household, month: dt.date) -> list[Attempt]:
    faults = planted(county)
    seeding_month = month == county.seeded_on.replace(day=1)
    why = faults.unseen.get(household.key)
    visitor = _visitor(household, faults.rushing_grid)
    throw = dice("care", household.key, month)
    first, last = _care_window(county, month)
    room = max(1, (last - first).days - 3)
    day = first + dt.timedelta(days=int(throw.random() * room))
    if household.grid == faults.rushing_grid and not seeding_month and throw.random() < _RUSH_SHARE:
        return [Attempt(household, _last_of(month) - dt.timedelta(days=throw.randrange(3)), visitor, "met")]
    if why == "phone_only":
        return [Attempt(household, day, visitor, "phone")]
    if seeding_month and why == "unvisited":
        return [Attempt(household, _after_seeding(county, throw.random()), visitor, "met")]
    if seeding_month and why == "family_only":
        return [Attempt(household, day, visitor, "met", relatives_only=True)]
    second = day + dt.timedelta(days=throw.randint(2, 3))
    if seeding_month and why == "not_met_twice":
        return [
            Attempt(household, day, visitor, "not_home"),
            Attempt(household, second, visitor, "not_home", evening=True),
        ]
    if not seeding_month and throw.random() < _MISSED_MONTH:
        return []
    outcome = weighted(throw, _CARE_FIRST)
    tries = [Attempt(household, day, visitor, outcome)]
    return tries if outcome == "met" else [*tries, Attempt(household, second, visitor, "met")]


def _care_window(county: County, month: dt.date) -> tuple[dt.date, dt.date]:
    """First and last day of the month's care visits; in the month of seeding they are through by the day before.

    So the list of persons not yet seen is short whenever the demo is begun, except in a month's first week.
    """
    first, last = month, _last_of(month)
    if month == county.seeded_on.replace(day=1) and county.seeded_on.day >= 8:
        last = county.seeded_on - dt.timedelta(days=1)
    return first, last


def _after_seeding(county: County, lot: float) -> dt.date:
    """A day between the seeding and the month's end."""
    left = (_last_of(county.seeded_on) - county.seeded_on).days
    return county.seeded_on + dt.timedelta(days=int(lot * (left + 1)))


@lru_cache(maxsize=32)
def weekly_round(county: County, monday: dt.date) -> Round:
    """周访: the tries of the week beginning on `monday` at households whose tier is weekly, by the grid's worker."""
    return _by_day(
        Attempt(household, monday + dt.timedelta(days=throw.randrange(6)), "worker", weighted(throw, _WEEKLY))
        for household in county.households
        if _tier_on(household, monday) == "weekly"
        if (throw := dice("week", household.key, monday)).random() >= _MISSED_WEEK
    )


@lru_cache(maxsize=8)
def general_round(county: County, half: dt.date) -> Round:
    """半年走访: the tries of the half-year beginning on `half` at all other households, as each one's turn comes."""
    return _by_day(
        attempt for household in county.households for attempt in _general_attempts(county, household, half)
    )


def _general_attempts(county: County, household: Household, half: dt.date) -> list[Attempt]:
    faults = planted(county)
    if household.cared_for or household.key in faults.never_visited:
        return []
    throw = dice("round", household.key, half)
    diligence = _LEAST_DILIGENCE + (1 - _LEAST_DILIGENCE) * dice("round diligence", household.grid).random()
    if throw.random() > diligence:
        return []
    begun = max(half, county.first_day)
    ends = half.replace(month=6, day=30) if half.month == 1 else half.replace(month=12, day=31)
    length = max(_SHORTEST_ROUND_DAYS, (ends - begun).days + 1)
    day = begun + dt.timedelta(days=int(household.turn * length))
    if household.grid == faults.rushing_grid and throw.random() < _RUSH_SHARE:
        day = _last_of(day) - dt.timedelta(days=throw.randrange(3))
    visitor = _visitor(household, faults.rushing_grid)
    outcome = weighted(throw, _ROUND_FIRST[household.status])
    tries = [Attempt(household, day, visitor, outcome)]
    if outcome == "not_home":
        again = weighted(throw, (("met", 0.85), ("not_home", 0.15)))
        tries.append(
            Attempt(household, day + dt.timedelta(days=throw.randint(3, 9)), visitor, again, evening=True)
        )
    return [attempt for attempt in tries if half <= attempt.day <= ends]
