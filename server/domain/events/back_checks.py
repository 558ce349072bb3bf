"""回访抽查: what happens to the calls that check a month's visits and cases. Who answered what is in no event."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from server.domain.events.event import Event


@dataclass(frozen=True, kw_only=True)
class BackChecksDrawn(Event, kind="back_checks.drawn"):
    """抽取: a county's month was drawn, by the printed seed; its division is the county."""

    month: dt.date
    seed: str
    drawn: int
    out_of: int


@dataclass(frozen=True, kw_only=True)
class BackCheckOpened(Event, kind="back_check.opened"):
    """查看电话: somebody of another village opened whom to ring; its division is the one the record is of."""


@dataclass(frozen=True, kw_only=True)
class BackCheckAnswered(Event, kind="back_check.answered"):
    """回访: somebody was rung, or could not be reached; its division is the one the record is of."""
