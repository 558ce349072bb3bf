"""排演: everybody a county has, and what becomes of a demand when each does all he may in every way he may say it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any, get_args
from uuid import UUID

from server.domain.demand import decide
from server.domain.demand_acts import ROUTES, Action, Facts
from server.domain.demand_rights import is_authorised
from server.domain.demand_states import DemandState
from server.domain.demand_ways import is_open, open_requests
from server.domain.mechanism import Canonical, HandlingLevel, MechanismProfile
from server.domain.people import SYSTEM, Actor, ActorKind
from server.domain.problems import Problem
from server.domain.roles import Function, Post, Role
from server.domain.scope import Scope
from server.domain.work_calendar import local_day

_FIRST_DAY = dt.date(2000, 1, 1)
_MOMENT = dt.timedelta(seconds=1)
_DAY = dt.timedelta(days=1)
_DEMAND, _MASTER, _UNIT = (UUID(int=number) for number in (1, 2, 3))

_Words = dict[str, Any]
"""Values by the names of fields, of Facts or of DemandState."""


class Rehearsal:
    """排演: the steps that can be taken under a mechanism, tried on the engine itself by a cast of people.

    `opened` are the acts that fitted some state so far, `taken` those that somebody of the cast could do.
    """

    def __init__(self, profile: MechanismProfile, cast: Sequence[Actor]) -> None:
        self._profile = profile
        self._place = _grid(profile)
        self._always: _Words = {
            "place": self._place,
            "channel": "visit",
            "demand_id": _DEMAND,
            "reporter_reachable": True,
            "words": "依据",
            "reason": profile.screen_reasons[0].code,
            "how_solved": "self",
            "handler_id": _HANDLER,
            "handler_level": "village",
            "support": (_UNIT,),
            "measure": "措施",
            "master_id": _MASTER,
            "referred_to": "court",
            "votes_for": 2,
            "votes_against": 1,
        }
        self._cast = cast
        self._limits: Mapping[Action, _Words] = {
            Action.RETURN_ORDER: {"returns": profile.returns.limit},
            Action.SEND_DOWN: {"sent_down": profile.send_down.limit},
            Action.RATE: {"reworks": profile.low_rating.rounds},
        }
        self._calendar = profile.work_calendar(())
        self.opened: set[Action] = set()
        self.taken: set[Action] = set()

    def steps(self, state: DemandState) -> Iterator[tuple[Action, DemandState]]:
        """Every act that is open in `state`, with the state each of its ways leads to."""
        for action in Action:
            if state.key in ROUTES[action] and is_open(state, action, self._profile):
                self.opened.add(action)
                for before, said in product(
                    self._so_far(state, action), _SAID.get(action, _nothing_else)(state)
                ):
                    reached = self._reached(before, action, said)
                    if reached is not None:
                        self.taken.add(action)
                        yield action, reached

    def _so_far(self, state: DemandState, action: Action) -> tuple[DemandState, ...]:
        """The state, and the same one after the limit of what this act counts is used up."""
        limits = self._limits.get(action)
        return (state,) if limits is None else (state, replace(state, **limits))

    def _reached(self, state: DemandState, action: Action, said: _Words) -> DemandState | None:
        """The state after the act, by the first of the cast who may do it, now or once what is waited for is over."""
        for actor in self._cast:
            if is_authorised(state, action, actor=actor, place=self._place, profile=self._profile):
                for now in _moments(state):
                    reached = self._attempt(state, action, actor=actor, said=said, now=now)
                    if reached is not None:
                        return reached
        return None

    def _attempt(
        self, state: DemandState, action: Action, *, actor: Actor, said: _Words, now: dt.datetime
    ) -> DemandState | None:
        by_proxy = action is Action.RATE and actor.kind is ActorKind.ACCOUNT
        facts = Facts(**(self._usual(state, now) | {"by_proxy": by_proxy} | said))
        try:
            return decide(
                state,
                action,
                actor=actor,
                facts=facts,
                profile=self._profile,
                calendar=self._calendar,
                now=now,
            )
        except Problem:
            return None

    def _usual(self, state: DemandState, now: dt.datetime) -> _Words:
        """All that may have to be stated, whatever the act, by the fields of Facts."""
        tomorrow = local_day(now) + _DAY
        later = tomorrow if state.due_at is None else max(tomorrow, local_day(state.due_at) + _DAY)
        return self._always | {
            "received_at": now,
            "promised_on": tomorrow,
            "deadline": tomorrow,
            "until": later,
        }


def _moments(state: DemandState) -> Iterator[dt.datetime]:
    yield state.last_event_at
    if state.step_due_at is not None:
        yield max(state.step_due_at, state.last_event_at) + _MOMENT


def _each(*said: _Words) -> Callable[[DemandState], Iterator[_Words]]:
    return lambda _state: iter(said)


_nothing_else = _each({})
_GIVEN = _each({}, {"handler_id": None, "unit_id": _UNIT, "handler_unit": "county"})
_SAID: Mapping[Action, Callable[[DemandState], Iterator[_Words]]] = {
    Action.LOOK: _each({"result": "true"}),
    Action.CLASSIFY: _each(*({"class_": canonical} for canonical in get_args(Canonical))),
    Action.RESOLVE: _each({"outcome": "assign"}, {"outcome": "escalate"}, {"outcome": "explain"}),
    Action.ASSIGN: _GIVEN,
    Action.TRANSFER: _GIVEN,
    Action.PROGRESS: _each({"result": "progress"}),
    Action.ASK: lambda state: ({"request": request} for request in open_requests(state)),
    Action.APPROVE: lambda state: iter(
        [{"until": None if state.asked == "suspension" else state.asked_until}]
    ),
    Action.DECIDE_APPEAL: _each({"upheld": True}, {"upheld": False}),
    Action.FINISH: _each({}, {"raised_by_resident": False}),
    Action.CHECK: _each({"result": "fixed_ok"}, {"result": "fixed_no"}),
    Action.FEED_BACK: _each({}, {"reporter_reachable": False, "raised_by_resident": False}),
    Action.RATE: _each({"stars": 1}, {"stars": 2}, {"stars": 3}, {"stars": 5}),
}
"""What else may be said with an act, one entry for each way it can lead."""

_DIGITS: Mapping[HandlingLevel, int] = {"city": 4, "county": 6, "township": 9, "village": 12, "grid": 15}
_ROLES: Mapping[HandlingLevel, Role] = {
    "grid": Role.GRID_WORKER,
    "village": Role.VILLAGE_CADRE,
    "township": Role.TOWNSHIP_OFFICIAL,
    "county": Role.COUNTY_ASSESSOR,
    "city": Role.COUNTY_ASSESSOR,
}
_IDS: Mapping[HandlingLevel, tuple[UUID, UUID]] = {
    level: (UUID(int=10 * digits), UUID(int=10 * digits + 1)) for level, digits in _DIGITS.items()
}
_HANDLER = _IDS["village"][0]
"""Whoever is sent is of the village, the only level every county has."""


def _grid(profile: MechanismProfile) -> str:
    return f"{profile.county}001001001"


def cast_of(profile: MechanismProfile) -> tuple[Actor, ...]:
    """Return two people of each level the county has, with every post there is, and everybody who acts by a link."""
    grid = _grid(profile)
    staff = [
        _member(level, grid[: _DIGITS[level]], id_=id_)
        for level in reversed(profile.levels)
        for id_ in _IDS[level]
    ]
    judges = {who for each in profile.rating.evaluators for who in each.who}
    everywhere = Scope.of([grid], private=[grid])
    linked = [
        Actor(ActorKind.RESIDENT, None, "反映人", None, everywhere, demand_id=_DEMAND),
        Actor(ActorKind.UNIT, None, "承办单位", None, everywhere, unit_id=_UNIT),
        *(
            Actor(ActorKind.EVALUATOR, None, who, None, everywhere, demand_id=_DEMAND, evaluates=who)
            for who in sorted(judges)
        ),
    ]
    return (SYSTEM, *staff, *linked)


def _member(level: HandlingLevel, place: str, *, id_: UUID) -> Actor:
    posts = tuple(Post(function, place, _FIRST_DAY) for function in Function)
    return Actor(ActorKind.ACCOUNT, id_, level, _ROLES[level], Scope.of([place], private=[place]), posts)
