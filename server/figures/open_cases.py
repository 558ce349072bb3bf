"""诉求: the figures and the list of open cases (METRICS C). Every figure is a filter, so it opens into its rows."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from server.domain.demand_clock import age_in_days, is_due_soon, is_overdue, is_stalled
from server.domain.demand_states import Group, StateKey, group_of
from server.domain.mechanism import MechanismProfile
from server.domain.problems import Forbidden
from server.domain.work_calendar import WorkCalendar, end_of_day, local_day
from server.figures.areas import VILLAGE_DIGITS, in_village
from server.figures.case_words import days_over, due_day_of, due_words, title
from server.figures.staffing import names_of
from server.storage import case_list, grids, jurisdictions, units
from server.storage.case_filter import CaseFilter, Moments
from server.storage.demands import Demand
from server.storage.profiles import calendar_of, profile_at
from server.storage.selection import Page
from server.work import Reading

OLD_DAYS_BAND = 4
"""The band of cases older than 30 days, which the township looks at first."""

_MECHANISM = "mechanism"

Tone = Literal["calm", "watch", "act"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A line of the list.

    `what` it is about and `where`, in words; `age` in calendar days (C2); `over` in calendar days past the due day,
    None where it is not overdue (C3); `held_by` who handles it.
    """

    demand: Demand
    what: str
    where: str
    age: int
    over: int | None
    due: str
    held_by: str
    is_due_soon: bool
    is_stalled: bool

    @property
    def group(self) -> Group | None:
        """Which of the five words it counts in (C0)."""
        return group_of(StateKey(self.demand.key))

    @property
    def due_day(self) -> dt.date | None:
        """The day it is due now."""
        due = self.demand.due_at
        return None if due is None else due_day_of(due)

    @property
    def original_due_day(self) -> dt.date | None:
        """The day it was first promised or allowed for (C6)."""
        due = self.demand.original_due_at
        return None if due is None else due_day_of(due)


def mechanism(reading: Reading) -> tuple[MechanismProfile, WorkCalendar]:
    """The mechanism and the working days of the reader's county. Raises NotFound("profile.none")."""
    place = min(reading.actor.scope.codes, default="")
    known = reading.session.info  # a page asks for it many times
    if (_MECHANISM, place) not in known:
        known[_MECHANISM, place] = profile_at(reading.session, place, on=local_day(reading.now))
    profile: MechanismProfile = known[_MECHANISM, place]
    return profile, calendar_of(profile)


def cases(reading: Reading, wanted: CaseFilter, *, page: Page) -> list[Case]:
    """One page of the list: those longest over first, then the oldest. Raises Forbidden for another's own list."""
    _check_own(reading, wanted)
    rows = case_list.page_of(
        reading.session, wanted, scope=reading.actor.scope, moments=moments(reading), page=page
    )
    return lines(reading, rows)


def every_case(reading: Reading, wanted: CaseFilter) -> Sequence[Case]:
    """The whole list, for a file or a map, in the same order."""
    _check_own(reading, wanted)
    rows = case_list.every(reading.session, wanted, scope=reading.actor.scope, moments=moments(reading))
    return lines(reading, rows)


def case(reading: Reading, demand: Demand) -> Case:
    """The line of one demand the reader has already been given."""
    return lines(reading, [demand])[0]


def count(reading: Reading, wanted: CaseFilter) -> int:
    """How many rows the list of this filter has."""
    _check_own(reading, wanted)
    return case_list.count(reading.session, wanted, scope=reading.actor.scope, moments=moments(reading))


def are_more_than(number: int, reading: Reading, wanted: CaseFilter) -> bool:
    """Whether the list of this filter has more rows than that, without counting on."""
    _check_own(reading, wanted)
    return case_list.are_more_than(
        number, reading.session, wanted, scope=reading.actor.scope, moments=moments(reading)
    )


def counts(reading: Reading, questions: Sequence[CaseFilter]) -> Sequence[int]:
    """How many rows each of some lists has, counted at once. Raises Forbidden for another's own list."""
    for wanted in questions:
        _check_own(reading, wanted)
    return case_list.counts(reading.session, questions, scope=reading.actor.scope, moments=moments(reading))


def division_names(reading: Reading, codes: Iterable[str]) -> dict[str, str]:
    """Names of divisions by code."""
    return jurisdictions.names(reading.session, list(codes))


def moments(reading: Reading) -> Moments:
    """What "today" and "the next working day" are for the reader's county."""
    _, calendar = mechanism(reading)
    today = local_day(reading.now)
    return Moments(
        as_of=reading.now,
        end_of_today=end_of_day(today),
        end_of_next_working_day=end_of_day(calendar.next_working_day(today)),
    )


def _check_own(reading: Reading, wanted: CaseFilter) -> None:
    if wanted.own is not None and wanted.own != reading.actor.id:
        raise Forbidden("actor.not_permitted")


def lines(reading: Reading, rows: Sequence[Demand]) -> list[Case]:
    """The lines of demands the reader has already been given."""
    if not rows:
        return []
    where = place_names(reading, {row.jurisdiction for row in rows})
    holders = names_of(reading.session, [row.handler_id for row in rows if row.handler_id is not None])
    holders |= units.names_of(reading.session, [row.unit_id for row in rows if row.unit_id is not None])
    _, calendar = mechanism(reading)
    return [_line(reading, row, where, holders, calendar) for row in rows]


def _line(
    reading: Reading,
    row: Demand,
    where: Mapping[str, str],
    holders: Mapping[uuid.UUID, str],
    calendar: WorkCalendar,
) -> Case:
    state, now = row.state, reading.now
    return Case(
        demand=row,
        what=title(row),
        where=where.get(row.jurisdiction, row.jurisdiction),
        age=age_in_days(row.received_at, as_of=now),
        over=days_over(state, as_of=now) if is_overdue(state, as_of=now) else None,
        due=due_words(state, as_of=now),
        held_by="".join(
            holders[each] for each in (row.handler_id, row.unit_id) if each is not None and each in holders
        ),
        is_due_soon=is_due_soon(state, as_of=now, calendar=calendar),
        is_stalled=is_stalled(state, as_of=now),
    )


def place_names(reading: Reading, codes: Iterable[str]) -> dict[str, str]:
    """Grids and divisions in words, by code; those nobody knows are left out."""
    wanted = set(codes)
    own = grids.names(reading.session, {code for code in wanted if len(code) > VILLAGE_DIGITS})
    villages = {code: code[:VILLAGE_DIGITS] for code in own}
    wider = jurisdictions.names(reading.session, sorted((wanted - own.keys()) | set(villages.values())))
    return {code: name for code, name in wider.items() if code in wanted} | {
        code: in_village(wider.get(villages[code], villages[code]), name) for code, name in own.items()
    }
