"""诉求的状态: the states a demand can be in, how they follow one another, and what a demand carries with it.

The states and transitions are the superset of MECHANISMS S2 with the corrections of S2b; which act leads along
which of them is decided in `server.domain.demand`.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Literal
from uuid import UUID

from server.domain.deadline import Pause
from server.domain.mechanism import Canonical, HandlingLevel


class StateKey(StrEnum):
    """Where a demand stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ANSWERED = "answered"
    PROMISED = "promised"
    MERGED = "merged"
    REGISTERED = "registered"
    NEED_INFO = "need_info"
    REJECTED = "rejected"
    LISTED = "listed"
    CLASSIFIED = "classified"
    AGENDA = "agenda"
    DELIBERATED = "deliberated"
    OFFERED = "offered"
    ASSIGNED = "assigned"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    IN_PROGRESS = "in_progress"
    ESCALATED = "escalated"
    SUSPENDED = "suspended"
    PROJECTISED = "projectised"
    EXPLAINED = "explained"
    DONE = "done"
    VERIFIED = "verified"
    FED_BACK = "fed_back"
    RATED = "rated"
    REWORK = "rework"
    AUTO_CLOSED = "auto_closed"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    REFERRED = "referred"

    @property
    def label(self) -> str:
        """The state as the office reads it."""
        return STATES[self].label


class Group(StrEnum):
    """The five words states are shown in; counts use these, never single states (METRICS C0)."""

    TO_REGISTER = "to_register"
    TO_ASSIGN = "to_assign"
    IN_HAND = "in_hand"
    TO_REPORT_BACK = "to_report_back"
    ENDED = "ended"

    @property
    def label(self) -> str:
        """The group as users read it."""
        return _GROUP_LABELS[self]


_GROUP_LABELS = {
    Group.TO_REGISTER: "待登记",
    Group.TO_ASSIGN: "待分派",
    Group.IN_HAND: "办理中",
    Group.TO_REPORT_BACK: "待回复",
    Group.ENDED: "已了结",
}

Stage = Literal["信息收集", "案卷建立", "任务派遣", "任务处理", "处理反馈", "核查结案", "综合评价"]
"""The seven stages of GB/T 30428, as an urban-management user knows them."""


@dataclass(frozen=True, slots=True)
class StateMeaning:
    """What a state is called, which group it counts in, and its stage; None where it is in no group or stage."""

    label: str
    group: Group | None
    stage: Stage | None


STATES: Mapping[StateKey, StateMeaning] = MappingProxyType(
    {
        StateKey.DRAFT: StateMeaning("草稿", None, None),
        StateKey.SUBMITTED: StateMeaning("已反映", Group.TO_REGISTER, "信息收集"),
        StateKey.REGISTERED: StateMeaning("已登记", Group.TO_REGISTER, "案卷建立"),
        StateKey.NEED_INFO: StateMeaning("待补充", Group.TO_REGISTER, "案卷建立"),
        StateKey.LISTED: StateMeaning("已入清单", Group.TO_REGISTER, "案卷建立"),
        StateKey.CLASSIFIED: StateMeaning("已分类", Group.TO_ASSIGN, "任务派遣"),
        StateKey.AGENDA: StateMeaning("议题公示", Group.TO_ASSIGN, "任务派遣"),
        StateKey.DELIBERATED: StateMeaning("已协商", Group.TO_ASSIGN, "任务派遣"),
        StateKey.OFFERED: StateMeaning("待认领", Group.TO_ASSIGN, "任务派遣"),
        StateKey.RETURNED: StateMeaning("已退单", Group.TO_ASSIGN, "任务派遣"),
        StateKey.ESCALATED: StateMeaning("已上报", Group.TO_ASSIGN, "任务派遣"),
        StateKey.ASSIGNED: StateMeaning("已派单", Group.IN_HAND, "任务派遣"),
        StateKey.ACCEPTED: StateMeaning("已接单", Group.IN_HAND, "任务处理"),
        StateKey.IN_PROGRESS: StateMeaning("办理中", Group.IN_HAND, "任务处理"),
        StateKey.REWORK: StateMeaning("按意见重办", Group.IN_HAND, "任务处理"),
        StateKey.PROMISED: StateMeaning("现场答应", Group.IN_HAND, "任务处理"),
        StateKey.SUSPENDED: StateMeaning("暂缓", Group.IN_HAND, "任务处理"),
        StateKey.PROJECTISED: StateMeaning("已列入项目", Group.IN_HAND, "任务处理"),
        StateKey.DONE: StateMeaning("已办结", Group.TO_REPORT_BACK, "处理反馈"),
        StateKey.VERIFIED: StateMeaning("已核查", Group.TO_REPORT_BACK, "核查结案"),
        StateKey.EXPLAINED: StateMeaning("已解释说明", Group.TO_REPORT_BACK, "处理反馈"),
        StateKey.ANSWERED: StateMeaning("现场答复", Group.TO_REPORT_BACK, "核查结案"),
        StateKey.REJECTED: StateMeaning("不予受理", Group.TO_REPORT_BACK, "案卷建立"),
        StateKey.FED_BACK: StateMeaning("已反馈", Group.TO_REPORT_BACK, "处理反馈"),
        StateKey.RATED: StateMeaning("已评价", Group.ENDED, "综合评价"),
        StateKey.AUTO_CLOSED: StateMeaning("未评价销号", Group.ENDED, "核查结案"),
        StateKey.CLOSED: StateMeaning("已销号", Group.ENDED, "核查结案"),
        StateKey.WITHDRAWN: StateMeaning("已撤回", Group.ENDED, None),
        StateKey.REFERRED: StateMeaning("已告知法定渠道", Group.ENDED, "处理反馈"),
        StateKey.MERGED: StateMeaning("已并单", None, None),
    }
)

