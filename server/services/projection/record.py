"""What every projector is given: a submission's answers, its sender, its day and its place."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from shapely import Point

from forms.answers import Fix
from forms.instance import Answers
from gis.grid_index import GridIndex, Located
from server.domain.jurisdiction import contains
from server.domain.people import Actor

FAR_METRES = 300
"""Beyond this from the chosen grid the leader sees the question too (PERSONAS D1 08:40)."""


class Flag(StrEnum):
    """A question about a record, with harmless causes; it never removes the record from a figure (METRICS D13, Q)."""

    CLOCK = "clock"
    NO_POSITION = "no_position"
    ACCURACY_ZERO = "accuracy_zero"
    OUTSIDE_ALL = "outside_all"
    OTHER_GRID = "other_grid"
    FAR_FROM_GRID = "far_from_grid"
    UNKNOWN_GRID = "unknown_grid"
    NOT_OWN_GRID = "not_own_grid"

    @property
    def label(self) -> str:
        """The question as users read it."""
        return _LABELS[self]

    @property
    def causes(self) -> str:
        """What may be behind it without anybody having done anything wrong."""
        return _CAUSES[self]


_LABELS = {
    Flag.CLOCK: "时钟异常",
    Flag.NO_POSITION: "没有定位",
    Flag.ACCURACY_ZERO: "定位精度为零",
    Flag.OUTSIDE_ALL: "定位在所有网格之外",
    Flag.OTHER_GRID: "定位在另一个网格",
    Flag.FAR_FROM_GRID: "定位离所选网格较远",
    Flag.UNKNOWN_GRID: "所选网格不在现行边界里",
    Flag.NOT_OWN_GRID: "不是本人负责的网格",
}

_CAUSES = {
    Flag.CLOCK: "手机时间不准，换电池、长时间关机以后常见；填了很久以后才发出也会这样。",
    Flag.NO_POSITION: "室内、峡谷里收不到卫星，手机没有开定位，或本人不愿意开。",
    Flag.ACCURACY_ZERO: "位置是在地图上点的，或手机没有报误差。",
    Flag.OUTSIDE_ALL: "定位漂移；在村外补记；或网格边界还没有画到那里。",
    Flag.OTHER_GRID: "站在两格交界的地方，顺路帮邻格办事，或回到村委会才填。",
    Flag.FAR_FROM_GRID: "回来以后才补记，或刚打开手机，定位还没有更新。",
    Flag.UNKNOWN_GRID: "手机上的名单还是旧的，网格已经调整过。",
    Flag.NOT_OWN_GRID: "临时替班，还没有在“人员”里登记。",
}


@dataclass(frozen=True)
class Record:
    """One submission on its way to domain rows. `grid` is the grid it states, once the projector has read it.

    `projector` names the shipped form whose rules read it, None where nothing is made of it.
    """

    projector: str | None
    values: Answers
    actor: Actor
    day: dt.date
    started_at: dt.datetime
    device_start: dt.datetime | None
    received_at: dt.datetime
    fix: Fix | None
    located: Located | None
    index: GridIndex
    flags: frozenset[Flag] = frozenset()
    grid: str | None = None
    is_first: bool = False
    """No rows of it can be there yet, so that none need to be looked for."""

    @property
    def point(self) -> Point | None:
        """The position of the record, where it has one."""
        return None if self.fix is None else Point(self.fix.lon, self.fix.lat)

    @property
    def jurisdiction(self) -> str:
        """The grid it states, else the one it lies in, else the sender's own division."""
        if self.grid is not None and self.grid in self.index:
            return self.grid
        if self.located is not None and self.located.code is not None:
            return self.located.code
        return min(self.actor.scope.codes, default="")

    def roles(self) -> frozenset[str]:
        """The roles the sender held for the record's grid on its day, standing in included (METRICS D7)."""
        held = {
            post.function.value for post in self.actor.posts if contains(post.jurisdiction, self.jurisdiction)
        }
        return frozenset(held | ({self.actor.role.value} if self.actor.role is not None else set()))

    def text(self, *path: str) -> str | None:
        """The answer at a path of group and question names; None where it was not given."""
        value: object = self.values
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        return value if isinstance(value, str) else None

    def rounds(self, name: str) -> list[Answers]:
        """The rounds of a repeat."""
        value = self.values.get(name)
        return value if isinstance(value, list) else []

    def questions(self) -> frozenset[Flag]:
        """What the position and the chosen grid give occasion to ask."""
        asked = set(self.flags)
        if self.fix is None:
            asked.add(Flag.NO_POSITION)
        elif self.fix.accuracy == 0:
            asked.add(Flag.ACCURACY_ZERO)
        if self.located is not None and self.located.code is None:
            asked.add(Flag.OUTSIDE_ALL)
        if self.grid is not None:
            asked |= self._about_grid(self.grid)
        return frozenset(asked)

    def _about_grid(self, grid: str) -> set[Flag]:
        if grid not in self.index:
            return {Flag.UNKNOWN_GRID}
        asked: set[Flag] = set()
        if not self.actor.scope.covers(grid):
            asked.add(Flag.NOT_OWN_GRID)
        if self.located is not None and self.located.code not in (None, grid):
            asked.add(Flag.OTHER_GRID)
        if self.fix is not None and not self.index.within(
            grid, self.fix.lon, self.fix.lat, margin_m=FAR_METRES
        ):
            asked.add(Flag.FAR_FROM_GRID)
        return asked
