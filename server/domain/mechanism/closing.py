"""反馈、评单: who tells the reporter, who judges, what a low rating starts, and how often a matter may come back."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field

from server.domain.deadline import Allowance, Unit
from server.domain.mechanism.part import Allowed, Canonical, Label, Part

Evaluator = Literal[
    "reporter", "party", "democratic_supervisor", "residents_committee", "street_congress", "public"
]

EVALUATOR_WORDS: Mapping[Evaluator, str] = MappingProxyType(
    {
        "reporter": "反映人",
        "party": "涉事主体",
        "democratic_supervisor": "民主监督员",
        "residents_committee": "居务监督委员会",
        "street_congress": "街道人大工委",
        "public": "群众",
    }
)


class Feedback(Part):
    """反馈: who tells the result, and to whom besides the reporter (ZX-50, JJ-22)."""

    by: Literal["village", "taker", "unit"] = "village"
    audiences: tuple[Label, ...] = ()


class Evaluators(Part):
    """评价主体: who judges matters of these classes (JJ-24)."""

    canonical: Annotated[tuple[Canonical, ...], Field(min_length=1)]
    who: Annotated[tuple[Evaluator, ...], Field(min_length=1)]


class Rating(Part):
    """评单: the instrument, how many stars there are, how long they may be given, and who gives them by class.

    A class without evaluators of its own is judged by its reporter.
    """

    instrument: Literal["stars", "satisfaction", "public_comment"] = "stars"
    stars: Annotated[int, Field(ge=2, le=10)]
    window: Allowed
    evaluators: tuple[Evaluators, ...] = ()


class LowRating(Part):
    """低分重办: up to how many stars a rating is low, and how many times it makes the matter be done again."""

    threshold: Annotated[int, Field(ge=0, le=9)] = 2
    rounds: Annotated[int, Field(ge=0, le=3)] = 1


class Reopening(Part):
    """重开: within what time after the end, and how often, a matter may be taken up again (MECHANISMS S2)."""

    within: Allowed = Allowance(30, Unit.DAY)
    times: Annotated[int, Field(ge=0, le=3)] = 1


class Appeal(Part):
    """申诉: how long a refused reporter may ask the level above (MECHANISMS S4)."""

    window: Allowed = Allowance(7, Unit.DAY)


class Public(Part):
    """公开: whether anybody may see a matter's state by its number, and whether results are posted."""

    case_states: bool = False
    publish: bool = False
