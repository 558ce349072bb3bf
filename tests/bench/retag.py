"""重新定格: a million places located again after a map was put right, and the rows that lay wrong written."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import sqlalchemy as sa

from server.database import Database
from server.domain.people import SYSTEM
from server.domain.retagging import Move, batches, moves_of
from server.services import retagging
from server.services.retagging import AT_ONCE, Correction
from server.storage.demands import Demand
from tests.bench import geotag, many_demands
from tests.factories import COUNTY, NOW, START

_PLACES = 1_000_000
_SHIFT_DEGREES = 0.0005
"""About fifty metres: one place in ten lies in another grid of a square kilometre."""
_MOST_SECONDS = 10.0


def figures(cluster: str) -> Iterator[tuple[str, float, float | None]]:
    """Seconds to locate a million places, and milliseconds to write one of those that lay wrong, the database's included."""
    index = geotag.index()
    chance = np.random.default_rng(1)
    lons = 108 + chance.random(_PLACES) * geotag.SPAN
    lats = 30 + chance.random(_PLACES) * geotag.SPAN
    borne = index.locate_many(lons + _SHIFT_DEGREES, lats)
    begun = time.process_time()
    list(moves_of("demand", range(_PLACES), borne, index.locate_many(lons, lats)))
    yield (
        "re-tag: locating 1,000,000 places among 5,000 grids (s of CPU)",
        time.process_time() - begun,
        _MOST_SECONDS,
    )
    yield "re-tag: writing a row that lay wrong (ms)", _written(cluster) * 1e3, None


def _written(cluster: str) -> float:
    """Seconds to write one row, in batches as the office does it; nothing of it is kept."""
    database = Database(many_demands.on_cluster(cluster), clock=lambda: NOW)
    with database.read(SYSTEM) as reading:
        placed = sa.select(Demand.id, Demand.grid_then, Demand.jurisdiction).where(Demand.point.is_not(None))
        moves = [
            Move("demand", key, was, f"{place[:12]}009")
            for key, was, place in reading.session.execute(placed)
        ]
    wanted = Correction(jurisdiction=COUNTY, since=START, until=NOW.date(), reason="坐标系选错了")
    begun = time.perf_counter()
    try:
        with database.transaction(SYSTEM) as work:
            retagging_id = retagging.begin(work, wanted, planned=len(moves))
            for batch in batches(moves, at_most=AT_ONCE):
                retagging.write(work, retagging_id, batch)
            raise _NotKeptError
    except _NotKeptError:
        spent = time.perf_counter() - begun
    database.close()
    return spent / len(moves)


class _NotKeptError(Exception):
    """What was written is not kept."""
