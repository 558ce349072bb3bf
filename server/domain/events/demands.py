"""诉求: what happens to a demand. Every move keeps where it came from and went to; nothing is ever removed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from server.domain.events.event import Event, JsonValue


@dataclass(frozen=True, kw_only=True)
class DemandTakenIn(Event, kind="demand.taken_in"):
    """点单: a demand was raised and has its public number. It is the first of its acts: see DemandMoved."""

    number: str
    channel: str
    demand_kind: str
    urgent: bool
    acted_at: dt.datetime
    by_level: str | None = None
    facts: Mapping[str, JsonValue] = field(default_factory=dict)
    submission_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class DemandMoved(Event, kind="demand.moved"):
    """办理: an act was done to a demand; `from_key` and `to_key` (MECHANISMS S2) are one where it stayed where it was.

    `by_level`, `acted_at` and `facts` are what the act was decided by, so that folding a demand's acts gives its
    state again; a phone's act is older than its row. `note_kept` says that words were written with the act; the
    words themselves are with the demand.
    """

    action: str
    from_key: str
    to_key: str
    acted_at: dt.datetime
    by_level: str | None = None
    facts: Mapping[str, JsonValue] = field(default_factory=dict)
    class_from: str | None = None
    class_to: str | None = None
    handler_id: UUID | None = None
    unit_id: UUID | None = None
    due_at: dt.datetime | None = None
    reason: str | None = None
    note_kept: bool = False
    submission_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class ReporterTold(Event, kind="demand.reporter_told"):
    """反馈: the reporter was told; `by` is "handler" for the worker's own statement, "office" for the formal answer."""

    by: str
    means: str


@dataclass(frozen=True, kw_only=True)
class TaskGiven(Event, kind="demand.task_given"):
    """请人核实、核查、回访: somebody was asked to see to it (`task` is "look", "check" or "call_back")."""

    task: str
    account_id: UUID


@dataclass(frozen=True, kw_only=True)
class UnitsCalled(Event, kind="demand.units_called"):
    """吹哨: several units are called together to the place, for the moment `at`."""

    unit_ids: tuple[UUID, ...]
    at: dt.datetime


@dataclass(frozen=True, kw_only=True)
class SupervisionEnded(Event, kind="demand.supervision_ended"):
    """解除督办: whoever watched over it lets go before the day he had set."""

    note_kept: bool = False


@dataclass(frozen=True, kw_only=True)
class RatingGiven(Event, kind="demand.rating_given"):
    """评价: `who` judged a round of handling; an entry by staff for somebody is marked."""

    round: int
    who: str
    by_proxy: bool = False
    changed: bool = False


@dataclass(frozen=True, kw_only=True)
class ReminderDue(Event, kind="demand.reminder_due"):
    """提醒: the date of a matter comes near (`what` is "soon"), or has passed ("over")."""

    what: str
    due_at: dt.datetime
    handler_id: UUID | None = None
    unit_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class DemandDiscussed(Event, kind="demand.discussed"):
    """周例会议定: it was gone through at the weekly meeting; what was agreed is a note of this `step` (ZX-15)."""

    step: str = "discussed"
