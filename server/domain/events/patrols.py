"""巡查: what happens to patrols, their findings and their tracks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from server.domain.events.event import Event


@dataclass(frozen=True, kw_only=True)
class PatrolRecorded(Event, kind="patrol.recorded"):
    """记录巡查: a grid was patrolled on `day` (METRICS D1); `grid` is the grid it counts for (D5)."""

    grid: str
    day: dt.date
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FindingRecorded(Event, kind="finding.recorded"):
    """发现问题: something was found on a patrol; `handled` is the form's code (FORMS §3)."""

    finding_kind: str
    handled: str
    demand_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class ExemptionDeclared(Event, kind="exemption.declared"):
    """声明免巡: the township exempts grids on days, with a reason (METRICS D9)."""

    grids: tuple[str, ...]
    first_day: dt.date
    last_day: dt.date
    reason: str


@dataclass(frozen=True, kw_only=True)
class TrackOpened(Event, kind="track.opened"):
    """查看轨迹: somebody other than the worker looked at a day's track; the worker is shown this."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class TrackRemoved(Event, kind="track.removed"):
    """删除轨迹: a raw track reached the end of its keeping (90 days, METRICS P)."""

    day: dt.date
