"""走访名单: the households and people on a phone: of the grids of one person's duty, and given to him 代访 (FORMS §2).

What is due is asked of the same engine as the map, the table and the sheet.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import sqlalchemy as sa
from shapely.geometry.base import BaseGeometry

from forms import catalogue
from gis.measure import distance_m
from server.domain import obligation
from server.domain.names import family_of
from server.domain.obligation import DueState, Duty, Id, Standing, VisitIndex, due_state, most_urgent
from server.domain.permissions import Permission
from server.domain.scope import Scope
from server.domain.work_calendar import local_day
from server.figures import compliance, roster
from server.figures.visit_list import FAMILY_ONLY
from server.storage import entrustments
from server.storage import households as storage
from server.storage.households import Household, Person
from server.storage.profiles import installed, parsed
from server.storage.visits import Visit
from server.work import Reading

HOUSEHOLD_COLUMNS = (
    "name",
    "label",
    "__version",
    "grid",
    "due_state",
    "card",
    "geometry",
    "address",
    "last_outcome",
    "last_attempt",
)
PERSON_COLUMNS = ("name", "label", "household")

_OVERDUE_MARK = "！"
_BY_STATE: Sequence[DueState] = ("overdue", "due", "done", "none")
_NOWHERE = float("inf")


@dataclass
class _Owed:
    """What one household is owed at the moment: the duties still open, and those already done.

    `people` are still to be met; `missed` those of them whom the last visit did not reach though it met the family.
    """

    states: list[DueState] = field(default_factory=list)
    overdue_days: int = 0
    due_on: dt.date | None = None
    people: set[Id] = field(default_factory=set)
    missed: set[Id] = field(default_factory=set)
    duties: list[str] = field(default_factory=list)

    @property
    def state(self) -> DueState:
        return most_urgent(self.states)

    def take(self, duty: Duty, standing: Standing, state: DueState) -> None:
        """Add how one unit of the household stands in one duty."""
        self.states.append(state)
        if state not in ("overdue", "due"):
            return
        self.overdue_days = max(self.overdue_days, standing.overdue_days)
        if standing.due_on is not None:
            self.due_on = min(self.due_on or standing.due_on, standing.due_on)
        if duty.what == "visit_person":
            self.people.add(standing.unit.id)
            if standing.last_missed:
                self.missed.add(standing.unit.id)
        else:
            self.duties.append(duty.label)


@dataclass(frozen=True)
class Round:
    """Everything the two lists of one person are written from."""

    households: Sequence[Household]
    owed: Mapping[Id, _Owed]
    cared_for: Sequence[Person]
    last: Mapping[Id, obligation.Visit]
    today: dt.date

    def and_also(self, other: Round) -> Round:
        """Both."""
        return Round(
            (*self.households, *other.households),
            {**self.owed, **other.owed},
            (*self.cared_for, *other.cared_for),
            {**self.last, **other.last},
            self.today,
        )


def households(reading: Reading, round_: Round) -> Iterable[Sequence[str]]:
    """Rows of `households.csv`: what is overdue, what is due, the rest; in each, what lies near the last stop first."""
    near = _last_stop(reading)
    telephones = _grids_with_telephones(reading, round_)
    people: dict[Id, Person] = {person.id: person for person in round_.cared_for}

    def order(household: Household) -> tuple[int, float, str, str]:
        owed = round_.owed.get(household.id)
        state = "none" if owed is None else owed.state
        away = _NOWHERE
        if near is not None and household.point is not None:
            away = distance_m(near, household.point)
        return _BY_STATE.index(state), away, household.grid_code, household.address

    for household in sorted(round_.households, key=order):
        owed = round_.owed.get(household.id) or _Owed()
        last = round_.last.get(household.id)
        yield (
            str(household.id),
            _label(household, owed),
            str(household.version),
            household.grid_code,
            owed.state,
            _card(household, owed, people=people, last=last, telephone=household.grid_code in telephones),
            _geometry(household),
            household.address,
            "" if last is None else last.outcome,
            "" if last is None else last.day.isoformat(),
        )


def persons(round_: Round) -> Iterable[Sequence[str]]:
    """Rows of `persons.csv`: the people with a care duty, without its reason; a child only by its family."""
    heads = {household.id: household.head_name for household in round_.households}
    for person in round_.cared_for:
        if person.household_id in heads:
            yield str(person.id), _called(person, heads[person.household_id]), str(person.household_id)


def gone(reading: Reading, asked: Sequence[uuid.UUID]) -> dict[uuid.UUID, bool]:
    """Of the asked households, whether each has left this person's list; a household waiting for approval has not."""
    rows = reading.session.scalars(sa.select(Household).where(Household.id.in_(asked)))
    scope = reading.actor.scope
    given = {household.id for household in _given(reading)}
    return {
        row.id: row.exited_at is not None
        or row.state not in ("registered", "pending")
        or not (scope.covers(row.grid_code) or row.id in given)
        for row in rows
    }


def round_today(reading: Reading) -> Round:
    """What one person's lists are written from. Empty for whoever sees no names: lists of people are for workers and village cadres."""
    today = local_day(reading.now)
    if not reading.actor.may(Permission.SEE_NAMES):
        return Round((), {}, (), {}, today)
    scope = reading.actor.scope
    round_ = _round_of(reading, storage.listing(reading.session, scope=scope))
    given = _given(reading)
    if not given:
        return round_
    around = Scope.of(household.grid_code for household in given)
    return round_.and_also(_round_of(replace(reading, actor=replace(reading.actor, scope=around)), given))


