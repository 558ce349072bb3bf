"""Whatever people do to a demand, in whatever order: it is always due, always somebody's, and never stuck."""

import dataclasses
import datetime as dt
from pathlib import Path
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

import server
from server.domain.demand import decide, open_acts, take_in
from server.domain.demand_acts import ROUTES, Action, Facts
from server.domain.demand_states import RUNNING, DemandState, StateKey, is_ended, is_unresolved
from server.domain.mechanism import parse_profile
from server.domain.people import SYSTEM, Actor, ActorKind, Function, Post, Role, scope_of
from server.domain.work_calendar import SHANGHAI, local_day

PROFILES = Path(server.__file__).parent / "profiles"
PROFILE = parse_profile((PROFILES / "zhongxian.toml").read_text("utf-8"))
CALENDAR = PROFILE.work_calendar(path.read_text("utf-8") for path in PROFILES.glob("holidays/*.toml"))
VILLAGE = "500233100001"
GRID = VILLAGE + "001"


def worker(number: int) -> Actor:
    posts = (Post(Function.GRID_WORKER, GRID, dt.date(2026, 1, 1)),)
    scope = scope_of(Role.GRID_WORKER, home=None, posts=posts)
    return Actor(ActorKind.APP_USER, UUID(int=number), "网格员", Role.GRID_WORKER, scope, posts)


CADRE = Actor(
    ActorKind.ACCOUNT,
    UUID(int=9),
    "村干部",
    Role.VILLAGE_CADRE,
    scope_of(Role.VILLAGE_CADRE, home=VILLAGE, posts=()),
)
PEOPLE = (worker(1), worker(2), CADRE, SYSTEM)
HANDLERS = ((worker(1).id, "grid"), (worker(2).id, "grid"), (CADRE.id, "village"))
RESULTS = {
    Action.PROGRESS: ["same", "progress"],
    Action.LOOK: ["true", "not_found"],
    Action.CHECK: ["fixed_ok", "fixed_no"],
}


class DemandMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.now = dt.datetime(2026, 9, 28, 9, tzinfo=SHANGHAI)
        self.facts = Facts(place=GRID, channel="visit")
        self.state = take_in(
            actor=worker(1), facts=self.facts, profile=PROFILE, calendar=CALENDAR, now=self.now
        )
        self.first_due: dt.datetime | None = None

    @rule(days=st.integers(1, 12), hours=st.integers(0, 23))
    def time_passes(self, days: int, hours: int) -> None:
        self.now += dt.timedelta(days=days, hours=hours)

    @precondition(lambda self: not is_ended(self.state.key))
    @rule(data=st.data())
    def somebody_acts(self, data: st.DataObject) -> None:
        choices = [
            (who, act)
            for who in PEOPLE
            for act in open_acts(self.state, actor=who, place=GRID, profile=PROFILE)
        ]
        actor, action = data.draw(st.sampled_from(choices))
        if action is Action.AUTO_CLOSE:  # by the system, once the rating window is over
            self.now = max(self.now, self.state.step_due_at or self.now)
        state = decide(
            self.state,
            action,
            actor=actor,
            facts=self.stated(action, data),
            profile=PROFILE,
            calendar=CALENDAR,
            now=self.now,
        )
        self.remember(state)

    def stated(self, action: Action, data: st.DataObject) -> Facts:
        handler_id, level = data.draw(st.sampled_from(HANDLERS))
        return dataclasses.replace(
            self.facts,
            raised_by_resident=data.draw(st.booleans()),
            reporter_reachable=data.draw(st.booleans()),
            result=data.draw(st.sampled_from(RESULTS.get(action, [""]))),
            words="说明",
            reason="money",
            how_solved="self",
            class_=data.draw(st.sampled_from(["PRIVATE", "GRID", "COMMUNITY", "GOVERNMENT"])),
            promised_on=local_day(self.now) + dt.timedelta(days=2),
            handler_id=handler_id,
            handler_level=level,
            measure="到现场处理",
            deadline=local_day(self.now) + dt.timedelta(days=data.draw(st.integers(0, 9))),
        )

    def remember(self, state: DemandState) -> None:
        if self.first_due is not None:
            assert state.original_due_at == self.first_due, "the original due date changed"
        self.first_due = state.original_due_at
        self.state = state

    @invariant()
    def an_unresolved_matter_that_is_shown_is_always_due(self) -> None:
        if self.state.key in RUNNING and self.state.class_ != "PRIVATE":
            assert self.state.due_at is not None

    @invariant()
    def a_private_matter_waits_for_a_word_and_is_never_due(self) -> None:
        if self.state.class_ == "PRIVATE" and is_unresolved(self.state.key):
            assert self.state.due_at is None
            assert self.state.step_due_at is not None

    @invariant()
    def what_is_resolved_says_how_and_when(self) -> None:
        assert (self.state.outcome is None) == (self.state.resolved_at is None)
        assert is_unresolved(self.state.key) == (self.state.outcome is None)

    @invariant()
    def what_is_in_hand_is_in_somebodys_hands(self) -> None:
        if self.state.key in {StateKey.PROMISED, StateKey.ASSIGNED, StateKey.IN_PROGRESS}:
            assert self.state.handler_id is not None
            assert self.state.level is not None

    @invariant()
    def until_it_ends_somebody_can_take_the_next_step(self) -> None:
        if not is_ended(self.state.key):
            steps = {
                act for who in PEOPLE for act in open_acts(self.state, actor=who, place=GRID, profile=PROFILE)
            }
            assert any(ROUTES[step][self.state.key] for step in steps)


DemandMachine.TestCase.settings = settings(max_examples=80, stateful_step_count=25, deadline=None)
TestDemandMachine = DemandMachine.TestCase
