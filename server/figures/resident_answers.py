"""告诉过反映人的话: of everything written about a demand, what was meant for whoever reported it, under plain headings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from server.domain.demand_acts import Action
from server.domain.mechanism import MechanismProfile
from server.domain.work_calendar import local_day
from server.storage import demands
from server.storage.demands import Demand, DemandNote
from server.work import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Something the reporter was told, or said himself, on a day (Shanghai)."""

    on: dt.date
    heading: str
    words: str


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


def told(reading: Reading, demand: Demand, *, leading: Demand, profile: MechanismProfile) -> tuple[Told, ...]:
    """What the reporter of a demand was told and said, oldest first; `leading` is what it was merged into, or itself."""
    notes = list(demands.notes(reading.session, demand.id))
    if leading is not demand:
        # What the office answered counts for everybody who reported it; what another reporter said is his own.
        notes += [note for note in demands.notes(reading.session, leading.id) if note.step in _OF_THE_OFFICE]
    notes.sort(key=lambda note: note.at)
    said = [_read(note, profile) for note in notes if note.step in _HEADINGS]
    return (*_on_the_spot(demand), *said)


def answers(reading: Reading, demand: Demand, *, profile: MechanismProfile) -> tuple[Told, ...]:
    """What the office answered, without what any reporter said."""
    notes = demands.notes(reading.session, demand.id)
    return tuple(_read(note, profile) for note in notes if note.step in _OF_THE_OFFICE)


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
