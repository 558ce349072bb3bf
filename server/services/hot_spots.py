"""热点: keeping what a night found, and making one matter of what many people told of (METRICS H)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from server.domain.problems import Conflict
from server.domain.work_calendar import local_day
from server.figures import hot_places
from server.figures.concentrations import Concentration, county_concentrations
from server.figures.hot_places import Joining
from server.figures.hot_spot_cases import Basis
from server.figures.hot_spot_numbers import numbered
from server.figures.hot_spots import Told, told
from server.figures.increases import Increase, county_increases
from server.figures.increases import written as written_increases
from server.services.demands import triage
from server.storage import hot_spots as storage
from server.storage.base import insert_once
from server.storage.hot_spots import HotSpot, HotSpotDay, HotSpotNight
from server.work import Reading, Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a look at a county found: its concentrations with what is said of each, and what has increased lately."""

    county: str
    basis: Basis
    dispersion: float
    cases: int
    spots: tuple[tuple[Concentration, Told], ...]
    increases: tuple[Increase, ...]


def look(reading: Reading, county: str) -> Look | None:
    """查一遍热点 of a county (six digits); None where today's look has been kept already."""
    today = local_day(reading.now)
    kept = storage.last_night(reading.session, county=county, until=today)
    if kept is not None and kept.day == today:
        return None
    found = county_concentrations(reading, county)
    return Look(
        county=county,
        basis=found.basis,
        dispersion=found.dispersion,
        cases=found.total,
        spots=tuple((spot, told(reading, spot.cases)) for spot in found.spots),
        increases=tuple(county_increases(reading, county)),
    )


def keep(work: Work, found: Look) -> bool:
    """记下 what today's look found, each hot spot under the number it had the day before or under a new one.

    A county's day is kept once: says whether this was it, so that running it again changes nothing.
    """
    today = local_day(work.now)
    known = numbered(work, found.county, [spot.cases for spot, _ in found.spots])
    night = HotSpotNight(
        county=found.county,
        day=today,
        found_at=work.now,
        basis=found.basis,
        dispersion=found.dispersion,
        cases=found.cases,
        increases=written_increases(found.increases),
    )
    written = insert_once(work.session, night, unique=("county", "day"))
    if written is None:
        return False
    for (spot, facts), hot_spot in zip(found.spots, _carried(work, found.county, known, today), strict=True):
        work.session.add(_day(hot_spot, written[0], spot, facts))
    work.session.flush()
    return True


def make_one(work: Work, demand_ids: Collection[uuid.UUID]) -> Joining:
    """并为一件: the reports of a place many people told of become one matter, and every reporter is kept and told.

    `demand_ids` are the reports the page showed there. Raises Conflict("hot_place.changed") where the place has other
    reports by now, Conflict("hot_place.nothing_to_join") where none of them may follow another, and what merge raises.
    """
    wanted = set(demand_ids)
    found = (each for each in hot_places.hot_places(work) if wanted == {demand.id for demand in each.demands})
    place = next(found, None)
    if place is None:
        raise Conflict("hot_place.changed")
    joining = hot_places.joining(work, place)
    if joining is None:
        raise Conflict("hot_place.nothing_to_join")
    for demand in place.demands:
        work.session.expire(demand)  # read again under the lock: somebody may be acting on it at this moment
    for demand in joining.followers:
        triage.merge(work, demand.id, master_id=joining.master.id)
    return joining


def _carried(work: Work, county: str, known: Sequence[HotSpot | None], today: dt.date) -> Sequence[HotSpot]:
    """The hot spots by their numbers; those without one get the next."""
    number = storage.highest_number(work.session, county=county)
    carried = []
    for each in known:
        if each is None:
            number += 1
            each = HotSpot(county=county, number=number, first_day=today, last_day=today)
            work.session.add(each)
        each.last_day = today
        carried.append(each)
    work.session.flush()
    return carried


def _day(hot_spot: HotSpot, night_id: int, spot: Concentration, facts: Told) -> HotSpotDay:
    return HotSpotDay(
        hot_spot_id=hot_spot.id,
        night_id=night_id,
        centre=spot.centre,
        grids=list(spot.grids),
        observed=spot.observed,
        expected=spot.expected,
        cases=[str(key) for key in spot.cases],
        kinds=[list(each) for each in facts.kinds],
        oldest_days=facts.oldest_days,
        reporters=facts.reporters,
        held_by=facts.held_by,
    )
