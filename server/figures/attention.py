"""超期和将到期: what is to be pushed on, by working days over, with what holds it up (METRICS C3 to C5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from server.domain.demand_acts import Action
from server.domain.demand_clock import is_stalled
from server.domain.demand_states import StateKey
from server.domain.work_calendar import WorkCalendar, end_of_day, local_day
from server.figures import open_cases
from server.figures.next_step import open_to
from server.figures.open_cases import Case, lines, mechanism
from server.storage import attention as storage
from server.storage.case_filter import CaseFilter, Timing
from server.storage.demands import Demand
from server.work import Reading

PAGE_SIZE = 50
_MOST_BESIDE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """A demand to be pushed on.

    `breach` says how long it is over or has left, in working days too; `delays` what holds it up; `may_urge` and
    `may_supervise` what the reader may do about it.
    """

    case: Case
    breach: str
    delays: tuple[str, ...]
    may_urge: bool
    may_supervise: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """A slice of the queue with both numbers, and `next`, the number after which the next slice begins."""

    rows: Sequence[Pushed]
    overdue: int
    due_soon: int
    next: str | None


def queue(reading: Reading, area: str | None = None, *, after: str | None = None) -> Queue:
    """Return the next fifty demands overdue or due by the end of the next working day, the longest over first."""
    _, calendar = mechanism(reading)
    found = storage.due_until(
        reading.session,
        end_of_day(calendar.next_working_day(local_day(reading.now))),
        scope=reading.actor.scope,
        area=area,
        limit=PAGE_SIZE + 1,
        after=after,
    )
    overdue, due_soon = open_cases.counts(
        reading, [CaseFilter(area=area, timing=each) for each in (Timing.OVERDUE, Timing.DUE_SOON)]
    )
    return Queue(
        rows=_pushed(reading, found[:PAGE_SIZE]),
        overdue=overdue,
        due_soon=due_soon,
        next=found[PAGE_SIZE - 1].number if len(found) > PAGE_SIZE else None,
    )


def to_review(reading: Reading, area: str | None = None) -> list[Pushed]:
    """Return the suspended demands that are to be looked at again by the next working day."""
    _, calendar = mechanism(reading)
    day = calendar.next_working_day(local_day(reading.now))
    rows = storage.reviewed_until(
        reading.session, day, scope=reading.actor.scope, area=area, limit=_MOST_BESIDE
    )
    return _pushed(reading, rows)


def supervised(reading: Reading, area: str | None = None) -> list[Pushed]:
    """Return the demands somebody above watches over 督办."""
    rows = storage.supervised(reading.session, scope=reading.actor.scope, area=area, limit=_MOST_BESIDE)
    return _pushed(reading, rows)


def delays(demand: Demand, *, as_of: dt.datetime) -> tuple[str, ...]:
    """Return in words what holds a demand up, the plainest reason first; nothing where it is simply being handled."""
    return tuple(words for reason in _REASONS if (words := reason(demand, as_of)))


def breach(due: dt.date | None, *, today: dt.date, calendar: WorkCalendar) -> str:
    """Return how long a due day is over, in days and the working days among them, or how many of these are left."""
    if due is None:
        return ""
    if due < today:
        over = calendar.working_days(due + _ONE_DAY, today)
        return f"超期 {(today - due).days} 天（{f'{over} 个工作日' if over else '都是休息日'}）"
    left = calendar.working_days(today + _ONE_DAY, due)
    return f"还有 {left} 个工作日" if left else "今天到期"


_ONE_DAY = dt.timedelta(days=1)


def _pushed(reading: Reading, rows: Sequence[Demand]) -> list[Pushed]:
    _, calendar = mechanism(reading)
    today = local_day(reading.now)
    return [_line(reading, case, calendar=calendar, today=today) for case in lines(reading, rows)]


def _line(reading: Reading, case: Case, *, calendar: WorkCalendar, today: dt.date) -> Pushed:
    open_to_him = open_to(reading, case.demand)
    return Pushed(
        case=case,
        breach=case.due if case.over == 0 else breach(case.due_day, today=today, calendar=calendar),
        delays=delays(case.demand, as_of=reading.now),
        may_urge=Action.URGE in open_to_him,
        may_supervise=Action.SUPERVISE in open_to_him,
    )


def _returned(demand: Demand, _as_of: dt.datetime) -> str:
    if demand.key == StateKey.RETURNED.value:
        return "退回来了，等重新派"
    return f"退回过 {demand.returns} 次" if demand.returns else ""


def _waits_above(demand: Demand, _as_of: dt.datetime) -> str:
    if demand.key == StateKey.ESCALATED.value:
        return "报上去了，等上级安排"
    if demand.asked is not None:
        return f"申请{_ASKED[demand.asked]}，等上级同意"
    return "承办人说办不了，等定" if demand.asked_upward else ""


_ASKED = {"suspension": "暂缓", "explanation": "解释说明", "extension": "延期"}


def _suspended(demand: Demand, _as_of: dt.datetime) -> str:
    if demand.key == StateKey.SUSPENDED.value:
        return "暂缓"
    return "暂缓过" if demand.pauses else ""


def _not_begun(demand: Demand, _as_of: dt.datetime) -> str:
    if demand.key == StateKey.ASSIGNED.value:
        return "派出去了，还没接"
    return _BEFORE.get(demand.state.key, "")


_BEFORE = {
    StateKey.SUBMITTED: "还没登记",
    StateKey.REGISTERED: "还没研判",
    StateKey.LISTED: "还没分类",
    StateKey.CLASSIFIED: "还没派出去",
    StateKey.AGENDA: "等开会",
    StateKey.DELIBERATED: "会议定了，还没派出去",
    StateKey.OFFERED: "等认领",
}


def _stalled(demand: Demand, as_of: dt.datetime) -> str:
    if not is_stalled(demand.state, as_of=as_of):
        return ""
    return f"{(local_day(as_of) - local_day(demand.last_event_at)).days} 天没有进展"


_REASONS: tuple[Callable[[Demand, dt.datetime], str], ...] = (
    _returned,
    _waits_above,
    _suspended,
    _not_begun,
    _stalled,
)
