"""经过的说法: what each act on a demand is called in its story, in the county's words and never in states."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from forms import catalogue
from server.domain.demand_acts import Action
from server.domain.mechanism import MechanismProfile
from server.domain.work_calendar import local_day
from server.figures.case_words import (
    CLASSES,
    MEANS,
    REQUESTS,
    RETURN_REASONS,
    channels,
    due_day_of,
    steps,
)

Details = Mapping[str, Any]

_ACTIONS = {action.value: action for action in Action}


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What a saying draws on: names of people and units by id, and the demand's mechanism."""

    people: Mapping[uuid.UUID, str]
    units: Mapping[uuid.UUID, str]
    profile: MechanismProfile

    def who(self, details: Details) -> str:
        """Who was given it: the person, else the unit; nothing where neither is known."""
        facts = details.get("facts", {})
        person = facts.get("handler_id") or details.get("handler_id")
        unit = facts.get("unit_id") or details.get("unit_id")
        return (self.people.get(uuid.UUID(person), "") if person else "") or (
            self.units.get(uuid.UUID(unit), "") if unit else ""
        )


def saying(kind: str, details: Details, names: Names) -> str:
    """Return what an event of a demand is called in its story; nothing for one that is no part of it."""
    say = _OTHERS.get(kind)
    if say is not None:
        return say(details, names)
    return _act(details, names) if kind == "demand.moved" else ""


def _act(details: Details, names: Names) -> str:
    action = _ACTIONS[details["action"]]
    verb = names.profile.verb(action)
    more = _MORE.get(action)
    return verb if more is None else f"{verb}{more(details, names)}"


def _facts(details: Details) -> Details:
    found: Details = details.get("facts", {})
    return found


def _given(details: Details, names: Names) -> str:
    who, due = names.who(details), details.get("due_at")
    until = "" if due is None else f"，{_day(due_day_of(dt.datetime.fromisoformat(due)))}到期"
    return f"给{who}{until}" if who else until


def _class(details: Details, names: Names) -> str:
    class_, before = details.get("class_to"), details.get("class_from")
    if class_ is None:
        return ""
    changed = "改为" if before not in (None, class_) else ""
    return f"：{changed}{names.profile.class_of(class_).label}（{CLASSES[class_]}）"


def _step(details: Details, _names: Names) -> str:
    result = _facts(details).get("result", "")
    return f"：{steps()[result]}" if result in steps() else ""


def _refused(details: Details, names: Names) -> str:
    reasons = {each.code: each.label for each in names.profile.screen_reasons}
    return _colon(reasons.get(_reason(details), ""))


def _cannot(details: Details, _names: Names) -> str:
    return _colon(catalogue.choices("case_followup", "cannot_reason").get(_reason(details), ""))


def _returned(details: Details, _names: Names) -> str:
    return _colon(RETURN_REASONS.get(_reason(details), ""))


def _asked(details: Details, _names: Names) -> str:
    facts = _facts(details)
    until = facts.get("until")
    return f"{REQUESTS.get(facts.get('request', ''), '')}{'' if until is None else f'到{_day_of(until)}'}"


def _until(details: Details, _names: Names) -> str:
    until = _facts(details).get("until")
    return "" if until is None else f"，到{_day_of(until)}"


def _promised(details: Details, _names: Names) -> str:
    promised = _facts(details).get("promised_on")
    return "" if promised is None else f"：{_day_of(promised)}办好"


def _ruled(details: Details, _names: Names) -> str:
    return "：应当受理" if _facts(details).get("upheld") else "：维持不予受理"


def _voted(details: Details, _names: Names) -> str:
    facts = _facts(details)
    votes = f"：同意 {facts.get('votes_for', 0)} 票，反对 {facts.get('votes_against', 0)} 票"
    return f"{votes}，{_OUTCOMES.get(facts.get('outcome', ''), '')}".rstrip("，")


_OUTCOMES = {"assign": "决定去办", "escalate": "决定上报", "explain": "决定解释说明"}


