"""What each act on a demand asks (the answers are in case_answers.py)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from forms import catalogue
from server.domain.demand_acts import RESULTS, Action
from server.domain.demand_ways import open_requests
from server.figures.case_words import MEANS, REQUESTS, RETURN_REASONS, steps
from server.services.demands import dispatch
from server.storage.demands import Demand, can_be_told
from server.web.staff.case_answers import PERSON, UNIT
from server.web.staff.case_asking import Asking, Question, choice, chosen, in_words
from server.web.staff.case_words import classes, private_warning, suggestion_reason, suggestion_words
from server.work import Reading

_SEEN = "反映人看得到。"


def questions(act: str, asking: Asking) -> tuple[Question, ...]:
    """Return what an act asks about a demand, by its name in the table of acts."""
    ask = _QUESTIONS.get(act)
    return () if ask is None else ask(asking)


def asks_nothing(action: Action) -> bool:
    """Say whether an act is done by a button alone."""
    return action.value not in _QUESTIONS and action not in _SAID_AS


def _reject(asking: Asking) -> tuple[Question, ...]:
    reasons = choice("reason", "为什么不受理", chosen(asking.profile.screen_reasons))
    return reasons, *in_words("告诉反映人的话", hint="反映人看得到。他可以向上一级申诉一次。")


def _refer(asking: Asking) -> tuple[Question, ...]:
    ways = choice("referred_to", "该走哪个渠道", chosen(asking.profile.referral_reasons))
    return ways, *in_words("到哪里、怎么办", hint=_SEEN)


def _merge(asking: Asking) -> tuple[Question, ...]:
    near = [(str(each.demand.id), suggestion_words(each)) for each in asking.near]
    number = Question(name="number", label="或者填编号", kind="text")
    if not near:
        return (Question(name="number", label="和哪一件是同一件事（填编号）", kind="text", required=True),)
    suggested_ones = Question(
        name="master", label="和哪一件是同一件事", kind="choice", options=near, none_label="都不是"
    )
    return suggested_ones, number


def _classify(asking: Asking) -> tuple[Question, ...]:
    demand, profile = asking.demand, asking.profile
    category = Question(
        name="category",
        label="类别",
        kind="choice",
        options=classes(profile),
        required=True,
        value=demand.class_ or demand.suggested_class or "",
        hint=suggestion_reason(demand, profile) + private_warning(asking.reading, demand, profile),
    )
    others = tuple(
        Question(
            name="dimensions",
            label=axis.label,
            kind="choice",
            options=[(f"{axis.id}:{each.code}", each.label) for each in axis.values],
            value=f"{axis.id}:{(demand.dimensions or {}).get(axis.id, '')}",
        )
        for axis in profile.dimensions
    )
    return category, *others, *in_words("为什么（改类别时请写）", required=False)


def _put_on_agenda(asking: Asking) -> tuple[Question, ...]:
    held = [(each.id, each.label) for each in asking.profile.meetings]
    return (choice("meeting", "上哪个会", held),)


def _give(asking: Asking) -> tuple[Question, ...]:
    required, profile = asking.required, asking.profile
    whom = [(f"{PERSON}{id_}", words) for id_, words in asking.people]
    whom += [(f"{UNIT}{id_}", f"单位：{name}") for id_, name in asking.units]
    asked = [
        choice("to", "责任人或牵头单位", whom),
        Question(
            name="measure",
            label="工作措施",
            kind="text",
            value=asking.demand.measure or "",
            required="measure" in required,
        ),
        Question(
            name="deadline",
            label="完成时限",
            kind="date",
            required="deadline" in required,
            hint=_latest_day(asking),
        ),
    ]
    if asking.units:
        must = "support" in required
        asked.append(
            Question(
                name="support",
                label="配合单位",
                kind="many",
                options=asking.units,
                required=must,
                hint="可以选几家。" if not must else f"{profile.name}要求写明配合单位，可以选几家。",
            )
        )
    return tuple(asked)


def _latest_day(asking: Asking) -> str:
    day = dispatch.latest_day(asking.reading, asking.demand)
    return "" if day is None else f"热线工单最迟到{day.month}月{day.day}日。"


def _claim(asking: Asking) -> tuple[Question, ...]:
    return (
        Question(name="deadline", label=BY_WHEN, kind="date", hint=usual_day(asking.reading, asking.demand)),
    )


BY_WHEN = "哪天前办好（可不填）"


def usual_day(reading: Reading, demand: Demand) -> str:
    """Return what happens where whoever claims a demand names no day, in words."""
    day = dispatch.claimed_until(reading, demand)
    return "不填就每周说一次进展。" if day is None else f"不填就按规定，{day.month}月{day.day}日前办好。"


def _escalate(_asking: Asking) -> tuple[Question, ...]:
    reasons = choice("reason", "为什么办不了", catalogue.choices("case_followup", "cannot_reason").items())
    return reasons, *in_words("已经做过什么")


def _return(_asking: Asking) -> tuple[Question, ...]:
    return choice("reason", "为什么退", RETURN_REASONS.items()), *in_words(
        "依据", hint="写明凭哪条规定、哪项分工。"
    )


def _whistle(asking: Asking) -> tuple[Question, ...]:
    return (
        Question(name="units", label="请哪几家到场", kind="many", options=asking.units, required=True),
        Question(name="at", label="什么时候", kind="datetime", required=True),
        *in_words("到哪里、商量什么"),
    )


def _ask(asking: Asking) -> tuple[Question, ...]:
    return (
        choice(
            "request", "申请什么", [(each, REQUESTS[each]) for each in open_requests(asking.demand.state)]
        ),
        Question(name="until", label="到哪天", kind="date", hint="暂缓和延期要写；原定的时限照样保留。"),
        *in_words("理由和依据", hint="申请解释说明的，写明政策依据。"),
    )


def _approve(asking: Asking) -> tuple[Question, ...]:
    words, wanted = in_words("批复意见", hint=_SEEN, required=False), asking.demand.asked_until
    if wanted is None:
        return words
    return Question(name="until", label="到哪天", kind="date", value=wanted.isoformat()), *words


def _feed_back(asking: Asking) -> tuple[Question, ...]:
    if not can_be_told(asking.demand):
        return in_words("办理结果", hint="没有可以告诉的反映人，写明结果后销号。")
    means = Question(
        name="means", label="怎么告诉的", kind="choice", options=list(MEANS.items()), none_label=""
    )
    others = asking.profile.feedback.audiences
    also = f"还要告诉：{'、'.join(others)}。" if others else ""
    return means, *in_words("告诉他什么", hint=f"{_SEEN}{also}")


def _rate(asking: Asking) -> tuple[Question, ...]:
    stars = [(str(each), f"{each} 星") for each in range(asking.profile.rating.stars, 0, -1)]
    return (
        choice("stars", "反映人说几星", stars, hint="代记的评价会注明，不计入满意率。"),
        *in_words("反映人怎么说", required=False),
    )


def _say(asking: Asking) -> tuple[Question, ...]:
    """办理反馈: the steps open to the handler, and what each of them asks besides."""
    acts = asking.acts
    said = [
        *(each for each in ("progress", "same") if Action.PROGRESS in acts),
        *(["done"] if Action.FINISH in acts else []),
        *(["cannot"] if Action.CANNOT in acts else []),
    ]
    asked = [
        choice("step", "今天怎么样", [(each, steps()[each]) for each in said]),
        *in_words("说两句", required=False, hint="办不了的，写已经做过什么。"),
    ]
    if asking.demand.class_ == "PRIVATE" and "done" in said:
        ways = list(catalogue.choices("case_followup", "how_solved").items())
        asked.append(
            Question(name="how_solved", label="怎么解决的", kind="choice", options=ways, hint="办好时必填。")
        )
    if "cannot" in said:
        reasons = list(catalogue.choices("case_followup", "cannot_reason").items())
        asked.append(
            Question(
                name="cannot_reason",
                label="为什么办不了",
                kind="choice",
                options=reasons,
                hint="办不了时必填。",
            )
        )
    return tuple(asked)


def _found(action: Action, label: str) -> Callable[[Asking], tuple[Question, ...]]:
    def ask(_asking: Asking) -> tuple[Question, ...]:
        offered = [
            (step, words)
            for step, words in catalogue.choices("case_followup", "step").items()
            if step in RESULTS[action]
        ]
        return choice("step", label, offered), *in_words("说两句", required=False)

    return ask


def _person(label: str) -> Callable[[Asking], tuple[Question, ...]]:
    return lambda asking: (choice("person", label, asking.people),)


def _only(label: str, *, hint: str = "", required: bool = True) -> Callable[[Asking], tuple[Question, ...]]:
    return lambda _asking: in_words(label, hint=hint, required=required)


_SUPERVISED = Question(name="until", label="督办到哪天", kind="date", required=True)
_UPHELD = Question(
    name="upheld",
    label="怎么定",
    kind="choice",
    options=[("true", "应当受理，重新登记"), ("false", "维持不予受理")],
    required=True,
)
_MILESTONE = Question(name="milestone", label="下一个节点到哪天", kind="date", required=True)

_QUESTIONS: Mapping[str, Callable[[Asking], tuple[Question, ...]]] = {
    "claim": _claim,
    "ask_info": _only("请反映人补充什么", hint=_SEEN),
    "supply": _only("补充了什么"),
    "reject": _reject,
    "refer": _refer,
    "merge": _merge,
    "classify": _classify,
    "put_on_agenda": _put_on_agenda,
    "offer": _only("给认领人的话", required=False),
    "assign": _give,
    "transfer": _give,
    "recall": _only("为什么收回"),
    "escalate": _escalate,
    "send_down": _only("为什么退回，依据是什么"),
    "whistle": _whistle,
    "return_order": _return,
    "say": _say,
    "look": _found(Action.LOOK, "看到的怎么样"),
    "check": _found(Action.CHECK, "办好没有"),
    "ask": _ask,
    "approve": _approve,
    "deny": _only("为什么不同意", hint=_SEEN),
    "resume": _only("说两句", required=False),
    "projectise": lambda _asking: (*in_words("列入哪个项目", hint=_SEEN), _MILESTONE),
    "feed_back": _feed_back,
    "decide_appeal": lambda _asking: (_UPHELD, *in_words("理由", hint=_SEEN)),
    "rate": _rate,
    "call_back": _only("反映人怎么说，怎么答复的", hint=_SEEN),
    "reopen": _only("为什么重办"),
    "withdraw": _only("为什么撤回"),
    "urge": _only("催什么", required=False),
    "supervise": lambda _asking: (_SUPERVISED, *in_words("督办意见")),
    "end_supervision": _only("说两句", required=False),
    "ask_to_look": _person("请谁去看"),
    "ask_to_check": _person("请谁去看办好没有（不能是承办人）"),
}
_SAID_AS = frozenset({Action.PROGRESS, Action.FINISH, Action.CANNOT, Action.LOOK, Action.CHECK})
"""Acts that a word on the demand does: their questions are those of `say`, `look` and `check`."""
