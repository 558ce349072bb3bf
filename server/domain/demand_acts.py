"""诉求的动作: what may be done to a demand, along which ways, and what is known and stated with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Literal
from uuid import UUID

from server.domain.demand_states import UNRESOLVED, Request, StateKey
from server.domain.mechanism import Canonical, HandlingLevel


class Action(StrEnum):
    """What may be done to a demand: its key, and the act as users read it."""

    label: str

    def __new__(cls, key: str, label: str) -> Action:
        """Make a member that is its key and carries its word."""
        act = str.__new__(cls, key)
        act._value_ = key
        act.label = label
        return act

    TAKE_IN = "take_in", "点单"
    ANSWER = "answer", "现场答复"
    PROMISE = "promise", "现场承诺"
    LOOK = "look", "核实"
    REGISTER = "register", "登记"
    ASK_INFO = "ask_info", "请补充"
    SUPPLY = "supply", "补充"
    LIST = "list", "列入清单"
    REJECT = "reject", "不予受理"
    REFER = "refer", "告知法定渠道"
    APPEAL = "appeal", "申诉"
    DECIDE_APPEAL = "decide_appeal", "申诉裁定"
    MERGE = "merge", "并单"
    SPLIT = "split", "拆单"
    CLASSIFY = "classify", "分类"
    PUT_ON_AGENDA = "put_on_agenda", "议题公示"
    RESOLVE = "resolve", "表决"
    OFFER = "offer", "发布认领"
    CLAIM = "claim", "认领"
    ASSIGN = "assign", "派单"
    TRANSFER = "transfer", "转派"
    RECALL = "recall", "收回"
    ACCEPT = "accept", "接单"
    RETURN_ORDER = "return_order", "退单"
    START = "start", "开始办理"
    PROGRESS = "progress", "进展"
    CANNOT = "cannot", "办不了"
    ESCALATE = "escalate", "上报"
    SEND_DOWN = "send_down", "驳回上报"
    ASK = "ask", "申请"
    APPROVE = "approve", "同意"
    DENY = "deny", "不同意"
    RESUME = "resume", "恢复办理"
    PROJECTISE = "projectise", "列入项目"
    FINISH = "finish", "办结"
    CHECK = "check", "核查"
    FEED_BACK = "feed_back", "反馈"
    RATE = "rate", "评价"
    REOPEN = "reopen", "重开"
    WITHDRAW = "withdraw", "撤回"
    LAPSE = "lapse", "到期处理"
    AUTO_CLOSE = "auto_close", "未评价销号"
    URGE = "urge", "催办"
    SUPERVISE = "supervise", "督办"
    CALL_BACK = "call_back", "回访"


SAME = "same"
PROPERLY_DONE = "fixed_ok"
RESULTS: Mapping[Action, frozenset[str]] = MappingProxyType(
    {
        Action.PROGRESS: frozenset({SAME, "progress"}),
        Action.LOOK: frozenset({"true", "partly", "not_true", "not_found"}),
        Action.CHECK: frozenset({PROPERLY_DONE, "fixed_part", "fixed_no"}),
    }
)
"""What may come out of an act, in the codes of the follow-up form (FORMS §6)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known about the demand and stated with the act.

    Known: `demand_id`, its division `place`, the `channel` it came by, when it was received (aware), whether somebody
    other than staff raised it, and whether there is a contact to tell the result to. The rest belongs to single acts.
    `result` is the form's code of a step, look or check, `reason` a code, `words` what was written (for 暂缓, 解释说明,
    退单 and 驳回上报 their basis). `handler_id` at `handler_level`, or the leading unit `unit_id` at `handler_unit`,
    with `support` units, `measure` and `deadline` go with assigning (ZX-36). `until` is the day asked for or agreed: of
    an extension, a review, a milestone, a supervision. `outcome` is what a meeting resolved, `upheld` whether an appeal
    was. `by_proxy` says that staff enter what a reporter said, `evaluator` in which capacity somebody judges.
    """

    place: str
    channel: str
    demand_id: UUID | None = None
    received_at: dt.datetime | None = None
    raised_by_resident: bool = True
    reporter_reachable: bool = False
    result: str = ""
    words: str = ""
    reason: str = ""
    how_solved: str = ""
    class_: Canonical | None = None
    promised_on: dt.date | None = None
    handler_id: UUID | None = None
    handler_level: HandlingLevel | None = None
    measure: str = ""
    deadline: dt.date | None = None
    unit_id: UUID | None = None
    handler_unit: HandlingLevel | None = None
    support: tuple[UUID, ...] = ()
    master_id: UUID | None = None
    referred_to: str = ""
    stars: int | None = None
    by_proxy: bool = False
    evaluator: str | None = None
    until: dt.date | None = None
    request: Request | None = None
    upheld: bool | None = None
    votes_for: int | None = None
    votes_against: int | None = None
    outcome: Literal["assign", "escalate", "explain"] | None = None


_S = StateKey

Way = tuple[StateKey, ...]
"""The states a demand passes through, the last being the new one; an empty way leaves it where it is."""

_STAYING: tuple[Way, ...] = ((),)


def _way(*keys: StateKey) -> tuple[Way, ...]:
    return (keys,)


# A handler's first progress, finish or cannot includes accepting and starting.
_TO_WORK: Mapping[StateKey, tuple[Way, ...]] = {
    _S.PROMISED: _way(_S.IN_PROGRESS),
    _S.ASSIGNED: _way(_S.ACCEPTED, _S.IN_PROGRESS),
    _S.ACCEPTED: _way(_S.IN_PROGRESS),
    _S.REWORK: _way(_S.IN_PROGRESS),
}
_GIVEN = dict.fromkeys((_S.ASSIGNED, _S.ACCEPTED, _S.IN_PROGRESS, _S.REWORK), _way(_S.ASSIGNED))
_REQUESTED: Mapping[StateKey, tuple[Way, ...]] = {
    _S.PROMISED: _STAYING,
    _S.ASSIGNED: _STAYING,
    _S.ACCEPTED: _STAYING,
    _S.REWORK: _STAYING,
    _S.RETURNED: ((), (_S.EXPLAINED,)),
    _S.IN_PROGRESS: ((), (_S.SUSPENDED,), (_S.EXPLAINED,)),
    _S.SUSPENDED: ((), (_S.EXPLAINED,)),
}
_TOLD: tuple[Way, ...] = ((_S.FED_BACK,), (_S.CLOSED,))

ROUTES: Mapping[Action, Mapping[StateKey, tuple[Way, ...]]] = MappingProxyType(
    {
        Action.TAKE_IN: {_S.DRAFT: _way(_S.SUBMITTED)},
        Action.ANSWER: {_S.SUBMITTED: _way(_S.ANSWERED)},
        Action.PROMISE: dict.fromkeys((_S.SUBMITTED, _S.REGISTERED), _way(_S.PROMISED)),
        Action.LOOK: dict.fromkeys((_S.SUBMITTED, _S.REGISTERED, _S.NEED_INFO, _S.LISTED), _STAYING),
        Action.REGISTER: dict.fromkeys((_S.SUBMITTED, _S.PROMISED), _way(_S.REGISTERED)),
        Action.ASK_INFO: {_S.REGISTERED: _way(_S.NEED_INFO)},
        Action.SUPPLY: {_S.NEED_INFO: _way(_S.REGISTERED)},
        Action.LIST: {_S.REGISTERED: _way(_S.LISTED)},
        Action.REJECT: dict.fromkeys((_S.REGISTERED, _S.NEED_INFO, _S.LISTED), _way(_S.REJECTED)),
        Action.REFER: dict.fromkeys(
            (_S.SUBMITTED, _S.REGISTERED, _S.LISTED, _S.CLASSIFIED), _way(_S.REFERRED)
        ),
        Action.APPEAL: {_S.REJECTED: _STAYING},
        Action.DECIDE_APPEAL: {_S.REJECTED: ((_S.REGISTERED,), (_S.CLOSED,), ())},
        # Only what nobody has been sent for yet.
        Action.MERGE: dict.fromkeys(
            (
                _S.SUBMITTED,
                _S.REGISTERED,
                _S.NEED_INFO,
                _S.LISTED,
                _S.CLASSIFIED,
                _S.AGENDA,
                _S.DELIBERATED,
                _S.OFFERED,
            ),
            _way(_S.MERGED),
        ),
        Action.SPLIT: {_S.MERGED: _way(_S.REGISTERED)},
        # Classifying what is registered includes passing it at the screening.
        Action.CLASSIFY: {
            _S.REGISTERED: _way(_S.LISTED, _S.CLASSIFIED),
            _S.LISTED: _way(_S.CLASSIFIED),
            _S.CLASSIFIED: _STAYING,
            _S.RETURNED: _way(_S.CLASSIFIED),
        },
        Action.PUT_ON_AGENDA: dict.fromkeys((_S.CLASSIFIED, _S.ESCALATED), _way(_S.AGENDA)),
        Action.RESOLVE: {
            _S.AGENDA: (
                (_S.DELIBERATED,),
                (_S.DELIBERATED, _S.ESCALATED),
                (_S.DELIBERATED, _S.EXPLAINED),
            )
        },
        Action.OFFER: {_S.CLASSIFIED: _way(_S.OFFERED)},
        Action.CLAIM: {_S.OFFERED: _way(_S.ACCEPTED)},
        Action.ASSIGN: dict.fromkeys(
            (_S.CLASSIFIED, _S.DELIBERATED, _S.OFFERED, _S.RETURNED, _S.ESCALATED), _way(_S.ASSIGNED)
        ),
        Action.TRANSFER: _GIVEN,
        Action.RECALL: {_S.ASSIGNED: _way(_S.CLASSIFIED)},
        Action.ACCEPT: {_S.ASSIGNED: _way(_S.ACCEPTED)},
        Action.RETURN_ORDER: dict.fromkeys((_S.ASSIGNED, _S.ACCEPTED), _way(_S.RETURNED)),
        Action.START: _TO_WORK,
        Action.PROGRESS: {
            **_TO_WORK,
            **dict.fromkeys((_S.IN_PROGRESS, _S.SUSPENDED, _S.PROJECTISED), _STAYING),
        },
        Action.CANNOT: {**_TO_WORK, _S.IN_PROGRESS: _STAYING},
        Action.ESCALATE: dict.fromkeys(
            (_S.CLASSIFIED, _S.DELIBERATED, _S.RETURNED, _S.IN_PROGRESS, _S.ESCALATED), _way(_S.ESCALATED)
        ),
        Action.SEND_DOWN: {_S.ESCALATED: _way(_S.CLASSIFIED)},
        Action.ASK: _REQUESTED,
        Action.APPROVE: _REQUESTED,
        Action.DENY: dict.fromkeys(_REQUESTED, _STAYING),
        Action.RESUME: {_S.SUSPENDED: _way(_S.IN_PROGRESS)},
        Action.PROJECTISE: {_S.IN_PROGRESS: _way(_S.PROJECTISED)},
        Action.FINISH: {
            _S.SUBMITTED: ((_S.DONE,), (_S.DONE, _S.CLOSED)),
            _S.PROMISED: _way(_S.DONE),
            _S.ASSIGNED: _way(_S.ACCEPTED, _S.IN_PROGRESS, _S.DONE),
            _S.ACCEPTED: _way(_S.IN_PROGRESS, _S.DONE),
            _S.IN_PROGRESS: _way(_S.DONE),
            _S.REWORK: _way(_S.IN_PROGRESS, _S.DONE),
            _S.PROJECTISED: _way(_S.DONE),
        },
        Action.CHECK: {
            _S.DONE: ((_S.VERIFIED,), (_S.IN_PROGRESS,)),
            _S.VERIFIED: ((), (_S.IN_PROGRESS,)),
        },
        Action.FEED_BACK: {
            **dict.fromkeys((_S.DONE, _S.VERIFIED, _S.ANSWERED, _S.EXPLAINED), _TOLD),
            _S.REJECTED: ((), (_S.CLOSED,)),
        },
        Action.RATE: {
            _S.FED_BACK: ((_S.RATED,), (_S.RATED, _S.REWORK)),
            _S.RATED: ((), (_S.REWORK,)),
        },
        Action.REOPEN: dict.fromkeys((_S.AUTO_CLOSED, _S.CLOSED), _way(_S.IN_PROGRESS)),
        Action.WITHDRAW: dict.fromkeys(sorted(UNRESOLVED), _way(_S.WITHDRAWN)),
        Action.LAPSE: {
            _S.NEED_INFO: _way(_S.EXPLAINED),
            _S.REJECTED: _way(_S.CLOSED),
            _S.SUSPENDED: _way(_S.IN_PROGRESS),
            _S.RATED: _way(_S.CLOSED),
        },
        Action.AUTO_CLOSE: {_S.FED_BACK: _way(_S.AUTO_CLOSED)},
        Action.URGE: dict.fromkeys(sorted(UNRESOLVED), _STAYING),
        Action.SUPERVISE: dict.fromkeys(sorted(UNRESOLVED), _STAYING),
        Action.CALL_BACK: {_S.REWORK: _STAYING, _S.IN_PROGRESS: _STAYING, _S.RATED: _way(_S.CLOSED)},
    }
)
"""For each act the states it may be done in, and the ways it may take from there (MECHANISMS S2, S2b)."""
