"""发件箱: hands each committed event to its consequences, at least once."""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from server.database import Database
from server.domain.events import EVENT_BY_KIND, Event
from server.domain.people import SYSTEM
from server.jobs.consequences import CONSEQUENCES, Consequence
from server.storage import events
from server.storage.events import EventRow
from server.work import Work

BATCH = 500

_log = structlog.get_logger()

Consequences = Mapping[type[Event], tuple[Consequence, ...]]


def hand_on(database: Database, *, consequences: Consequences = CONSEQUENCES) -> int:
    """Hand on every event that has not been handed on; how many there were.

    What a consequence writes is committed together with the mark on its event. One that fails leaves its event for
    the next time, and the others go on.
    """
    handed = 0
    while True:
        with database.transaction(SYSTEM) as work:
            claimed = events.claim(work.session, limit=BATCH)
            done = [row.id for row in claimed if _follow(work, row, consequences)]
            events.mark_handed_on(work.session, done, at=work.now)
        handed += len(done)
        if len(claimed) < BATCH or not done:
            return handed


def _follow(work: Work, row: EventRow, consequences: Consequences) -> bool:
    event = EVENT_BY_KIND.get(row.kind)  # none for what only an earlier version wrote
    following = () if event is None else consequences.get(event, ())
    if not following:
        return True
    try:
        with work.savepoint():
            for consequence in following:
                consequence(work, row)
    except Exception:  # whatever it is, the other events must not wait for it
        _log.exception("consequence_failed", event_id=row.id, kind=row.kind)
        return False
    return True
