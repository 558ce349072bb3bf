"""人员: persons, and the care tags (FORMS §8) that make somebody visit them."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from server.demo.chance import key_of, weighted
from server.demo.names import Sex, full_name

Tier = Literal["weekly", "monthly", "quarterly"]


@dataclass(frozen=True, slots=True)
class CareTag:
    """One reason for regular visits (FORMS §8): its dates, the paper it rests on and the unit that said so."""

    code: str
    begun_on: dt.date
    ended_on: dt.date | None
    basis: str
    said_by: str


@dataclass(frozen=True, slots=True)
class Person:
    """人员: a householder or a person with a care duty; `tier` is the strictest of the tags, None without one."""

    key: UUID
    name: str
    sex: Sex
    born: int
    phone: str | None
    householder: bool
    tags: tuple[CareTag, ...]
    tier: Tier | None

    def in_need_on(self, day: dt.date) -> bool:
        """Say whether a care tag is in force on `day`."""
        return any(tag.begun_on <= day and (tag.ended_on is None or day < tag.ended_on) for tag in self.tags)


@dataclass(frozen=True, slots=True)
class _Tag:
    code: str
    share: float
    tier: Tier
    ages: tuple[int, int]
    basis: str
    said_by: str
    rural_only: bool = False


_CIVIL, _DISABLED, _VETERANS, _HEALTH = "县民政局", "县残联", "县退役军人事务局", "县卫生健康委"
_TAGS: tuple[_Tag, ...] = (
    _Tag("alone_elder", 22, "monthly", (66, 88), "独居老人台账", _CIVIL),
    _Tag("empty_nest", 11, "monthly", (66, 86), "空巢老人台账", _CIVIL),
    _Tag("aged_80", 15, "monthly", (80, 95), "高龄津贴名册", _CIVIL),
    _Tag("left_elder", 10, "monthly", (65, 84), "留守老人台账", _CIVIL, rural_only=True),
    _Tag("frail_elder", 4, "weekly", (68, 92), "失能评估表", _CIVIL),
    _Tag("lost_child", 2, "monthly", (52, 74), "扶助对象名册", _HEALTH),
    _Tag("disability", 12, "monthly", (19, 78), "残疾人证", _DISABLED),
    _Tag("illness", 6, "monthly", (24, 76), "大病救助审批表", _CIVIL),
    _Tag("extreme_poor", 4, "monthly", (60, 88), "特困供养审批表", _CIVIL),
    _Tag("low_income", 9, "quarterly", (25, 72), "低保审批表", _CIVIL),
    _Tag("poverty_watch", 4, "monthly", (30, 68), "监测户名单", "县农业农村委", rural_only=True),
    _Tag("left_child", 6, "monthly", (5, 14), "留守儿童台账", _CIVIL, rural_only=True),
    _Tag("hard_child", 2, "monthly", (5, 16), "困境儿童台账", _CIVIL),
    _Tag("orphan", 1, "weekly", (7, 16), "孤儿保障审批表", _CIVIL),
    _Tag("veteran", 6, "quarterly", (48, 88), "优抚对象名册", _VETERANS),
    _Tag("hardship", 2, "monthly", (28, 70), "临时救助审批表", _CIVIL),
)
_GROWN_UP = 18
_STRICTEST: tuple[Tier, ...] = ("weekly", "monthly", "quarterly")
_SECOND_TAG, _BEGUN_LATELY, _ENDED = 0.22, 0.03, 0.01


def person_in_need(
    throw: random.Random, *words: object, family: str | None, rural: bool, phone: str | None, today: dt.date
) -> Person:
    """Somebody with one care tag or two; of any family name when `family` is None, a householder otherwise.

    A few tags began in the last weeks and a few have ended, so that entries and exits (METRICS D4) can be seen.
    A child is nobody's householder and has no telephone.
    """
    need = _need(throw, rural=rural)
    sex: Sex = throw.choice(("female", "male"))
    adult = need.age >= _GROWN_UP
    return Person(
        key=key_of("person", *words),
        name=full_name(throw, sex, family=family),
        sex=sex,
        born=today.year - need.age,
        phone=phone if adult else None,
        householder=adult and family is not None,
        tags=tuple(_dated(tag, throw, today) for tag in need.tags),
        tier=min((tag.tier for tag in need.tags), key=_STRICTEST.index),
    )


def householder(
    throw: random.Random, *words: object, family: str, phone: str | None, today: dt.date
) -> Person:
    """户主: the adult in whose name the household stands, without a care duty."""
    sex: Sex = weighted(throw, (("male", 0.68), ("female", 0.32)))
    return Person(
        key=key_of("householder", *words),
        name=full_name(throw, sex, family=family),
        sex=sex,
        born=today.year - throw.randint(26, 74),
        phone=phone,
        householder=True,
        tags=(),
        tier=None,
    )


def _dated(tag: _Tag, throw: random.Random, today: dt.date) -> CareTag:
    lot = throw.random()
    age = throw.randint(3, 60) if lot < _BEGUN_LATELY else throw.randint(140, 1800)
    begun = today - dt.timedelta(days=age)
    ended = today - dt.timedelta(days=throw.randint(3, 60)) if lot > 1 - _ENDED else None
    return CareTag(tag.code, begun, ended, tag.basis, tag.said_by)


@dataclass(frozen=True, slots=True)
class _Need:
    """A person to be: how old, and every reason for visits."""

    age: int
    tags: tuple[_Tag, ...]


def _need(throw: random.Random, *, rural: bool) -> _Need:
    """An age the tag supposes, now and then with a second reason that fits it."""
    tag = weighted(throw, ((tag, tag.share) for tag in _TAGS if rural or not tag.rural_only))
    age = throw.randint(*tag.ages)
    fitting = [
        other
        for other in _TAGS
        if other is not tag
        and other.tier != "weekly"
        and other.ages[0] <= age <= other.ages[1]
        and (rural or not other.rural_only)
    ]
    second = (throw.choice(fitting),) if fitting and throw.random() < _SECOND_TAG else ()
    return _Need(age=age, tags=(tag, *second))
