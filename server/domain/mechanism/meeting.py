"""会议: the bodies that settle a class of matters by talking and voting."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from server.domain.deadline import Allowance, Unit
from server.domain.mechanism.part import Allowed, Canonical, Code, HandlingLevel, Label, Part

Rhythm = Literal["week", "month", "quarter", "as_needed"]


class Meeting(Part):
    """议事: whose matters it settles, how often, and where what it cannot settle goes (JJ-10 to JJ-12).

    `notice` lies between posting the agenda and meeting; `rule` is how it decides; `fails_to` is the level whose
    desk a matter goes to when this meeting cannot settle it, None where it goes back to the desk it came from.
    """

    id: Code
    label: Label
    level: HandlingLevel
    canonical: Annotated[tuple[Canonical, ...], Field(min_length=1)]
    every: Rhythm
    notice: Allowed = Allowance(3, Unit.DAY)
    rule: Literal["simple_majority"] = "simple_majority"
    fails_to: HandlingLevel | None = None
    minutes: bool = True
