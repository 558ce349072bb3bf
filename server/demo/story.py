"""青岚县的日子: what happens in the county on a day, and in all days up to one.

A day's acts follow from the county and the day alone, never from when they are asked for: a demo that was left for a
week is topped up with exactly the acts it would have had.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from server.demo.acts import PhoneAct
from server.demo.case_acts import CaseWork
from server.demo.county import County
from server.demo.handling import steps_on
from server.demo.meetings import meetings_on
from server.demo.patrolling import patrols_on
from server.demo.raising import intakes_on, scans_on
from server.demo.visiting import visits_on

Act = PhoneAct | CaseWork


def day_story(county: County, day: dt.date) -> tuple[Act, ...]:
    """Everything done on `day` (Shanghai calendar) in the order it reaches the server; nothing before the history."""
    if day < county.first_day:
        return ()
    acts: list[Act] = [
        *patrols_on(county, day),
        *visits_on(county, day),
        *intakes_on(county, day),
        *scans_on(county, day),
        *steps_on(county, day),
        *meetings_on(county, day),
    ]
    return tuple(sorted(acts, key=lambda act: (act.at, act.key)))


def story_until(county: County, day: dt.date, *, after: dt.date | None = None) -> Iterator[Act]:
    """All acts from the history's first day (or the day following `after`) up to the day before `day`."""
    current = county.first_day if after is None else after + dt.timedelta(days=1)
    while current < day:
        yield from day_story(county, current)
        current += dt.timedelta(days=1)
