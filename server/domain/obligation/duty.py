"""义务: what a county's rule asks for, and the grids that owe it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, Protocol
from uuid import UUID

from server.domain.obligation.windows import WindowKind

Id = str | int | UUID

DutyKind = Literal["patrol", "visit_person", "visit_household", "need_visit", "session"]
PhoneRule = Literal["never", "away", "always"]
PatrolDayRule = Literal["calendar", "workday"]

_NOMINAL_DAYS: Mapping[str, int] = MappingProxyType(
    {"day": 1, "week": 7, "month": 31, "month_day": 31, "quarter": 92, "half_year": 184, "year": 366}
)


class WorkdayCalendar(Protocol):
    """Whatever knows holidays, make-up days and the county's own days (METRICS D8)."""

    def is_working(self, day: dt.date) -> bool:
        """Say whether `day` is a working day."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """One cadence of a county's mechanism.

    `by` are the roles the rule names and `also` those whose work counts for the grid (METRICS D7). `tags` says
    which care tags count, and their tier; `tiers` gives a tier's interval in days, None where the tier simply
    follows the window. `patrol_days` concerns patrols (D8), `channel` and `on_day` sessions (V8).
    """

    id: str
    label: str
    what: DutyKind
    window: WindowKind
    by: frozenset[str]
    also: frozenset[str] = frozenset()
    phone: PhoneRule = "away"
    tags: Mapping[str, str] = field(default_factory=dict)
    tiers: Mapping[str, int | None] = field(default_factory=dict)
    patrol_days: PatrolDayRule = "calendar"
    channel: str | None = None
    on_day: int | None = None

    def accepts(self, roles: frozenset[str]) -> bool:
        """Say whether somebody holding `roles` at that place may satisfy the duty: by ∪ also."""
        return not (self.by.isdisjoint(roles) and self.also.isdisjoint(roles))

    def is_own(self, roles: frozenset[str]) -> bool:
        """Say whether the role named by the rule itself is among `roles` (其中亲访)."""
        return not self.by.isdisjoint(roles)

    def interval(self, tier: str | None) -> int | None:
        """Return the interval of a tier in days; None where the window rules."""
        return self.tiers.get(tier) if tier is not None else None

    def strictness(self, tier: str | None) -> int:
        """Return the days a unit of this tier may wait, nominally: smaller is stricter, and sorts first."""
        return self.interval(tier) or _NOMINAL_DAYS[self.window]


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyGrid:
    """A grid as one that owes: in force from `first_day` to `last_day`, its village at work since `start_date`.

    `vacant` says that nobody is in post (无人在岗); such a grid owes everything it owed before (METRICS D6).
    """

    id: str
    first_day: dt.date
    start_date: dt.date
    last_day: dt.date | None = None
    vacant: bool = False

    @property
    def owes_since(self) -> dt.date:
        """The first day on which the grid owes anything."""
        return max(self.first_day, self.start_date)

    def owes_on(self, day: dt.date) -> bool:
        """Say whether the grid is in force on `day`, and its village at work."""
        return self.owes_since <= day and (self.last_day is None or day <= self.last_day)
