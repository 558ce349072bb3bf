"""夜里抽查: once a month is frozen, a few of its visits and cases are drawn to be asked about (METRICS Q)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import structlog

from server.database import Database
from server.domain.people import SYSTEM
from server.services import back_checks

_log = structlog.get_logger()


def draw_due(database: Database, *, now: dt.datetime | None = None) -> int:
    """Draw what is due at `now`, the present by default, each county in a transaction of its own; how many checks there are now to make.

    Two workers at once draw a month once; a county that fails keeps no other waiting and is tried the next night.
    """
    with database.read(SYSTEM) as reading:
        waiting = back_checks.due(reading if now is None else replace(reading, now=now))
    drawn = 0
    for each in waiting:
        try:
            with database.transaction(SYSTEM) as work:
                drawn += back_checks.carry_out(work if now is None else replace(work, now=now), each)
        except Exception:  # whatever it is, the other counties must not wait for it
            _log.exception("back_check_draw_failed", county=each.county)
    return drawn
