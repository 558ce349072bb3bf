"""Records that may satisfy a duty, the day each belongs to, and which of them count."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Protocol, TypeVar

from server.domain.obligation.duty import Id
from server.domain.work_calendar import local_day

Outcome = Literal["met", "phone", "not_home", "away", "refused", "moved", "vacant"]

EVENING = dt.time(18)
"""18 时: from here on a day is late for a patrol, and a call counts as one made out of hours."""

_CLOCK_TOLERANCE = dt.timedelta(hours=24)


class FieldRecord(Protocol):
    """What every record has: its day (METRICS D1), its first receipt, and whether it was taken away again."""

    @property
    def day(self) -> dt.date:
        """The day it counts for."""
        ...

    @property
    def received_at(self) -> dt.datetime:
        """When it first arrived."""
        ...

    @property
    def removed_at(self) -> dt.datetime | None:
        """When its author withdrew it (the same day) or the village rejected it with a reason."""
        ...


AnyRecord = TypeVar("AnyRecord", bound=FieldRecord)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patrol:
    """巡查 of a grid. `grid` is the one it counts for (grid_then, METRICS D5); `located` is the condition of P2.

    `roles` are those its worker held for that grid on that day, standing in included.
    """

    id: Id
    grid: str
    day: dt.date
    received_at: dt.datetime
    roles: frozenset[str]
    located: bool = False
    removed_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """走访 of a household. `at` is the instant its day was told from; `grid` is the household's on that day.

    `seen` are the persons met or reached. An imported visit tells when somebody was last seen and nothing else
    (METRICS D11). `roles` are those the visitor held for that grid on that day, standing in included.
    """

    id: Id
    household: Id
    grid: str
    day: dt.date
    at: dt.datetime
    received_at: dt.datetime
    roles: frozenset[str]
    outcome: Outcome
    seen: frozenset[Id] = frozenset()
    visitor: str = ""
    imported: bool = False
    removed_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """点单日、院坝会: an intake record of a channel at a compound or village, empty ones included (METRICS V8)."""

    id: Id
    place: Id
    channel: str
    day: dt.date
    received_at: dt.datetime
    roles: frozenset[str]
    removed_at: dt.datetime | None = None


def day_of_record(
    device_start: dt.datetime, *, received_at: dt.datetime, form_published_at: dt.datetime
) -> tuple[dt.date, bool]:
    """Return the day a record counts for, and whether its clock is suspect 时钟异常 (METRICS D1).

    A record that began before midnight belongs to that day. The day of receipt is used only where the device is
    more than 24 hours off and its time is impossible: in the future, or before the form version existed.
    """
    off = abs(device_start - received_at) > _CLOCK_TOLERANCE
    impossible = device_start > received_at or device_start < form_published_at
    suspect = off and impossible
    return local_day(received_at if suspect else device_start), suspect


def accepted(records: Iterable[AnyRecord], *, as_of: dt.datetime) -> list[AnyRecord]:
    """Return the records that count at `as_of` (METRICS D2, D13): arrived by then, and not taken away by then.

    No flag (position, clock, likeness) ever removes one.
    """
    return [
        record
        for record in records
        if record.received_at <= as_of and not (record.removed_at is not None and record.removed_at <= as_of)
    ]
