"""我反映的事: one demand as its reporter reads it — where it stands, who has it, by when, and what he was told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from server.domain.deadline import spans_provisional
from server.domain.demand_acts import Action
from server.domain.demand_states import Group, StateKey, group_of
from server.domain.jurisdiction import Level
from server.domain.mechanism import Evaluator, MechanismProfile
from server.domain.resident_words import ENDS, STANDS
from server.domain.work_calendar import local_day
from server.figures.case_words import due_day_of, held_as, what
from server.storage import demands, jurisdictions, ratings
from server.storage.demands import Demand, DemandNote
from server.storage.posts import Account
from server.storage.profiles import calendar_of
from server.storage.ratings import Rating
from server.storage.units import Unit
from server.work import Reading

REPORTER: Evaluator = "reporter"
_DESKS: Mapping[str, Level] = {
    "grid": Level.VILLAGE,
    "village": Level.VILLAGE,
    "township": Level.TOWNSHIP,
    "county": Level.COUNTY,
    "city": Level.CITY,
}
"""Whose desk a resident is told of: he knows his village, not the stations of a grid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Something the reporter was told, or said himself, on a day (Shanghai)."""

    on: dt.date
    heading: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What the reporter of a demand is shown.

    `stands` is at most twelve characters, true since the day `since`. `holder` is whoever has it and `due` the day he
    has until, each None where nobody owes anything; `due_is_provisional` where the holidays on the way are not announced.
    `ending` is why it ended, "" while it goes on. `together` says that it is handled with another of the same matter.
    `rating` is what he gave for the answer that stands; `rate_until` the last day on which he may give or change it,
    and `may_rate` whether that still lies ahead.
    """

    number: str
    raised_on: dt.date
    said: str
    stands: str
    since: dt.date
    holder: str | None
    due: dt.date | None
    due_is_provisional: bool
    ending: str
    together: bool
    told: tuple[Told, ...]
    rating: Rating | None
    rate_until: dt.date | None
    may_rate: bool


