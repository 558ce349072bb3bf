"""The people of a county, one of each kind and two of most, and what each act on a demand properly states."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import server
from server.domain.demand_acts import Action, Facts
from server.domain.demand_states import DemandState, StateKey
from server.domain.demand_ways import open_requests
from server.domain.mechanism import MechanismProfile, parse_profile
from server.domain.people import SYSTEM, Actor, ActorKind, scope_of
from server.domain.roles import Function, Post, Role
from server.domain.scope import Scope
from server.domain.work_calendar import SHANGHAI, WorkCalendar, local_day

FOLDER = Path(server.__file__).parent / "profiles"
PROFILES = {
    path.stem: parse_profile(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.toml"))
}
DEMAND = UUID(int=500)
UNIT = UUID(int=600)
DAY_ONE = dt.datetime(2026, 9, 28, 9, tzinfo=SHANGHAI)

Drawn = TypeVar("Drawn")
Choose = Callable[[Sequence[Any]], Any]
"""Picks one of several: the first for a plain story, any of them for a tested one."""


@cache
def calendar_of(profile: MechanismProfile) -> WorkCalendar:
    return profile.work_calendar(
        path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("holidays/*.toml"))
    )


@dataclass(frozen=True)
class Cast:
    """Everybody who may have to do with a demand in one grid of a county."""

    profile: MechanismProfile

    @property
    def village(self) -> str:
        return self.profile.county + "100001"

    @property
    def grid(self) -> str:
        return self.village + "001"

    @property
    def worker(self) -> Actor:
        return self._person(1, Role.GRID_WORKER, self.village, (Function.GRID_WORKER, self.grid))

    @property
    def neighbour(self) -> Actor:
        return self._person(2, Role.GRID_WORKER, self.village, (Function.GRID_WORKER, self.village + "002"))

    @property
    def cadre(self) -> Actor:
        return self._person(3, Role.VILLAGE_CADRE, self.village)

    @property
    def other_cadre(self) -> Actor:
        return self._person(4, Role.VILLAGE_CADRE, self.village)

    @property
    def official(self) -> Actor:
        return self._person(5, Role.TOWNSHIP_OFFICIAL, self.village[:9])

    @property
    def other_official(self) -> Actor:
        return self._person(6, Role.TOWNSHIP_OFFICIAL, self.village[:9])

    @property
    def dispatcher(self) -> Actor:
        """The county's own: he dispatches, keeps the minutes, tells the reporter, and decides what came back."""
        return self._above(7, self.profile.county)

    @property
    def assessor(self) -> Actor:
        return self._person(8, Role.COUNTY_ASSESSOR, self.profile.county)

    @property
    def other_assessor(self) -> Actor:
        return self._person(9, Role.COUNTY_ASSESSOR, self.profile.county)

    @property
    def city(self) -> Sequence[Actor]:
        """Who sits in the city, where the county's levels reach so far."""
        if "city" not in self.profile.levels:
            return ()
        home = self.profile.county[:4]
        return (
            self._above(10, home),
            self._person(11, Role.COUNTY_ASSESSOR, home),
            self._person(12, Role.COUNTY_ASSESSOR, home),
        )

    @property
    def resident(self) -> Actor:
        return Actor(ActorKind.RESIDENT, None, "反映人", None, Scope.nothing(), demand_id=DEMAND)

    @property
    def unit(self) -> Actor:
        return Actor(ActorKind.UNIT, None, "供电所", None, Scope.nothing(), unit_id=UNIT)

    def evaluators(self) -> Iterator[Actor]:
        """One for every capacity somebody judges in, the reporter apart."""
        who = {each for own in self.profile.rating.evaluators for each in own.who} - {"reporter"}
        for each in sorted(who):
            yield Actor(
                ActorKind.EVALUATOR, None, "评价人", None, Scope.nothing(), demand_id=DEMAND, evaluates=each
            )

    def everybody(self) -> tuple[Actor, ...]:
        return (
            self.cadre,
            self.official,
            self.dispatcher,
            self.worker,
            self.neighbour,
            self.other_cadre,
            self.other_official,
            self.assessor,
            self.other_assessor,
            *self.city,
            self.resident,
            self.unit,
            *self.evaluators(),
            SYSTEM,
        )

    def takers(self) -> tuple[dict[str, Any], ...]:
        """To whom a demand can be given: what assigning states of each."""
        people = ((self.worker, "grid"), (self.cadre, "village"), (self.official, "township"))
        given = tuple({"handler_id": person.id, "handler_level": level} for person, level in people)
        return (*given, {"unit_id": UNIT, "handler_unit": "township"})

    def _above(self, number: int, home: str) -> Actor:
        functions = (Function.DISPATCHER, Function.SECRETARY, Function.REGISTRAR, Function.ARBITER)
        return self._person(number, Role.COUNTY_ASSESSOR, home, *((each, home) for each in functions))

    def _person(self, number: int, role: Role, home: str, *posts: tuple[Function, str]) -> Actor:
        held = tuple(Post(function, code, dt.date(2026, 1, 1)) for function, code in posts)
        scope = scope_of(role, home=home, posts=held)
        return Actor(ActorKind.ACCOUNT, UUID(int=number), "某某", role, scope, held)


