"""The parts a county's mechanism is made of. Each part refuses keys it does not know."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from server.domain.deadline import Allowance
from server.domain.obligation.duty import DutyKind, PhoneRule
from server.domain.people import Role
from server.domain.problems import Invalid

Canonical = Literal["PRIVATE", "GRID", "COMMUNITY", "GOVERNMENT"]
"""The four classes every county's own words map onto (MECHANISMS S1.2)."""

HandlingLevel = Literal["grid", "village", "township", "county"]
CadenceWindow = Literal["day", "week", "month", "month_day", "quarter", "half_year", "year"]
AssignmentField = Literal["person", "measure", "deadline"]
ChannelCode = Literal[
    "patrol", "visit", "walkin", "phone", "stand", "meeting", "box", "hotline", "upper", "delegate", "media"
]


def _allowance(written: object) -> Allowance:
    try:
        return Allowance.parse(str(written))
    except Invalid:
        raise PydanticCustomError("allowance", "not an allowance") from None


Allowed = Annotated[Allowance, BeforeValidator(_allowance)]


class Part(BaseModel):
    """A table of the profile: frozen, and closed to keys nobody reads."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class DemandClass(Part):
    """类别: the county's word, the canonical classes it covers (the first is meant by default), who settles it.

    `required_on_assign` names what must be stated when such a matter is given to somebody (ZX-36).
    """

    label: str
    canonical: Annotated[tuple[Canonical, ...], Field(min_length=1)]
    owner: HandlingLevel
    allowance: Allowed
    required_on_assign: tuple[AssignmentField, ...] = ("person",)


class Channel(Part):
    """渠道: a code of the intake form and the county's word for it."""

    code: ChannelCode
    label: str


class ScreenReason(Part):
    """剔除理由: why a demand may be refused."""

    code: str
    label: str


class Deadlines(Part):
    """时限 of the steps every matter goes through; what a class is allowed stands with the class.

    `acknowledge` runs from taking in, `screen` from registering, `classify` from screening, `accept` from
    assigning, `feed_back` from done. `hotline` replaces the class's allowance for orders of the hotline.
    `private_word` is how often word is owed on a PRIVATE matter after the first contact.
    """

    acknowledge: Allowed
    screen: Allowed
    classify: Allowed
    accept: Allowed
    feed_back: Allowed
    hotline: Allowed
    private_word: Allowed


class Rating(Part):
    """评单: how many stars there are, and how long the reporter may give them."""

    stars: Annotated[int, Field(ge=2, le=10)]
    window: Allowed


class Cadence(Part):
    """周期任务: what is owed to each unit in each window, and whose work counts (METRICS D7, V)."""

    id: str
    label: str
    what: DutyKind
    window: CadenceWindow
    by: tuple[Role, ...]
    also: tuple[Role, ...] = ()
    phone: PhoneRule = "never"
    channel: ChannelCode | None = None
    on_day: Annotated[int, Field(ge=1, le=28)] | None = None


class Tier(Part):
    """走访档次: how often somebody of this tier is seen; without an interval the cadence's window rules."""

    id: str
    label: str
    interval_days: Annotated[int, Field(ge=1, le=366)] | None = None


class CareTag(Part):
    """关爱标签: why somebody is looked after, whether it counts as 特殊群体, and its tier (FORMS §8)."""

    code: str
    label: str
    counts: bool
    tier: str


class HotspotRule(Part):
    """多人反映: so many reports of one kind within so many days, each so close to another (METRICS H1)."""

    reports: Annotated[int, Field(ge=2)]
    days: Annotated[int, Field(ge=1)]
    radius_m: Annotated[float, Field(gt=0)]


class Coverage(Part):
    """到过: how close, in metres, somebody passes a dwelling or must-see point to have been there (METRICS P4)."""

    urban_m: Annotated[float, Field(gt=0)]
    rural_m: Annotated[float, Field(gt=0)]


class LocalCalendar(Part):
    """本县日历: the county's own days off and workdays; they win over the national table."""

    days_off: tuple[dt.date, ...] = ()
    workdays: tuple[dt.date, ...] = ()


class PhoneLists(Part):
    """手机名单: whether the telephone numbers of households go onto the workers' phones (FORMS §2)."""

    telephone: bool
