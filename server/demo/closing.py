"""办结、核查、反馈、评单: how a matter ends, and how it comes back when the reporter is not content."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from server.demo.case import Case
from server.demo.chance import dice, weighted

_DONE = ("已修好，现场看过", "已清理干净", "双方已谈拢", "已帮忙办好", "已整改到位")
_HOW = ("self", "neighbours", "volunteer", "mediated", "market", "referred")
_TOLD = "您反映的事已经办好，感谢您告诉我们，还有问题请随时联系。"
_ANSWERED = "您问的事已当面说明，如还有不清楚的请随时联系。"
_TOLD_AGAIN = "您提的意见我们又办了一次，请您看看现在行不行。"
_NOT_GOOD = ("只修了一半，下雨还是积水", "来看了一下就走了，没有解决", "等了很久，办得不彻底")
_GOOD = ("办得快", "师傅很负责", "", "", "")
_CALLED = "已打电话听了意见，反映人说没有办彻底，已要求重新办"

_REMEMBERED, _CHECKED, _RATED, _JUDGED = 0.93, 0.12, 0.55, 0.85
_STARS = ((5, 0.70), (4, 0.16), (3, 0.05), (2, 0.06), (1, 0.03))
_LOW = 2
_A_DAY = dt.timedelta(days=1)


def report(case: Case, day: dt.date, *, classified: bool = True) -> None:
    """办结 by whoever has it, at times 核查 by somebody else, then what follows on the reporter's side."""
    done = _finish(case, case.waits("finish", day), classified=classified)
    told = case.waits("feed_back", case.after(done))
    if case.raised.example or case.chance("remembered") < _REMEMBERED:
        close(case, told)
        _judged(case, told, classified=classified)


def close(case: Case, day: dt.date, *, answered: bool = False, words: str = "") -> None:
    """点对点反馈; where there is nobody to tell, the desk only strikes it off."""
    case.at_desk(
        "feed_back", day, 16.0, author=_teller(case), words=words or (_ANSWERED if answered else _TOLD)
    )


def _teller(case: Case) -> UUID | None:
    """The village tells the reporter, whoever settled it, where the county has it so (ZX-50)."""
    return case.registrar if case.county.mechanism.feedback.by == "village" else None


def _finish(case: Case, day: dt.date, *, classified: bool = True) -> dt.date:
    """办结 and 核查: the day after which the reporter can be told."""
    words, person = case.pick("done", _DONE), case.taker.person
    if person is None:
        case.by_unit("done", day, 15.0, words=words)
        return day
    told = case.pick("told", ("yes", "not_yet")) if case.can_be_told else "nobody"
    how = case.pick("how", _HOW) if case.klass == "PRIVATE" else ""
    case.by_phone(person, day, "done", words=words, done=(how, told))
    if not classified or case.chance("checked") >= _CHECKED:
        return day
    checker = case.worker if person != case.worker else case.secretary
    checked = case.after(day)
    if checker == person:
        return day
    case.at_desk("ask_to_check", checked, 9.0, assignee=checker)
    case.by_phone(checker, checked, "fixed_ok", task="check", words="去看过，已经办好")
    return checked


def _judged(case: Case, told: dt.date, *, classified: bool) -> None:
    """评单: most are content, many say nothing, and few stars bring the matter back."""
    if not case.can_be_told:
        return
    day = case.waits("rate", told + _A_DAY)
    stars = weighted(dice("stars", case.raised.key), _STARS)
    if case.raised.example == "call_back":
        stars = _LOW
    elif case.klass == "PRIVATE":  # nobody above could call back about it
        stars = max(stars, _LOW + 1)
    if not _rate(case, day, stars, classified=classified) or stars > _LOW:
        return
    called = case.waits("call_back", case.after(day))
    case.at_desk("call_back", called, 10.0, author=_caller(case), words=_CALLED)
    again = _finish(case, called + 3 * _A_DAY, classified=False)
    close(case, case.after(again), words=_TOLD_AGAIN)
    _rate(case, case.after(again) + _A_DAY, 5, classified=classified, surely=True)


def _caller(case: Case) -> UUID:
    """Somebody above who did not handle it."""
    dispatcher = case.dispatcher
    return case.county.arbiter(case.village).key if case.taker.person == dispatcher else dispatcher


def _rate(case: Case, day: dt.date, stars: int, *, classified: bool, surely: bool = False) -> bool:
    """The reporter's stars, or those of whom the county has judge; False where nobody says anything."""
    words = case.pick("not good" if stars <= _LOW else "good", _NOT_GOOD if stars <= _LOW else _GOOD)
    surely = surely or bool(case.raised.example)
    evaluators = case.county.mechanism.evaluators(case.klass) if classified else ("reporter",)
    if "reporter" in evaluators:
        if surely or case.chance("rates") < _RATED:
            case.by_reporter("rate", day, stars=stars, words=words)
            return True
        return False
    if surely or case.chance("rates") < _JUDGED:
        case.by_evaluator(evaluators[0], day, stars=stars, words=words)
        return True
    return False
