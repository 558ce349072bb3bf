"""重新定格: records that bore a wrong grid because a map had been taken in wrongly are put right."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from server.domain.events.event import Event


@dataclass(frozen=True, kw_only=True)
class RetaggingBegun(Event, kind="retagging.begun"):
    """开始重新定格: so many records of days `since` … `until` are to bear the grids of the corrected boundaries."""

    since: dt.date
    until: dt.date
    rows: int


@dataclass(frozen=True, kw_only=True)
class RowsRetagged(Event, kind="retagging.rows"):
    """重新定格: a batch of rows was written; how many, by "kind: from → to"."""

    rows: int
    by_grids: dict[str, int]
