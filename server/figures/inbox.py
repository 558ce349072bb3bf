"""办件: the five tabs of an office, each row with what is to be done next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.domain.demand_acts import Action
from server.domain.demand_states import Group
from server.domain.jurisdiction import Level
from server.domain.permissions import Permission
from server.domain.problems import Unauthenticated
from server.figures import open_cases
from server.figures.case_words import due_day_of
from server.figures.next_step import STRUCK_OFF, mechanism_of, next_step, open_to, waits_for
from server.figures.open_cases import Case
from server.storage import inbox as storage
from server.storage.demands import Demand, can_be_told
from server.storage.inbox import Badge, Cursor, Desk, Wanted
from server.work import Reading

SIZE = 30
"""Rows of a slice: as many as somebody works through before he looks up."""


@dataclass(frozen=True, slots=True)
class Tab:
    """One of the five words, and how many rows it has: counted no further than anybody would read."""

    group: Group
    number: int

    @property
    def told(self) -> str:
        """The number as the tab says it."""
        return f"{storage.MOST_COUNTED}+" if self.number > storage.MOST_COUNTED else str(self.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line: when it is `due` in words, the act proposed to the reader with the county's own `verb` for it, else whom it waits for."""

    case: Case
    badges: tuple[Badge, ...]
    due: str
    next: Action | None
    verb: str
    waits_for: str


@dataclass(frozen=True, slots=True)
class Slice:
    """Some rows of a tab, and where the next begin, None after the last."""

    rows: Sequence[Row]
    next: Cursor | None


def desk_of(reading: Reading) -> Desk:
    """Return whose inbox the reader opens: the widest level he dispatches at, none for who only looks.

    Raises Unauthenticated("actor.not_signed_in") for who is nobody's account.
    """
    actor = reading.actor
    if actor.id is None:
        raise Unauthenticated("actor.not_signed_in")
    places = sorted(actor.scope.codes)
    held = [actor.level_by(Permission.ASSIGN_DEMAND, at=place) for place in places]
    levels = [level for level in held if level is not None]
    widest = min(levels, key=list(Level).index, default=None)
    return Desk(account=actor.id, level=None if widest is None else widest.value)


def tabs(reading: Reading, *, mine: bool) -> list[Tab]:
    """Return the five tabs with how many rows each has for the reader."""
    found = storage.counts(reading.session, desk_of(reading), mine=mine, scope=reading.actor.scope)
    return [Tab(group, found[group]) for group in Group]


def rows(reading: Reading, wanted: Wanted, *, after: Cursor | None = None) -> Slice:
    """Return the next rows of a tab."""
    desk = desk_of(reading)
    found = storage.slice_of(
        reading.session,
        desk,
        wanted,
        as_of=reading.now,
        scope=reading.actor.scope,
        size=SIZE + 1,
        after=after,
    )
    lines = open_cases.lines(reading, found[:SIZE])
    following = storage.cursor_of(found[SIZE - 1], wanted.group) if len(found) > SIZE else None
    return Slice([_row(reading, case, desk) for case in lines], following)


def _row(reading: Reading, case: Case, desk: Desk) -> Row:
    demand = case.demand
    proposed = next_step(demand, open_to(reading, demand), reading=reading)
    return Row(
        case=case,
        badges=storage.badges_of(demand, desk, as_of=reading.now),
        due=_due(case),
        next=proposed,
        verb="" if proposed is None else _verb(reading, demand, proposed),
        waits_for=waits_for(reading, demand, held_by=case.held_by),
    )


def _verb(reading: Reading, demand: Demand, action: Action) -> str:
    """The county's word; of an answer owed to the level below no button says beforehand which one it will be."""
    if action is Action.APPROVE:
        return "批复"
    if action is Action.FEED_BACK and not can_be_told(demand):
        return STRUCK_OFF
    return mechanism_of(reading, demand).verb(action)


def _due(case: Case) -> str:
    """When it is to be settled; once it is, by when the step now waited for is; nothing for what has ended."""
    if case.group is Group.ENDED:
        return ""
    step = case.demand.step_due_at
    if case.group is not Group.TO_REPORT_BACK:
        return case.due
    return "" if step is None else f"{due_day_of(step).month}月{due_day_of(step).day}日前"


def has_own_work(reading: Reading) -> bool:
    """Say whether the reader has a desk or handles demands himself; who only looks does neither."""
    return desk_of(reading).level is not None or reading.actor.may(Permission.HANDLE_DEMAND)