def _given(reading: Reading) -> list[Household]:
    """代访: the households beyond this person's grids that were given to him for today (METRICS V *Act*)."""
    on = local_day(reading.now)
    given = entrustments.households_of(reading.session, reading.actor.id, on=on)
    return [household for household in given if not reading.actor.scope.covers(household.grid_code)]


def _round_of(reading: Reading, listed: Sequence[Household]) -> Round:
    """What is owed to some of the households of the reader's scope."""
    today = local_day(reading.now)
    owed: dict[Id, _Owed] = defaultdict(_Owed)
    in_care: set[Id] = set()
    keys: set[Id] = {household.id for household in listed}
    for duty in compliance.duties(reading):
        if duty.what not in roster.VISIT_DUTIES:
            continue
        found = compliance.compliance(reading, duty.id)
        in_care |= _take(found, owed, keys, today=today)
    last = _last_visits(reading, listed)
    return Round(listed, owed, _persons(listed, in_care), last, today)


def _take(found: compliance.Compliance, owed: dict[Id, _Owed], listed: set[Id], *, today: dt.date) -> set[Id]:
    """Enter what a duty asks for; the persons it is owed to, those who came too late for this window included."""
    in_care: set[Id] = set()
    for line in found.grids:
        for standing in line.visits.standings:
            if standing.exit is not None or standing.unit.household not in listed:
                continue
            state = due_state(found.duty, standing, today=today)
            owed[standing.unit.household].take(found.duty, standing, state)
            in_care.add(standing.unit.id)
        in_care |= {unit.id for unit in line.visits.next_window}
    return in_care if found.duty.what == "visit_person" else set()


def _persons(listed: Iterable[Household], in_care: set[Id]) -> list[Person]:
    return [
        person
        for household in listed
        for person in household.persons
        if person.id in in_care and person.exited_at is None
    ]


def _last_visits(reading: Reading, listed: Iterable[Household]) -> dict[Id, obligation.Visit]:
    """The visit before of every household, whatever came of it."""
    today = local_day(reading.now)
    known = roster.visits(reading.session, scope=reading.actor.scope, since=today, as_of=reading.now)
    index = VisitIndex(known, as_of=reading.now)
    return {home.id: visits[-1] for home in listed if (visits := index.at(home.id))}


def _last_stop(reading: Reading) -> BaseGeometry | None:
    """Where this person was last: the position of the last household visited, else of the visit itself."""
    query = (
        sa.select(Household.point, Visit.point)
        .join_from(Visit, Household, Household.id == Visit.household_id)
        .where(
            Visit.account_id == reading.actor.id,
            sa.or_(Household.point.is_not(None), Visit.point.is_not(None)),
        )
        .order_by(Visit.day.desc(), Visit.started_at.desc(), Visit.id.desc())
        .limit(1)
    )
    found = reading.session.execute(query).first()
    return None if found is None else found[0] or found[1]


def _label(household: Household, owed: _Owed) -> str:
    who = f"{household.address} {family_of(household.head_name)}".strip()
    if owed.state == "overdue":
        return f"{_OVERDUE_MARK}{who} · 逾期{owed.overdue_days}天"
    return who


def _called(person: Person, head_name: str | None) -> str:
    return f"孩子（{family_of(head_name)}）" if person.is_child else person.called


def _geometry(household: Household) -> str:
    point = household.point
    return "" if point is None else f"{point.centroid.y:.6f} {point.centroid.x:.6f} 0 0"


def _grids_with_telephones(reading: Reading, round_: Round) -> set[str]:
    """The grids whose mechanism lets telephones onto phones."""
    profiles = installed(reading.session)
    found = set()
    for code in {household.grid_code for household in round_.households}:
        version = profiles.at(code, on=round_.today)
        if version is not None and parsed(version.text).phone_lists.telephone:
            found.add(code)
    return found


def _card(
    household: Household,
    owed: _Owed,
    *,
    people: Mapping[Id, Person],
    last: obligation.Visit | None,
    telephone: bool,
) -> str:
    """One sentence: the last visit, what this one can settle, what is good to know at the door."""
    to_meet = [_called(people[key], household.head_name) for key in owed.people if key in people]
    parts = [_last_words(last, family_only=bool(owed.people) and owed.missed == owed.people)]
    if to_meet:
        parts.append(f"这次要见到{'、'.join(sorted(to_meet))}")
    if owed.duties:
        parts.append(f"可完成{'、'.join(owed.duties)}")
    if owed.due_on is not None:
        parts.append(f"{owed.due_on.month}月{owed.due_on.day}日前")
    if household.hint:
        parts.append(household.hint)
    if telephone and household.telephone:
        parts.append(f"电话{household.telephone}")
    return "；".join(parts) + "。"


def _last_words(last: obligation.Visit | None, *, family_only: bool) -> str:
    if last is None:
        return "还没有走访过"
    outcomes = FAMILY_ONLY if family_only else catalogue.choices("household_visit", "visit_outcome")
    return f"上次{last.day.month}月{last.day.day}日，{outcomes[last.outcome]}"
