"""一件诉求的经过: the steps on one matter, gathered in the order of time, each in the name of whoever takes it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from server.demo.acts import Fix, FollowUpAct, moment
from server.demo.case_acts import JudgedAct, OfficeAct, OfficeVerb, ResidentAct, UnitAct
from server.demo.chance import dice
from server.demo.county import County
from server.demo.matters import Raised
from server.domain.mechanism import Canonical

Step = OfficeAct | ResidentAct | UnitAct | JudgedAct | FollowUpAct

_APART = dt.timedelta(minutes=5)
_TWO_MINUTES = dt.timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Taker:
    """Who is charged with a matter: a person with a phone, or a unit by its name."""

    person: UUID | None = None
    unit: str = ""


@dataclass(slots=True)
class Case:
    """A matter on its way: on the `desk` of its village or township, in the hands of its `taker` once it has one."""

    county: County
    raised: Raised
    desk: Literal["village", "township"] = "village"
    taker: Taker = field(default_factory=Taker)
    steps: list[Step] = field(default_factory=list)

    @property
    def village(self) -> str:
        """The code of the village it lies in."""
        return self.raised.grid[:12]

    @property
    def klass(self) -> Canonical:
        """Its class."""
        return self.raised.matter.klass

    @property
    def can_be_told(self) -> bool:
        """Whether there is somebody to tell."""
        return self.raised.reporter_kind in ("named", "proxy") or self.raised.form == "online"

    def chance(self, what: str) -> float:
        """A number in [0, 1) for one question about the matter."""
        return dice(what, self.raised.key).random()

    def pick(self, what: str, choices: tuple[str, ...]) -> str:
        """One of several words."""
        return dice(what, self.raised.key).choice(choices)

    def office_day(self, count: int) -> dt.date:
        """The `count`-th working day after the matter was raised."""
        return self.county.working_day(self.raised.day, count)

    def after(self, day: dt.date, count: int = 1) -> dt.date:
        """The `count`-th working day after a day."""
        return self.county.working_day(day, count)

    def waits(self, step: str, day: dt.date) -> dt.date:
        """The day of a step; where an example stops before it, one after the county is first looked at."""
        if self.raised.example != step:
            return day
        return max(day, self.after(self.county.seeded_on, 1 + int(self.chance("waits") * 4)))

    @property
    def worker(self) -> UUID:
        """Who works in the grid, or stands up for it."""
        return self.county.own_hand(self.raised.grid, self.raised.day).key

    @property
    def registrar(self) -> UUID:
        """Who sits at the village's desk."""
        return self.county.registrar(self.village).key

    @property
    def secretary(self) -> UUID:
        """Who takes on what the village does itself."""
        return self.county.secretary(self.village).key

    @property
    def dispatcher(self) -> UUID:
        """Who sits at the township's desk."""
        return self.county.dispatcher(self.village).key

    @property
    def superior(self) -> UUID:
        """Who agrees to what the desk's people ask for."""
        village = self.desk == "village"
        return self.county.arbiter(self.village).key if village else self.county.assessor.key

    def at_desk(
        self, verb: OfficeVerb, day: dt.date, hour: float, *, author: UUID | None = None, **stated: Any
    ) -> None:
        """A step in the office; at the desk it lies on unless an author is named."""
        desk = self.registrar if self.desk == "village" else self.dispatcher
        self.steps.append(
            OfficeAct(
                key=self._key("office", verb),
                author=author or desk,
                at=self._moment(day, hour + self.chance(verb) * 0.4),
                demand=self.raised.key,
                verb=verb,
                **stated,
            )
        )

    def by_reporter(
        self, verb: Literal["supply", "appeal", "rate", "withdraw"], day: dt.date, **stated: Any
    ) -> None:
        """A step of the reporter's on his own page."""
        self.steps.append(
            ResidentAct(
                key=self._key("resident", verb),
                at=self._moment(day, 11.0 + self.chance(verb) * 9),
                demand=self.raised.key,
                verb=verb,
                **stated,
            )
        )

    def by_evaluator(self, evaluator: str, day: dt.date, *, stars: int, words: str = "") -> None:
        """A judgement of somebody the county has judge."""
        self.steps.append(
            JudgedAct(
                key=self._key("judged", evaluator),
                author=self.registrar if self.desk == "village" else self.dispatcher,
                at=self._moment(day, 10.0 + self.chance(evaluator) * 5),
                demand=self.raised.key,
                evaluator=evaluator,
                stars=stars,
                words=words,
            )
        )

    def by_unit(
        self,
        verb: Literal["accept", "return_order", "progress", "ask", "done"],
        day: dt.date,
        hour: float,
        **stated: Any,
    ) -> None:
        """A step of the unit's that has it."""
        self.steps.append(
            UnitAct(
                key=self._key("unit", verb),
                at=self._moment(day, hour + self.chance(verb) * 0.6),
                demand=self.raised.key,
                unit=self.taker.unit,
                verb=verb,
                **stated,
            )
        )

    def by_phone(
        self,
        author: UUID,
        day: dt.date,
        step: str,
        *,
        task: str = "handle",
        words: str = "",
        cannot: tuple[str, str] = ("", ""),
        done: tuple[str, str] = ("", ""),
        ask_until: dt.date | None = None,
    ) -> None:
        """One 办理反馈; `cannot` is the reason and what was tried, `done` how it was settled and whether told."""
        serial = sum(isinstance(earlier, FollowUpAct) for earlier in self.steps) + 1
        throw = dice("follow-up", self.raised.key, serial)
        start = self._moment(day, throw.uniform(14.0, 17.5))
        self.steps.append(
            FollowUpAct(
                key=f"followup/{self.raised.key}/{serial}",
                author=author,
                start=start,
                end=start + _TWO_MINUTES,
                at=start + dt.timedelta(minutes=throw.randint(3, 20)),
                fix_start=Fix.at(self.raised.place, 12.0) if self.raised.place and step != "same" else None,
                demand=self.raised.key,
                task=task,
                step=step,
                words=words,
                cannot_reason=cannot[0],
                tried=cannot[1],
                how_solved=done[0],
                told=done[1],
                ask_until=ask_until,
            )
        )

    def _key(self, what: str, verb: str) -> str:
        taken = f"{what}/{verb}/{self.raised.key}"
        again = sum(step.key.startswith(taken) for step in self.steps)
        return f"{taken}/again{again}" if again else taken

    def _moment(self, day: dt.date, hour: float) -> dt.datetime:
        """That hour of the day, or a little after the step before."""
        at = moment(day, hour)
        return max(at, self.steps[-1].at + _APART) if self.steps else at
