"""n of d, with the rows behind both: a figure that cannot be listed is not shown."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

Row = TypeVar("Row", bound=Hashable)

NO_DUTY = "无任务"
_SMALLEST_PERCENTAGE_BASE = 5


@dataclass(frozen=True, slots=True)
class Figure(Generic[Row]):
    """n of d: `rows_n` are among `rows_d`; `vacant` counts the grids in it where nobody is in post (METRICS D6)."""

    rows_n: tuple[Row, ...]
    rows_d: tuple[Row, ...]
    vacant: int = 0

    @property
    def n(self) -> int:
        """How many rows are n."""
        return len(self.rows_n)

    @property
    def d(self) -> int:
        """How many rows are d."""
        return len(self.rows_d)

    @property
    def rows_left(self) -> tuple[Row, ...]:
        """The rows behind d - n, in the order of d."""
        reached = set(self.rows_n)
        return tuple(row for row in self.rows_d if row not in reached)


def total(figures: Iterable[Figure[Row]]) -> Figure[Row]:
    """Sum figures of a group: Σn of Σd, never a mean of rates (METRICS D10)."""
    rows_n: list[Row] = []
    rows_d: list[Row] = []
    vacant = 0
    for figure in figures:
        rows_n.extend(figure.rows_n)
        rows_d.extend(figure.rows_d)
        vacant += figure.vacant
    return Figure(tuple(rows_n), tuple(rows_d), vacant)


@dataclass(frozen=True, slots=True)
class Sum:
    """Σn of Σd of a group: what a page says of it; the rows are asked for line by line (METRICS D10)."""

    n: int
    d: int
    vacant: int


def summed(figures: Iterable[Figure[Row]]) -> Sum:
    """Add up the numbers of a group's figures."""
    n = d = vacant = 0
    for figure in figures:
        n += len(figure.rows_n)
        d += len(figure.rows_d)
        vacant += figure.vacant
    return Sum(n, d, vacant)


def percentage(n: int, d: int) -> str:
    """Write n of d as a sheet does: cut, never rounded, to one decimal; 无任务 where nothing is due (METRICS D10)."""
    if d == 0:
        return NO_DUTY
    whole, tenth = divmod(n * 1000 // d, 10)
    return f"{whole}.{tenth} %"


def map_percentage(n: int, d: int) -> str:
    """Write n of d as the map does: below d = 5 the fraction itself, "3/4" (METRICS D10)."""
    return f"{n}/{d}" if 0 < d < _SMALLEST_PERCENTAGE_BASE else percentage(n, d)


def vacancy_note(vacant: int) -> str:
    """Return the words a figure carries where grids have nobody in post; empty where all have (METRICS D6)."""
    return f"其中无人在岗 {vacant} 格" if vacant else ""
