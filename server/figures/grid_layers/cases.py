"""件龄、时限: the unresolved demands of each grid by their age and by their deadlines (METRICS C1 to C4)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from statistics import median_low

import sqlalchemy as sa

from server.domain.demand_clock import AGE_BANDS, age_band, age_in_days, is_due_soon, is_overdue
from server.figures.case_words import days_over
from server.figures.grid_layers.layer import GridFigure, GridLayer, Layer, Part, grids_of, layer_of
from server.figures.grid_layers.unresolved import OpenCase, oldest_now, unresolved_at
from server.figures.open_cases import mechanism
from server.storage.demands import Demand
from server.work import Reading

_OLDEST_BAND = len(AGE_BANDS) - 1
_NO_PRIVATE = "不含私事"
_NO_CASES = "no_cases"


def ageing(reading: Reading, area: str | None) -> GridLayer:
    """件龄: n demands unresolved for more than 30 days of d unresolved; coloured by the oldest (METRICS C2)."""
    there, elsewhere = _by_grid(reading, area)
    lines = []
    for code, grid in grids_of(reading, area).items():
        ages = [age_in_days(case.received_at, as_of=reading.now) for case in there.get(code, ())]
        bands = Counter(_band(age) for age in ages)
        oldest = max(ages, default=0)
        lines.append(
            GridFigure(
                grid=grid,
                n=bands[_OLDEST_BAND],
                d=len(ages),
                text=f"{oldest}天" if ages else "",
                level=_age_level(oldest) if ages else _NO_CASES,
                told=f"没解决 {len(ages)} 件，最久 {oldest} 天" if ages else "没有未解决的",
                cells=(
                    oldest if ages else "",
                    median_low(ages) if ages else "",
                    *(bands[number] for number in range(len(AGE_BANDS))),
                ),
                weight=(oldest if ages else -1,),
            )
        )
    return layer_of(reading, lines, elsewhere=elsewhere)


def oldest_levels(reading: Reading, area: str | None) -> list[tuple[str, str]]:
    """(code, level) of 件龄 now of each grid, for a screen that shows nothing else of it."""
    oldest = dict(oldest_now(reading, area))
    return [
        (code, _age_level(age_in_days(oldest[code], as_of=reading.now)) if code in oldest else _NO_CASES)
        for code in grids_of(reading, area)
    ]


def deadlines(reading: Reading, area: str | None) -> GridLayer:
    """时限: n demands overdue of d unresolved; coloured by the worst of each grid (METRICS C3, C4)."""
    _, calendar = mechanism(reading)
    there, elsewhere = _by_grid(reading, area)
    lines = []
    for code, grid in grids_of(reading, area).items():
        cases = there.get(code, [])
        overdue = [case for case in cases if is_overdue(case.state, as_of=reading.now)]
        soon = sum(is_due_soon(case.state, as_of=reading.now, calendar=calendar) for case in cases)
        longest = max((days_over(case.state, as_of=reading.now) for case in overdue), default=0)
        lines.append(
            GridFigure(
                grid=grid,
                n=len(overdue),
                d=len(cases),
                text=f"{len(overdue)}/{len(cases)}" if cases else "",
                level=_deadline_level(len(cases), len(overdue), soon),
                told=f"没解决 {len(cases)} 件，超期 {len(overdue)} 件，将到期 {soon} 件"
                if cases
                else "没有未解决的",
                cells=(soon, longest if overdue else ""),
                weight=(len(overdue), soon, len(cases)),
            )
        )
    return layer_of(reading, lines, elsewhere=elsewhere)


def _deadline_level(cases: int, overdue: int, soon: int) -> str:
    if overdue:
        return "overdue"
    if soon:
        return "due_soon"
    return "in_time" if cases else _NO_CASES


def _band(age: int) -> int:
    return AGE_BANDS.index(age_band(age))


def _age_level(age: int) -> str:
    return f"age_{_band(age)}"


def _by_grid(reading: Reading, area: str | None) -> tuple[Mapping[str, Sequence[OpenCase]], int]:
    """The unresolved demands by where they lie, and how many lie in no grid."""
    found: dict[str, list[OpenCase]] = defaultdict(list)
    cases = unresolved_at(reading, area)
    for case in cases:
        found[case.jurisdiction].append(case)
    in_grids = sum(len(found.get(code, ())) for code in grids_of(reading, area))
    return found, len(cases) - in_grids


def _demands(counts: Callable[[OpenCase, dt.datetime], bool]) -> Callable[..., list[Demand]]:
    """Return what lists the demands of n (those that `counts`) or of d, the oldest first."""

    def listed(reading: Reading, area: str | None, part: Part) -> list[Demand]:
        keys = [case.id for case in unresolved_at(reading, area) if part == "d" or counts(case, reading.now)]
        return _rows(reading, keys)

    return listed


def _rows(reading: Reading, keys: Sequence[uuid.UUID]) -> list[Demand]:
    found: dict[uuid.UUID, Demand] = {}
    for first in range(0, len(keys), _AT_ONCE):
        query = sa.select(Demand).where(Demand.id.in_(keys[first : first + _AT_ONCE]))
        found |= {row.id: row for row in reading.session.scalars(query)}
    return [found[key] for key in keys]


_AT_ONCE = 500

AGEING = Layer(
    label="件龄",
    levels=(*(f"age_{number}" for number in range(len(AGE_BANDS))), _NO_CASES),
    of_n="超过 30 天",
    of_d="未解决",
    unit="件",
    number="格内数字：最久的一件多少天",
    columns=("最久（天）", "中位（天）", *(band.label for band in AGE_BANDS)),
    note=_NO_PRIVATE,
    compute=ageing,
    then=ageing,
    demands=_demands(lambda case, now: _band(age_in_days(case.received_at, as_of=now)) == _OLDEST_BAND),
)
DEADLINES = Layer(
    label="时限",
    levels=("in_time", "due_soon", "overdue", _NO_CASES),
    of_n="超期",
    of_d="未解决",
    unit="件",
    number="格内数字：超期/未解决",
    columns=("将到期", "超期最久（天）"),
    note=_NO_PRIVATE,
    compute=deadlines,
    then=deadlines,
    demands=_demands(lambda case, now: is_overdue(case.state, as_of=now)),
)
