"""承办: what whoever has a matter does about it, and what is said where nothing can be done."""

from __future__ import annotations

import datetime as dt

from server.demo.case import Case
from server.demo.closing import close, report

_PROGRESS = (
    "已到现场看过，正在联系",
    "材料已买，等天晴动工",
    "已和当事人谈过一次",
    "已报给相关单位，在等回话",
)
_NOT_NOW = ("今年的项目资金已经排完，已说明情况并列入明年申报", "按现行政策办不了，已当面说明规定")


def progress(case: Case, day: dt.date, *, ask_until: dt.date | None = None) -> None:
    """进展: a word from whoever has it, at times with the wish for more time, until a day."""
    words = case.pick("progress", _PROGRESS)
    until = None if case.klass == "PRIVATE" else ask_until
    if case.taker.person is not None:
        case.by_phone(case.taker.person, day, "progress", words=words, ask_until=until)
        return
    case.by_unit("accept", day, 9.0)
    case.by_unit("progress", day, 15.0, words=words)
    if until is not None:
        case.by_unit("ask", day, 15.3, request="extension", until=until, words=words)


def do(case: Case, day: dt.date, due: dt.date) -> None:
    """办结, mostly well within the time there is."""
    room = (due - day).days - 1
    if case.chance("slowly") < 0.45:
        progress(case, day + dt.timedelta(days=1))
        report(case, day + dt.timedelta(days=max(2, room)))
    else:
        report(case, day + dt.timedelta(days=max(1, room // 2)))


def explain(case: Case, day: dt.date) -> None:
    """解释说明: it cannot be done now; the level above agrees that the reporter is told why."""
    progress(case, day + dt.timedelta(days=1))
    asked = case.after(day, 2)
    words = case.pick("not now", _NOT_NOW)
    case.at_desk("ask", asked, 9.5, request="explanation", words=words)
    agreed = case.after(asked)
    case.at_desk("approve", agreed, 8.4, author=case.superior)
    close(case, case.after(agreed))
