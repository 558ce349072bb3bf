"""诉求的率: how a month's demands were settled, told and held close to home (METRICS C6 to C12)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

import sqlalchemy as sa

from server.domain.demand import treated_as_private
from server.domain.demand_states import Group, StateKey, group_of
from server.domain.mechanism import Canonical, HandlingLevel
from server.domain.obligation import Figure, Window
from server.domain.scope import Scope
from server.domain.work_calendar import WorkCalendar, end_of_day, local_day
from server.figures import areas, case_ratings
from server.figures.areas import VILLAGE_DIGITS
from server.figures.case_words import due_day_of, held_as, suggested
from server.figures.open_cases import division_names, mechanism
from server.storage.demands import Demand, can_be_told
from server.storage.selection import within
from server.work import Reading

HOME_LEVELS: tuple[HandlingLevel, ...] = ("grid", "village", "township")
"""The levels C11 names; what the county itself handled was not settled below it."""
SET_APART = ("private", "rejected", "suspended")
"""What C12 watches: 私事, 剔除, 暂缓."""
CLASSES_OR_NONE: tuple[Canonical | None, ...] = (*get_args(Canonical), None)

_LEVELS: tuple[HandlingLevel, ...] = get_args(HandlingLevel)
_COUNTY_DIGITS = 6
_NO_MASTER = (StateKey.DRAFT.value, StateKey.MERGED.value)
_SOLVED = frozenset({"done", "fixed", "answered"})

CaseFigure = Figure[Demand]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRates:
    """A month's figures of an area by their keys; every one opens into the rows of n, d and d - n.

    Keys: "C6" and, of its left, "C6-extended"; "C7" and, of its d, "C7-explained", "C7-suspended", "C7-projectised";
    "C8"; what figures/case_ratings.py adds of "C9" and "C10"; "C11-{class or NONE}-{level}";
    "C12-{what}-{village}" for SET_APART and the codes of `villages`. `county` holds (n, d) of each of SET_APART in the whole county: numbers without rows.
    """

    as_of: dt.datetime
    period: Window
    figures: Mapping[str, CaseFigure]
    villages: Mapping[str, str]
    county: Mapping[str, tuple[int, int]]


def case_rates(reading: Reading, period: Window, *, area: str | None = None) -> CaseRates:
    """Return the figures of a period (days in Shanghai) in an area, PRIVATE matters counted wherever they lie.

    Who may read the rows is asked of `readable_rows`. Raises NotFound outside the reader's scope.
    """
    profile, calendar = mechanism(reading)
    scope = areas.narrowed(reading.actor.scope, area)
    rows = _masters(reading, scope, period)
    received = [row for row in rows if local_day(row.received_at) in period]
    by_village = _by_village(received)
    county = _masters(reading, _county_of(reading.actor.scope), period)
    return CaseRates(
        as_of=reading.now,
        period=period,
        figures={
            **_on_time(rows, period, as_of=reading.now),
            **_resolved(received),
            "C8": _told(received, calendar, as_of=reading.now),
            **case_ratings.rated(reading, _those(rows, lambda row: _day_in(row.told_at, period)), profile),
            **case_ratings.returned(reading, scope, period),
            **_close_to_home(_those(rows, lambda row: _day_in(row.resolved_at, period))),
            **{
                f"C12-{what}-{village}": _of(rows_d, _IS_APART[what])
                for village, rows_d in by_village.items()
                for what in SET_APART
            },
        },
        villages=division_names(reading, by_village) if by_village else {},
        county=_shares(row for row in county if local_day(row.received_at) in period),
    )


def readable_rows(reading: Reading, rows: Sequence[Demand]) -> list[Demand]:
    """Of counted rows, those the reader may be shown: PRIVATE matters only where they are his to read."""
    scope = reading.actor.scope
    return [row for row in rows if scope.covers(row.jurisdiction, private=_is_private(row))]


def _masters(reading: Reading, scope: Scope, period: Window) -> Sequence[Demand]:
    """Every master that was received, due, resolved or told in the period."""
    start, end = end_of_day(period.first - dt.timedelta(days=1)), end_of_day(period.last)
    moments = (Demand.received_at, Demand.resolved_at, Demand.told_at)
    query = sa.select(Demand).where(
        within(Demand.jurisdiction, scope),
        Demand.key.not_in(_NO_MASTER),
        sa.or_(
            *(sa.and_(column >= start, column < end) for column in moments),
            sa.and_(Demand.original_due_at > start, Demand.original_due_at <= end),
        ),
    )
    return reading.session.scalars(query.order_by(Demand.received_at, Demand.number)).all()


def _county_of(scope: Scope) -> Scope:
    return Scope.of(code[:_COUNTY_DIGITS] for code in scope.codes)


def _on_time(rows: Iterable[Demand], period: Window, *, as_of: dt.datetime) -> dict[str, CaseFigure]:
    """C6: by the date first promised or allowed, whatever was agreed later; open ones are in d."""

    def was_due(row: Demand) -> bool:
        due = row.original_due_at
        return due is not None and due < as_of and due_day_of(due) in period and not _is_private(row)

    found = _of(_those(rows, was_due), lambda row: _resolved_by(row, row.original_due_at))
    extended = _of(found.rows_left, lambda row: _resolved_by(row, row.due_at))
    return {"C6": found, "C6-extended": extended}


def _resolved(received: Iterable[Demand]) -> dict[str, CaseFigure]:
    """C7: of what came in, less what was not the village's to resolve; explained and paused ones stay in d."""
    cohort = _those(received, lambda row: not _is_out_of_cohort(row))
    return {
        "C7": _of(cohort, lambda row: row.resolved_at is not None and row.outcome in _SOLVED),
        "C7-explained": _of(cohort, lambda row: row.outcome == "explained"),
        "C7-suspended": _of(cohort, _IS_APART["suspended"]),
        "C7-projectised": _of(cohort, lambda row: row.key == StateKey.PROJECTISED.value),
    }


