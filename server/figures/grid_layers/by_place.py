"""未解决 by where it lies (grid, else village or wider): its ages and its deadlines, now or at an earlier moment.

What nothing has happened to since stands in the rows and is counted by the database; the rest is told again.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from server.domain.demand_clock import AGE_BANDS, is_due_soon, is_overdue
from server.domain.work_calendar import local_day
from server.figures.case_ages import ages_in_days
from server.figures.case_words import days_over, due_day_of
from server.figures.grid_layers.told_again import OpenCase, told_again
from server.figures.grid_layers.unresolved import DUE_SOON, OVERDUE, among_shown, shown_now
from server.figures.open_cases import mechanism
from server.storage import gathered
from server.storage.base import moment, unread
from server.storage.demands import Demand
from server.storage.selection import as_value
from server.work import Reading


@dataclass(frozen=True, slots=True)
class Ages:
    """How many demands lie in a place, the age in days of the oldest and of the middle one, and how many of each band."""

    number: int
    oldest: int
    median: int
    bands: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How many demands lie in a place, how many are overdue and due soon, and for how many days the longest is over."""

    number: int
    overdue: int
    soon: int
    longest: int


def ages(reading: Reading, area: str | None, *, earlier: bool = False) -> dict[str, Ages]:
    """The ages by place at `reading.now`, which is the present or `earlier`. Raises NotFound as `shown_now`."""
    query = sa.select(
        Demand.jurisdiction,
        sa.func.count(),
        gathered.moments(reading.session, Demand.received_at),
    ).where(*_still_as_then(reading, area, earlier=earlier))
    rows: Sequence[Any] = reading.session.connection().execute(query.group_by(Demand.jurisdiction)).all()
    codes, numbers, texts = ([row[at] for row in rows] for at in range(3))
    received = gathered.read_moments("".join(texts))
    again = list(told_again(reading, area)) if earlier else []
    since = [np.datetime64(case.received_at.astimezone(dt.UTC).replace(tzinfo=None), "s") for case in again]
    known = sorted({*codes, *(case.jurisdiction for case in again)})
    number_of = {code: number for number, code in enumerate(known)}
    of_place = np.concatenate(
        [
            np.repeat(np.array([number_of[code] for code in codes], np.intp), numbers),
            np.array([number_of[case.jurisdiction] for case in again], np.intp),
        ]
    )
    in_days = ages_in_days(np.concatenate([received, np.array(since, "datetime64[s]")]), as_of=reading.now)
    return dict(zip(known, _summed(of_place, in_days), strict=True))


def deadlines(reading: Reading, area: str | None, *, earlier: bool = False) -> dict[str, Deadlines]:
    """The deadlines by place at `reading.now`, which is the present or `earlier`. Raises NotFound as `shown_now`."""
    overdue, soon = (among_shown(reading, wanted) for wanted in (OVERDUE, DUE_SOON))
    query = sa.select(
        Demand.jurisdiction,
        sa.func.count(),
        sa.func.count().filter(overdue),
        sa.func.count().filter(soon),
        unread(sa.func.min(Demand.due_at).filter(overdue)),
    ).where(*_still_as_then(reading, area, earlier=earlier))
    today = local_day(reading.now)
    found = {
        code: Deadlines(number, over, due, 0 if first is None else (today - due_day_of(moment(first))).days)
        for code, number, over, due, first in reading.session.connection().execute(
            query.group_by(Demand.jurisdiction)
        )
    }
    return _with(reading, found, told_again(reading, area)) if earlier else found


def _still_as_then(
    reading: Reading, area: str | None, *, earlier: bool
) -> list[sa.ColumnElement[bool] | sa.TextClause]:
    """What holds for the unresolved demands, of an earlier moment for those that nothing has happened to since."""
    shown = [*shown_now(reading, area)]
    if earlier:
        untouched = sa.and_(Demand.received_at <= reading.now, Demand.last_event_at <= reading.now)
        shown.append(as_value(untouched))
    return shown


def _summed(of_place: NDArray[np.intp], in_days: NDArray[np.int64]) -> Sequence[Ages]:
    """The ages of each place, by the number of the place that each demand lies in; none is without."""
    if not len(of_place):
        return ()
    order = np.lexsort((in_days, of_place))
    sorted_days = in_days[order]
    numbers = np.bincount(of_place)
    starts = np.cumsum(numbers) - numbers
    medians = sorted_days[starts + (numbers - 1) // 2]
    last_days = [band.last_day for band in AGE_BANDS if band.last_day is not None]
    band_of = np.searchsorted(last_days, in_days)
    bands = np.bincount(of_place * len(AGE_BANDS) + band_of, minlength=len(numbers) * len(AGE_BANDS))
    oldest, of_bands = sorted_days[starts + numbers - 1], bands.reshape(-1, len(AGE_BANDS))
    columns = (each.tolist() for each in (numbers, oldest, medians, of_bands))
    return [
        Ages(number, days, middle, tuple(each)) for number, days, middle, each in zip(*columns, strict=True)
    ]


def _with(
    reading: Reading, found: Mapping[str, Deadlines], cases: Iterable[OpenCase]
) -> dict[str, Deadlines]:
    """The deadlines with some demands more."""
    _, calendar = mechanism(reading)
    more: dict[str, list[OpenCase]] = defaultdict(list)
    for case in cases:
        more[case.jurisdiction].append(case)
    result = dict(found)
    for code, there in more.items():
        before = found.get(code, Deadlines(0, 0, 0, 0))
        over = [case.state for case in there if is_overdue(case.state, as_of=reading.now)]
        result[code] = Deadlines(
            number=before.number + len(there),
            overdue=before.overdue + len(over),
            soon=before.soon
            + sum(is_due_soon(case.state, as_of=reading.now, calendar=calendar) for case in there),
            longest=max(before.longest, *(days_over(state, as_of=reading.now) for state in over), 0),
        )
    return result
