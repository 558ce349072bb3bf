"""通知: who is told what of what happened, in which words, when, and how often. Nothing personal stands in a message."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from server.domain.demand_acts import Action
from server.domain.demand_states import StateKey
from server.domain.work_calendar import SHANGHAI

Audience = Literal["reporter", "handler", "dispatcher", "desk", "approver"]
"""反映人, 承办人或承办单位, whoever gave it out, the desk it lies on now, the level that agrees to a request."""

What = Literal[
    "received",
    "need_info",
    "rejected",
    "referred",
    "suspended",
    "told",
    "assigned",
    "returned",
    "escalated",
    "asked",
    "appealed",
    "reworked",
    "urged",
    "supervised",
    "reminded",
    "task",
    "called",
    "digest",
]

MOST_A_DAY = 12
"""So many messages somebody gets on a day; the rest comes together the next morning."""
MORNING = dt.time(8)
EVENING = dt.time(21)
"""Between evening and morning (Shanghai) nothing is sent but what is urgent for whoever handles it: our default."""

WORDS: Mapping[What, str] = MappingProxyType(
    {
        "received": "您反映的事已收到，编号{number}。",
        "need_info": "您反映的事（编号{number}）要请您补充一下，补充后接着办。",
        "rejected": "您反映的事（编号{number}）不予受理，原因：{reason}。不同意可以请上一级再看一次。",
        "referred": "您反映的事（编号{number}）要走法定渠道，到哪里反映已经写明。",
        "suspended": "您反映的事（编号{number}）暂时办不了，条件具备了再办，会告诉您。",
        "told": "您反映的事（编号{number}）已经答复，请您看一看，也请您评价。",
        "assigned": "派给您一件诉求，编号{number}。",
        "returned": "您派出的诉求（编号{number}）被退回，请重新安排。",
        "escalated": "有一件诉求上报到您这一级，编号{number}。",
        "asked": "有一件诉求请您审批，编号{number}。",
        "appealed": "有一件诉求，反映人请上一级再看，编号{number}。",
        "reworked": "您承办的诉求（编号{number}），反映人不满意，请重办。",
        "urged": "您承办的诉求（编号{number}）被催办。",
        "supervised": "您承办的诉求（编号{number}）已列入督办。",
        "reminded": "您承办的诉求（编号{number}）快到时限或已超时限。",
        "task": "有一件诉求请您去看一看或回访，编号{number}。",
        "called": "请派人到现场一起处理一件诉求，编号{number}。",
        "digest": "您有{count}条消息：{summary}。",
    }
)
"""What each message says; the link, and a resident's code, are added when it is sent and kept nowhere."""

BRIEFLY: Mapping[What, str] = MappingProxyType(
    {
        "received": "已收到",
        "need_info": "要补充",
        "rejected": "不予受理",
        "referred": "走法定渠道",
        "suspended": "暂时办不了",
        "told": "已答复",
        "assigned": "派给您",
        "returned": "被退回",
        "escalated": "上报来的",
        "asked": "待审批",
        "appealed": "要求复核",
        "reworked": "要重办",
        "urged": "被催办",
        "supervised": "被督办",
        "reminded": "快到期或超期",
        "task": "请您去看或回访",
        "called": "到现场会商",
        "digest": "汇总",
    }
)

FOR_THE_MORNING: frozenset[What] = frozenset({"reminded"})
"""What is never worth a message of its own: it comes in one each morning."""


@dataclass(frozen=True, slots=True)
class Rule:
    """After `action`, where it led to `to` (None: wherever it led), the audience gets the message."""

    action: Action
    to: StateKey | None
    audience: Audience
    what: What


RULES: tuple[Rule, ...] = (
    Rule(Action.ASK_INFO, None, "reporter", "need_info"),
    Rule(Action.REJECT, StateKey.REJECTED, "reporter", "rejected"),
    Rule(Action.REFER, None, "reporter", "referred"),
    Rule(Action.APPROVE, StateKey.SUSPENDED, "reporter", "suspended"),
    Rule(Action.FEED_BACK, StateKey.FED_BACK, "reporter", "told"),
    Rule(Action.ASSIGN, None, "handler", "assigned"),
    Rule(Action.TRANSFER, None, "handler", "assigned"),
    Rule(Action.RETURN_ORDER, None, "dispatcher", "returned"),
    Rule(Action.ESCALATE, None, "desk", "escalated"),
    Rule(Action.ASK, None, "approver", "asked"),
    Rule(Action.APPEAL, None, "approver", "appealed"),
    Rule(Action.RATE, StateKey.REWORK, "handler", "reworked"),
    Rule(Action.URGE, None, "handler", "urged"),
    Rule(Action.SUPERVISE, None, "handler", "supervised"),
)
"""What follows from acts. Beside them: "received" when taken in, "reminded", "task" and "called" by events of their own."""


def rules_for(action: str, *, to: str) -> tuple[Rule, ...]:
    """Return what follows from an act that led to a state, both as events keep them."""
    return tuple(rule for rule in RULES if rule.action == action and rule.to in (None, to))


def send_from(what: What, *, urgent: bool, now: dt.datetime) -> dt.datetime:
    """Return the moment (aware) from which a message may leave: now by day, in the morning by night.

    What is `urgent` and concerns whoever handles it leaves at once; reminders always wait for the morning.
    """
    if what in FOR_THE_MORNING:
        return next_morning(now)
    at_once = urgent and what in ("assigned", "urged")
    time = now.astimezone(SHANGHAI).time()
    return now if at_once or MORNING <= time < EVENING else next_morning(now)


def next_morning(now: dt.datetime) -> dt.datetime:
    """Return the next 8 o'clock in Shanghai after `now`."""
    local = now.astimezone(SHANGHAI)
    morning = dt.datetime.combine(local.date(), MORNING, tzinfo=SHANGHAI)
    return morning if local < morning else morning + dt.timedelta(days=1)


def digest_words(whats: Iterable[What]) -> str:
    """Return the words of one message in the place of many: 您有5条消息：被退回2条、快到期或超期3条。"""
    counts: dict[What, int] = {}
    for what in whats:
        counts[what] = counts.get(what, 0) + 1
    summary = "、".join(f"{BRIEFLY[what]}{count}条" for what, count in counts.items())
    return WORDS["digest"].format(count=sum(counts.values()), summary=summary)
