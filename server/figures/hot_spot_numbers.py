"""热点的编号: which hot spot of last night is which of now (METRICS H2)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from server.domain.hot_spot import carried_on
from server.domain.work_calendar import local_day
from server.storage import hot_spots as storage
from server.storage.hot_spots import HotSpot
from server.work import Reading


def numbered(reading: Reading, county: str, spots: Sequence[Sequence[uuid.UUID]]) -> list[HotSpot | None]:
    """Return for the cases of each hot spot of a county the one it was last night, None for those that are new.

    Where nights were missed, the last one kept is the day before.
    """
    night = storage.last_night(reading.session, county=county, until=local_day(reading.now))
    if night is None:
        return [None] * len(spots)
    known = {spot.number: (spot, day) for spot, day in storage.of_night(reading.session, night)}
    before = {number: {uuid.UUID(key) for key in day.cases} for number, (_, day) in known.items()}
    kept = carried_on([frozenset(cases) for cases in spots], before)
    return [None if number is None else known[number][0] for number in kept]
