"""名册台: the register as an office reads it — a list, one household, and what waits for a second person."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from server.domain.people import ActorKind
from server.domain.permissions import Permission
from server.domain.register_change import MOVED_OUT, VACANT, Change, Effect, change_of
from server.domain.scope import Scope
from server.domain.work_calendar import end_of_day, local_day
from server.figures import areas
from server.figures.areas import GridName
from server.figures.staffing import names_of
from server.storage import households as storage
from server.storage import visits as visit_rows
from server.storage.households import CareTag, Household, HouseholdMove, Person, RegisterChange
from server.storage.profiles import profile_at
from server.storage.selection import Listing, Page, within
from server.storage.visits import Visit
from server.work import Reading

_EMPTY_HOUSES_TO_LOOK_AT = 3
"""More empty or left dwellings than this in a grid and month: the village looks at two of them (FORMS §4)."""

States = Mapping[str, sa.ColumnElement[bool]]
STATES: States = {
    "": sa.and_(Household.state == "registered", Household.exited_at.is_(None)),
    "pending": Household.state == "pending",
    "away": sa.and_(Household.occupancy == "away", Household.exited_at.is_(None)),
    "left": Household.exited_at.is_not(None),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdLine:
    """A household as the list shows it; `head` None where the reader sees no names."""

    id: uuid.UUID
    address: str
    grid_name: str
    head: str | None
    people: int | None
    row: Household


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A change that waits: what it says, what it would do to the denominators, and whether the reader may decide.

    `households` and `persons` are what it adds to the units owed; `who` is the person named, None without one or
    for a reader who sees no names. `choosable` are people the decider may name, `tags` those he may begin or end.
    """

    row: RegisterChange
    change: Change
    household: Household
    grid_name: str
    proposer: str
    who: str | None
    households: int
    persons: int
    may_decide: bool
    is_own: bool
    sees_names: bool
    choosable: tuple[Person, ...]
    tags: tuple[tuple[str, str], ...]
    tiers: tuple[tuple[str, str], ...]

    @property
    def people(self) -> list[tuple[uuid.UUID, str]]:
        """The people the decider may name, by key."""
        return [(person.id, person.name) for person in self.choosable]


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdCard:
    """One household with everything a page about it shows; `visits` newest first, `visitors` names by account."""

    household: Household
    grid: GridName | None
    visits: Sequence[Visit]
    visitors: Mapping[uuid.UUID, str]
    moves: Sequence[HouseholdMove]
    proposals: Sequence[Proposal]
    tag_labels: Mapping[str, str]
    tier_labels: Mapping[str, str]
    sees_names: bool
    sees_tags: bool
    may_decide: bool
    may_propose: bool

    @property
    def people(self) -> list[tuple[uuid.UUID, str]]:
        """Those living there, by key."""
        return [(person.id, person.name) for person in self.household.persons if person.exited_at is None]


def listing(
    reading: Reading, *, search: str = "", area: str | None = None, state: str = "", page: Page
) -> Listing[HouseholdLine]:
    """Return households of the reader's divisions whose address, or name where he sees names, holds `search`."""
    session = reading.session
    scope = areas.narrowed(reading.actor.scope, area)
    found = Household.address.contains(search, autoescape=True)
    if search and reading.actor.may(Permission.SEE_NAMES):
        found = sa.or_(found, Household.head_name.contains(search, autoescape=True), _somebody(search))
    where = (within(Household.grid_code, scope), STATES[state], found)
    total = session.scalar(sa.select(sa.func.count()).select_from(Household).where(*where)) or 0
    query = sa.select(Household).where(*where).order_by(Household.grid_code, Household.address, Household.id)
    rows = session.scalars(query.offset(page.offset).limit(page.size)).all()
    return Listing(_lines(reading, rows, scope), total, page)


def chosen(reading: Reading, keys: Iterable[uuid.UUID]) -> list[HouseholdLine]:
    """Return households of the reader's divisions by their keys, by grid and address. Raises NotFound."""
    scope = reading.actor.scope
    rows = [storage.get(reading.session, key, scope=scope) for key in keys]
    return _lines(reading, sorted(rows, key=lambda row: (row.grid_code, row.address)), scope)


def _lines(reading: Reading, rows: Iterable[Household], scope: Scope) -> list[HouseholdLine]:
    names = areas.grid_names(reading.session, scope=scope)
    return [
        HouseholdLine(
            id=row.id,
            address=row.address,
            grid_name=_grid_name(names, row.grid_code),
            head=row.head_name if reading.actor.may(Permission.SEE_NAMES, at=row.grid_code) else None,
            people=row.people,
            row=row,
        )
        for row in rows
    ]


def _somebody(search: str) -> sa.ColumnElement[bool]:
    named = sa.select(Person.household_id).where(Person.name.contains(search, autoescape=True))
    return Household.id.in_(named)


def card(reading: Reading, household_id: uuid.UUID, *, revealed: bool = False) -> HouseholdCard:
    """Return one household. `revealed`: the reader has just said why he opens it. Raises NotFound."""
    session, actor = reading.session, reading.actor
    household = storage.get(session, household_id, scope=actor.scope)
    grid = household.grid_code
    visits = visit_rows.of_household(session, household.id)
    moves = session.scalars(
        sa.select(HouseholdMove)
        .where(HouseholdMove.household_id == household.id)
        .order_by(HouseholdMove.moved_on.desc())
    ).all()
    profile = profile_at(session, grid, on=local_day(reading.now))
    sees_names = revealed or actor.may(Permission.SEE_NAMES, at=grid)
    may_decide = actor.may(Permission.CONFIRM_REGISTER_CHANGE, at=grid)
    return HouseholdCard(
        household=household,
        grid=areas.grid_names(session, scope=actor.scope).get(grid),
        visits=visits,
        visitors=names_of(session, [visit.account_id for visit in visits if visit.account_id is not None]),
        moves=moves,
        proposals=_proposals(reading, storage.undecided(session, household.id)),
        tag_labels={tag.code: tag.label for tag in profile.care_tags},
        tier_labels={tier.id: tier.label for tier in profile.tiers},
        sees_names=sees_names,
        sees_tags=sees_names and may_decide,
        may_decide=may_decide,
        may_propose=actor.may(Permission.PROPOSE_REGISTER_CHANGE, at=grid),
    )


