"""件龄、时限: the unresolved demands of each grid by their age and by their deadlines (METRICS C1 to C4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from server.domain.demand_clock import AGE_BANDS, age_band, age_in_days
from server.figures.areas import GridName
from server.figures.grid_layers import by_place
from server.figures.grid_layers.by_place import Ages, Deadlines
from server.figures.grid_layers.layer import GridFigure, GridLayer, Layer, Part, grids_of, layer_of
from server.figures.grid_layers.unresolved import OLD, OVERDUE, listed_now, oldest_now
from server.storage.case_filter import CaseFilter
from server.storage.demands import Demand
from server.storage.selection import Listing, Page
from server.work import Reading

_OLDEST_BAND = len(AGE_BANDS) - 1
_NO_PRIVATE = "不含私事"
_NO_CASES = "no_cases"
_NONE = "没有未解决的"
_NOTHING_DUE = Deadlines(0, 0, 0, 0)


def ageing(reading: Reading, area: str | None) -> GridLayer:
    """件龄: n demands unresolved for more than 30 days of d unresolved; coloured by the oldest (METRICS C2)."""
    return _ageing(reading, area, by_place.ages(reading, area))


def ageing_then(reading: Reading, area: str | None) -> GridLayer:
    """件龄 at an earlier moment."""
    return _ageing(reading, area, by_place.ages(reading, area, earlier=True))


def _ageing(reading: Reading, area: str | None, there: Mapping[str, Ages]) -> GridLayer:
    grids = grids_of(reading, area)
    lines = [_aged(grid, there.get(code)) for code, grid in grids.items()]
    elsewhere = {
        code: (ages.bands[_OLDEST_BAND], ages.number) for code, ages in there.items() if code not in grids
    }
    return layer_of(reading, lines, elsewhere=elsewhere)


def _aged(grid: GridName, ages: Ages | None) -> GridFigure:
    if ages is None:
        cells: tuple[str | int, ...] = ("", "", *(0 for _ in AGE_BANDS))
        return GridFigure(
            grid=grid, n=0, d=0, text="", level=_NO_CASES, told=_NONE, cells=cells, weight=(-1,)
        )
    return GridFigure(
        grid=grid,
        n=ages.bands[_OLDEST_BAND],
        d=ages.number,
        text=f"{ages.oldest}天",
        level=_age_level(ages.oldest),
        told=f"没解决 {ages.number} 件，最久 {ages.oldest} 天",
        cells=(ages.oldest, ages.median, *ages.bands),
        weight=(ages.oldest,),
    )


def oldest_levels(reading: Reading, area: str | None) -> list[tuple[str, str]]:
    """(code, level) of 件龄 now of each grid, for a screen that shows nothing else of it."""
    oldest = dict(oldest_now(reading, area))
    return [
        (code, _age_level(age_in_days(oldest[code], as_of=reading.now)) if code in oldest else _NO_CASES)
        for code in grids_of(reading, area)
    ]


def deadlines(reading: Reading, area: str | None) -> GridLayer:
    """时限: n demands overdue of d unresolved; coloured by the worst of each grid (METRICS C3, C4)."""
    return _deadlines(reading, area, by_place.deadlines(reading, area))


def deadlines_then(reading: Reading, area: str | None) -> GridLayer:
    """时限 at an earlier moment."""
    return _deadlines(reading, area, by_place.deadlines(reading, area, earlier=True))


def _deadlines(reading: Reading, area: str | None, there: Mapping[str, Deadlines]) -> GridLayer:
    grids = grids_of(reading, area)
    lines = [_due(grid, there.get(code, _NOTHING_DUE)) for code, grid in grids.items()]
    elsewhere = {code: (due.overdue, due.number) for code, due in there.items() if code not in grids}
    return layer_of(reading, lines, elsewhere=elsewhere)


def _due(grid: GridName, due: Deadlines) -> GridFigure:
    return GridFigure(
        grid=grid,
        n=due.overdue,
        d=due.number,
        text=f"{due.overdue}/{due.number}" if due.number else "",
        level=_deadline_level(due.number, due.overdue, due.soon),
        told=f"没解决 {due.number} 件，超期 {due.overdue} 件，将到期 {due.soon} 件" if due.number else _NONE,
        cells=(due.soon, due.longest if due.overdue else ""),
        weight=(due.overdue, due.soon, due.number),
    )


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


def _demands(counted: CaseFilter) -> Callable[..., Listing[Demand]]:
    """Return what lists a page of the demands of n (those that are `counted`) or of d, the oldest first."""

    def listed(reading: Reading, area: str | None, part: Part, page: Page) -> Listing[Demand]:
        return listed_now(reading, area, page=page, which=counted if part == "n" else None)

    return listed


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
    then=ageing_then,
    demands=_demands(OLD),
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
    then=deadlines_then,
    demands=_demands(OVERDUE),
)
