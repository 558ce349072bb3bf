"""What every part of a mechanism is made of: its vocabulary, and a base that refuses keys nobody reads."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from server.domain.deadline import Allowance
from server.domain.problems import Invalid

Canonical = Literal["PRIVATE", "GRID", "COMMUNITY", "GOVERNMENT"]
"""The four classes every county's own words map onto (MECHANISMS S1.2)."""

HandlingLevel = Literal["grid", "village", "township", "county", "city"]
"""Who may hold a demand, from the lowest to the highest."""

ChannelCode = Literal[
    "patrol",
    "visit",
    "walkin",
    "phone",
    "online",
    "stand",
    "meeting",
    "box",
    "hotline",
    "upper",
    "delegate",
    "media",
]

LEVEL_WORDS: Mapping[HandlingLevel, str] = MappingProxyType(
    {
        "grid": "网格",
        "village": "村（社区）",
        "township": "乡镇（街道）",
        "county": "县（区）",
        "city": "市",
    }
)


def _allowance(written: object) -> Allowance:
    try:
        return Allowance.parse(str(written))
    except Invalid:
        raise PydanticCustomError("allowance", "not an allowance") from None


Allowed = Annotated[Allowance, BeforeValidator(_allowance)]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Label = Annotated[str, Field(min_length=1, max_length=60)]


class Part(BaseModel):
    """A table of the profile: frozen, and closed to keys nobody reads."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Choice(Part):
    """One of several things a form offers: a code that is kept, and the county's word for it."""

    code: Code
    label: Label