def _told(details: Details, _names: Names) -> str:
    return "，没有可以告诉的反映人，销号" if details["to_key"] == "closed" else ""


def _rated(details: Details, _names: Names) -> str:
    return "（工作人员代记）" if _facts(details).get("by_proxy") else ""


def _lapsed(details: Details, _names: Names) -> str:
    return _colon(_LAPSED.get(details["from_key"], ""))


_LAPSED = {
    "need_info": "没有等到补充",
    "rejected": "申诉期已过",
    "suspended": "暂缓到期，恢复办理",
    "rated": "评价期已过",
}


def _colon(words: str) -> str:
    return f"：{words}" if words else ""


def _reason(details: Details) -> str:
    reason: str = _facts(details).get("reason") or details.get("reason") or ""
    return reason


def _day_of(written: str) -> str:
    return _day(dt.date.fromisoformat(written))


def _day(day: dt.date) -> str:
    return f"{day.month}月{day.day}日"


_MORE: Mapping[Action, Callable[[Details, Names], str]] = {
    Action.PROMISE: _promised,
    Action.LOOK: _step,
    Action.REJECT: _refused,
    Action.DECIDE_APPEAL: _ruled,
    Action.CLASSIFY: _class,
    Action.RESOLVE: _voted,
    Action.ASSIGN: _given,
    Action.TRANSFER: _given,
    Action.RETURN_ORDER: _returned,
    Action.PROGRESS: _step,
    Action.CANNOT: _cannot,
    Action.ESCALATE: _cannot,
    Action.ASK: _asked,
    Action.APPROVE: _until,
    Action.CHECK: _step,
    Action.FEED_BACK: _told,
    Action.RATE: _rated,
    Action.SUPERVISE: _until,
    Action.LAPSE: _lapsed,
}
"""What an act's name alone does not tell."""


def _taken_in(details: Details, names: Names) -> str:
    own: dict[str, str] = {channel.code: channel.label for channel in names.profile.channels}
    code = details["channel"]
    return f"{names.profile.verb(Action.TAKE_IN)}（{own.get(code, channels().get(code, code))}）"


def _stepped(action: Action) -> Callable[[Details, Names], str]:
    return lambda details, _names: f"{action.label}：{steps().get(details['step'], '')}"


def _upward(details: Details, names: Names) -> str:
    return f"{Action.CANNOT.label}{_cannot(details, names)}"


def _longer(details: Details, _names: Names) -> str:
    return f"想延到 {_day_of(details['until'])}（原时限不变，仍按原时限算按时率）"


def _reporter_told(details: Details, _names: Names) -> str:
    if details["by"] == "handler":
        return "办理人说已告诉反映人，正式的反馈还要做"
    return f"已告诉反映人（{MEANS.get(details['means'], '')}）"


_TASKS = {"look": "请人去核实", "check": "请人去核查", "call_back": "请人回访"}


def _task(details: Details, names: Names) -> str:
    return f"{_TASKS[details['task']]}：{names.people.get(uuid.UUID(details['account_id']), '')}"


def _called(details: Details, names: Names) -> str:
    units = "、".join(names.units.get(uuid.UUID(each), "") for each in details["unit_ids"])
    at = dt.datetime.fromisoformat(details["at"])
    return f"吹哨：请{units}{_day(local_day(at))}到场"


_OTHERS: Mapping[str, Callable[[Details, Names], str]] = {
    "demand.taken_in": _taken_in,
    # Until migration 0004 these four were events of their own.
    "demand.progressed": _stepped(Action.PROGRESS),
    "demand.looked_at": _stepped(Action.LOOK),
    "demand.escalation_asked": _upward,
    "demand.extension_asked": _longer,
    "demand.reporter_told": _reporter_told,
    "demand.task_given": _task,
    "demand.units_called": _called,
    "demand.discussed": lambda _details, _names: "周例会议定",
    "demand.supervision_ended": lambda _details, _names: "不再督办",
    "demand.rating_given": lambda details, _names: "改了评价" if details["changed"] else "",
}
