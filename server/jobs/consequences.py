"""What follows from what happened: the complete list, on one screen."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from server.domain.events import Event
from server.domain.events.demands import (
    DemandMoved,
    DemandTakenIn,
    ReminderDue,
    TaskGiven,
    UnitsCalled,
)
from server.domain.events.forms import FormPublished
from server.domain.events.register import BoundaryPublished
from server.services import notifications, submissions
from server.storage.events import EventRow
from server.work import Work

Consequence = Callable[[Work, EventRow], None]

_log = structlog.get_logger()


def project_waiting(work: Work, event: EventRow) -> None:
    """Records that waited for a form version or a boundary get their rows now."""
    done, left = submissions.reproject_waiting(work)
    if done or left:
        _log.info("waiting_records_projected", after=event.kind, done=done, left=left)


CONSEQUENCES: dict[type[Event], tuple[Consequence, ...]] = {
    FormPublished: (project_waiting,),
    BoundaryPublished: (project_waiting,),
    DemandTakenIn: (notifications.taken_in,),
    DemandMoved: (notifications.moved,),
    ReminderDue: (notifications.reminded,),
    TaskGiven: (notifications.task_given,),
    UnitsCalled: (notifications.units_called,),
}
