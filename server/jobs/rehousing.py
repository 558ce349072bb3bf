"""换格: on the day a boundary takes force its households follow, each village in a transaction of its own."""

from __future__ import annotations

import structlog

from server.database import Database
from server.domain.people import SYSTEM
from server.services import rehousing

_log = structlog.get_logger()


def rehouse_due(database: Database) -> int:
    """Carry out what is due; how many households changed their grid.

    A village that fails keeps nobody waiting and is tried again the next time.
    """
    with database.read(SYSTEM) as reading:
        waiting = rehousing.due(reading)
    moved = 0
    for each in waiting:
        try:
            with database.transaction(SYSTEM) as work:
                moved += rehousing.carry_out(work, each)
        except Exception:  # whatever it is, the other villages must not wait for it
            _log.exception("rehousing_failed", rehousing=each)
    return moved
