"""走访、巡查: what is owed in each window, to whom, and what counts as having been there."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from server.domain.mechanism.part import ChannelCode, Part
from server.domain.obligation.duty import DutyKind, PhoneRule
from server.domain.roles import Role

CadenceWindow = Literal["day", "week", "month", "month_day", "quarter", "half_year", "year"]


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
