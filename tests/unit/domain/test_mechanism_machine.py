"""Under every county's mechanism, whatever people do to a demand in whatever order: it is somebody's, it has its clock,
it never sticks, and what was recorded of it gives back what it is."""

import datetime as dt
import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from server.domain.demand import decide, open_acts
from server.domain.demand_acts import ROUTES, Action, Facts
from server.domain.demand_replay import ActRecord, begun, evolve, kept, recorded
from server.domain.demand_states import (
    RUNNING,
    DemandState,
    Group,
    StateKey,
    group_of,
    is_ended,
    is_unresolved,
)
from server.domain.mechanism import MechanismProfile
from server.domain.people import Actor
from server.domain.problems import Conflict, Forbidden, Problem
from tests.cast import DAY_ONE, DEMAND, PROFILES, Cast, calendar_of, first, proper, ripe

QUICK = settings(max_examples=25, stateful_step_count=25, deadline=None, phases=(Phase.reuse, Phase.generate))
"""A failing story is told as it was found: shrinking one takes minutes, the long run does it."""
THOROUGH = settings(max_examples=300, stateful_step_count=50, deadline=None)

_S = StateKey
IN_SOMEBODYS_HANDS = {
    _S.PROMISED, _S.ASSIGNED, _S.ACCEPTED, _S.IN_PROGRESS, _S.SUSPENDED, _S.PROJECTISED,
}  # fmt: skip
ON_A_DESK = {
    _S.SUBMITTED, _S.REGISTERED, _S.NEED_INFO, _S.LISTED, _S.CLASSIFIED, _S.AGENDA, _S.DELIBERATED, _S.OFFERED,
    _S.RETURNED, _S.ESCALATED,
}  # fmt: skip
TO_THE_END = (
    Action.LAPSE, Action.AUTO_CLOSE, Action.CALL_BACK, Action.DECIDE_APPEAL, Action.FEED_BACK, Action.FINISH,
    Action.RESUME, Action.SUPPLY, Action.ASSIGN, Action.RESOLVE, Action.PUT_ON_AGENDA, Action.CLASSIFY,
    Action.REGISTER, Action.SPLIT, Action.TRANSFER,
)  # fmt: skip
"""What a patient office does, the first that is open: no reporter withdraws, and nothing is sent elsewhere."""
MOST_STEPS = 14
OVER = {"", "demand.rating_window_over", "demand.appeal_over", "demand.reopening_over"}


