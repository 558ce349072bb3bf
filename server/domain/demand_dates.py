"""诉求的期限: when a demand is due after an act, and what is waited for (METRICS C, "Due date")."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from server.domain.deadline import Allowance, day_due, due_at
from server.domain.demand_acts import Action
from server.domain.demand_effects import Changes, Happening
from server.domain.demand_states import UNRESOLVED, DemandState, StateKey
from server.domain.demand_ways import is_low, meeting_of
from server.domain.mechanism import Meeting
from server.domain.mechanism.meeting import Rhythm
from server.domain.work_calendar import end_of_day, local_day

_S = StateKey
_A_MOMENT = dt.timedelta(seconds=1)

_BEFORE_ASSIGNMENT = frozenset(
    {
        _S.SUBMITTED,
        _S.REGISTERED,
        _S.LISTED,
        _S.CLASSIFIED,
        _S.AGENDA,
        _S.DELIBERATED,
        _S.OFFERED,
        _S.RETURNED,
        _S.ESCALATED,
    }
)
_GIVING = frozenset({Action.ASSIGN, Action.TRANSFER, Action.CLAIM})
_WORDS = frozenset({Action.PROGRESS, Action.CANNOT})
_RETIMING = frozenset(
    {
        *_WORDS,
        Action.CLASSIFY,
        Action.APPEAL,
        Action.DECIDE_APPEAL,
        Action.FEED_BACK,
        Action.RATE,
        Action.CALL_BACK,
    }
)
"""The acts that may leave a demand where it is and yet change what is waited for."""
_AWAITED: Mapping[StateKey, str] = {
    _S.NEED_INFO: "need_info",
    _S.OFFERED: "offer",
    _S.ASSIGNED: "accept",
    _S.DELIBERATED: "classify",
    _S.RETURNED: "classify",
    _S.ESCALATED: "classify",
    _S.DONE: "feed_back",
    _S.ANSWERED: "feed_back",
    _S.EXPLAINED: "feed_back",
}
"""By state, the deadline of the county within which it is left again."""
_MEETS_WITHIN: Mapping[Rhythm, int] = {"week": 7, "month": 31, "quarter": 92, "as_needed": 7}
"""Days after its notice within which a meeting of each rhythm is held."""


class _Running(NamedTuple):
    """A clock: since when it runs, and what it allows, an allowance or the day agreed."""

    since: dt.datetime | None
    allows: str | None


def dates_of(state: DemandState, act: Happening, changes: Changes) -> Changes:
    """Return the dates of a demand that was in `state` and is changed by `act`.

    The keys are due_at, original_due_at, step_due_at, clock_from and clock_allows.
    """
    return _Dates(state, act, changes).all()


@dataclass(frozen=True, slots=True)
class _Dates:
    state: DemandState
    act: Happening
    changes: Changes

    def all(self) -> Changes:
        state = self.state
        due, clock = state.due_at, _Running(state.clock_from, state.clock_allows)
        started = self._started()
        if self._class() == "PRIVATE":
            due = None
        elif started is not None:
            clock = started
            due = self._runs_out(clock)
        elif "pauses" in self.changes and clock.allows is not None:
            due = self._runs_out(clock)
        elif due is None and self.act.key in _BEFORE_ASSIGNMENT:
            due = state.original_due_at  # what was promised holds again once it is not PRIVATE
        return {
            "due_at": due,
            "original_due_at": state.original_due_at or (due if self._is_for_the_matter() else None),
            "step_due_at": self._waited_for(),
            "clock_from": clock.since,
            "clock_allows": clock.allows,
        }

    def _class(self) -> str | None:
        class_: str | None = self.changes.get("class_", self.state.class_)
        return class_

    def _is_for_the_matter(self) -> bool:
        """Whether the date given now is one for the matter itself, not for the office's next step."""
        return self.act.action in _GIVING or self.act.key in (_S.PROMISED, _S.REWORK)

    def _started(self) -> _Running | None:
        """The clock this act starts; None where the one that runs runs on."""
        act, state = self.act, self.state
        if act.action is Action.PROMISE:
            return self._until(act.facts.promised_on)
        if act.action in _GIVING:
            return self._for_the_matter()
        if (act.key is _S.REWORK and state.key is not _S.REWORK) or act.action is Action.REOPEN:
            return self._once_more()
        if act.action is Action.APPROVE and state.asked == "extension":
            return self._until(act.facts.until or state.asked_until)
        if act.action is Action.ASK and act.facts.request == "extension" and "asked" not in self.changes:
            return self._until(act.facts.until)
        return self._for_the_step()

    def _for_the_matter(self) -> _Running | None:
        """The day agreed, else what was promised or allowed before, else what the class is allowed."""
        if self.act.facts.deadline is not None:
            return self._until(self.act.facts.deadline)
        if self.state.original_due_at is not None:
            return None
        return self._once_more()

    def _once_more(self) -> _Running:
        class_, profile = self.state.class_, self.act.profile
        if class_ is None:
            return self._from_now(profile.deadlines.call_back)
        return self._from_now(profile.allowance(class_, channel=self.act.facts.channel))

    def _for_the_step(self) -> _Running | None:
        """Before anybody is given the matter itself, the office's step has its own time; what is supplied resumes it."""
        state, key = self.state, self.act.key
        if key not in _BEFORE_ASSIGNMENT or state.original_due_at is not None:
            return None
        if self.act.action is Action.SUPPLY and state.clock_allows is not None:
            return None
        if not self.act.moved and state.due_at is not None:
            return None
        meeting = meeting_of(state, self.act.profile) if key is _S.AGENDA else None
        return (
            self._from_now(self._step_allowance()) if meeting is None else self._until(self._met_by(meeting))
        )

    def _step_allowance(self) -> Allowance:
        deadlines, key = self.act.profile.deadlines, self.act.key
        if key is _S.SUBMITTED:
            return deadlines.acknowledge
        if key is _S.OFFERED:
            return deadlines.offer
        return deadlines.screen if key is _S.REGISTERED else deadlines.classify

    def _met_by(self, meeting: Meeting) -> dt.date:
        """The last day on which a meeting of this rhythm is held, once its notice is over."""
        noticed = local_day(self._after(meeting.notice) - _A_MOMENT)
        return noticed + dt.timedelta(days=_MEETS_WITHIN[meeting.every])

    def _until(self, day: dt.date | None) -> _Running | None:
        return None if day is None else _Running(self.act.at, day.isoformat())

    def _from_now(self, allowance: Allowance) -> _Running:
        return _Running(self.act.at, str(allowance))

    def _runs_out(self, clock: _Running) -> dt.datetime:
        pauses = self.changes.get("pauses", self.state.pauses)
        since, allows, calendar = clock.since or self.act.at, clock.allows or "", self.act.calendar
        if "-" in allows:
            return day_due(dt.date.fromisoformat(allows), since=since, calendar=calendar, pauses=pauses)
        return due_at(since, Allowance.parse(allows), calendar=calendar, pauses=pauses)

    def _after(self, allowance: Allowance) -> dt.datetime:
        return due_at(self.act.at, allowance, calendar=self.act.calendar)

    def _waited_for(self) -> dt.datetime | None:
        """When the act now waited for is due, or the waiting over."""
        action, key = self.act.action, self.act.key
        if key is _S.VERIFIED or (not self.act.moved and action not in _RETIMING):
            return self.state.step_due_at  # being checked gives no more time to report back
        if key in (_S.SUSPENDED, _S.PROJECTISED):
            return self._reviewed()
        if key is _S.REJECTED:
            return self._appeal_due()
        if key is _S.RATED:
            return self._judged_until()
        if key is _S.REWORK or (key is _S.IN_PROGRESS and self.state.reworks):
            return self._called_back()
        return self._word_due() if self._class() == "PRIVATE" and key in UNRESOLVED else self._step_due()

    def _step_due(self) -> dt.datetime | None:
        deadlines, key = self.act.profile.deadlines, self.act.key
        if key is _S.AGENDA:
            meeting = meeting_of(self.state, self.act.profile)
            return None if meeting is None else self._after(meeting.notice)
        if key is _S.FED_BACK:
            return self._after(self.act.profile.rating.window)
        awaited = _AWAITED.get(key)
        return None if awaited is None else self._after(getattr(deadlines, awaited))

    def _word_due(self) -> dt.datetime:
        """A PRIVATE matter has its clock on the first contact, then on a word each week, never on the solution."""
        if self.act.key is _S.ASSIGNED:
            return self._after(self.act.profile.class_of("PRIVATE").allowance)
        step = self._step_due()
        if step is not None:
            return step
        if self.act.key in _BEFORE_ASSIGNMENT:
            return self._after(self._step_allowance())
        return self._after(self.act.profile.deadlines.private_word)

    def _reviewed(self) -> dt.datetime | None:
        milestone = self.act.facts.until if self.act.key is _S.PROJECTISED else None
        until = self.changes.get("review_on") or milestone
        return self.state.step_due_at if until is None else end_of_day(until)

    def _appeal_due(self) -> dt.datetime:
        """Refused: to be told, then to be appealed against, or to be looked at again by the level above."""
        profile, appealed = self.act.profile, self.changes.get("appealed", self.state.appealed)
        if appealed == "open":
            kept = None if self.act.action is Action.APPEAL else self.state.step_due_at
            return kept or self._after(profile.deadlines.screen)
        told = self.act.action is Action.FEED_BACK
        return self._after(profile.appeal.window if told else profile.deadlines.feed_back)

    def _judged_until(self) -> dt.datetime:
        """A rating may be changed within the window; a low one that starts nothing more has its call-back."""
        profile, told_at = self.act.profile, self.state.told_at or self.act.at
        if is_low(self.changes.get("stars", self.state.stars), profile):
            return self._after(profile.deadlines.call_back)
        return due_at(told_at, profile.rating.window, calendar=self.act.calendar)

    def _called_back(self) -> dt.datetime | None:
        """Whoever gave a low rating is rung, whatever is done meanwhile; a PRIVATE matter is owed a word after that."""
        if self.act.action is Action.RATE:
            return self._after(self.act.profile.deadlines.call_back)
        if self._class() == "PRIVATE":
            return self._after(self.act.profile.deadlines.private_word)
        still_owed = self.state.key in (_S.REWORK, _S.IN_PROGRESS) and self.act.action is not Action.CALL_BACK
        return self.state.step_due_at if still_owed else None
