"""What runs by the clock: every minute and every night. The functions are plain; register() gives them to the queue."""

from __future__ import annotations

import datetime as dt

from huey import Huey, crontab

from server.database import Database
from server.domain.people import SYSTEM
from server.domain.work_calendar import local_day
from server.jobs import back_checking, freezing, outbox, rehousing, sweeping, watching
from server.services import boundaries, entities, submissions

TRACKS_ARE_KEPT = dt.timedelta(days=90)
"""METRICS P: raw tracks are deleted after 90 days."""
_TRACKS_AT_ONCE = 50
UPDATES_WAIT = dt.timedelta(days=5)
"""OPENROSA §8: an update whose predecessor has not come by then is taken without it."""
_ENTITIES_AT_ONCE = 50


def every_minute(database: Database) -> None:
    """Do what is due, hand on events, freeze the windows that are due, and apply edits that missed their original.

    Households follow a boundary in its first minute, before anybody walks by the new lists.
    """
    rehousing.rehouse_due(database)
    sweeping.sweep(database)
    outbox.hand_on(database)
    freezing.freeze_due(database)
    with database.transaction(SYSTEM) as work:
        boundaries.take_names(work)
        submissions.settle_held(work)


def every_night(database: Database) -> None:
    """Look the counties over for hot spots, draw what is asked about again, take updates that waited in vain, forget tracks.

    The last two go a few in each transaction, so that no phone waits.
    """
    watching.watch(database)
    back_checking.draw_due(database)
    waiting_since = database.clock() - UPDATES_WAIT
    left = True
    while left:
        with database.transaction(SYSTEM) as work:
            left = entities.force_held(work, before=waiting_since, at_most=_ENTITIES_AT_ONCE) > 0
    before = local_day(database.clock()) - TRACKS_ARE_KEPT
    left = True
    while left:
        with database.transaction(SYSTEM) as work:
            left = submissions.forget_tracks(work, before=before, at_most=_TRACKS_AT_ONCE) > 0


def register(jobs: Huey, database: Database) -> None:
    """Let the queue's clock, which shows UTC, run them: every minute, and at 02:10 in Shanghai."""
    jobs.periodic_task(crontab(), name="every_minute")(lambda: every_minute(database))
    jobs.periodic_task(crontab(hour="18", minute="10"), name="every_night")(lambda: every_night(database))
