"""机制方案: what one county's data file says, read from TOML text and checked as a whole."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Annotated, get_args

from pydantic import Field, ValidationError
from pydantic_core import ErrorDetails

from server.domain.deadline import Allowance
from server.domain.mechanism.parts import (
    Cadence,
    Canonical,
    CareTag,
    Channel,
    Coverage,
    Deadlines,
    DemandClass,
    HandlingLevel,
    HotspotRule,
    LocalCalendar,
    Part,
    PhoneLists,
    Rating,
    ScreenReason,
    Tier,
)
from server.domain.obligation.duty import Duty, PatrolDayRule
from server.domain.problems import Invalid
from server.domain.work_calendar import WorkCalendar

HOTLINE = "hotline"


class MechanismProfile(Part):
    """A county's mechanism. Read one with `parse_profile`; each file stands alone, there is no inheritance."""

    county: Annotated[str, Field(pattern=r"^[0-9]{6}$")]
    name: str
    brand: str
    stages: tuple[str, ...]
    registrar: str
    levels: Annotated[tuple[HandlingLevel, ...], Field(min_length=1)]
    patrol_days: PatrolDayRule
    freeze_day: Annotated[int, Field(ge=1, le=28)]
    classes: Annotated[tuple[DemandClass, ...], Field(min_length=1)]
    channels: tuple[Channel, ...]
    screen_reasons: tuple[ScreenReason, ...]
    deadlines: Deadlines
    rating: Rating
    cadences: Annotated[tuple[Cadence, ...], Field(min_length=1)]
    tiers: Annotated[tuple[Tier, ...], Field(min_length=1)]
    care_tags: tuple[CareTag, ...]
    hotspot_rule: HotspotRule
    coverage: Coverage
    phone_lists: PhoneLists
    calendar: LocalCalendar = LocalCalendar()

    def class_of(self, canonical: Canonical) -> DemandClass:
        """Return the county's class that covers a canonical one; every profile covers all four."""
        return next(own for own in self.classes if canonical in own.canonical)

    def allowance(self, canonical: Canonical, *, channel: str) -> Allowance:
        """Return how long a matter of this class may take; an order of the hotline has its own (XA-28).

        For PRIVATE it is the time to the first contact, whatever the channel: it has no date of resolution.
        """
        if channel == HOTLINE and canonical != "PRIVATE":
            return self.deadlines.hotline
        return self.class_of(canonical).allowance

    def work_calendar(self, holiday_tables: Iterable[str]) -> WorkCalendar:
        """Return the working days of the county, from holiday tables (TOML text each) and its own days."""
        return WorkCalendar.from_toml(
            holiday_tables, local_days_off=self.calendar.days_off, local_workdays=self.calendar.workdays
        )

    def duties(self) -> tuple[Duty, ...]:
        """Return the county's cadences as duties, in the order of the file."""
        tags = {tag.code: tag.tier for tag in self.care_tags if tag.counts}
        tiers = {tier.id: tier.interval_days for tier in self.tiers}
        return tuple(
            Duty(
                id=cadence.id,
                label=cadence.label,
                what=cadence.what,
                window=cadence.window,
                by=frozenset(role.value for role in cadence.by),
                also=frozenset(role.value for role in cadence.also),
                phone=cadence.phone,
                tags=tags,
                tiers=tiers,
                patrol_days=self.patrol_days,
                channel=cadence.channel,
                on_day=cadence.on_day,
            )
            for cadence in self.cadences
        )


def parse_profile(text: str) -> MechanismProfile:
    """Read a county's mechanism from the text of its TOML file.

    Raises Invalid with a Chinese `reason` and, where one key is at fault, its dotted `key`:
    "profile.unreadable", "profile.unknown_key", "profile.missing_key", "profile.bad_value" or
    "profile.contradiction".
    """
    try:
        profile = MechanismProfile.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise Invalid("profile.unreadable", reason=f"不是有效的 TOML：{error}") from error
    except ValidationError as error:
        raise _refusal(error.errors()[0]) from error
    _check_whole(profile)
    return profile


_REASONS: Mapping[str, tuple[str, str]] = {
    "extra_forbidden": ("profile.unknown_key", "没有这个配置项，请检查拼写"),
    "missing": ("profile.missing_key", "缺少这个配置项"),
    "allowance": ("profile.bad_value", "时限要写成 24h（小时）、3d（天）或 5wd（工作日）"),
    "literal_error": ("profile.bad_value", "不是允许的取值"),
    "enum": ("profile.bad_value", "不是允许的取值"),
}


def _refusal(error: ErrorDetails) -> Invalid:
    code, reason = _REASONS.get(error["type"], ("profile.bad_value", "取值的类型或范围不对"))
    return Invalid(code, key=".".join(str(step) for step in error["loc"]), reason=reason)


def _check_whole(profile: MechanismProfile) -> None:
    """Refuse a profile whose parts, each well-formed, contradict one another."""
    _refuse_repeats("classes", (own.label for own in profile.classes))
    _refuse_repeats("cadences", (cadence.id for cadence in profile.cadences))
    _refuse_repeats("care_tags", (tag.code for tag in profile.care_tags))
    _refuse_repeats("tiers", (tier.id for tier in profile.tiers))
    _check_classes(profile)
    _check_cadences(profile)
    _check_tags(profile)


def _check_classes(profile: MechanismProfile) -> None:
    covered = Counter(canonical for own in profile.classes for canonical in own.canonical)
    for canonical in get_args(Canonical):
        if covered[canonical] != 1:
            raise _contradiction("classes", f"{canonical} 必须且只能归入一个类别")
    for own in profile.classes:
        if own.owner not in profile.levels:
            raise _contradiction("classes", f"“{own.label}”的负责层级 {own.owner} 不在 levels 中")
        if "PRIVATE" in own.canonical and len(own.canonical) > 1:
            raise _contradiction("classes", f"“{own.label}”把一家一户的事与公共事务混为一类")


def _check_cadences(profile: MechanismProfile) -> None:
    for cadence in profile.cadences:
        if cadence.what == "session" and cadence.channel is None:
            raise _contradiction("cadences", f"“{cadence.label}”按场次计，要写明 channel")
        if (cadence.window == "month_day") != (cadence.on_day is not None):
            raise _contradiction("cadences", f"“{cadence.label}”按每月固定日计时才写、且必须写 on_day")


def _check_tags(profile: MechanismProfile) -> None:
    tiers = {tier.id for tier in profile.tiers}
    for tag in profile.care_tags:
        if tag.tier not in tiers:
            raise _contradiction("care_tags", f"“{tag.label}”的档次 {tag.tier} 不在 tiers 中")


def _refuse_repeats(key: str, names: Iterable[str]) -> None:
    for name, times in Counter(names).items():
        if times > 1:
            raise _contradiction(key, f"“{name}”写了 {times} 次")


def _contradiction(key: str, reason: str) -> Invalid:
    return Invalid("profile.contradiction", key=key, reason=reason)