def _told(received: Iterable[Demand], calendar: WorkCalendar, *, as_of: dt.datetime) -> CaseFigure:
    """C8: of what ended or has waited for its answer for more than a working day, with somebody to tell."""

    def owes_a_word(row: Demand) -> bool:
        group = group_of(StateKey(row.key))
        if not can_be_told(row) or group not in (Group.TO_REPORT_BACK, Group.ENDED):
            return False
        since = local_day(row.resolved_at or row.since)
        return group is Group.ENDED or end_of_day(calendar.next_working_day(since)) < as_of

    return _of(_those(received, owes_a_word), lambda row: row.told_at is not None)


def _close_to_home(resolved: Sequence[Demand]) -> dict[str, CaseFigure]:
    """C11: 小事不出格, 大事不出村: the highest level that ever handled it, for each class apart."""
    return {
        f"C11-{class_ or 'NONE'}-{level}": _of(
            _those(resolved, lambda row, class_=class_: held_as(row) == class_),  # type: ignore[misc]
            lambda row, level=level: _stayed_within(row, level),  # type: ignore[misc]
        )
        for class_ in CLASSES_OR_NONE
        for level in HOME_LEVELS
    }


def _shares(received: Iterable[Demand]) -> dict[str, tuple[int, int]]:
    rows = list(received)
    return {what: (sum(map(_IS_APART[what], rows)), len(rows)) for what in SET_APART}


def _by_village(rows: Iterable[Demand]) -> dict[str, list[Demand]]:
    """Rows by village; what was raised in none stands under its wider division."""
    found: defaultdict[str, list[Demand]] = defaultdict(list)
    for row in rows:
        found[row.jurisdiction[:VILLAGE_DIGITS]].append(row)
    return dict(sorted(found.items()))


def _is_private(row: Demand) -> bool:
    return treated_as_private(row.state.class_, suggested=suggested(row))


def _is_rejected(row: Demand) -> bool:
    """剔除: not accepted, be the matter over by now or not; what was closed otherwise has an outcome."""
    return row.key == StateKey.REJECTED.value or _is_over_as_rejected(row)


def _is_over_as_rejected(row: Demand) -> bool:
    return row.key == StateKey.CLOSED.value and row.outcome in (None, "rejected")


def _is_out_of_cohort(row: Demand) -> bool:
    return row.key in (StateKey.WITHDRAWN.value, StateKey.REFERRED.value) or _is_over_as_rejected(row)


_IS_APART: Mapping[str, Callable[[Demand], bool]] = {
    "private": _is_private,
    "rejected": _is_rejected,
    "suspended": lambda row: row.key == StateKey.SUSPENDED.value,
}


def _resolved_by(row: Demand, moment: dt.datetime | None) -> bool:
    return row.resolved_at is not None and moment is not None and row.resolved_at <= moment


def _stayed_within(row: Demand, level: HandlingLevel) -> bool:
    highest = row.state.highest_level
    return highest is not None and _LEVELS.index(highest) <= _LEVELS.index(level)


def _day_in(moment: dt.datetime | None, period: Window) -> bool:
    return moment is not None and local_day(moment) in period


def _those(rows: Iterable[Demand], rule: Callable[[Demand], bool]) -> tuple[Demand, ...]:
    return tuple(row for row in rows if rule(row))


def _of(rows: Sequence[Demand], rule: Callable[[Demand], bool]) -> CaseFigure:
    return Figure(_those(rows, rule), tuple(rows))
