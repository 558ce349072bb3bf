"""诉求的动作: what may be done to a demand, in which state, by whom, and what has to be said with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Literal
from uuid import UUID

from server.domain.demand_states import DemandState, Request, StateKey
from server.domain.jurisdiction import contains
from server.domain.mechanism import Canonical, HandlingLevel, MechanismProfile
from server.domain.people import Actor, ActorKind, Permission
from server.domain.problems import Conflict, Forbidden, Invalid


class Action(StrEnum):
    """What may be done to a demand."""

    TAKE_IN = "take_in"
    ANSWER = "answer"
    PROMISE = "promise"
    LOOK = "look"
    REGISTER = "register"
    ASK_INFO = "ask_info"
    SUPPLY = "supply"
    LIST = "list"
    REJECT = "reject"
    REFER = "refer"
    APPEAL = "appeal"
    DECIDE_APPEAL = "decide_appeal"
    MERGE = "merge"
    SPLIT = "split"
    CLASSIFY = "classify"
    PUT_ON_AGENDA = "put_on_agenda"
    RESOLVE = "resolve"
    OFFER = "offer"
    CLAIM = "claim"
    ASSIGN = "assign"
    TRANSFER = "transfer"
    RECALL = "recall"
    ACCEPT = "accept"
    RETURN_ORDER = "return_order"
    START = "start"
    PROGRESS = "progress"
    CANNOT = "cannot"
    ESCALATE = "escalate"
    SEND_DOWN = "send_down"
    ASK = "ask"
    APPROVE = "approve"
    DENY = "deny"
    RESUME = "resume"
    PROJECTISE = "projectise"
    FINISH = "finish"
    CHECK = "check"
    FEED_BACK = "feed_back"
    RATE = "rate"
    REOPEN = "reopen"
    WITHDRAW = "withdraw"
    LAPSE = "lapse"
    AUTO_CLOSE = "auto_close"
    URGE = "urge"
    SUPERVISE = "supervise"
    CALL_BACK = "call_back"

    @property
    def label(self) -> str:
        """The act as users read it."""
        return _LABELS[self]


_LABELS = {
    Action.TAKE_IN: "点单",
    Action.ANSWER: "现场答复",
    Action.PROMISE: "现场承诺",
    Action.LOOK: "核实",
    Action.REGISTER: "登记",
    Action.ASK_INFO: "请补充",
    Action.SUPPLY: "补充",
    Action.LIST: "列入清单",
    Action.REJECT: "不予受理",
    Action.REFER: "告知法定渠道",
    Action.APPEAL: "申诉",
    Action.DECIDE_APPEAL: "申诉裁定",
    Action.MERGE: "并单",
    Action.SPLIT: "拆单",
    Action.CLASSIFY: "分类",
    Action.PUT_ON_AGENDA: "议题公示",
    Action.RESOLVE: "表决",
    Action.OFFER: "发布认领",
    Action.CLAIM: "认领",
    Action.ASSIGN: "派单",
    Action.TRANSFER: "转派",
    Action.RECALL: "收回",
    Action.ACCEPT: "接单",
    Action.RETURN_ORDER: "退单",
    Action.START: "开始办理",
    Action.PROGRESS: "进展",
    Action.CANNOT: "办不了",
    Action.ESCALATE: "上报",
    Action.SEND_DOWN: "驳回上报",
    Action.ASK: "申请",
    Action.APPROVE: "同意",
    Action.DENY: "不同意",
    Action.RESUME: "恢复办理",
    Action.PROJECTISE: "列入项目",
    Action.FINISH: "办结",
    Action.CHECK: "核查",
    Action.FEED_BACK: "反馈",
    Action.RATE: "评价",
    Action.REOPEN: "重开",
    Action.WITHDRAW: "撤回",
    Action.LAPSE: "到期处理",
    Action.AUTO_CLOSE: "未评价销号",
    Action.URGE: "催办",
    Action.SUPERVISE: "督办",
    Action.CALL_BACK: "回访",
}

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

    `place` is the division code the demand lies in and `channel` the way it came. `raised_by_resident` says that
    somebody other than staff raised it, `reporter_reachable` that there is a contact to tell the result to. The rest
    belongs to single acts: `result` is the form's code of a step, look or check; `words` what was written;
    `handler_id`, `handler_level`, `measure` and `deadline` go with assigning (ZX-36).
    """

    place: str
    channel: str
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
    supervisor_id: UUID | None = None