def desk(reading: Reading) -> list[Proposal]:
    """Return everything that waits for a second person in the reader's divisions, oldest first."""
    return _proposals(reading, storage.proposals(reading.session, scope=reading.actor.scope))


def empty_houses(reading: Reading) -> list[tuple[str, int]]:
    """Return (grid, number) where so many dwellings were reported empty or left this month that two are looked at."""
    before = local_day(reading.now).replace(day=1) - dt.timedelta(days=1)
    query = sa.select(RegisterChange).where(
        within(RegisterChange.grid_code, reading.actor.scope),
        RegisterChange.change.in_((VACANT, MOVED_OUT)),
        RegisterChange.state.in_(("proposed", "confirmed")),
        RegisterChange.proposed_at >= end_of_day(before),
    )
    whole = (row.grid_code for row in reading.session.scalars(query) if row.details.get("whole"))
    names = areas.grid_names(reading.session, scope=reading.actor.scope)
    counts = Counter(whole)
    return [
        (_grid_name(names, code), number)
        for code, number in sorted(counts.items())
        if number > _EMPTY_HOUSES_TO_LOOK_AT
    ]


def _proposals(reading: Reading, rows: Sequence[RegisterChange]) -> list[Proposal]:
    session = reading.session
    homes = _homes(reading, {row.household_id for row in rows})
    names = areas.grid_names(session, scope=reading.actor.scope)
    proposers = names_of(session, [row.proposed_by for row in rows if row.proposed_by is not None])
    return [
        _proposal(
            reading,
            row,
            homes[row.household_id],
            grid_name=_grid_name(names, row.grid_code),
            proposer=proposers.get(row.proposed_by, "") if row.proposed_by is not None else "系统",
        )
        for row in rows
    ]


def _homes(reading: Reading, keys: set[uuid.UUID]) -> dict[uuid.UUID, Household]:
    query = sa.select(Household).where(Household.id.in_(keys))
    with_people = query.options(selectinload(Household.persons).selectinload(Person.tags))
    return {row.id: row for row in reading.session.scalars(with_people)}


def _proposal(
    reading: Reading, row: RegisterChange, household: Household, *, grid_name: str, proposer: str
) -> Proposal:
    actor = reading.actor
    profile = profile_at(reading.session, row.grid_code, on=local_day(reading.now))
    counting = {tag.code for tag in profile.care_tags if tag.counts}
    change = change_of(row.change)
    person = next((each for each in household.persons if each.id == row.person_id), None)
    living = tuple(each for each in household.persons if each.exited_at is None)
    sees_names = actor.may(Permission.SEE_NAMES, at=row.grid_code)
    is_own = actor.kind is not ActorKind.SYSTEM and actor.id == row.proposed_by
    labels = [(tag.code, tag.label) for tag in profile.care_tags]
    return Proposal(
        row=row,
        change=change,
        household=household,
        grid_name=grid_name,
        proposer=proposer,
        who=person.name if person is not None and sees_names else None,
        households=_households_added(row, change),
        persons=_persons_added(row, change, person, living=living, counting=counting),
        may_decide=not is_own and actor.may(Permission.CONFIRM_REGISTER_CHANGE, at=row.grid_code),
        is_own=is_own,
        sees_names=sees_names,
        choosable=living if person is None and _names_somebody(row, change) else (),
        tags=tuple(labels) if _chooses_tag(row, change) else (),
        tiers=tuple((tier.id, tier.label) for tier in profile.tiers)
        if change.effect is Effect.SET_TIER
        else (),
    )


def _names_somebody(row: RegisterChange, change: Change) -> bool:
    return not row.details.get("whole") and change.effect not in (Effect.JOIN, Effect.NOTE)


def _chooses_tag(row: RegisterChange, change: Change) -> bool:
    return row.tag_id is None and change.effect in (Effect.BEGIN_TAG, Effect.END_TAG)


def _households_added(row: RegisterChange, change: Change) -> int:
    if change.effect is Effect.JOIN:
        return 1
    return -1 if change.effect is Effect.LEAVE and row.details.get("whole") else 0


def _persons_added(
    row: RegisterChange,
    change: Change,
    person: Person | None,
    *,
    living: Iterable[Person],
    counting: set[str],
) -> int:
    """How many persons in care more or fewer; of somebody not named yet, as if he were the only one concerned."""
    if change.effect is Effect.LEAVE:
        leaving = living if row.details.get("whole") else () if person is None else (person,)
        return -sum(1 for each in leaving if _care(each, counting))
    if change.effect is Effect.BEGIN_TAG:
        return 0 if person is not None and _care(person, counting) else 1
    if change.effect is Effect.END_TAG:
        left = () if person is None else [tag for tag in _care(person, counting) if tag.id != row.tag_id]
        return 0 if left and row.tag_id is not None else -1
    return 0


def _care(person: Person, counting: set[str]) -> list[CareTag]:
    return [tag for tag in person.tags if tag.tag in counting and tag.ended_at is None]


def _grid_name(names: Mapping[str, GridName], code: str) -> str:
    return names[code].full_name if code in names else code