def first(choices: Sequence[Drawn]) -> Drawn:
    return choices[0]


def proper(
    cast: Cast, state: DemandState, action: Action, *, actor: Actor, now: dt.datetime, choose: Choose
) -> Facts:
    """What somebody says who says what he has to, at `now`; where it may be one thing or another, one is chosen."""
    today = local_day(now)
    channel = choose(["visit", "hotline"])
    facts = Facts(
        place=cast.grid,
        channel=channel,
        demand_id=DEMAND,
        received_at=now,
        reporter_reachable=choose([True, False]),
        words="说明",
        reason=choose([each.code for each in cast.profile.screen_reasons]),
        how_solved="self",
        class_=choose(["COMMUNITY", "PRIVATE", "GRID", "GOVERNMENT"]),
        result=choose(_RESULTS.get(action, [""])),
        promised_on=today + dt.timedelta(days=2),
        measure="到现场处理",
        deadline=today + dt.timedelta(days=choose([3, 0] if channel == "hotline" else [3, 0, 20])),
        support=(UUID(int=601),),
        handler_unit="township",
        master_id=UUID(int=501),
        referred_to="法院",
        upheld=choose([False, True]),
        stars=choose([cast.profile.rating.stars, 1]),
        by_proxy=actor.kind is ActorKind.ACCOUNT,
        evaluator=actor.evaluates,
        **_vote(cast, state, choose),
    )
    if action in (Action.ASSIGN, Action.TRANSFER):
        return replace(facts, **{"handler_unit": None, **choose(cast.takers())})
    return replace(facts, **_agreed(state, action, today, choose))


_RESULTS = {
    Action.PROGRESS: ["progress", "same"],
    Action.LOOK: ["true", "not_found"],
    Action.CHECK: ["fixed_ok", "fixed_no"],
}


def _vote(cast: Cast, state: DemandState, choose: Choose) -> dict[str, Any]:
    meeting = None if state.class_ is None else cast.profile.meeting_for(state.class_, state.desk)
    further = meeting is not None and (meeting.fails_to or cast.profile.level_above(state.desk))
    outcome = choose(["assign", "explain", *(["escalate"] if further else [])])
    return {"outcome": outcome, "votes_for": 9 if outcome == "assign" else 3, "votes_against": 4}


def _agreed(state: DemandState, action: Action, today: dt.date, choose: Choose) -> dict[str, Any]:
    """What is asked for, or agreed to, with its day."""
    requests = open_requests(state)
    request = choose(list(requests)) if action is Action.ASK and requests else None
    asked = request or state.asked
    until = today + dt.timedelta(days=choose([9, 1]))
    if asked == "extension" and state.due_at is not None:
        until = max(today, local_day(state.due_at)) + dt.timedelta(days=choose([5, 1]))
    if action is Action.APPROVE and request is None:
        return {"until": choose([until, None]) if state.asked_until is None else None}
    return {"request": request, "until": until}


def ripe(state: DemandState, action: Action, *, actor: Actor, now: dt.datetime) -> dt.datetime:
    """When the act may be done: once what it waits for is over, and before the time for it is."""
    waits = action in (Action.LAPSE, Action.AUTO_CLOSE, Action.RESOLVE)
    if waits or (action is Action.ASSIGN and actor.kind is ActorKind.SYSTEM):
        return max(now, state.step_due_at or now)
    if action in (Action.RATE, Action.REOPEN, Action.APPEAL):
        return state.told_at or state.since if state.key is not StateKey.AUTO_CLOSED else state.since
    return now