_S = StateKey

_TO_PROGRESS: Mapping[StateKey, tuple[StateKey, ...]] = {
    _S.PROMISED: (_S.IN_PROGRESS,),
    _S.ASSIGNED: (_S.ACCEPTED, _S.IN_PROGRESS),
    _S.ACCEPTED: (_S.IN_PROGRESS,),
    _S.IN_PROGRESS: (),
    _S.REWORK: (_S.IN_PROGRESS,),
}
ROUTES: Mapping[Action, Mapping[StateKey, tuple[StateKey, ...]]] = MappingProxyType(
    {
        Action.TAKE_IN: {_S.DRAFT: (_S.SUBMITTED,)},
        Action.ANSWER: {_S.SUBMITTED: (_S.ANSWERED,)},
        Action.PROMISE: {_S.SUBMITTED: (_S.PROMISED,), _S.REGISTERED: (_S.PROMISED,)},
        Action.LOOK: {_S.SUBMITTED: (), _S.REGISTERED: (), _S.NEED_INFO: (), _S.LISTED: ()},
        Action.REGISTER: {_S.SUBMITTED: (_S.REGISTERED,), _S.PROMISED: (_S.REGISTERED,)},
        # Classifying what is registered includes passing it at the screening.
        Action.CLASSIFY: {
            _S.REGISTERED: (_S.LISTED, _S.CLASSIFIED),
            _S.LISTED: (_S.CLASSIFIED,),
            _S.CLASSIFIED: (),
        },
        Action.ASSIGN: {_S.CLASSIFIED: (_S.ASSIGNED,), _S.RETURNED: (_S.ASSIGNED,)},
        # A handler's first progress, finish or cannot includes accepting and starting.
        Action.PROGRESS: _TO_PROGRESS,
        Action.CANNOT: _TO_PROGRESS,
        Action.FINISH: {
            _S.SUBMITTED: (_S.DONE,),
            _S.PROMISED: (_S.DONE,),
            _S.ASSIGNED: (_S.ACCEPTED, _S.IN_PROGRESS, _S.DONE),
            _S.ACCEPTED: (_S.IN_PROGRESS, _S.DONE),
            _S.IN_PROGRESS: (_S.DONE,),
            _S.REWORK: (_S.IN_PROGRESS, _S.DONE),
        },
        Action.CHECK: {_S.DONE: (_S.VERIFIED,)},
        Action.FEED_BACK: dict.fromkeys((_S.DONE, _S.VERIFIED, _S.ANSWERED, _S.EXPLAINED), (_S.FED_BACK,)),
        Action.AUTO_CLOSE: {_S.FED_BACK: (_S.AUTO_CLOSED,)},
    }
)
"""For each act the states it may be done in, and the states the demand then passes through, the last being the new
one; an empty way leaves it where it is."""


def way_of(state: DemandState, action: Action, facts: Facts) -> tuple[StateKey, ...]:
    """Return the states `action` leads through, the last being the new one; empty where the demand stays.

    Raises Conflict("demand.step_not_allowed").
    """
    if state.key not in ROUTES.get(action, {}):
        raise Conflict("demand.step_not_allowed", state=state.key.value, action=action.value)
    way = ROUTES[action][state.key]
    if action is Action.FINISH and state.key is _S.SUBMITTED and not facts.raised_by_resident:
        return (*way, _S.CLOSED)  # found and mended by staff: nobody to tell, no rating
    if action is Action.CHECK and facts.result != PROPERLY_DONE:
        return (_S.IN_PROGRESS,)
    if action is Action.FEED_BACK and not facts.reporter_reachable:
        return (_S.CLOSED,)  # nobody to tell
    return way


