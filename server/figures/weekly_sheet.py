"""周例会清单: what a village goes through each week, person by person: over, due, stuck, to be decided (ZX-15)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from server.domain.demand_clock import is_overdue
from server.domain.demand_states import StateKey
from server.domain.work_calendar import end_of_day, local_day
from server.figures import attention
from server.figures.open_cases import Case, lines, mechanism
from server.storage import units
from server.storage import weekly_sheet as storage
from server.storage.demands import Demand, DemandNote
from server.work import Reading

MOST = 300
"""So many rows are some fifteen sheets of paper: nobody goes through more in one meeting."""
_A_WEEK = dt.timedelta(days=7)


class Standing(StrEnum):
    """Why a demand is gone through; the first that holds."""

    TO_BE_DECIDED = "to_be_decided"
    OVERDUE = "overdue"
    DUE = "due"
    STUCK = "stuck"

    @property
    def label(self) -> str:
        """As the sheet says it."""
        return _LABELS[self]


_LABELS = {
    Standing.TO_BE_DECIDED: "要定、要上报",
    Standing.OVERDUE: "超期",
    Standing.DUE: "一周内到期",
    Standing.STUCK: "卡住",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A demand on the sheet: `standing` why, `time` how long it is over or has left, `delays` what holds it up, the last word on it."""

    case: Case
    standing: Standing
    time: str
    delays: tuple[str, ...]
    last_words: str
    last_words_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Share:
    """What one person or unit answers for; without a name, what nobody has been charged with yet."""

    holder: str
    items: Sequence[Item]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The whole sheet: how many of each standing, by holder; `more` says that there are more than are listed.

    `overdue_to_decide` are those to be decided that are overdue too, counted among the former only.
    """

    counts: Mapping[Standing, int]
    overdue_to_decide: int
    shares: Sequence[Share]
    more: bool

    @property
    def number(self) -> int:
        """How many demands are on it."""
        return sum(self.counts.values())


def sheet(reading: Reading, area: str | None = None) -> Sheet:
    """Return the sheet of the reader's division, or of one of its parts: those with most to do first."""
    today = local_day(reading.now)
    found = storage.to_go_through(
        reading.session,
        scope=reading.actor.scope,
        area=area,
        as_of=reading.now,
        due_by=end_of_day(today + _A_WEEK),
        limit=MOST + 1,
    )
    demands = found[:MOST]
    words = storage.last_words(reading.session, [each.id for each in demands])
    named = units.names_of(reading.session, {each.unit_id for each in demands if each.unit_id})
    cases = lines(reading, demands)
    times = _times(reading, cases)
    items = [
        (_holder(case, named), _item(reading, case, words.get(case.demand.id), time=_time(case, times)))
        for case in cases
    ]
    standings = [item.standing for _, item in items]
    return Sheet(
        counts={each: standings.count(each) for each in Standing},
        overdue_to_decide=sum(
            item.standing is Standing.TO_BE_DECIDED and item.case.over is not None for _, item in items
        ),
        shares=_shares(items),
        more=len(found) > MOST,
    )


def _shares(items: list[tuple[str, Item]]) -> list[Share]:
    by_holder = sorted(items, key=lambda each: each[0])
    shares = [
        Share(holder, [item for _, item in own]) for holder, own in groupby(by_holder, lambda each: each[0])
    ]
    return sorted(shares, key=lambda share: (share.holder != "", -len(share.items), share.holder))


def _holder(case: Case, named: Mapping[uuid.UUID, str]) -> str:
    unit = case.demand.unit_id
    return case.held_by or ("" if unit is None else named.get(unit, ""))


def _times(reading: Reading, cases: Sequence[Case]) -> dict[dt.date | None, str]:
    """How long each due day is over or still off: many cases fall due on one day, and counting its days takes long."""
    _, calendar = mechanism(reading)
    today = local_day(reading.now)
    return {
        day: attention.breach(day, today=today, calendar=calendar) for day in {each.due_day for each in cases}
    }


def _time(case: Case, times: Mapping[dt.date | None, str]) -> str:
    """How long it is over or has left; of what ran out an hour of today, that it did."""
    return case.due if case.over == 0 else times[case.due_day]


def _item(reading: Reading, case: Case, note: DemandNote | None, *, time: str) -> Item:
    demand = case.demand
    return Item(
        case=case,
        standing=_standing(demand, as_of=reading.now),
        time=time,
        delays=attention.delays(demand, as_of=reading.now),
        last_words="" if note is None else note.words or "",
        last_words_at=None if note is None else note.at,
    )


def _standing(demand: Demand, *, as_of: dt.datetime) -> Standing:
    if demand.asked_upward or demand.asked or demand.key in (StateKey.RETURNED, StateKey.ESCALATED):
        return Standing.TO_BE_DECIDED
    if is_overdue(demand.state, as_of=as_of):
        return Standing.OVERDUE
    due_by = end_of_day(local_day(as_of) + _A_WEEK)
    return Standing.DUE if demand.due_at is not None and demand.due_at <= due_by else Standing.STUCK
