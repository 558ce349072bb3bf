"""图层的样子: what a layer says of every grid, and what is told of the layer itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from server.domain.permissions import Permission
from server.domain.work_calendar import local_day
from server.figures import areas
from server.figures.areas import GridName
from server.storage.demands import Demand
from server.storage.selection import Listing, Page
from server.work import Reading

Part = Literal["n", "d"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GridFigure:
    """One grid in a layer: n of d, its label on the map, its level (a name of LOOKS), and what the table says.

    `cells` are the values of the layer's own columns, in their order; `told` what is said of the grid on the map.
    `weight` is larger the more it wants looking at, the first number deciding.
    """

    grid: GridName
    n: int
    d: int
    text: str
    level: str
    told: str
    cells: tuple[str | int, ...] = ()
    vacant: bool = False
    weight: tuple[int, ...] = ()

    def as_row(self) -> dict[str, Any]:
        """The grid as web/staff/maps.values takes it."""
        return {
            "code": self.grid.code,
            "n": self.n,
            "d": self.d,
            "text": self.text,
            "level": self.level,
            "vacant": self.vacant,
            "told": self.told,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class GridLayer:
    """A layer over an area at a moment (aware), the neediest grid first.

    `elsewhere`: (n, d) by the village, or wider division, of what lies in no grid: every sum counts it.
    """

    as_of: dt.datetime
    lines: tuple[GridFigure, ...]
    elsewhere: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def n(self) -> int:
        """The sum of what is looked for."""
        return sum(n for _, n, _ in self._counted())

    @property
    def d(self) -> int:
        """The sum of what is counted."""
        return sum(d for *_, d in self._counted())

    def sums(self, digits: int) -> Mapping[str, tuple[int, int]]:
        """(n, d) of each division whose code has so many digits."""
        found: dict[str, tuple[int, int]] = {}
        for code, n, d in self._counted():
            before = found.get(code[:digits], (0, 0))
            found[code[:digits]] = (before[0] + n, before[1] + d)
        return found

    def _counted(self) -> Iterator[tuple[str, int, int]]:
        for line in self.lines:
            yield line.grid.code, line.n, line.d
        for code, (n, d) in self.elsewhere.items():
            yield code, n, d

    def at_level(self, level: str) -> int:
        """How many grids are of a level."""
        return sum(line.level == level for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A kind of layer: its words, the levels of its legend from best to worst, its columns, how it is computed.

    `of_n` and `of_d` say what n and d count, `unit` their measure word, `number` what stands in a grid on the map.
    `then` computes it as of an earlier `reading.now` (see `earlier`) from what is kept, without lines where nothing
    was kept yet; None where not enough is. `demands` returns a page of those that a part of its figure counts in a
    grid or area, oldest first, where it counts demands. It is shown to whoever has the `permission`.
    """

    label: str
    levels: tuple[str, ...]
    of_n: str
    of_d: str
    unit: str
    number: str
    columns: tuple[str, ...]
    compute: Callable[[Reading, str | None], GridLayer]
    note: str = ""
    then: Callable[[Reading, str | None], GridLayer] | None = None
    permission: Permission = Permission.VIEW_MAPS
    demands: Callable[[Reading, str | None, Part, Page], Listing[Demand]] | None = None


def earlier(reading: Reading, back: dt.timedelta) -> Reading:
    """The same look, that long before."""
    return replace(reading, now=reading.now - back)


def grids_of(reading: Reading, area: str | None) -> Mapping[str, GridName]:
    """The grids of an area in force, by code. Raises NotFound("jurisdiction.unknown") outside the reader's scope."""
    scope = areas.narrowed(reading.actor.scope, area)
    today = local_day(reading.now)
    named = areas.grid_names(reading.session, scope=scope)
    return {code: grid for code, grid in named.items() if grid.is_in_force(today)}


def layer_of(
    reading: Reading, lines: list[GridFigure], *, elsewhere: Mapping[str, tuple[int, int]] | None = None
) -> GridLayer:
    """Put the lines of a layer in order."""
    ordered = sorted(lines, key=lambda line: ([-each for each in line.weight], line.grid.code))
    return GridLayer(as_of=reading.now, lines=tuple(ordered), elsewhere=elsewhere or {})