UNRESOLVED: frozenset[StateKey] = frozenset(
    key
    for key, meaning in STATES.items()
    if meaning.group in {Group.TO_REGISTER, Group.TO_ASSIGN, Group.IN_HAND}
)
"""未解决: the first three groups (METRICS C1)."""

PAUSED: frozenset[StateKey] = frozenset({StateKey.NEED_INFO, StateKey.SUSPENDED})
"""The unresolved states in which the clock stands still; returning and escalating stop nothing."""

RUNNING: frozenset[StateKey] = UNRESOLVED - PAUSED
"""The states in which a clock is running."""

_S = StateKey
_FOLLOWING: Mapping[StateKey, frozenset[StateKey]] = {
    _S.DRAFT: frozenset({_S.SUBMITTED}),
    _S.SUBMITTED: frozenset({_S.REGISTERED, _S.ANSWERED, _S.PROMISED, _S.MERGED, _S.DONE, _S.REFERRED}),
    _S.PROMISED: frozenset({_S.IN_PROGRESS, _S.DONE, _S.REGISTERED}),
    _S.MERGED: frozenset({_S.REGISTERED}),
    _S.REGISTERED: frozenset({_S.REJECTED, _S.LISTED, _S.NEED_INFO, _S.PROMISED, _S.MERGED, _S.REFERRED}),
    _S.NEED_INFO: frozenset({_S.REGISTERED, _S.REJECTED, _S.EXPLAINED, _S.MERGED}),
    _S.REJECTED: frozenset({_S.REGISTERED, _S.CLOSED}),
    # What somebody went to see may turn out untrue after it was listed.
    _S.LISTED: frozenset({_S.CLASSIFIED, _S.REJECTED, _S.MERGED, _S.REFERRED}),
    _S.CLASSIFIED: frozenset({_S.ASSIGNED, _S.OFFERED, _S.AGENDA, _S.ESCALATED, _S.MERGED, _S.REFERRED}),
    _S.AGENDA: frozenset({_S.DELIBERATED, _S.MERGED}),
    _S.DELIBERATED: frozenset({_S.ASSIGNED, _S.ESCALATED, _S.EXPLAINED, _S.MERGED}),
    _S.OFFERED: frozenset({_S.ACCEPTED, _S.ASSIGNED, _S.MERGED}),
    _S.ASSIGNED: frozenset({_S.ACCEPTED, _S.RETURNED, _S.CLASSIFIED, _S.ASSIGNED}),
    _S.RETURNED: frozenset({_S.ASSIGNED, _S.ESCALATED, _S.CLASSIFIED, _S.EXPLAINED}),
    _S.ACCEPTED: frozenset({_S.IN_PROGRESS, _S.RETURNED, _S.ASSIGNED}),
    # Whoever has it in hand may leave: then it is given to somebody else, as before it was begun.
    _S.IN_PROGRESS: frozenset(
        {_S.DONE, _S.ESCALATED, _S.SUSPENDED, _S.EXPLAINED, _S.PROJECTISED, _S.ASSIGNED}
    ),
    # What the next level cannot settle either goes on to the one above it.
    _S.ESCALATED: frozenset({_S.ASSIGNED, _S.AGENDA, _S.CLASSIFIED, _S.ESCALATED}),
    _S.SUSPENDED: frozenset({_S.IN_PROGRESS, _S.EXPLAINED}),
    _S.PROJECTISED: frozenset({_S.DONE}),
    _S.DONE: frozenset({_S.FED_BACK, _S.VERIFIED, _S.CLOSED, _S.IN_PROGRESS}),
    # Closed at once where there is nobody to tell, as S2b closes what staff found and mended themselves.
    _S.VERIFIED: frozenset({_S.FED_BACK, _S.IN_PROGRESS, _S.CLOSED}),
    _S.EXPLAINED: frozenset({_S.FED_BACK, _S.CLOSED}),
    _S.ANSWERED: frozenset({_S.FED_BACK, _S.CLOSED}),
    _S.FED_BACK: frozenset({_S.RATED, _S.AUTO_CLOSED}),
    _S.RATED: frozenset({_S.CLOSED, _S.REWORK}),
    _S.REWORK: frozenset({_S.IN_PROGRESS, _S.ASSIGNED}),
    _S.AUTO_CLOSED: frozenset({_S.IN_PROGRESS}),
    _S.CLOSED: frozenset({_S.IN_PROGRESS}),
    _S.WITHDRAWN: frozenset(),
    _S.REFERRED: frozenset(),
}

