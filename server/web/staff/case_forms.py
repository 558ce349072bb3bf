"""The acts open to whoever reads a demand, as forms: the one it waits for, and the others."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from server.domain.demand_acts import Action
from server.domain.demand_states import StateKey
from server.domain.mechanism import MechanismProfile
from server.domain.permissions import Permission
from server.figures.next_step import STRUCK_OFF, next_step
from server.storage.demands import Demand, can_be_told
from server.web.staff.case_asking import Asking, Question
from server.web.staff.case_questions import questions
from server.work import Reading

SAY, LOOK, CHECK = "say", "look", "check"
_NAMES: Mapping[Action, str] = {
    Action.PROGRESS: SAY,
    Action.FINISH: SAY,
    Action.CANNOT: SAY,
    Action.LOOK: LOOK,
    Action.CHECK: CHECK,
}
"""Acts done by a word on the demand; every other act has a form of its own name."""

_TITLES = {
    SAY: "办理反馈",
    "ask_to_look": "先请人去看",
    "ask_to_check": "请人核查",
    "whistle": "吹哨（请几家一起到场）",
    "end_supervision": "不再督办",
    "feed_back": "反馈给反映人",
    "rate": "代记评价",
    "ask": "申请暂缓、解释说明、延期",
    "call_back": "回访反映人",
    "offer": "发布给人认领",
    "put_on_agenda": "列为议题，等开会定",
}
_ORDER = (
    "register", "classify", "list", "put_on_agenda", "assign", "offer", "claim", "accept", "start", SAY, LOOK, CHECK,
    "approve", "deny", "resume", "decide_appeal", "feed_back", "call_back", "supply", "ask_info", "ask_to_look",
    "ask_to_check", "merge", "split", "reject", "refer", "transfer", "recall", "return_order", "escalate", "send_down",
    "whistle", "ask", "projectise", "rate", "reopen", "withdraw", "urge", "supervise", "end_supervision",
)  # fmt: skip
"""As somebody looks for them: what carries a demand on first, what sends it elsewhere after."""


@dataclass(frozen=True, slots=True)
class ActForm:
    """An act with its title and what it asks."""

    act: str
    title: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Acts:
    """The act a demand waits for, None where it waits for somebody else, and the other open ones."""

    next: ActForm | None
    others: tuple[ActForm, ...]


def acts_of(
    reading: Reading, demand: Demand, profile: MechanismProfile, open_to_him: Collection[Action]
) -> Acts:
    """Return the forms of a demand for its reader."""
    asking = Asking(reading, demand, profile, open_to_him)
    named = {_NAMES.get(action, action.value): action for action in open_to_him}
    offered = set(named) | _beside(reading, demand, profile, open_to_him)
    proposed = next_step(demand, open_to_him, reading=reading)
    first = "" if proposed is None else _NAMES.get(proposed, proposed.value)
    forms = {
        act: ActForm(act, _title(act, named, demand, profile), questions(act, asking))
        for act in _ORDER
        if act in offered
    }
    return Acts(forms.pop(first, None), tuple(forms.values()))


def _beside(
    reading: Reading, demand: Demand, profile: MechanismProfile, open_to_him: Collection[Action]
) -> set[str]:
    """What moves no demand, and so is no act of the engine."""
    actor = reading.actor
    may_ask = actor.may(Permission.REGISTER_DEMAND, at=demand.jurisdiction)
    dispatches = {Action.ASSIGN, Action.TRANSFER} & set(open_to_him)
    held = (
        ("ask_to_look", may_ask and Action.LOOK in open_to_him),
        ("ask_to_check", may_ask and demand.state.key is StateKey.DONE),
        ("whistle", bool(dispatches) and "whistle" in profile.dispatch.modes),
        (
            "end_supervision",
            demand.supervised_at is not None
            and actor.may(Permission.SUPERVISE_DEMAND, at=demand.jurisdiction),
        ),
    )
    return {act for act, is_open in held if is_open}


def _title(act: str, named: Mapping[str, Action], demand: Demand, profile: MechanismProfile) -> str:
    """What the county calls it, else what the product does."""
    own = named.get(act)
    if own is Action.FEED_BACK and not can_be_told(demand):
        return STRUCK_OFF
    if own is not None and own.value in profile.verbs:
        return profile.verb(own)
    return _TITLES.get(act) or ("" if own is None else own.label)
