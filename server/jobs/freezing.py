"""封账: every window that has passed its freezing instant gets its sheets, each village in a transaction of its own."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import structlog

from server.database import Database
from server.domain.people import SYSTEM
from server.services import sheets

_log = structlog.get_logger()


def freeze_due(database: Database, *, now: dt.datetime | None = None) -> int:
    """Freeze what is due at `now`, the present by default; how many sheets were written.

    What was missed while no worker ran is caught up with, as it stood at its instant. Two workers at once write each
    sheet once; a village that fails keeps nobody waiting and is tried again the next time.
    """
    with database.read(SYSTEM) as reading:
        waiting = sheets.due(reading if now is None else replace(reading, now=now))
    written = 0
    for each in waiting:
        try:
            with database.transaction(SYSTEM) as work:
                written += sheets.freeze(work if now is None else replace(work, now=now), each)
        except Exception:  # whatever it is, the other villages must not wait for it
            _log.exception("freezing_failed", village=each.village, first_day=each.window.first.isoformat())
    return written
