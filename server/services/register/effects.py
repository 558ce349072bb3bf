"""What a confirmed change does to the register, one function per effect."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from server.domain.events import register as events
from server.domain.problems import Conflict, Invalid
from server.domain.register_change import TAG_ENDED, Effect, change_of
from server.domain.work_calendar import local_day
from server.storage.households import AwaySpell, CareTag, Household, Person, RegisterChange
from server.storage.profiles import profile_at
from server.work import Work

_ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What the second person names where the proposer could not.

    `person_id` None: nobody of the register is concerned. `tag` is a care tag of the profile to begin or to end,
    with its `basis` and who said so; `tier` one of the profile's tiers.
    """

    person_id: uuid.UUID | None = None
    tag: str | None = None
    tier: str | None = None
    basis: str = ""
    said_by: str = ""


@dataclass(frozen=True, slots=True)
class _Confirmed:
    """A change at the moment it is confirmed; `person` is whom it concerns, None: the household, or nobody named."""

    work: Work
    household: Household
    row: RegisterChange
    choice: Choice
    person: Person | None

    @property
    def today(self) -> dt.date:
        return local_day(self.work.now)

    @property
    def whole(self) -> bool:
        return self.person is None and bool(self.row.details.get("whole"))

    @property
    def since(self) -> dt.date:
        """The day the statement speaks of."""
        stated = self.row.details.get("since")
        return dt.date.fromisoformat(stated) if isinstance(stated, str) else self.today

    def somebody(self) -> Person:
        if self.person is None:
            raise Invalid("register.nobody_named")
        return self.person


def apply(work: Work, household: Household, row: RegisterChange, choice: Choice) -> None:
    """Let a confirmed change take effect at this moment.

    Raises Invalid("register.nobody_named", "register.not_of_household", "register.no_such_tag",
    "register.no_such_tier"), Conflict("register.already_left", "register.tag_in_force").
    """
    person = _person(household, row.person_id or choice.person_id)
    if person is not None:
        row.person_id = person.id
    _EFFECTS[change_of(row.change).effect](_Confirmed(work, household, row, choice, person))


def begin_tag_of(
    work: Work, person: Person, *, tag: str, begun_on: dt.date, basis: str, said_by: str
) -> CareTag:
    """新增关爱标签. Raises Invalid("register.no_such_tag"), Conflict("register.tag_in_force")."""
    grid = person.household.grid_code
    profile = profile_at(work.session, grid, on=local_day(work.now))
    if all(tag != known.code for known in profile.care_tags):
        raise Invalid("register.no_such_tag")
    if any(held.tag == tag and held.ended_at is None for held in person.tags):
        raise Conflict("register.tag_in_force")
    row = CareTag(tag=tag, begun_on=begun_on, known_at=work.now, basis=basis, said_by=said_by)
    person.tags.append(row)
    work.session.flush()
    work.record(
        events.TagBegun(subject_id=row.id, jurisdiction=grid, person_id=person.id, tag=tag, on=begun_on)
    )
    return row


def _person(household: Household, person_id: uuid.UUID | None) -> Person | None:
    if person_id is None:
        return None
    for person in household.persons:
        if person.id == person_id:
            return person
    raise Invalid("register.not_of_household")


def _join(one: _Confirmed) -> None:
    one.household.state, one.household.known_at = "registered", one.work.now
    one.work.record(
        events.HouseholdCreated(
            subject_id=one.household.id, jurisdiction=one.household.grid_code, source="visit"
        )
    )


def _leave(one: _Confirmed) -> None:
    """A household takes everybody in it along; of somebody the register does not name only the note remains."""
    if one.household.exited_at is not None or (one.person is not None and one.person.exited_at is not None):
        raise Conflict("register.already_left")
    leaving: list[Household | Person] = []
    if one.person is not None:
        leaving = [one.person]
    elif one.whole:
        leaving = [one.household, *(each for each in one.household.persons if each.exited_at is None)]
    for each in leaving:
        each.exited_at, each.exit_reason = one.work.now, one.row.change


def _end_tag(one: _Confirmed) -> None:
    person = one.somebody()
    in_force = [tag for tag in person.tags if tag.ended_at is None]
    ending = [
        tag for tag in in_force if (tag.id == one.row.tag_id if one.row.tag_id else tag.tag == one.choice.tag)
    ]
    if not ending:
        raise Invalid("register.no_such_tag")
    for tag in ending:
        one.row.tag_id = tag.id
        tag.ended_at, tag.end_reason = one.work.now, TAG_ENDED
        one.work.record(
            events.TagEnded(
                subject_id=tag.id,
                jurisdiction=one.household.grid_code,
                person_id=person.id,
                tag=tag.tag,
                on=one.today,
            )
        )


def _begin_tag(one: _Confirmed) -> None:
    tag = begin_tag_of(
        one.work,
        one.somebody(),
        tag=one.choice.tag or "",
        begun_on=one.today,
        basis=one.choice.basis,
        said_by=one.choice.said_by,
    )
    one.row.tag_id = tag.id


def _go_away(one: _Confirmed) -> None:
    """外出: of the household as such, or of the one named; of somebody the register does not name, a note."""
    key = None if one.person is None else one.person.id
    spells = one.household.away_spells
    if (key is None and not one.whole) or any(s.until is None and s.person_id == key for s in spells):
        return
    spells.append(AwaySpell(person_id=key, since=one.since, known_at=one.work.now))
    if one.whole:
        one.household.occupancy = "away"
    _say_away(one, one.since)


def _come_back(one: _Confirmed) -> None:
    """返回: the day before is the last one away. Without a person named, everybody came back."""
    for spell in one.household.away_spells:
        if spell.until is None and (one.person is None or spell.person_id == one.person.id):
            spell.until = max(spell.since, one.since - _ONE_DAY)
    if one.person is None:
        one.household.occupancy = "occupied"
    _say_away(one, None)


def _say_away(one: _Confirmed, since: dt.date | None) -> None:
    one.work.record(
        events.HouseholdMarkedAway(
            subject_id=one.household.id, jurisdiction=one.household.grid_code, since=since
        )
    )


def _set_tier(one: _Confirmed) -> None:
    profile = profile_at(one.work.session, one.household.grid_code, on=one.today)
    if all(one.choice.tier != tier.id for tier in profile.tiers):
        raise Invalid("register.no_such_tier")
    one.somebody().tier = one.choice.tier


def _note(_: _Confirmed) -> None:
    """The registrar has seen to it by hand."""


_EFFECTS: Mapping[Effect, Callable[[_Confirmed], None]] = {
    Effect.JOIN: _join,
    Effect.LEAVE: _leave,
    Effect.END_TAG: _end_tag,
    Effect.BEGIN_TAG: _begin_tag,
    Effect.GO_AWAY: _go_away,
    Effect.COME_BACK: _come_back,
    Effect.SET_TIER: _set_tier,
    Effect.NOTE: _note,
}
