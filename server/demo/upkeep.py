"""名册与岗位: what offices change on a day beside the demands — care tags begun and ended, a stand-in named."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from server.demo.acts import moment
from server.demo.care import CareTag, Person
from server.demo.county import County
from server.demo.people import Household
from server.demo.staff import StaffMember
from server.domain.roles import Function


@dataclass(frozen=True, kw_only=True)
class DeskAct:
    """Something an office does: who, and when."""

    key: str
    author: UUID
    at: dt.datetime


@dataclass(frozen=True, kw_only=True)
class TagBegun(DeskAct):
    """新增关爱标签 of a person."""

    person: UUID
    tag: CareTag


@dataclass(frozen=True, kw_only=True)
class TagEndProposed(DeskAct):
    """提出结束关爱标签 of a person: it waits for somebody else."""

    household: UUID
    person: UUID
    tag: str


@dataclass(frozen=True, kw_only=True)
class TagEndConfirmed(DeskAct):
    """核定: the township confirms what the village proposed."""

    household: UUID


@dataclass(frozen=True, kw_only=True)
class StandInNamed(DeskAct):
    """指定替班: `stand_in` does the work of `absent` in a grid for some days."""

    stand_in: UUID
    absent: UUID | None
    grid: str
    first_day: dt.date
    last_day: dt.date


@dataclass(frozen=True, kw_only=True)
class ProposalsDecided(DeskAct):
    """核定名册变更: the township goes through what its villages' visits proposed `before` a moment."""

    before: dt.datetime


UpkeepAct = TagBegun | TagEndProposed | TagEndConfirmed | StandInNamed | ProposalsDecided

_FRIDAY = 4
_LIES = dt.timedelta(days=5)
"""How long a proposal has lain when the township takes it up, so that some always wait."""


def upkeep_on(county: County, day: dt.date) -> list[UpkeepAct]:
    """What the offices change on `day`, first thing in the morning."""
    return [*_tags_on(county, day), *_stand_ins_on(county, day), *_decisions_on(county, day)]


def _tags_on(county: County, day: dt.date) -> Iterator[UpkeepAct]:
    for household in county.households:
        for person in household.cared_for:
            for tag in person.tags:
                if tag.begun_on == day:
                    yield _begin(county, household, person, tag)
                elif tag.ended_on == day:
                    yield from _end(county, household, person, tag)


def _begin(county: County, household: Household, person: Person, tag: CareTag) -> TagBegun:
    return TagBegun(
        key=f"upkeep/begin/{person.key}/{tag.code}",
        author=county.registrar(household.grid[:12]).key,
        at=moment(tag.begun_on, 8.1),
        person=person.key,
        tag=tag,
    )


def _end(county: County, household: Household, person: Person, tag: CareTag) -> Iterator[UpkeepAct]:
    if tag.ended_on is None:
        return
    key = f"upkeep/end/{person.key}/{tag.code}"
    yield TagEndProposed(
        key=key,
        author=county.registrar(household.grid[:12]).key,
        at=moment(tag.ended_on, 8.1),
        household=household.key,
        person=person.key,
        tag=tag.code,
    )
    yield TagEndConfirmed(
        key=f"{key}/confirmed",
        author=_township(county, household.grid).key,
        at=moment(tag.ended_on, 8.4),
        household=household.key,
    )


def _township(county: County, grid: str) -> StaffMember:
    """Whoever dispatches in the township, who confirms what its villages propose."""
    return next(
        member
        for member in county.staff
        for post in member.posts
        if post.function is Function.DISPATCHER and grid.startswith(post.jurisdiction)
    )


def _stand_ins_on(county: County, day: dt.date) -> Iterator[StandInNamed]:
    for member in county.staff:
        for post in member.posts:
            if post.stand_in_for is not None and post.valid_from == day and post.valid_to is not None:
                yield StandInNamed(
                    key=f"upkeep/stand-in/{post.jurisdiction}/{day}",
                    author=county.secretary(post.jurisdiction[:12]).key,
                    at=moment(day, 7.0),
                    stand_in=member.key,
                    absent=post.stand_in_for,
                    grid=post.jurisdiction,
                    first_day=post.valid_from,
                    last_day=post.valid_to,
                )


def _decisions_on(county: County, day: dt.date) -> Iterator[ProposalsDecided]:
    """Every Friday, in every township."""
    if day.weekday() != _FRIDAY:
        return
    for member in county.staff:
        for post in member.posts:
            if post.function is Function.DISPATCHER:
                yield ProposalsDecided(
                    key=f"upkeep/proposals/{post.jurisdiction}/{day}",
                    author=member.key,
                    at=moment(day, 8.5),
                    before=moment(day, 8.5) - _LIES,
                )
