"""定格: the grids of the boundaries in force, kept in memory and renewed when new ones are published."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from functools import lru_cache
from weakref import WeakKeyDictionary

from gis.grid_index import GridIndex
from server.domain.scope import Scope
from server.domain.work_calendar import local_day
from server.storage import grids
from server.storage.base import database_of
from server.work import Reading


@dataclass(frozen=True)
class Ground:
    """The boundary version in force, its token and its index; version 0 and an empty index before the first import."""

    version: int
    token: uuid.UUID | None
    index: GridIndex


_shelf: dict[uuid.UUID, Ground] = {}
_KEPT = 4
_latest: WeakKeyDictionary[object, Ground] = WeakKeyDictionary()
"""By database: the ground its last transaction saw."""


def ground(reading: Reading) -> Ground:
    """Today's ground as this reading sees it: an import is seen by running servers at their next transaction."""
    session, today = reading.session, local_day(reading.now)
    current = grids.current_version(session, on=today)
    if current is None:
        return _nothing()
    version, token = current
    found = _shelf.get(token)
    if found is None:
        rows = grids.outlines(session, scope=Scope.everything(), on=today)
        found = Ground(
            version, token, GridIndex([code for code, _ in rows], [outline for _, outline in rows])
        )
        while len(_shelf) >= _KEPT:
            _shelf.pop(next(iter(_shelf)), None)
        _shelf[token] = found
    _latest[database_of(session)] = found
    return found


def remembered(reading: Reading) -> Ground:
    """The ground as this process saw it last, without asking the database; its token tells whether it still is."""
    return _latest.get(database_of(reading.session)) or ground(reading)


@lru_cache(maxsize=1)
def _nothing() -> Ground:
    return Ground(0, None, GridIndex([], []))