TRANSITIONS: Mapping[StateKey, frozenset[StateKey]] = MappingProxyType(
    {
        key: following | {StateKey.WITHDRAWN} if key in UNRESOLVED else following
        for key, following in _FOLLOWING.items()
    }
)
"""Which state may follow which; any unresolved demand may be withdrawn."""


def group_of(key: StateKey) -> Group | None:
    """Return the group a state counts in; None for a draft and for a merged demand, which follows its master."""
    return STATES[key].group


def is_unresolved(key: StateKey) -> bool:
    """未解决 (METRICS C1)."""
    return key in UNRESOLVED


def is_ended(key: StateKey) -> bool:
    """已了结: nothing is owed to anybody any more. Resolved is not ended."""
    return group_of(key) is Group.ENDED


def open311_status(key: StateKey) -> Literal["open", "closed"] | None:
    """Return the Open311 status: "closed" only once ended; None for a draft and for a merged demand."""
    if group_of(key) is None:
        return None
    return "closed" if is_ended(key) else "open"


Request = Literal["suspension", "explanation", "extension"]
"""申请: what the level above is asked to agree to 暂缓, 解释说明, 延期."""

Appeal = Literal["open", "lost", "upheld"]
"""申诉: waiting for the level above, or how it was decided."""

Ending = Literal["rated", "unrated", "staff", "lapsed", "rejected", "withdrawn", "referred", "nobody_to_tell"]
"""What ended a demand: "lapsed" where nobody appealed in time, "rejected" where the appeal was lost; "unrated" is
never five stars."""


@dataclass(frozen=True, slots=True)
class DemandState:
    """All that decides how a demand may move: one plain column per field, in this order.

    This module keeps its annotations as types, because the mapper reads them from here.
    `since` is when `key` was entered, `last_event_at` the last act but "same", 催办 and 督办 (C5). `class_` is
    canonical, None until classified. It lies with its handler `handler_id` or the leading unit `unit_id`, whose level
    `level` is; with neither, on the desk of level `desk`, which dispatches it. `highest_level` is the highest that
    ever handled it (C11). `due_at` is when the matter is due — before it is assigned, when the next step is — and None
    for PRIVATE once classified; `original_due_at` is the first date promised or allowed and never changes (C6).
    `step_due_at` is when the act now waited for is due, or the waiting over. The clock behind `due_at` runs from
    `clock_from` and allows `clock_allows`: an allowance ("5wd") or the day agreed ("2026-10-24"); it stood still in
    `pauses`. `outcome` is how it was resolved: "fixed", "answered", "explained", "done" or "rejected"; "referred" or
    "withdrawn" where it ended otherwise; `closed_by` is what ended it. `returns`, `sent_down`, `reworks` and
    `reopened` count; `stars` are the last given since the reporter was told, those entered for him too. `asked` is
    what the level above has been asked for, by `asked_by_id`, until `asked_until`; `review_on` is when a suspension is
    looked at again. `first_asked_id` took it in, `screened_by_id` was the last to register or reject it.
    Datetimes are aware UTC, days those of Shanghai.
    """

    key: StateKey
    since: dt.datetime
    last_event_at: dt.datetime
    class_: Canonical | None = None
    level: HandlingLevel | None = None
    highest_level: HandlingLevel | None = None
    handler_id: UUID | None = None
    due_at: dt.datetime | None = None
    original_due_at: dt.datetime | None = None
    step_due_at: dt.datetime | None = None
    promised_on: dt.date | None = None
    asked_upward: bool = False
    looked: str | None = None
    outcome: str | None = None
    resolved_at: dt.datetime | None = None
    told_at: dt.datetime | None = None
    desk: HandlingLevel = "village"
    unit_id: UUID | None = None
    returns: int = 0
    sent_down: int = 0
    asked: Request | None = None
    asked_until: dt.date | None = None
    review_on: dt.date | None = None
    appealed: Appeal | None = None
    reworks: int = 0
    reopened: int = 0
    stars: int | None = None
    clock_from: dt.datetime | None = None
    clock_allows: str | None = None
    pauses: tuple[Pause, ...] = ()
    closed_by: Ending | None = None
    first_asked_id: UUID | None = None
    screened_by_id: UUID | None = None
    asked_by_id: UUID | None = None

    def __post_init__(self) -> None:
        if type(self.key) is not StateKey:  # a mapped column hands back plain text
            object.__setattr__(self, "key", StateKey(self.key))
