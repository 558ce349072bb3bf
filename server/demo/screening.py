"""研判: what the desk does before anybody is sent — looking, asking for more, refusing, referring, merging."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from server.demo.case import Case
from server.demo.chance import dice, weighted
from server.demo.closing import close
from server.demo.dispatching import dispatch
from server.demo.executing import do
from server.demo.faults import planted
from server.demo.raising import raised_on

_MISSING = (
    "请补充具体地点，最好说清在哪个组、靠近哪里",
    "请补充从哪天开始、有没有照片",
    "请留一个能联系上的时间",
)
_SUPPLIED = ("在小学后面那条路，靠近水井", "从上周二开始的，每天晚上最明显", "白天都在家，下午打电话都行")
_REFUSED: Mapping[str, str] = {
    "untrue": "到现场看过，没有看到反映的情况，这件不再安排人办。",
    "unreasonable": "按村规民约大家都要分担，这件没有办法单独照顾。",
    "no_content": "没有说清是什么事，也联系不上，先不办。再有情况请随时告诉我们。",
}
_APPEAL = "明明还在，请再派人来看一次"
_DECIDED = {True: "再看了一次，情况属实，这件要办。", False: "再看了一次，和原来说的一样，维持原来的答复。"}
_ELSEWHERE = {"dispute": ("court", "这件要走仲裁或者诉讼，可到县法律援助中心，电话已告知。")}
_ANYWHERE = ("elsewhere", "这件归其他地方管，已告知到哪里、带什么材料。")


def look_first(case: Case) -> None:
    """先去看看属不属实; what is so, or partly so, is dispatched, the rest refused with what was found."""
    day = case.office_day(1)
    looker = case.worker
    case.at_desk("register", day, 8.7)
    case.at_desk("look", day, 9.2, assignee=looker)
    steps = (("true", 0.6), ("partly", 0.15), ("not_true", 0.15), ("not_found", 0.1))
    found = weighted(dice("look", case.raised.key), steps)
    words = "到现场看了，情况如反映所说" if found in ("true", "partly") else "到现场没有看到反映的情况"
    case.by_phone(looker, day, found, task="look", words=words)
    if found in ("true", "partly"):
        do(case, *dispatch(case, case.office_day(2), registered=True))
    else:
        _refuse(case, case.office_day(2), "untrue")


def reject(case: Case) -> None:
    """不予受理 of what nobody can be sent for."""
    day = case.office_day(1)
    case.at_desk("register", day, 8.7)
    _refuse(case, day, "unreasonable" if case.can_be_told else "no_content")


def _refuse(case: Case, day: dt.date, reason: str) -> None:
    """不予受理 with its reason, told; some ask the level above once more."""
    case.at_desk("reject", day, 9.6, reason=reason, words=_REFUSED[reason])
    told = case.after(day)
    case.at_desk("feed_back", told, 10.2, words=_REFUSED[reason])
    appeals = case.raised.example == "appeal" or case.chance("appeal") < 0.3
    if not (case.can_be_told and appeals) or case.klass == "PRIVATE":
        return
    case.by_reporter("appeal", told + dt.timedelta(days=1), words=_APPEAL)
    decided = case.waits("appeal", case.after(told, 3))
    upheld = case.chance("upheld") < 0.5
    outcome = "upheld" if upheld else "lost"
    case.at_desk("decide_appeal", decided, 9.0, author=case.superior, reason=outcome, words=_DECIDED[upheld])
    if upheld:
        do(case, *dispatch(case, case.after(decided), registered=True))


def refer(case: Case) -> None:
    """告知法定渠道: it is for somebody outside the county's offices."""
    way, words = _ELSEWHERE.get(case.raised.matter.kind, _ANYWHERE)
    day = case.office_day(1)
    case.at_desk("register", day, 8.7)
    case.at_desk("refer", day, 9.5, reason=way, words=words)


def ask_for_more(case: Case) -> None:
    """请补充: most supply it; who does not hears why nothing was done."""
    day = case.office_day(1)
    case.at_desk("register", day, 8.7)
    case.at_desk("ask_info", day, 9.4, words=case.pick("missing", _MISSING))
    if not case.raised.example and case.chance("supplied") > 0.7:
        close(case, case.after(day, 8))
        return
    supplied = case.waits("supply", case.after(day, 2))
    words = case.pick("supplied", _SUPPLIED)
    if case.raised.form == "online":
        case.by_reporter("supply", supplied, words=words)
    else:
        case.at_desk("supply", supplied, 9.8, words=words)
    do(case, *dispatch(case, case.after(supplied), registered=True))


def merge(case: Case) -> None:
    """并单: the same matter as somebody has reported before."""
    first = min(
        (m for m in planted(case.county).matters if m.fault == case.raised.fault), key=lambda m: m.day
    )
    master = next(each.key for each in raised_on(case.county, first.day) if each.fault == first.fault)
    day = case.office_day(1)
    case.at_desk("register", day, 8.7)
    case.at_desk("merge", day, 9.1, other=master)
