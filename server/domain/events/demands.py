"""诉求: what happens to a demand. Every move keeps where it came from and went to; nothing is ever removed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from server.domain.events.event import Event


@dataclass(frozen=True, kw_only=True)
class DemandTakenIn(Event, kind="demand.taken_in"):
    """点单: a demand was raised and has its public number."""

    number: str
    channel: str
    demand_kind: str
    urgent: bool
    submission_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class DemandMoved(Event, kind="demand.moved"):
    """流转: an act moved a demand from one state to another (`action` and the state keys of MECHANISMS S2).

    `note_kept` says that words were written with the act; the words themselves are with the demand.
    """

    action: str
    from_key: str
    to_key: str
    class_from: str | None = None
    class_to: str | None = None
    handler_id: UUID | None = None
    due_at: dt.datetime | None = None
    reason: str | None = None
    note_kept: bool = False
    submission_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class DemandProgressed(Event, kind="demand.progressed"):
    """进展: the handler said how it stands; `step` is the form's code, and "same" counts as no event (METRICS C5)."""

    step: str
    submission_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class DemandLookedAt(Event, kind="demand.looked_at"):
    """核实: somebody went to see whether it is as reported, before anything is dispatched."""

    step: str
    submission_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class EscalationAsked(Event, kind="demand.escalation_asked"):
    """办不了: the handler asks that it be reported upward; the village decides (FORMS §6)."""

    reason: str
    submission_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class ExtensionAsked(Event, kind="demand.extension_asked"):
    """申请延期: the handler asks for more time; the original date stays for the on-time figure (FORMS §6)."""

    until: dt.date
    submission_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class ReporterTold(Event, kind="demand.reporter_told"):
    """反馈: the reporter was told; `by` is "handler" for the worker's own statement, "office" for the formal answer."""

    by: str
    means: str


@dataclass(frozen=True, kw_only=True)
class TaskGiven(Event, kind="demand.task_given"):
    """请人核实、核查: somebody was asked to look at it or to check it (`task` is "look" or "check")."""

    task: str
    account_id: UUID
