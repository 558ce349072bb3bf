"""入户走访, as the phone reported it (FORMS §4)."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from forms import answers
from forms.answers import Fix
from forms.instance import Answers
from server.services.projection.record import Record

OUTCOMES = frozenset({"met", "phone", "not_home", "away", "refused", "moved", "vacant"})
_REACHED = frozenset({"met", "phone"})


@dataclass(frozen=True)
class NewHousehold:
    """A household that is not on the list 名册里没有, as the worker found it; `grid` is the one he stands in."""

    address: str
    head: str | None
    people: int | None
    grid: str


@dataclass(frozen=True)
class Ask:
    """A demand raised on the visit; `answer` is what was said on the spot."""

    position: int
    kind: str
    detail: str | None
    words: str | None
    photo: str | None
    voice: str | None
    answer: str
    answer_words: str | None
    promised_on: dt.date | None
    anonymous: bool


@dataclass(frozen=True)
class VisitFacts:
    """A visit as the phone reported it. `seen` are keys of persons, to be held against the household's own."""

    household: uuid.UUID
    new: NewHousehold | None
    outcome: str
    seen: frozenset[uuid.UUID]
    condition: str | None
    condition_words: str | None
    changes: tuple[str, ...]
    change_words: str | None
    retry: str | None
    topics: tuple[str, ...]
    companions: tuple[str, ...]
    house_photo: str | None
    door: Fix | None
    asks: tuple[Ask, ...]


def read(record: Record) -> VisitFacts:
    """A visit's facts. Raises ValueError where no household or no outcome is named."""
    outcome = record.text("door", "outcome")
    if outcome not in OUTCOMES:
        raise ValueError("走访没有情况")
    is_new = record.text("door", "show") == "new"
    named = record.text("household_id") if is_new else record.text("door", "household")
    reached = outcome in _REACHED
    door = answers.geopoint(record.text("wrap_up", "door_point")) if outcome == "met" else None
    seen = answers.choices_of(record.text("people", "seen")) if reached else ()
    return VisitFacts(
        household=uuid.UUID(named or ""),
        new=_new_household(record, door) if is_new else None,
        outcome=outcome,
        seen=frozenset(uuid.UUID(each) for each in seen),
        condition=record.text("people", "condition") if seen else None,
        condition_words=record.text("people", "condition_words") if seen else None,
        changes=answers.choices_of(record.text("people", "changes")) if reached and not is_new else (),
        change_words=record.text("people", "change_words") if reached else None,
        retry=record.text("wrap_up", "retry"),
        topics=answers.choices_of(record.text("wrap_up", "topics")),
        companions=answers.choices_of(record.text("wrap_up", "companion")),
        house_photo=record.text("wrap_up", "house_photo"),
        door=door,
        asks=tuple(_ask(number, round_) for number, round_ in enumerate(record.rounds("demand")))
        if reached
        else (),
    )


def _new_household(record: Record, door: Fix | None) -> NewHousehold:
    address = (record.text("door", "new_address") or "").strip()
    if not address:
        raise ValueError("新登记的一户没有门牌")
    people = record.text("door", "new_people") or ""
    return NewHousehold(
        address=address,
        head=record.text("door", "new_head"),
        people=int(people) if people.isdecimal() and len(people) < 4 else None,
        grid=_grid_of_new(record, door),
    )


def _grid_of_new(record: Record, door: Fix | None) -> str:
    """The grid of the door, else of the record's position, else the only one the worker has; never a guess."""
    scope, index = record.actor.scope, record.index
    for fix in (door, record.fix):
        lies_in = None if fix is None else index.code_at(fix.lon, fix.lat)
        if lies_in is not None and scope.covers(lies_in):
            return lies_in
    own = [code for code in index.codes if scope.covers(code)]
    if len(own) != 1:
        raise ValueError("不知道新登记的一户在哪个网格")
    return own[0]


def _ask(position: int, round_: Answers) -> Ask:
    group = round_.get("ask")
    stated = (
        {name: value for name, value in group.items() if isinstance(value, str)}
        if isinstance(group, dict)
        else {}
    )
    return Ask(
        position=position,
        kind=stated.get("kind") or "other",
        detail=stated.get("detail"),
        words=stated.get("words"),
        photo=stated.get("photo"),
        voice=stated.get("voice"),
        answer=stated.get("answer") or "later",
        answer_words=stated.get("answer_words"),
        promised_on=answers.day(stated.get("promised_on")),
        anonymous=stated.get("anonymous") == "yes",
    )
