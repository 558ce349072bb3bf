"""What is done about a matter without a phone's form, as pure data: at a desk, by residents, units and evaluators, at meetings.

A verb is the name of the act in the engine, or of what the office does beside it (请人核实、请人核查、吹哨). A demand is
named as in `acts`; a unit by its name.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from server.demo.chance import key_of


@dataclass(frozen=True, kw_only=True)
class StoryAct:
    """Something that happens at a moment; keys are unique in the story."""

    key: str
    at: dt.datetime


@dataclass(frozen=True, kw_only=True)
class CaseAct(StoryAct):
    """A step on one demand: `words`, `reason` (a code), `until` (the day asked for or set) and `stars` go with some verbs."""

    demand: str
    words: str = ""
    reason: str = ""
    until: dt.date | None = None
    stars: int = 0


OfficeVerb = Literal[
    "register", "ask_info", "supply", "reject", "refer", "merge", "look", "classify", "put_on_agenda", "offer", "claim",
    "assign", "escalate", "return_order", "ask", "approve", "resume", "whistle", "ask_to_check", "feed_back",
    "decide_appeal", "call_back", "urge", "supervise",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class OfficeAct(CaseAct):
    """A step taken by somebody with an account, as a click at his desk would do it.

    `klass` goes with classify; `assignee` or `unit`, `until` and `words` (the measure) with assign; `assignee` with look
    and ask_to_check; `other` is the demand another is merged into; `units` are called by whistle; `request` is what is
    asked for.
    """

    author: UUID
    verb: OfficeVerb
    klass: str = ""
    assignee: UUID | None = None
    unit: str = ""
    other: str = ""
    units: tuple[str, ...] = ()
    request: Literal["", "suspension", "explanation", "extension"] = ""


@dataclass(frozen=True, kw_only=True)
class ResidentAct(CaseAct):
    """What the reporter does on the page of his matter."""

    verb: Literal["supply", "appeal", "rate", "withdraw"]


@dataclass(frozen=True, kw_only=True)
class UnitAct(CaseAct):
    """What a unit's member does through its link."""

    unit: str
    verb: Literal["accept", "return_order", "progress", "ask", "done"]
    request: Literal["", "suspension", "extension"] = ""


@dataclass(frozen=True, kw_only=True)
class JudgedAct(CaseAct):
    """评价 by somebody whom the county has judge (JJ-24), through a link `author` gives him."""

    author: UUID
    evaluator: str


@dataclass(frozen=True, kw_only=True)
class ScanAct(StoryAct):
    """居民扫码: a resident writes down a matter on the page of his grid."""

    grid: str
    kind: str
    words: str
    address: str = ""
    phone: str = ""

    @property
    def page(self) -> UUID:
        """The sheet it was written on."""
        return key_of("page", self.key)

    @property
    def demand(self) -> str:
        """The key of the demand taken in."""
        return f"{self.key}/1"


@dataclass(frozen=True, kw_only=True)
class MeetingAct(StoryAct):
    """A meeting of a kind in a division: `called` with all that waits for it, its agenda posted; then `held` on that day.

    At a meeting held everything on the agenda is resolved and given to the desk to assign.
    """

    author: UUID
    kind: str
    label: str
    jurisdiction: str
    step: Literal["called", "held"]
    on: dt.date


CaseWork = OfficeAct | ResidentAct | UnitAct | JudgedAct | ScanAct | MeetingAct
