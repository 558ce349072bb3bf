"""Which demands a list, a card or a map speaks of: the conditions of METRICS C, compiled here and nowhere else."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import get_args

import sqlalchemy as sa

from server.domain.demand_clock import AGE_BANDS, STALLED_AFTER
from server.domain.demand_states import RUNNING, Group, StateKey, group_of
from server.domain.mechanism import Canonical, HandlingLevel
from server.domain.outer_order import OrderChannel
from server.domain.scope import Scope
from server.domain.work_calendar import SHANGHAI, local_day
from server.storage.demands import Demand, held_as, own_of, readable, unsettled
from server.storage.selection import as_value, under, within

UNRESOLVED_GROUPS = (Group.TO_REGISTER, Group.TO_ASSIGN, Group.IN_HAND)
"""未解决 (METRICS C1)."""


class Timing(StrEnum):
    """How a demand stands to its time (METRICS C3 to C5)."""

    OVERDUE = "overdue"
    DUE_TODAY = "due_today"
    DUE_SOON = "due_soon"
    STALLED = "stalled"


class OnMap(StrEnum):
    """Whether a demand is a point on a map, and why it is none (METRICS C, "On the map")."""

    SHOWN = "shown"
    NO_PLACE = "no_place"
    NOT_CLASSIFIED = "not_classified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """The moments conditions are held against (aware): now, the end of today, the end of the next working day."""

    as_of: dt.datetime
    end_of_today: dt.datetime
    end_of_next_working_day: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFilter:
    """Which demands. Nothing given leaves out nothing but merged demands, which follow their master.

    `class_` is the class a demand is held to be: its own, until then what its detail suggests. `holder` is who
    handles it, `level` the level holding it. `received_from` and `received_to` are days, both included.
    `asked_upward` leaves those of which the handler said that it cannot be done. `own` leaves those somebody took in
    or handles: they are his to see wherever they lie, so it is only ever the reader himself. `text` is a whole number
    of ours or of the platform an order came from, or part of a number, of the address or of what was said; part of the
    reporter's name, or his telephone, only `with_names`.
    """

    groups: tuple[Group, ...] = ()
    class_: Canonical | None = None
    kind: str | None = None
    channel: str | None = None
    age_band: int | None = None
    timing: Timing | None = None
    level: HandlingLevel | None = None
    holder: uuid.UUID | None = None
    received_from: dt.date | None = None
    received_to: dt.date | None = None
    area: str | None = None
    on_map: OnMap | None = None
    urgent: bool = False
    asked_upward: bool = False
    number: str | None = None
    own: uuid.UUID | None = None
    text: str | None = None
    with_names: bool = False


def looked_up_by_place(
    wanted: CaseFilter, *, scope: Scope, moments: Moments
) -> Sequence[sa.ColumnElement[bool] | sa.TextClause]:
    """What holds for the wanted demands; for those not settled such that the index over them answers it, by place."""
    if wanted.own is not None or not is_unsettled(wanted):
        return conditions(wanted, scope=scope, moments=moments)
    held = [readable(scope), *asked(wanted, moments, among_unsettled=True)]
    return [unsettled(), within(Demand.jurisdiction, scope), as_value(sa.and_(*held))]


def is_due(wanted: CaseFilter) -> bool:
    """Whether only demands are wanted whose time is over, or will be by the end of the next working day."""
    return wanted.timing in (Timing.OVERDUE, Timing.DUE_TODAY, Timing.DUE_SOON)


def is_unsettled(wanted: CaseFilter) -> bool:
    """Whether only demands are wanted that are not settled: a clock runs for no others."""
    return wanted.timing is not None or (bool(wanted.groups) and {*wanted.groups} <= {*UNRESOLVED_GROUPS})


def conditions(wanted: CaseFilter, *, scope: Scope, moments: Moments) -> list[sa.ColumnElement[bool]]:
    """What holds for the wanted demands the reader may see."""
    return [readable(scope) if wanted.own is None else own_of(wanted.own), *asked(wanted, moments)]


def asked(
    wanted: CaseFilter, moments: Moments, *, among_unsettled: bool = False
) -> list[sa.ColumnElement[bool]]:
    """What holds for the wanted demands, whoever reads; `among_unsettled`: what holds for those of them besides."""
    is_said = among_unsettled and {*UNRESOLVED_GROUPS} <= {*(wanted.groups or UNRESOLVED_GROUPS)}
    return [
        *([] if is_said else [_in_groups(wanted.groups)]),
        *in_area(wanted.area),
        *_by_columns(wanted),
        *_by_time(wanted, moments),
        *looked_up(wanted),
        *_speaks_of(wanted),
        *([] if wanted.on_map is None else [on_map(wanted.on_map)]),
    ]


def _in_groups(groups: Collection[Group]) -> sa.ColumnElement[bool]:
    if not groups:
        return Demand.key.not_in(_values(key for key in StateKey if group_of(key) is None))
    return Demand.key.in_(_values(key for key in StateKey if group_of(key) in groups))


def in_area(area: str | None) -> list[sa.ColumnElement[bool]]:
    """A condition for demands that lie in an area, none for all."""
    return [] if area is None else [under(Demand.jurisdiction, area)]


def _by_columns(wanted: CaseFilter) -> list[sa.ColumnElement[bool]]:
    equal = {
        Demand.kind: wanted.kind,
        Demand.channel: wanted.channel,
        Demand.level: wanted.level,
        Demand.handler_id: wanted.holder,
        Demand.number: wanted.number,
        Demand.urgent: wanted.urgent or None,
        Demand.asked_upward: wanted.asked_upward or None,
    }
    found = [column == value for column, value in equal.items() if value is not None]
    if wanted.class_ is not None:
        found.append(held_as() == wanted.class_)
    return found


def _by_time(wanted: CaseFilter, moments: Moments) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if wanted.timing is not None:
        found.append(_TIMINGS[wanted.timing](moments))
    if wanted.age_band is not None:
        found += _of_band(wanted.age_band, local_day(moments.as_of))
    return found


def looked_up(wanted: CaseFilter) -> list[sa.ColumnElement[bool]]:
    """Of what holds for the wanted demands that for which an index knows the few rows: days of receipt, a number."""
    found = []
    if wanted.received_from is not None:
        found.append(Demand.received_at >= _start_of(wanted.received_from))
    if wanted.received_to is not None:
        found.append(Demand.received_at < _start_of(wanted.received_to + _ONE_DAY))
    if wanted.text is not None and _WHOLE_NUMBER.fullmatch(wanted.text):
        ours = sa.select(Demand.id).where(Demand.number == wanted.text)
        outer = sa.select(Demand.id).where(
            Demand.channel.in_(get_args(OrderChannel)), Demand.outer_number == wanted.text
        )
        found.append(Demand.id.in_(ours.union_all(outer)))
    return found


def _speaks_of(wanted: CaseFilter) -> list[sa.ColumnElement[bool]]:
    text = wanted.text
    if text is None or _WHOLE_NUMBER.fullmatch(text):
        return []
    searched = [Demand.number, Demand.outer_number, Demand.address, Demand.words]
    found = [column.contains(text, autoescape=True) for column in searched]
    if wanted.with_names:
        found += [Demand.reporter_name.contains(text, autoescape=True), Demand.reporter_phone == text]
    return [sa.or_(*found)]


def _of_band(number: int, today: dt.date) -> list[sa.ColumnElement[bool]]:
    """Calendar days from the day of receipt to today, both ends of the band included (METRICS C2)."""
    youngest = 0 if number == 0 else (AGE_BANDS[number - 1].last_day or 0) + 1
    found = [Demand.received_at < _start_of(today - dt.timedelta(days=youngest - 1))]
    oldest = AGE_BANDS[number].last_day
    if oldest is not None:
        found.append(Demand.received_at >= _start_of(today - dt.timedelta(days=oldest)))
    return found


def overdue(moments: Moments) -> sa.ColumnElement[bool]:
    """The SQL of domain.demand_clock.is_overdue."""
    return sa.and_(Demand.key.in_(_values(RUNNING)), Demand.due_at < moments.as_of)


def _due_by(moments: Moments, end: dt.datetime) -> sa.ColumnElement[bool]:
    return sa.and_(Demand.key.in_(_values(RUNNING)), Demand.due_at >= moments.as_of, Demand.due_at <= end)


def _stalled(moments: Moments) -> sa.ColumnElement[bool]:
    return sa.and_(Demand.key.in_(_values(RUNNING)), Demand.last_event_at <= moments.as_of - STALLED_AFTER)


_TIMINGS = {
    Timing.OVERDUE: overdue,
    Timing.DUE_TODAY: lambda moments: _due_by(moments, moments.end_of_today),
    Timing.DUE_SOON: lambda moments: _due_by(moments, moments.end_of_next_working_day),
    Timing.STALLED: _stalled,
}


def _may_be_point() -> sa.ColumnElement[bool]:
    """The SQL of domain.demand.may_be_point."""
    return sa.or_(
        held_as().in_(("GRID", "COMMUNITY", "GOVERNMENT")),
        sa.and_(held_as() == "", Demand.found_on_patrol.is_(True)),
    )


def on_map(shown: OnMap) -> sa.ColumnElement[bool]:
    """A condition for demands that are a point on a map, or that are none for this reason."""
    return _ON_MAP[shown]()


def _neither_point_nor_private() -> sa.ColumnElement[bool]:
    return sa.and_(_has_place(), held_as() == "", Demand.found_on_patrol.is_(False))


def _has_place() -> sa.ColumnElement[bool]:
    """Whether there is a point: an index knows how the place is known, which is written with the point or not at all."""
    return Demand.place_source.is_not(None)


_ON_MAP = {
    OnMap.SHOWN: lambda: sa.and_(_has_place(), _may_be_point()),
    OnMap.NO_PLACE: lambda: sa.and_(sa.not_(_has_place()), held_as() != "PRIVATE"),
    OnMap.NOT_CLASSIFIED: _neither_point_nor_private,
}
_ONE_DAY = dt.timedelta(days=1)
_WHOLE_NUMBER = re.compile("[0-9]{18}", re.ASCII)


def _start_of(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), tzinfo=SHANGHAI)


def _values(keys: Iterable[StateKey]) -> list[str]:
    return sorted(key.value for key in keys)
