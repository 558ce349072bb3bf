"""诉求的变化: what an act changes in what a demand carries, apart from its state's key and its dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from server.domain.deadline import Pause, PauseReason, due_at
from server.domain.demand_acts import PROPERLY_DONE, Action, Facts
from server.domain.demand_levels import higher
from server.domain.demand_states import PAUSED, DemandState, Request, StateKey
from server.domain.demand_ways import goes_with, level_after, level_below, meeting_of, needs_approval
from server.domain.mechanism import HandlingLevel, MechanismProfile
from server.domain.work_calendar import WorkCalendar, end_of_day, local_day

_S = StateKey

Changes = dict[str, Any]
"""New values by the name of a field of DemandState."""

_IN_NOBODYS_HANDS: Changes = {"handler_id": None, "unit_id": None, "level": None}
_UNRESOLVED_AGAIN: Changes = {"outcome": None, "resolved_at": None, "told_at": None, "closed_by": None}
_ANSWERED: Changes = {"asked": None, "asked_until": None, "asked_by_id": None}
_PRESSING = frozenset({Action.URGE, Action.SUPERVISE})
"""What somebody above asks for is no progress: the demand stays as stalled as it was (METRICS C5)."""


@dataclass(frozen=True, slots=True)
class Happening:
    """An act on its way into the state: who did what when, with which facts, leading to the state `key`.

    `moved` says that it led there, rather than leaving the demand where it was.
    """

    action: Action
    at: dt.datetime
    by_id: UUID | None
    by_level: HandlingLevel | None
    facts: Facts
    key: StateKey
    moved: bool
    profile: MechanismProfile
    calendar: WorkCalendar


def changes_of(state: DemandState, act: Happening) -> Changes:
    """Return what `act` changes in `state`, its key included, its dates not."""
    effect = _EFFECTS.get(act.action)
    changes = {} if effect is None else effect(state, act)
    if act.action not in _PRESSING:
        changes["last_event_at"] = act.at
    if state.key in PAUSED and act.key is not state.key:
        changes["pauses"] = _running_again(state, act.at)
        changes["review_on"] = None
    if state.key is _S.AGENDA and state.desk == "grid":
        changes.setdefault("desk", "village")  # a grid has no desk to lie on after its meeting
    if state.asked is not None and not goes_with(state.asked, act.key):
        changes |= _ANSWERED
    return changes


def _running_again(state: DemandState, at: dt.datetime) -> tuple[Pause, ...]:
    """The pauses, the last one ended now at the latest."""
    *earlier, last = state.pauses
    ends = at if last.until is None else min(last.until, at)
    return (*earlier, replace(last, until=ends))


def _taken_in_hand(state: DemandState, act: Happening) -> Changes:
    if act.by_id is None and act.facts.unit_id is not None:
        unit = {"handler_id": None, "unit_id": act.facts.unit_id}
        return unit | _held_at(state, act.facts.handler_unit)
    return {"handler_id": act.by_id, "unit_id": None, **_held_at(state, act.by_level)}


def _held_at(state: DemandState, level: HandlingLevel | None) -> Changes:
    return {"level": level, "highest_level": higher(state.highest_level, level)}


def _resolved(act: Happening, outcome: str) -> Changes:
    return {"outcome": outcome, "resolved_at": act.at}


def _take_in(_state: DemandState, act: Happening) -> Changes:
    return {"first_asked_id": act.by_id}


def _answer(state: DemandState, act: Happening) -> Changes:
    return _taken_in_hand(state, act) | _resolved(act, "answered")


def _promise(state: DemandState, act: Happening) -> Changes:
    return _taken_in_hand(state, act) | {"promised_on": act.facts.promised_on}


def _look(_state: DemandState, act: Happening) -> Changes:
    return {"looked": act.facts.result}


def _register(_state: DemandState, act: Happening) -> Changes:
    # What somebody promised is handed over to the village's desk; the promised date stays.
    return _IN_NOBODYS_HANDS | {"screened_by_id": act.by_id}


def _ask_info(state: DemandState, act: Happening) -> Changes:
    return {"pauses": (*state.pauses, Pause(PauseReason.NEED_INFO, act.at, None))}


def _reject(_state: DemandState, act: Happening) -> Changes:
    return {"screened_by_id": act.by_id, "told_at": None, **_resolved(act, "rejected")}


def _refer(_state: DemandState, act: Happening) -> Changes:
    return {"closed_by": "referred", **_resolved(act, "referred")}


def _withdraw(_state: DemandState, act: Happening) -> Changes:
    return {"closed_by": "withdrawn", **_resolved(act, "withdrawn")}


def _appeal(_state: DemandState, _act: Happening) -> Changes:
    return {"appealed": "open"}


def _decide_appeal(_state: DemandState, act: Happening) -> Changes:
    if act.facts.upheld:
        return {"appealed": "upheld", **_UNRESOLVED_AGAIN}
    return {"appealed": "lost", "closed_by": "rejected" if act.key is _S.CLOSED else None}


def _hand_back(_state: DemandState, _act: Happening) -> Changes:
    return dict(_IN_NOBODYS_HANDS)


def _classify(_state: DemandState, act: Happening) -> Changes:
    return {"class_": act.facts.class_}


def _put_on_agenda(state: DemandState, act: Happening) -> Changes:
    meeting = meeting_of(state, act.profile)
    return {} if meeting is None else {"desk": meeting.level}


def _resolve(state: DemandState, act: Happening) -> Changes:
    if act.key is _S.EXPLAINED:
        return _resolved(act, "explained")
    if act.key is _S.ESCALATED:
        return {"desk": level_after(meeting_of(state, act.profile), state.desk, act.profile)}
    return {}


def _assign(state: DemandState, act: Happening) -> Changes:
    facts = act.facts
    taker = {"handler_id": facts.handler_id, "unit_id": facts.unit_id, "asked_upward": False}
    return taker | _ANSWERED | _held_at(state, facts.handler_level or facts.handler_unit)


def _return_order(state: DemandState, _act: Happening) -> Changes:
    return _IN_NOBODYS_HANDS | {"returns": state.returns + 1}


def _cannot(_state: DemandState, _act: Happening) -> Changes:
    return {"asked_upward": True}  # a request: the desk decides whether to report it upward


def _escalate(state: DemandState, act: Happening) -> Changes:
    return _IN_NOBODYS_HANDS | {"asked_upward": False, "desk": act.profile.level_above(state.desk)}


def _send_down(state: DemandState, act: Happening) -> Changes:
    return {"desk": level_below(state.desk, act.profile), "sent_down": state.sent_down + 1}


def _ask(state: DemandState, act: Happening) -> Changes:
    request, until = act.facts.request, act.facts.until
    if request is None or not needs_approval(request, act.profile):
        return _granted(state, act, request, until)
    return {"asked": request, "asked_until": until, "asked_by_id": act.by_id}


def _approve(state: DemandState, act: Happening) -> Changes:
    return _ANSWERED | _granted(state, act, state.asked, act.facts.until or state.asked_until)


def _granted(state: DemandState, act: Happening, request: Request | None, until: dt.date | None) -> Changes:
    if request == "explanation":
        return _resolved(act, "explained")
    if request == "suspension":
        review = until or _review_day(act)
        pause = Pause(PauseReason.SUSPENSION, act.at, end_of_day(review))
        return {"review_on": review, "pauses": (*state.pauses, pause)}
    return {}


def _review_day(act: Happening) -> dt.date:
    review = due_at(act.at, act.profile.suspension.review, calendar=act.calendar)
    return local_day(review - dt.timedelta(seconds=1))


def _deny(_state: DemandState, _act: Happening) -> Changes:
    return dict(_ANSWERED)


def _finish(state: DemandState, act: Happening) -> Changes:
    if state.key is not _S.SUBMITTED:
        return {"asked_upward": False, **_resolved(act, "done")}
    ended = {"closed_by": "staff"} if act.key is _S.CLOSED else {}
    return _taken_in_hand(state, act) | ended | _resolved(act, "fixed")


def _check(_state: DemandState, act: Happening) -> Changes:
    return {} if act.facts.result == PROPERLY_DONE else dict(_UNRESOLVED_AGAIN)


def _feed_back(state: DemandState, act: Happening) -> Changes:
    if state.key is _S.REJECTED:
        ended = {"closed_by": "rejected"} if act.key is _S.CLOSED else {}
        return {"told_at": act.at, **ended}
    if act.key is _S.FED_BACK:
        return {"told_at": act.at, "stars": None}
    return {"closed_by": "nobody_to_tell" if act.facts.raised_by_resident else "staff"}


def _rate(state: DemandState, act: Happening) -> Changes:
    again = _UNRESOLVED_AGAIN | {"reworks": state.reworks + 1}
    return {"stars": act.facts.stars, **(again if act.key is _S.REWORK else {"closed_by": "rated"})}


def _reopen(state: DemandState, _act: Happening) -> Changes:
    return _UNRESOLVED_AGAIN | {"reopened": state.reopened + 1}


def _lapse(state: DemandState, act: Happening) -> Changes:
    if state.key is _S.NEED_INFO:
        return _resolved(act, "explained")
    return {"closed_by": "lapsed"} if state.key is _S.REJECTED else {}


def _auto_close(_state: DemandState, _act: Happening) -> Changes:
    return {"closed_by": "unrated"}


_EFFECTS: Mapping[Action, Callable[[DemandState, Happening], Changes]] = {
    Action.TAKE_IN: _take_in,
    Action.ANSWER: _answer,
    Action.PROMISE: _promise,
    Action.LOOK: _look,
    Action.REGISTER: _register,
    Action.ASK_INFO: _ask_info,
    Action.REJECT: _reject,
    Action.REFER: _refer,
    Action.APPEAL: _appeal,
    Action.DECIDE_APPEAL: _decide_appeal,
    Action.CLASSIFY: _classify,
    Action.PUT_ON_AGENDA: _put_on_agenda,
    Action.RESOLVE: _resolve,
    Action.CLAIM: _taken_in_hand,
    Action.ASSIGN: _assign,
    Action.TRANSFER: _assign,
    Action.RECALL: _hand_back,
    Action.RETURN_ORDER: _return_order,
    Action.CANNOT: _cannot,
    Action.ESCALATE: _escalate,
    Action.SEND_DOWN: _send_down,
    Action.ASK: _ask,
    Action.APPROVE: _approve,
    Action.DENY: _deny,
    Action.FINISH: _finish,
    Action.CHECK: _check,
    Action.FEED_BACK: _feed_back,
    Action.RATE: _rate,
    Action.REOPEN: _reopen,
    Action.WITHDRAW: _withdraw,
    Action.LAPSE: _lapse,
    Action.AUTO_CLOSE: _auto_close,
}
