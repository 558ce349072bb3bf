"""夜里查热点: every county is looked over once a day, so that hot spots keep their numbers (METRICS H2)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import structlog

from server.database import Database
from server.domain.jurisdiction import Level
from server.domain.people import SYSTEM
from server.services import hot_spots
from server.storage import jurisdictions

_log = structlog.get_logger()


def watch(database: Database, *, now: dt.datetime | None = None) -> int:
    """Look over the counties that have not been looked over today, or on the day of `now`; how many were.

    The looking is done outside the transaction that keeps it, which is short. Two workers at once keep each county's
    day once; a county that fails keeps no other waiting and is tried again the next time.
    """
    with database.read(SYSTEM) as reading:
        every = jurisdictions.listing(reading.session, scope=reading.actor.scope, digits=Level.COUNTY.digits)
    kept = 0
    for county in every:
        try:
            kept += _look_over(database, county.code, now=now)
        except Exception:  # whatever it is, the other counties must not wait for it
            _log.exception("watching_failed", county=county.code)
    return kept


def _look_over(database: Database, county: str, *, now: dt.datetime | None) -> bool:
    with database.read(SYSTEM) as reading:
        found = hot_spots.look(reading if now is None else replace(reading, now=now), county)
    if found is None:
        return False
    with database.transaction(SYSTEM) as work:
        return hot_spots.keep(work if now is None else replace(work, now=now), found)