def matter(reading: Reading, demand: Demand, *, profile: MechanismProfile) -> Matter:
    """The matter of a demand whose code the reader has shown; one merged into another stands where that one stands."""
    leading = _leading(reading, demand)
    due = _due(leading)
    rating = _rating(reading, demand, REPORTER)
    rates_before = _rates_before(demand, rating)
    return Matter(
        number=demand.number,
        raised_on=demand.raised_on,
        said=" ".join((demand.words or "").split()),
        stands=STANDS[leading.state.key],
        since=local_day(leading.since),
        holder=_holder(reading, leading),
        due=None if due is None else due_day_of(due),
        due_is_provisional=due is not None
        and spans_provisional(leading.received_at, due, calendar=calendar_of(profile)),
        ending=_ending(leading),
        together=leading is not demand,
        told=tuple(_told(reading, demand, leading, profile)),
        rating=rating,
        rate_until=None if rates_before is None else due_day_of(rates_before),
        may_rate=rates_before is not None and reading.now < rates_before,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What an evaluator is shown: the matter in short, where, how it was answered — never who reported it, or how."""

    what: str
    where: str
    raised_on: dt.date
    answers: tuple[Told, ...]
    rating: Rating | None
    rate_until: dt.date | None
    may_rate: bool


def judged(reading: Reading, demand: Demand, *, profile: MechanismProfile, who: Evaluator) -> Judged:
    """The matter as one of the county's evaluators reads it before he judges."""
    rating = _rating(reading, demand, who)
    rates_before = _rates_before(demand, rating)
    notes = demands.notes(reading.session, demand.id)
    return Judged(
        what=what(demand),
        where=_name_of(reading, demand.jurisdiction[: Level.VILLAGE.digits]),
        raised_on=demand.raised_on,
        answers=tuple(_read(note, profile) for note in notes if note.step in _OF_THE_OFFICE),
        rating=rating,
        rate_until=None if rates_before is None else due_day_of(rates_before),
        may_rate=rates_before is not None and reading.now < rates_before,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What anybody may read who knows the number, in a county that lets him: where it stands, and nothing else."""

    number: str
    stands: str
    since: dt.date


def outside(reading: Reading, demand: Demand, *, profile: MechanismProfile) -> Outside | None:
    """The matter as anybody may see it; None where the county shows none, and for what is one person's own (S4 #25)."""
    if not profile.public.case_states or held_as(demand) == "PRIVATE":
        return None
    leading = _leading(reading, demand)
    return Outside(number=demand.number, stands=STANDS[leading.state.key], since=local_day(leading.since))


def _rating(reading: Reading, demand: Demand, who: Evaluator) -> Rating | None:
    """What was said of the answer that stands; once another answer has come, nothing yet."""
    newest = ratings.newest_of(reading.session, demand.id, who=who)
    is_answered_anew = demand.state.key in _ANSWERED and newest is not None and newest.round < _round(demand)
    return None if is_answered_anew else newest


_ANSWERED = frozenset({StateKey.FED_BACK, StateKey.RATED})


def _round(demand: Demand) -> int:
    return 1 + demand.reworks + demand.reopened


def _leading(reading: Reading, demand: Demand) -> Demand:
    """The demand whose handling counts: its own, or the one it was merged into."""
    seen = {demand.id}
    while demand.merged_into_id is not None and demand.merged_into_id not in seen:
        demand = reading.session.get_one(Demand, demand.merged_into_id)
        seen.add(demand.id)
    return demand


def _due(demand: Demand) -> dt.datetime | None:
    """When the next thing is owed to the reporter; nothing once it is his turn, or nobody's."""
    if demand.state.key in (StateKey.NEED_INFO, StateKey.FED_BACK) or _has_ended(demand):
        return None
    return demand.due_at or demand.step_due_at


def _rates_before(demand: Demand, rating: Rating | None) -> dt.datetime | None:
    """The moment from which nothing can be said any more of the answer that stands; None while there is none."""
    if rating is not None:
        return rating.window_until
    return demand.step_due_at if demand.state.key in _ANSWERED else None


def _has_ended(demand: Demand) -> bool:
    return group_of(demand.state.key) is Group.ENDED


def _holder(reading: Reading, demand: Demand) -> str | None:
    if _has_ended(demand) or demand.state.key is StateKey.FED_BACK:
        return None
    if demand.unit_id is not None:
        return reading.session.get_one(Unit, demand.unit_id).name
    if demand.handler_id is not None:
        account = reading.session.get_one(Account, demand.handler_id)
        return f"{_name_of(reading, account.home)} {account.display_name}".strip()
    return _name_of(reading, _desk_of(demand))


def _desk_of(demand: Demand) -> str:
    return demand.jurisdiction[: _DESKS[demand.desk].digits]


def _name_of(reading: Reading, division: str) -> str:
    return jurisdictions.names(reading.session, [division]).get(division, "")


def _ending(demand: Demand) -> str:
    ending = demand.state.closed_by
    return ENDS[ending] if ending is not None and _has_ended(demand) else ""


_Heading = Callable[[DemandNote, MechanismProfile], str]


def _rejected(note: DemandNote, profile: MechanismProfile) -> str:
    reasons = {reason.code: reason.label for reason in profile.screen_reasons}
    reason = reasons.get(note.details.get("reason", ""))
    return f"不予受理，原因：{reason}" if reason else "不予受理"


def _referred(note: DemandNote, profile: MechanismProfile) -> str:
    channels = {channel.code: channel.label for channel in profile.referral_reasons}
    channel = channels.get(note.details.get("referred_to", ""))
    return f"请走法定渠道：{channel}" if channel else "请走法定渠道"


def _plain(heading: str) -> _Heading:
    return lambda _note, _profile: heading


_HEADINGS: Mapping[str, _Heading] = {
    Action.ASK_INFO.value: _plain("请您补充"),
    Action.SUPPLY.value: _plain("您补充了"),
    Action.REJECT.value: _rejected,
    Action.REFER.value: _referred,
    Action.APPEAL.value: _plain("您要求复核"),
    Action.DECIDE_APPEAL.value: _plain("复核结果"),
    Action.APPROVE.value: _plain("情况说明"),
    Action.PROJECTISE.value: _plain("已列入建设计划"),
    Action.FEED_BACK.value: _plain("答复"),
    Action.CALL_BACK.value: _plain("回访"),
    Action.WITHDRAW.value: _plain("撤回"),
}
"""Which words written with an act are addressed to the reporter, and under which heading he reads them."""


def _told(reading: Reading, demand: Demand, leading: Demand, profile: MechanismProfile) -> Sequence[Told]:
    notes = list(demands.notes(reading.session, demand.id))
    if leading is not demand:
        # What the office answered counts for everybody who reported it; what another reporter said is his own.
        notes += [note for note in demands.notes(reading.session, leading.id) if note.step in _OF_THE_OFFICE]
    notes.sort(key=lambda note: note.at)
    said = [_read(note, profile) for note in notes if note.step in _HEADINGS]
    return [*_on_the_spot(demand), *said]


def _read(note: DemandNote, profile: MechanismProfile) -> Told:
    return Told(on=local_day(note.at), heading=_HEADINGS[note.step](note, profile), words=note.words or "")


_OF_THE_OFFICE = frozenset(
    {Action.APPROVE.value, Action.PROJECTISE.value, Action.FEED_BACK.value, Action.REFER.value}
)


def _on_the_spot(demand: Demand) -> list[Told]:
    said = []
    if demand.answer_words:
        said.append(Told(on=demand.raised_on, heading="当面答复", words=demand.answer_words))
    if demand.state.promised_on is not None:
        day = demand.state.promised_on
        said.append(Told(on=demand.raised_on, heading=f"答应{day.month}月{day.day}日前办好", words=""))
    return said
