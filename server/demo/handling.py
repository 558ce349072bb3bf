"""办理: what becomes of a matter after it was raised — at the office desk, and by those it was given to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import lru_cache

from server.demo.case import Case, Step, Taker
from server.demo.chance import dice
from server.demo.closing import close, report
from server.demo.county import County
from server.demo.dispatching import another, assign, dispatch, send_upward
from server.demo.executing import do, explain, progress
from server.demo.matters import Fate, Raised
from server.demo.raising import promised_on, raised_on
from server.demo.screening import ask_for_more, look_first, merge, refer, reject

HORIZON_DAYS = 60
"""No step is taken on a matter later than this after it was raised."""

_TRIED = ("找过施工队，超出村里经费", "和两家谈过三次", "已联系管护单位，对方要求上级协调")
_BACK = ("not_ours", "wrong_class", "unclear")
_ON_WHAT_GROUNDS = (
    "按职责清单这一项由别的单位负责",
    "现场看了，要先定由谁出钱",
    "说的地方和现场对不上，请核对后再派",
)
_LATER = ("雨季不能开挖，等天晴后动工", "要等材料到货", "当事人在外地，约好回来再办")


def steps_on(county: County, day: dt.date) -> list[Step]:
    """All steps taken on `day` on matters raised that day or in the weeks before."""
    earliest = max(county.first_day, day - dt.timedelta(days=HORIZON_DAYS))
    before = range((day - earliest).days + 1)
    return [
        step
        for ago in before
        for step in _steps_after(county, day - dt.timedelta(days=ago))
        if step.at.date() == day
    ]


@lru_cache(maxsize=512)
def _steps_after(county: County, raised_day: dt.date) -> tuple[Step, ...]:
    return tuple(step for raised in raised_on(county, raised_day) for step in aftermath(county, raised))


def aftermath(county: County, raised: Raised) -> list[Step]:
    """Every later step on one matter, in order of time."""
    if raised.answer in ("advised", "watch"):
        return []
    case = Case(county, raised)
    if raised.answer in ("fixed", "answered"):
        if case.can_be_told:
            close(case, case.office_day(1), answered=raised.answer == "answered")
    elif raised.answer == "promised":
        _keep_promise(case)
    else:
        _BY_FATE[raised.fate](case)
    return case.steps


def _handle(case: Case) -> None:
    do(case, *dispatch(case, case.office_day(1)))


def _handle_late(case: Case) -> None:
    """Asks for more time, mostly gets it, and still takes longer than it was given."""
    day, due = dispatch(case, case.office_day(2))
    asked = day + dt.timedelta(days=2)
    until = due + dt.timedelta(days=7)
    progress(case, asked, ask_until=until)
    if case.klass != "PRIVATE" and (case.raised.example or case.chance("agreed") < 0.7):
        case.at_desk(
            "approve", case.waits("approve", case.after(asked)), 8.3, author=case.superior, until=until
        )
    report(case, due + dt.timedelta(days=2 + round(case.chance("late") * 7)))


def _leave_overdue(case: Case) -> None:
    """Nothing is done in time; the township presses for it, and watches over some."""
    day, due = dispatch(case, case.office_day(1))
    if case.chance("slowly") < 0.6:
        progress(case, day + dt.timedelta(days=2))
    if case.klass == "PRIVATE":
        return
    if case.chance("urged") < 0.6:
        case.at_desk("urge", case.after(due, 2), 9.2, author=case.superior, words="请抓紧办，办好后及时反馈")
    if case.chance("supervised") < 0.3:
        watched = case.after(due, 4)
        until = watched + dt.timedelta(days=10)
        words = "超期未办结，列入督办"
        case.at_desk("supervise", watched, 9.2, author=case.superior, until=until, words=words)


def _stall(case: Case) -> None:
    """Day after day 「进展同昨日」, which moves no clock (METRICS C5)."""
    day, _ = dispatch(case, case.office_day(1))
    progress(case, day + dt.timedelta(days=1))
    if case.taker.person is None:
        return
    first = max(8, (day - case.raised.day).days + 2)
    for later in range(first, 46 if case.raised.fault else 18):
        case.by_phone(case.taker.person, case.raised.day + dt.timedelta(days=later), "same")


def _give_up(case: Case) -> None:
    """办不了: the desk mostly reports it upward, and whoever the township finds does it."""
    day, due = dispatch(case, case.office_day(1))
    reason, tried = case.pick("reason", ("not_ours", "needs_units", "money")), case.pick("tried", _TRIED)
    gave_up = day + dt.timedelta(days=3)
    if case.taker.person is None or case.desk == "township":
        explain(case, day)
        return
    if case.klass == "PRIVATE":
        do(case, day, due)
        return
    case.by_phone(case.taker.person, gave_up, "cannot", cannot=(reason, tried))
    if case.chance("reported upward") < 0.75:
        do(case, *send_upward(case, case.after(gave_up), reason=reason, words=tried))


def _explain_first(case: Case) -> None:
    day, due = dispatch(case, case.office_day(1))
    if case.klass == "PRIVATE":
        do(case, day, due)
    else:
        explain(case, day)


def _give_back(case: Case) -> None:
    """退单 with its basis: the desk finds somebody else."""
    day, _ = dispatch(case, case.office_day(1))
    back = case.after(day)
    reason, words = case.pick("back", _BACK), case.pick("grounds", _ON_WHAT_GROUNDS)
    if case.taker.person is not None:
        case.at_desk("return_order", back, 11.0, author=case.taker.person, reason=reason, words=words)
    else:
        case.by_unit("return_order", back, 11.0, reason=reason, words=words)
    do(case, *assign(case, case.waits("reassign", case.after(back)), another(case)))


def _suspend(case: Case) -> None:
    """暂缓, agreed to from above; then it goes on. What is a household's own affair nobody above hears of."""
    day, due = dispatch(case, case.office_day(1))
    if case.klass == "PRIVATE":
        do(case, day, due)
        return
    progress(case, day + dt.timedelta(days=1))
    asked = case.after(day, 2)
    until = asked + dt.timedelta(days=24)
    words = case.pick("later", _LATER)
    case.at_desk("ask", asked, 9.5, request="suspension", until=until, words=words)
    agreed = case.waits("approve", case.after(asked))
    case.at_desk("approve", agreed, 8.4, author=case.superior, until=until)
    resumed = case.waits("resume", case.after(agreed, 8))
    case.at_desk("resume", resumed, 9.1, words="可以动工了，接着办")
    report(case, resumed + dt.timedelta(days=3))


def _wait(case: Case) -> None:
    day = case.office_day(1)
    case.at_desk("register", day, 8.7)
    case.at_desk("classify", day, 9.3, klass=case.klass)


def _leave_untouched(case: Case) -> None:
    """Nobody has looked at it."""


def _keep_promise(case: Case) -> None:
    """Who promised does it, mostly by the day promised."""
    raised = case.raised
    day = promised_on(raised.answer, raised.day, dice("promise", raised.key))
    if day is None:
        return
    case.taker = Taker(case.registrar if raised.form == "intake" else case.worker)
    kept = case.chance("kept")
    if kept < 0.9:
        report(case, day if kept < 0.72 else day + dt.timedelta(days=4), classified=False)


_BY_FATE: dict[Fate, Callable[[Case], None]] = {
    "handled": _handle,
    "late": _handle_late,
    "overdue": _leave_overdue,
    "stalled": _stall,
    "cannot": _give_up,
    "looked": look_first,
    "waiting": _wait,
    "untouched": _leave_untouched,
    "need_info": ask_for_more,
    "rejected": reject,
    "referred": refer,
    "returned": _give_back,
    "suspended": _suspend,
    "explained": _explain_first,
    "merged": merge,
}
