"""A demand told act by act: who did what on which day, from a Monday in October 2026 on."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import partial
from typing import Any

from server.domain.demand import decide, open_acts
from server.domain.demand_acts import Action, Facts
from server.domain.demand_replay import begun
from server.domain.demand_states import DemandState
from server.domain.mechanism import MechanismProfile
from server.domain.people import SYSTEM, Actor
from server.domain.work_calendar import SHANGHAI, end_of_day
from tests.cast import DEMAND, PROFILES, Cast, calendar_of

MONDAY = dt.date(2026, 10, 19)


def day(number: int) -> dt.date:
    """Day 0 is Monday 19 October 2026."""
    return MONDAY + dt.timedelta(days=number)


def at(number: int, hour: int = 9) -> dt.datetime:
    return dt.datetime.combine(day(number), dt.time(hour), tzinfo=SHANGHAI)


def midnight(number: int) -> dt.datetime:
    return end_of_day(day(number))


class Story:
    """The demand of one resident under a county's mechanism; each act is done at `on`, a number of days.

    `decided` keeps every decision as it was asked for.
    """

    def __init__(self, county: str = "zhongxian", **facts: Any) -> None:
        self.profile: MechanismProfile = PROFILES[county]
        self.decided: list[partial[DemandState]] = []
        self.cast = Cast(self.profile)
        self.facts = Facts(
            place=self.cast.grid,
            channel="visit",
            demand_id=DEMAND,
            received_at=at(0),
            reporter_reachable=True,
        )
        self.facts = replace(self.facts, **facts)
        self.state: DemandState = begun(at(0))
        self.does(Action.TAKE_IN, self.cast.worker)

    def changed(self, **parts: Any) -> Story:
        """The same story in a county whose mechanism says otherwise."""
        self.profile = self.profile.model_copy(update=parts)
        self.cast = Cast(self.profile)
        return self

    def does(self, action: Action, actor: Actor, *, on: float = 0, **stated: Any) -> DemandState:
        decided = partial(
            decide,
            self.state,
            action,
            actor=actor,
            facts=replace(self.facts, **stated),
            profile=self.profile,
            calendar=calendar_of(self.profile),
            now=at(0) + dt.timedelta(days=on),
        )
        self.decided.append(decided)
        self.state = self.decided[-1]()
        return self.state

    def by_clock(self, action: Action, *, on: float, **stated: Any) -> DemandState:
        return self.does(action, SYSTEM, on=on, **stated)

    def may(self, actor: Actor) -> tuple[Action, ...]:
        return open_acts(self.state, actor=actor, place=self.cast.grid, profile=self.profile)

    def registered(self) -> Story:
        self.does(Action.REGISTER, self.cast.cadre)
        return self

    def classified(self, class_: str = "COMMUNITY") -> Story:
        self.registered().does(Action.CLASSIFY, self.cast.cadre, class_=class_)
        return self

    def assigned(self, class_: str = "COMMUNITY", **stated: Any) -> Story:
        self.classified(class_)
        return self.given(**stated)

    def given(self, *, on: float = 0, by: Actor | None = None, **stated: Any) -> Story:
        """派单 to the grid's worker, to be done by Friday."""
        order = {
            "handler_id": self.cast.worker.id,
            "handler_level": "grid",
            "measure": "换灯",
            "deadline": day(4),
        }
        self.does(Action.ASSIGN, by or self.cast.cadre, on=on, **(order | stated))
        return self

    def begun(self, class_: str = "COMMUNITY") -> Story:
        self.assigned(class_).does(Action.START, self.cast.worker)
        return self

    def done(self, *, on: float = 2) -> Story:
        self.begun().does(Action.FINISH, self.cast.worker, on=on)
        return self

    def told(self, *, on: float = 2) -> Story:
        self.done(on=on).does(Action.FEED_BACK, self.cast.cadre, on=on)
        return self