_OFFICE_PERMISSIONS: Mapping[Action, Permission] = {
    Action.REGISTER: Permission.REGISTER_DEMAND,
    Action.CLASSIFY: Permission.CLASSIFY_DEMAND,
    Action.ASSIGN: Permission.ASSIGN_DEMAND,
    Action.FEED_BACK: Permission.REPORT_BACK,
}
# What is met in the field may lie beyond the worker's own grid.
_FIELD_PERMISSIONS: Mapping[Action, Permission] = {
    Action.TAKE_IN: Permission.TAKE_IN_DEMAND,
    Action.ANSWER: Permission.TAKE_IN_DEMAND,
    Action.PROMISE: Permission.TAKE_IN_DEMAND,
    Action.LOOK: Permission.LOOK_AT_DEMAND,
}


def authorise(state: DemandState, action: Action, *, actor: Actor, place: str) -> None:
    """Raise Forbidden("demand.checked_by_its_handler") or Forbidden("demand.not_yours") unless `actor` may."""
    if is_authorised(state, action, actor=actor, place=place):
        return
    if action is Action.CHECK and actor.id == state.handler_id:
        raise Forbidden("demand.checked_by_its_handler")
    raise Forbidden("demand.not_yours", action=action.value)


def is_authorised(state: DemandState, action: Action, *, actor: Actor, place: str) -> bool:
    """Say whether `actor` may do `action` to a demand in the division `place`."""
    if actor.kind is ActorKind.SYSTEM or action is Action.AUTO_CLOSE:
        # Nobody closes what was not rated by hand, and the system does nothing in anybody's stead.
        return actor.kind is ActorKind.SYSTEM and action is Action.AUTO_CLOSE
    if action in _OFFICE_PERMISSIONS:
        return actor.may(_OFFICE_PERMISSIONS[action], at=place)
    if action is Action.CHECK:
        return actor.may(Permission.CHECK_DEMAND) and actor.id != state.handler_id
    if action in _FIELD_PERMISSIONS or state.key is _S.SUBMITTED:  # finished by whoever takes it in
        return actor.may(_FIELD_PERMISSIONS.get(action, Permission.TAKE_IN_DEMAND))
    return actor.may(Permission.HANDLE_DEMAND) and _handles(state, actor, place)


def _handles(state: DemandState, actor: Actor, place: str) -> bool:
    """Say whether the demand is in the actor's hands: his own, or those of somebody he stands in for there."""
    stood_in_for = {post.stand_in_for for post in actor.posts if contains(post.jurisdiction, place)}
    return state.handler_id is not None and state.handler_id in {actor.id, *stood_in_for}


def require_statements(
    state: DemandState, action: Action, *, facts: Facts, profile: MechanismProfile
) -> None:
    """Raise Invalid("demand.required_fields", fields=…) unless the act says what it has to.

    Raises Invalid("demand.result_unknown") for a result that the act cannot have.
    """
    missing = [name for name in _required(state, action, profile) if not getattr(facts, name)]
    if missing:
        raise Invalid("demand.required_fields", fields=missing, action=action.value)
    if action in RESULTS and facts.result not in RESULTS[action]:
        raise Invalid("demand.result_unknown", result=facts.result, action=action.value)


_STATED: Mapping[Action, tuple[str, ...]] = {
    Action.ANSWER: ("words",),
    Action.PROMISE: ("promised_on",),
    Action.LOOK: ("result",),
    Action.CLASSIFY: ("class_",),
    Action.PROGRESS: ("result",),
    Action.CANNOT: ("reason", "words"),
    Action.CHECK: ("result",),
}


def _required(state: DemandState, action: Action, profile: MechanismProfile) -> tuple[str, ...]:
    if action is Action.ASSIGN and state.class_ is not None:
        own = profile.class_of(state.class_).required_on_assign
        return ("handler_id", "handler_level", *(name for name in own if name != "person"))
    if action is Action.FINISH and state.class_ == "PRIVATE":
        return ("how_solved",)
    return _STATED.get(action, ())