class DemandMachine(RuleBasedStateMachine):
    def __init__(self, profile: MechanismProfile) -> None:
        super().__init__()
        self.profile, self.calendar, self.cast = profile, calendar_of(profile), Cast(profile)
        self.people = self.cast.everybody()
        self.now = DAY_ONE
        self.state = self.replayed = begun(self.now)
        self.first_due: dt.datetime | None = None
        facts = Facts(place=self.cast.grid, channel="visit", demand_id=DEMAND)
        self.do(Action.TAKE_IN, self.cast.worker, facts)

    def decided(
        self, state: DemandState, action: Action, actor: Actor, facts: Facts, now: dt.datetime
    ) -> DemandState:
        return decide(
            state, action, actor=actor, facts=facts, profile=self.profile, calendar=self.calendar, now=now
        )

    def do(self, action: Action, actor: Actor, facts: Facts) -> None:
        self.state = self.decided(self.state, action, actor, facts, self.now)
        act = recorded(action, actor=actor, facts=facts, now=self.now)
        read_back = ActRecord.of(
            action=act.action.value,
            at=act.at,
            by_id=act.by_id,
            by_level=act.by_level,
            kept=json.loads(json.dumps(kept(act.facts))),
        )
        self.replayed = evolve(self.replayed, read_back, profile=self.profile, calendar=self.calendar)

    def open_to(self, actor: Actor, state: DemandState | None = None) -> tuple[Action, ...]:
        return open_acts(state or self.state, actor=actor, place=self.cast.grid, profile=self.profile)

    @rule(days=st.integers(0, 12), hours=st.integers(1, 23))
    def time_passes(self, days: int, hours: int) -> None:
        self.now += dt.timedelta(days=days, hours=hours)

    @precondition(lambda self: any(self.open_to(who) for who in self.people))
    @rule(data=st.data())
    def somebody_acts(self, data: st.DataObject) -> None:
        choices = [(who, act) for who in self.people for act in self.open_to(who)]
        actor, action = data.draw(st.sampled_from(choices))
        self.now = max(self.now, ripe(self.state, action, actor=actor, now=self.now))
        facts = self.said(self.state, action, actor, data)
        refused = ""
        try:
            self.do(action, actor, facts)
        except Conflict as refusal:
            refused = refusal.code
        assert refused in OVER, "only the time for it may be over"

    def said(self, state: DemandState, action: Action, actor: Actor, data: st.DataObject) -> Facts:
        def choose(choices: Any) -> Any:
            return data.draw(st.sampled_from(choices))

        return proper(self.cast, state, action, actor=actor, now=self.now, choose=choose)

    @rule(data=st.data())
    def the_open_acts_are_those_that_are_accepted(self, data: st.DataObject) -> None:
        actor = data.draw(st.sampled_from(self.people))
        accepted = tuple(action for action in Action if self.is_accepted(action, actor))
        assert self.open_to(actor) == accepted

    def is_accepted(self, action: Action, actor: Actor) -> bool:
        now = ripe(self.state, action, actor=actor, now=self.now)
        facts = proper(self.cast, self.state, action, actor=actor, now=now, choose=first)
        try:
            self.decided(self.state, action, actor, facts, now)
        except (Conflict, Forbidden):
            return False
        return True

    @rule(data=st.data())
    def whoever_says_nothing_is_refused_or_needed_not(self, data: st.DataObject) -> None:
        actor = data.draw(st.sampled_from(self.people))
        for action in Action:
            try:
                self.decided(
                    self.state, action, actor, Facts(place=self.cast.grid, channel="visit"), self.now
                )
            except Problem:
                continue  # a refusal, and no other error

    @precondition(lambda self: not is_ended(self.state.key))
    @rule()
    def it_can_be_brought_to_an_end(self) -> None:
        state, now = self.state, self.now
        for _ in range(MOST_STEPS):
            action, actor = next(self.steps_on(state))
            now = max(now, ripe(state, action, actor=actor, now=now))
            facts = proper(self.cast, state, action, actor=actor, now=now, choose=first)
            state = self.decided(state, action, actor, facts, now)
            if is_ended(state.key) and not self.open_to(self.people[-1], state):
                return
        raise AssertionError(f"still {state.key} after {MOST_STEPS} steps")

    def steps_on(self, state: DemandState) -> Iterator[tuple[Action, Actor]]:
        opened = [(who, self.open_to(who, state)) for who in self.people]
        for action in TO_THE_END:
            if any(ROUTES[action].get(state.key, ())):
                yield from ((action, who) for who, acts in opened if action in acts)

    @invariant()
    def it_always_belongs_to_somebody(self) -> None:
        state = self.state
        assert state.desk in {*self.profile.levels, "grid"}
        held = state.handler_id is not None or state.unit_id is not None
        if state.key in IN_SOMEBODYS_HANDS:
            assert held
            assert state.level is not None
        if state.key in ON_A_DESK:
            assert not held
            assert state.level is None

    @invariant()
    def an_unresolved_matter_is_always_due(self) -> None:
        if self.state.key in RUNNING and self.state.class_ != "PRIVATE":
            assert self.state.due_at is not None

    @invariant()
    def a_private_matter_waits_for_a_word_and_is_never_due(self) -> None:
        if self.state.class_ == "PRIVATE" and is_unresolved(self.state.key):
            assert self.state.due_at is None
            assert self.state.step_due_at is not None or self.state.key is _S.PROJECTISED

    @invariant()
    def what_waits_for_the_clock_says_until_when(self) -> None:
        waiting = {_S.NEED_INFO, _S.OFFERED, _S.SUSPENDED, _S.REJECTED, _S.FED_BACK, _S.RATED, _S.REWORK}
        if self.state.key in waiting - {_S.REWORK}:
            assert self.state.step_due_at is not None

    @invariant()
    def the_first_date_never_changes(self) -> None:
        assert self.first_due in (None, self.state.original_due_at)
        self.first_due = self.state.original_due_at

    @invariant()
    def what_is_resolved_says_how_and_when_and_what_is_ended_by_what(self) -> None:
        state = self.state
        assert (state.outcome is None) == (state.resolved_at is None)
        assert (state.outcome is None) == (is_unresolved(state.key) or group_of(state.key) is None)
        assert (state.closed_by is not None) == (group_of(state.key) is Group.ENDED)

    @invariant()
    def what_nobody_rated_has_no_stars(self) -> None:
        if self.state.key is _S.AUTO_CLOSED:
            assert (self.state.stars, self.state.closed_by) == (None, "unrated")

    @invariant()
    def coming_back_is_bounded(self) -> None:
        assert self.state.reworks <= self.profile.low_rating.rounds
        assert self.state.reopened <= self.profile.reopening.times

    @invariant()
    def a_request_waits_only_where_it_can_be_answered(self) -> None:
        if self.state.asked is not None:
            above = {act for who in self.people for act in self.open_to(who)}
            assert {Action.APPROVE, Action.DENY} <= above

    @invariant()
    def replaying_what_was_recorded_gives_the_same_state(self) -> None:
        assert self.replayed == self.state


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_whatever_people_do_a_demand_is_somebodys_and_never_sticks(profile: MechanismProfile) -> None:
    run_state_machine_as_test(partial(DemandMachine, profile), settings=QUICK)


@pytest.mark.slow
@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_a_demand_is_somebodys_and_never_sticks_through_long_stories(profile: MechanismProfile) -> None:
    run_state_machine_as_test(partial(DemandMachine, profile), settings=THOROUGH)
