"""诉求的说明: what has to be said with an act, what may be said, and when the act is too early or too late."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from server.domain.deadline import due_at
from server.domain.demand_acts import RESULTS, Action, Facts
from server.domain.demand_states import DemandState
from server.domain.demand_ways import level_after, meeting_of, open_requests
from server.domain.mechanism import HOTLINE, MechanismProfile
from server.domain.people import Actor, ActorKind
from server.domain.problems import Conflict, Forbidden, Invalid
from server.domain.work_calendar import WorkCalendar, local_day


@dataclass(frozen=True, slots=True)
class Attempt:
    """An act somebody may do and wants to do at `now`: what is left to ask is whether he said what he has to."""

    state: DemandState
    action: Action
    actor: Actor
    facts: Facts
    profile: MechanismProfile
    calendar: WorkCalendar
    now: dt.datetime

    def require_statements(self) -> None:
        """Raise what is missing, unknown or contradictory in what was stated.

        Invalid: "demand.required_fields" (fields=…), "demand.result_unknown", "demand.reason_unknown",
        "demand.deadline_past", "demand.hotline_too_late" (latest=…), "demand.stars_out_of_range", "demand.vote_not_carried", "demand.extension_not_later",
        "demand.review_too_far", "demand.merged_into_itself". Conflict: "demand.step_not_allowed".
        """
        missing = [name for name in self._required() if getattr(self.facts, name) in (None, "", ())]
        if missing:
            raise Invalid("demand.required_fields", fields=missing, action=self.action.value)
        if self.action in RESULTS and self.facts.result not in RESULTS[self.action]:
            raise Invalid("demand.result_unknown", result=self.facts.result, action=self.action.value)
        check = _CHECKS.get(self.action)
        if check is not None:
            check(self)

    def require_time(self) -> None:
        """Raise Conflict where the act comes before its time or after it.

        "demand.rating_window_open" (until=…), "demand.not_lapsed_yet" (until=…), "demand.notice_running" (until=…),
        "demand.rating_window_over", "demand.appeal_over", "demand.reopening_over", "demand.withdrawal_over".
        """
        check = _TIMES.get(self.action)
        if check is not None:
            check(self)

    def require_own_matter(self) -> None:
        """Raise Forbidden("demand.not_yours") for a link that was given for another demand."""
        linked = self.actor.kind in (ActorKind.RESIDENT, ActorKind.EVALUATOR)
        if linked and self.action is not Action.TAKE_IN:
            own = self.actor.demand_id
            if own is None or own != self.facts.demand_id:
                raise Forbidden("demand.not_yours", action=self.action.value)

    def refuse_step(self) -> Conflict:
        """Return the refusal of an act that does not fit the demand as it stands."""
        return Conflict("demand.step_not_allowed", state=self.state.key.value, action=self.action.value)

    def _required(self) -> tuple[str, ...]:
        if self.action in (Action.ASSIGN, Action.TRANSFER):
            return self._required_on_assign()
        if self.action is Action.FINISH and self.state.class_ == "PRIVATE":
            return ("how_solved",)
        if self.action is Action.ASK and self.facts.request == "extension":
            return ("words", "until")
        return _STATED.get(self.action, ())

    def _required_on_assign(self) -> tuple[str, ...]:
        """责任人、措施、时限 (ZX-36), as far as the class asks for them; when an offer runs out, a taker is enough."""
        to_unit = self.facts.unit_id is not None and self.facts.handler_id is None
        taker = ("unit_id", "handler_unit") if to_unit else ("handler_id", "handler_level")
        if self.actor.kind is ActorKind.SYSTEM or self.state.class_ is None:
            return taker
        own = self.profile.class_of(self.state.class_).required_on_assign
        return (*taker, *(name for name in own if name != "person"))


_STATED: Mapping[Action, tuple[str, ...]] = {
    Action.ANSWER: ("words",),
    Action.PROMISE: ("promised_on",),
    Action.LOOK: ("result",),
    Action.ASK_INFO: ("words",),
    Action.SUPPLY: ("words",),
    Action.REJECT: ("reason",),
    Action.REFER: ("referred_to", "words"),
    Action.APPEAL: ("words",),
    Action.DECIDE_APPEAL: ("upheld", "words"),
    Action.MERGE: ("master_id",),
    Action.CLASSIFY: ("class_",),
    Action.RESOLVE: ("outcome", "votes_for", "votes_against"),
    Action.RECALL: ("words",),
    Action.RETURN_ORDER: ("reason", "words"),
    Action.PROGRESS: ("result",),
    Action.CANNOT: ("reason", "words"),
    Action.ESCALATE: ("words",),
    Action.SEND_DOWN: ("words",),
    Action.ASK: ("request", "words"),
    Action.DENY: ("words",),
    Action.PROJECTISE: ("words", "until"),
    Action.CHECK: ("result",),
    Action.RATE: ("stars",),
    Action.REOPEN: ("words",),
    Action.SUPERVISE: ("until",),
    Action.CALL_BACK: ("words",),
}


def _not_before_today(attempt: Attempt, day: dt.date | None) -> None:
    if day is not None and day < local_day(attempt.now):
        raise Invalid("demand.deadline_past", deadline=day)


def _check_deadline(attempt: Attempt) -> None:
    day = attempt.facts.deadline
    _not_before_today(attempt, day)
    latest = hotline_latest(
        attempt.state,
        channel=attempt.facts.channel,
        profile=attempt.profile,
        calendar=attempt.calendar,
        now=attempt.now,
    )
    if day is not None and latest is not None and day > latest:
        raise Invalid("demand.hotline_too_late", latest=latest)


def hotline_latest(
    state: DemandState, *, channel: str, profile: MechanismProfile, calendar: WorkCalendar, now: dt.datetime
) -> dt.date | None:
    """Return the last day for which a matter of the hotline may be given out at the aware `now`; None for all others.

    The hotline's own days from this dispatch (XA-28), or the date agreed with the level above where that is later.
    """
    if channel != HOTLINE or state.class_ in (None, "PRIVATE"):
        return None
    ends = [due_at(now, profile.deadlines.hotline, calendar=calendar)]
    if state.original_due_at is not None and state.due_at is not None:
        ends.append(state.due_at)
    return local_day(max(ends) - dt.timedelta(seconds=1))


def _check_until(attempt: Attempt) -> None:
    _not_before_today(attempt, attempt.facts.until)


def _check_reason(attempt: Attempt) -> None:
    if attempt.facts.reason not in {each.code for each in attempt.profile.screen_reasons}:
        raise Invalid("demand.reason_unknown", reason=attempt.facts.reason)


def _check_request(attempt: Attempt) -> None:
    if attempt.facts.request not in open_requests(attempt.state):
        raise attempt.refuse_step()
    _check_agreed(attempt, attempt.facts.request, attempt.facts.until)


def _check_approval(attempt: Attempt) -> None:
    _check_agreed(attempt, attempt.state.asked, attempt.facts.until)


def _check_agreed(attempt: Attempt, request: str | None, until: dt.date | None) -> None:
    """A suspension is looked at again in time, and more time is more time."""
    _not_before_today(attempt, until)
    if until is None:
        return
    if request == "suspension":
        latest = _latest_review(attempt)
        if until > latest:
            raise Invalid("demand.review_too_far", latest=latest)
    due = attempt.state.due_at
    if request == "extension" and due is not None and until <= local_day(due - dt.timedelta(seconds=1)):
        raise Invalid("demand.extension_not_later")


def _latest_review(attempt: Attempt) -> dt.date:
    review = attempt.profile.suspension.review
    return local_day(due_at(attempt.now, review, calendar=attempt.calendar) - dt.timedelta(seconds=1))


def _check_vote(attempt: Attempt) -> None:
    facts, state, profile = attempt.facts, attempt.state, attempt.profile
    if facts.outcome == "assign" and (facts.votes_for or 0) <= (facts.votes_against or 0):
        raise Invalid("demand.vote_not_carried")
    nowhere = level_after(meeting_of(state, profile), state.desk, profile) is None
    if facts.outcome == "escalate" and nowhere:
        raise attempt.refuse_step()


def _check_stars(attempt: Attempt) -> None:
    most = attempt.profile.rating.stars
    if not 1 <= (attempt.facts.stars or 0) <= most:
        raise Invalid("demand.stars_out_of_range", most=most)
    staff = attempt.actor.kind in (ActorKind.ACCOUNT, ActorKind.APP_USER)
    if staff != attempt.facts.by_proxy:
        raise Invalid("demand.required_fields", fields=["by_proxy"], action=attempt.action.value)


def _check_master(attempt: Attempt) -> None:
    if attempt.facts.master_id == attempt.facts.demand_id:
        raise Invalid("demand.merged_into_itself")


_CHECKS: Mapping[Action, Callable[[Attempt], None]] = {
    Action.REJECT: _check_reason,
    Action.MERGE: _check_master,
    Action.RESOLVE: _check_vote,
    Action.CLAIM: _check_deadline,
    Action.ASSIGN: _check_deadline,
    Action.TRANSFER: _check_deadline,
    Action.ASK: _check_request,
    Action.APPROVE: _check_approval,
    Action.PROJECTISE: _check_until,
    Action.PROGRESS: _check_until,
    Action.SUPERVISE: _check_until,
    Action.RATE: _check_stars,
}


def _time_to_close(attempt: Attempt) -> None:
    if _runs(attempt):
        raise Conflict("demand.rating_window_open", until=attempt.state.step_due_at)


def _time_to_lapse(attempt: Attempt) -> None:
    if _runs(attempt):
        raise Conflict("demand.not_lapsed_yet", until=attempt.state.step_due_at)


def _time_to_assign(attempt: Attempt) -> None:
    if attempt.actor.kind is ActorKind.SYSTEM:
        _time_to_lapse(attempt)


def _time_to_meet(attempt: Attempt) -> None:
    if _runs(attempt):
        raise Conflict("demand.notice_running", until=attempt.state.step_due_at)


def _time_to_rate(attempt: Attempt) -> None:
    told_at = attempt.state.told_at
    window = attempt.profile.rating.window
    if told_at is None or attempt.now > due_at(told_at, window, calendar=attempt.calendar):
        raise Conflict("demand.rating_window_over")


def _time_to_appeal(attempt: Attempt) -> None:
    if attempt.state.told_at is not None and not _runs(attempt):
        raise Conflict("demand.appeal_over")


def _time_to_reopen(attempt: Attempt) -> None:
    within = attempt.profile.reopening.within
    if attempt.now > due_at(attempt.state.since, within, calendar=attempt.calendar):
        raise Conflict("demand.reopening_over")


def _time_to_withdraw(attempt: Attempt) -> None:
    received = attempt.facts.received_at
    by_reporter = attempt.actor.kind is ActorKind.RESIDENT
    if not by_reporter and (received is None or local_day(received) != local_day(attempt.now)):
        raise Conflict("demand.withdrawal_over")


def _runs(attempt: Attempt) -> bool:
    until = attempt.state.step_due_at
    return until is not None and attempt.now < until


_TIMES: Mapping[Action, Callable[[Attempt], None]] = {
    Action.AUTO_CLOSE: _time_to_close,
    Action.LAPSE: _time_to_lapse,
    Action.ASSIGN: _time_to_assign,
    Action.RESOLVE: _time_to_meet,
    Action.RATE: _time_to_rate,
    Action.APPEAL: _time_to_appeal,
    Action.REOPEN: _time_to_reopen,
    Action.WITHDRAW: _time_to_withdraw,
}
