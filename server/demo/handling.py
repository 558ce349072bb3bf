"""办理: what becomes of a matter after it was raised — at the office desk, and by those it was given to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from uuid import UUID

from server.demo.acts import Fix, FollowUpAct, OfficeAct, Verb, moment
from server.demo.chance import dice, weighted
from server.demo.county import County
from server.demo.matters import MEASURE_WORDS, Fate, Raised
from server.demo.raising import promised_on, raised_on

Step = OfficeAct | FollowUpAct

HORIZON_DAYS = 48
"""No step is taken on a matter later than this after it was raised."""

_ALLOWED_DAYS = {"PRIVATE": 6, "GRID": 5, "COMMUNITY": 7, "GOVERNMENT": 12}
_PROGRESS = (
    "已到现场看过，正在联系",
    "材料已买，等天晴动工",
    "已和当事人谈过一次",
    "已报给相关单位，在等回话",
)
_DONE = ("已修好，现场看过", "已清理干净", "双方已谈拢", "已帮忙办好", "已整改到位")
_TRIED = ("找过施工队，超出村里经费", "和两家谈过三次", "已联系管护单位，对方要求上级协调")
_TOLD = "您反映的事已经办好，感谢您告诉我们，还有问题请随时联系。"
_ANSWERED = "您问的事已当面说明，如还有不清楚的请随时联系。"


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
    case = _Case(county, raised)
    if raised.answer in ("fixed", "answered"):
        case.feed_back(case.office_day(1), _TOLD if raised.answer == "fixed" else _ANSWERED)
    elif raised.answer == "promised":
        _keep_promise(case)
    else:
        _BY_FATE[raised.fate](case)
    return case.steps


@dataclass(slots=True)
class _Case:
    """A matter on its way; its steps are gathered in order."""

    county: County
    raised: Raised
    steps: list[Step] = field(default_factory=list)

    @property
    def village(self) -> str:
        return self.raised.grid[:12]

    def chance(self, what: str) -> float:
        return dice(what, self.raised.key).random()

    def pick(self, what: str, choices: tuple[str, ...]) -> str:
        return dice(what, self.raised.key).choice(choices)

    def office_day(self, count: int) -> dt.date:
        """The `count`-th weekday after the matter was raised."""
        day = self.raised.day
        while count:
            day += dt.timedelta(days=1)
            count -= day.weekday() < 5
        return day

    def worker_key(self) -> UUID:
        """Who works in the grid, or stands up for it."""
        return self.county.own_hand(self.raised.grid, self.raised.day).key

    def handler_key(self) -> UUID:
        own = self.raised.matter.klass in ("PRIVATE", "GRID")
        return self.worker_key() if own else self.county.secretary(self.village).key

    def office(
        self,
        verb: Verb,
        day: dt.date,
        hour: float,
        *,
        assignee: UUID | None = None,
        due_on: dt.date | None = None,
    ) -> None:
        klass = self.raised.matter.klass
        self.steps.append(
            OfficeAct(
                key=f"office/{verb}/{self.raised.key}",
                author=self.county.registrar(self.village).key,
                at=moment(day, hour + self.chance(verb) * 0.4),
                demand=self.raised.key,
                verb=verb,
                klass=klass if verb == "classify" else "",
                assignee=assignee,
                due_on=due_on,
                words=MEASURE_WORDS[klass] if verb == "assign" else "",
            )
        )

    def feed_back(self, day: dt.date, words: str) -> None:
        """点对点反馈, where there is somebody to tell."""
        if self.raised.reporter_kind in ("named", "proxy"):
            self.steps.append(
                OfficeAct(
                    key=f"office/feed_back/{self.raised.key}",
                    author=self.county.registrar(self.village).key,
                    at=moment(day, 16.0 + self.chance("feed_back")),
                    demand=self.raised.key,
                    verb="feed_back",
                    words=words,
                )
            )

    def follow_up(
        self,
        author: UUID,
        day: dt.date,
        step: str,
        *,
        task: str = "handle",
        words: str = "",
        cannot: tuple[str, str] = ("", ""),
        done: tuple[str, str] = ("", ""),
        ask_until: dt.date | None = None,
    ) -> None:
        """One 办理反馈; `cannot` is the reason and what was tried, `done` how it was settled and whether told."""
        serial = sum(isinstance(earlier, FollowUpAct) for earlier in self.steps) + 1
        throw = dice("follow-up", self.raised.key, serial)
        start = moment(day, throw.uniform(14.0, 17.5))
        self.steps.append(
            FollowUpAct(
                key=f"followup/{self.raised.key}/{serial}",
                author=author,
                start=start,
                end=start + dt.timedelta(minutes=2),
                at=start + dt.timedelta(minutes=throw.randint(3, 20)),
                fix_start=Fix.at(self.raised.place, 12.0) if self.raised.place and step != "same" else None,
                demand=self.raised.key,
                task=task,
                step=step,
                words=words,
                cannot_reason=cannot[0],
                tried=cannot[1],
                how_solved=done[0],
                told=done[1],
                ask_until=ask_until,
            )
        )

    def dispatch(self, count: int, *, registered: bool = False) -> tuple[UUID, dt.date, dt.date]:
        """登记、分单、派单 on the `count`-th weekday: the handler, that day, the due day."""
        day = self.office_day(count)
        handler, due = self.handler_key(), day + dt.timedelta(days=_ALLOWED_DAYS[self.raised.matter.klass])
        if not registered:
            self.office("register", day, 8.7)
        self.office("classify", day, 9.3)
        self.office("assign", day, 9.9, assignee=handler, due_on=due)
        return handler, day, due

    def finish(self, handler: UUID, day: dt.date) -> None:
        """办结, then 反馈 on the next day unless it was forgotten."""
        how = self.pick("how", ("self", "neighbours", "volunteer", "mediated", "market", "referred"))
        told = (
            self.pick("told", ("yes", "not_yet"))
            if self.raised.reporter_kind in ("named", "proxy")
            else "nobody"
        )
        private = self.raised.matter.klass == "PRIVATE"
        self.follow_up(
            handler, day, "done", words=self.pick("done", _DONE), done=(how if private else "", told)
        )
        if self.chance("remembered") < 0.88:
            self.feed_back(day + dt.timedelta(days=1), _TOLD)


def _progress(case: _Case, handler: UUID, day: dt.date, *, ask_until: dt.date | None = None) -> None:
    case.follow_up(handler, day, "progress", words=case.pick("progress", _PROGRESS), ask_until=ask_until)


def _handle(case: _Case) -> None:
    handler, day, due = case.dispatch(1)
    room = (due - day).days - 1
    if case.chance("slowly") < 0.45:
        _progress(case, handler, day + dt.timedelta(days=1))
        case.finish(handler, day + dt.timedelta(days=max(2, room)))
    else:
        case.finish(handler, day + dt.timedelta(days=max(1, room // 2)))


def _handle_late(case: _Case) -> None:
    handler, day, due = case.dispatch(2)
    _progress(case, handler, day + dt.timedelta(days=2), ask_until=due + dt.timedelta(days=7))
    case.finish(handler, due + dt.timedelta(days=2 + round(case.chance("late") * 7)))


def _leave_overdue(case: _Case) -> None:
    handler, day, _ = case.dispatch(1)
    if case.chance("slowly") < 0.6:
        _progress(case, handler, day + dt.timedelta(days=2))


def _stall(case: _Case) -> None:
    """Day after day 「进展同昨日」, which moves no clock (METRICS C5)."""
    handler, day, _ = case.dispatch(1)
    _progress(case, handler, day + dt.timedelta(days=1))
    for later in range(8, 46 if case.raised.fault else 18):
        case.follow_up(handler, case.raised.day + dt.timedelta(days=later), "same")


def _give_up(case: _Case) -> None:
    handler, day, _ = case.dispatch(1)
    reason = case.pick("reason", ("not_ours", "needs_units", "money", "disagree"))
    tried = case.pick("tried", _TRIED)
    case.follow_up(handler, day + dt.timedelta(days=3), "cannot", cannot=(reason, tried))


def _look_first(case: _Case) -> None:
    """先去看看属不属实; only what is so, or partly so, is dispatched."""
    day = case.office_day(1)
    looker = case.worker_key()
    case.office("register", day, 8.7)
    case.office("look", day, 9.2, assignee=looker)
    steps = (("true", 0.6), ("partly", 0.15), ("not_true", 0.15), ("not_found", 0.1))
    found = weighted(dice("look", case.raised.key), steps)
    words = "到现场看了，情况如反映所说" if found in ("true", "partly") else "到现场没有看到反映的情况"
    case.follow_up(looker, day, found, task="look", words=words)
    if found in ("true", "partly"):
        handler, assigned, _ = case.dispatch(2, registered=True)
        case.finish(handler, assigned + dt.timedelta(days=2))


def _wait(case: _Case) -> None:
    case.office("register", case.office_day(1), 8.7)
    case.office("classify", case.office_day(1), 9.3)


def _leave_untouched(case: _Case) -> None:
    """Nobody has looked at it."""


def _keep_promise(case: _Case) -> None:
    """Who promised does it, mostly by the day promised."""
    raised = case.raised
    day = promised_on(raised.answer, raised.day, dice("promise", raised.key))
    if day is None:
        return
    promiser = case.county.registrar(case.village).key if raised.form == "intake" else case.worker_key()
    kept = case.chance("kept")
    if kept < 0.9:
        case.finish(promiser, day if kept < 0.72 else day + dt.timedelta(days=4))


_BY_FATE: dict[Fate, Callable[[_Case], None]] = {
    "handled": _handle,
    "late": _handle_late,
    "overdue": _leave_overdue,
    "stalled": _stall,
    "cannot": _give_up,
    "looked": _look_first,
    "waiting": _wait,
    "untouched": _leave_untouched,
}
