"""我反映的事: one demand as its reporter reads it — where it stands, who has it, by when, and what he was told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from server.domain.deadline import spans_provisional
from server.domain.demand_states import Group, StateKey, group_of, is_unresolved
from server.domain.demand_ways import sends_back
from server.domain.jurisdiction import Level
from server.domain.mechanism import Evaluator, MechanismProfile
from server.domain.resident_words import AWAITED, ENDS, STANDS
from server.domain.work_calendar import end_of_day, local_day
from server.figures.case_words import due_day_of, held_as, what
from server.figures.resident_answers import Told, answers, told
from server.storage import jurisdictions, ratings
from server.storage.demands import Demand
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
class Opinion:
    """评价: what somebody gave for the answer that stands, None where nothing yet.

    `until` is the last day on which he may give or change it, and `is_open` whether that still lies ahead. `sent_back`
    are the stars that, given now, have the matter done again at once; `is_under_way` says that this is already so, and
    that another rating stops nothing.
    """

    rating: Rating | None
    until: dt.date | None
    is_open: bool
    sent_back: frozenset[int]
    is_under_way: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What the reporter of a demand is shown.

    `stands` is at most twelve characters, true since the day `since`. `holder` is whoever has it and `due` the last day
    he has for it, each None where nobody owes anything; `due_for` is what he owes by that day; `due_is_provisional` where the holidays on the way are not
    announced. `ending` is why it ended, "" while it goes on. `together` says that it is handled with another of the same
    matter.
    """

    number: str
    raised_on: dt.date
    said: str
    stands: str
    since: dt.date
    holder: str | None
    due: dt.date | None
    due_for: str
    due_is_provisional: bool
    ending: str
    together: bool
    told: tuple[Told, ...]
    opinion: Opinion


def matter(reading: Reading, demand: Demand, *, profile: MechanismProfile) -> Matter:
    """The matter of a demand whose code the reader has shown; one merged into another stands where that one stands."""
    leading = leading_of(reading, demand)
    due = None if _owes_nothing(leading) else _due(leading)
    return Matter(
        number=demand.number,
        raised_on=demand.raised_on,
        said=" ".join((demand.words or "").split()),
        stands=STANDS[leading.state.key],
        since=local_day(leading.since),
        holder=None if _owes_nothing(leading) else _holder(reading, leading, profile),
        due=None if due is None else due_day_of(due),
        due_for=_due_for(leading),
        due_is_provisional=due is not None
        and spans_provisional(leading.received_at, due, calendar=calendar_of(profile)),
        ending=_ending(leading),
        together=leading is not demand,
        told=told(reading, demand, leading=leading, profile=profile),
        opinion=_opinion(reading, demand, REPORTER, leading=leading, profile=profile),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What an evaluator is shown: the matter in short, where, how it was answered — never who reported it, or how."""

    what: str
    where: str
    raised_on: dt.date
    answers: tuple[Told, ...]
    opinion: Opinion


def judged(reading: Reading, demand: Demand, *, profile: MechanismProfile, who: Evaluator) -> Judged:
    """The matter as one of the county's evaluators reads it before he judges."""
    return Judged(
        what=what(demand),
        where=_name_of(reading, demand.jurisdiction[: Level.VILLAGE.digits]),
        raised_on=demand.raised_on,
        answers=answers(reading, demand, profile=profile),
        opinion=_opinion(reading, demand, who, leading=demand, profile=profile),
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
    leading = leading_of(reading, demand)
    return Outside(number=demand.number, stands=STANDS[leading.state.key], since=local_day(leading.since))


def leading_of(reading: Reading, demand: Demand) -> Demand:
    """The demand whose handling counts: its own, or the one it was merged into."""
    seen = {demand.id}
    while demand.merged_into_id is not None and demand.merged_into_id not in seen:
        demand = reading.session.get_one(Demand, demand.merged_into_id)
        seen.add(demand.id)
    return demand


_ANSWERED = frozenset({StateKey.FED_BACK, StateKey.RATED})


def _opinion(
    reading: Reading, demand: Demand, who: Evaluator, *, leading: Demand, profile: MechanismProfile
) -> Opinion:
    rating = ratings.newest_of(reading.session, demand.id, who=who)
    is_answered = leading.state.key in _ANSWERED
    if rating is not None and is_answered and rating.round < 1 + leading.reworks + leading.reopened:
        rating = None  # of an answer before this one
    before = leading.step_due_at if is_answered else None
    if rating is not None:
        before = rating.window_until
    stars = range(1, profile.rating.stars + 1) if is_answered else ()
    return Opinion(
        rating=rating,
        until=None if before is None else due_day_of(before),
        is_open=before is not None and reading.now < before,
        sent_back=frozenset(each for each in stars if sends_back(each, leading.state, profile)),
        is_under_way=is_unresolved(leading.state.key),
    )


def _owes_nothing(demand: Demand) -> bool:
    """Say whether it is the reporter's turn, or nobody's."""
    key = demand.state.key
    if key is StateKey.REJECTED:
        return demand.appealed != "open"
    return key in (StateKey.NEED_INFO, StateKey.FED_BACK) or group_of(key) is Group.ENDED


def _due(demand: Demand) -> dt.datetime | None:
    """When the next thing is owed to the reporter (METRICS C "Due date"): while it is put off, another look."""
    if demand.state.key is StateKey.SUSPENDED and demand.review_on is not None:
        return end_of_day(demand.review_on)
    if group_of(demand.state.key) is Group.TO_REPORT_BACK:
        return demand.step_due_at
    return demand.due_at or demand.step_due_at


def _due_for(demand: Demand) -> str:
    """What is owed by the day _due() gives: the answer, another look, the office's step, a word, or the matter done."""
    key = demand.state.key
    if key is StateKey.REJECTED:
        return "复核"
    if group_of(key) is Group.TO_REPORT_BACK:
        return "答复您"
    if key is StateKey.SUSPENDED and demand.review_on is not None:
        return "再看能不能办"
    if demand.due_at is None:
        return "跟您联系"
    return AWAITED.get(key, "办好") if demand.original_due_at is None else "办好"


def _holder(reading: Reading, demand: Demand, profile: MechanismProfile) -> str:
    if demand.state.key is StateKey.REJECTED:
        return _desk(reading, demand, profile.approver_of(demand.state.desk))
    if demand.unit_id is not None:
        return reading.session.get_one(Unit, demand.unit_id).name
    if demand.handler_id is not None:
        account = reading.session.get_one(Account, demand.handler_id)
        return f"{_name_of(reading, account.home)} {account.display_name}".strip()
    return _desk(reading, demand, demand.state.desk)


def _desk(reading: Reading, demand: Demand, level: str) -> str:
    return _name_of(reading, demand.jurisdiction[: _DESKS[level].digits])


def _name_of(reading: Reading, division: str) -> str:
    return jurisdictions.names(reading.session, [division]).get(division, "")


def _ending(demand: Demand) -> str:
    ending = demand.state.closed_by
    is_over = group_of(demand.state.key) is Group.ENDED
    return ENDS[ending] if ending is not None and is_over else ""
