"""机制试算: what a mechanism would have made of the demands of the last days, told again act by act. Nothing is written."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from server.domain.demand_clock import is_overdue
from server.domain.demand_replay import ActRecord, begun, evolve
from server.domain.demand_states import DemandState
from server.domain.demand_ways import is_open
from server.domain.mechanism import Canonical, MechanismProfile
from server.domain.problems import Conflict
from server.figures import areas
from server.figures.case_words import due_day_of, held_as
from server.figures.mechanism_words import level
from server.storage import demand_records
from server.storage.demands import Demand
from server.storage.profiles import calendar_of
from server.work import Reading

MOST = 5_000
"""How many demands are told again at most, the newest: a few seconds' work."""

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Compared:
    """Demands of one class: what the class is called and who owns it then and now, and what becomes of their dates.

    `matters` were told again; of these `earlier` and `later` have another date, `astray` could not have come to where
    they are. `overdue_was` and `overdue_becomes` count those overdue at the moment of reading.
    """

    was: str
    becomes: str
    matters: int
    earlier: int
    later: int
    astray: int
    overdue_was: int
    overdue_becomes: int


@dataclass(frozen=True, slots=True)
class Moved:
    """A demand, by its number, with the day it is due and the one it would be due; None where it has none."""

    number: str
    was: dt.date | None
    becomes: dt.date | None


@dataclass(frozen=True, slots=True)
class Trial:
    """What was tried: since when, how many demands, how many of them without a record of their acts."""

    since: dt.datetime
    matters: int
    unrecorded: int
    lines: tuple[Compared, ...]
    moved: tuple[Moved, ...]


@dataclass(frozen=True, slots=True)
class _Retold:
    demand: Demand
    becomes: DemandState | None


def trial(
    reading: Reading, old: MechanismProfile, new: MechanismProfile, *, days: int, area: str | None = None
) -> Trial:
    """Return what `new` instead of `old` would have made of the demands of the last `days` in an area.

    Raises NotFound("jurisdiction.unknown") for an area outside the reader's scope.
    """
    since = reading.now - dt.timedelta(days=days)
    scope = areas.narrowed(reading.actor.scope, area)
    demands = demand_records.received_since(reading.session, since, scope=scope, limit=MOST)
    acts = demand_records.acts_of(reading.session, [demand.id for demand in demands])
    recorded = [demand for demand in demands if demand.id in acts]
    retold = [_Retold(demand, _told_again(demand, acts[demand.id], new)) for demand in recorded]
    return Trial(
        since=since,
        matters=len(demands),
        unrecorded=len(demands) - len(recorded),
        lines=_compared(retold, old, new, as_of=reading.now),
        moved=_moved(retold),
    )


def _told_again(demand: Demand, acts: Sequence[ActRecord], profile: MechanismProfile) -> DemandState | None:
    """The state the same acts lead to under another mechanism; None where it has no such way."""
    state = begun(demand.received_at)
    calendar = calendar_of(profile)
    try:
        for act in acts:
            if not is_open(state, act.action, profile):
                return None
            state = evolve(state, act, profile=profile, calendar=calendar)
    except Conflict:
        return None
    return state


def _compared(
    retold: Iterable[_Retold], old: MechanismProfile, new: MechanismProfile, *, as_of: dt.datetime
) -> tuple[Compared, ...]:
    by_class: Mapping[Canonical | None, list[_Retold]] = defaultdict(list)
    for each in retold:
        by_class[each.demand.state.class_].append(each)
    order: tuple[Canonical | None, ...] = (None, "PRIVATE", "GRID", "COMMUNITY", "GOVERNMENT")
    return tuple(
        _line(by_class[class_], _called(old, class_), _called(new, class_), as_of=as_of)
        for class_ in order
        if class_ in by_class
    )


def _line(group: Sequence[_Retold], was: str, becomes: str, *, as_of: dt.datetime) -> Compared:
    shifts = Counter(_shift(each) for each in group)
    after = [each.becomes for each in group if each.becomes is not None]
    return Compared(
        was=was,
        becomes=becomes,
        matters=len(group),
        earlier=shifts["earlier"],
        later=shifts["later"],
        astray=shifts["astray"],
        overdue_was=sum(is_overdue(each.demand.state, as_of=as_of) for each in group),
        overdue_becomes=sum(is_overdue(state, as_of=as_of) for state in after),
    )


def _shift(each: _Retold) -> str:
    if each.becomes is None:
        return "astray"
    was, becomes = each.demand.state.due_at, each.becomes.due_at
    if was == becomes:
        return "same"
    return "later" if becomes is None or (was is not None and becomes > was) else "earlier"


def _called(profile: MechanismProfile, class_: Canonical | None) -> str:
    if class_ is None:
        return "还没有分类"
    own = profile.class_of(class_)
    return f"{own.label} · {level(profile.routed_to(class_))}"


def _moved(retold: Iterable[_Retold]) -> tuple[Moved, ...]:
    """The newest whose date is another. A PRIVATE matter is never shown, only counted."""
    found = (
        Moved(each.demand.number, _day(each.demand.state.due_at), _day(each.becomes.due_at))
        for each in retold
        if each.becomes is not None
        and each.becomes.due_at != each.demand.state.due_at
        and held_as(each.demand) != "PRIVATE"
    )
    return tuple(found)[:_SHOWN]


def _day(due_at: dt.datetime | None) -> dt.date | None:
    return None if due_at is None else due_day_of(due_at)
