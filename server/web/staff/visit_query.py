"""What the page of visits is asked, and which units and lines answer it (METRICS V *Filters*)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from server.domain.mechanism import MechanismProfile
from server.domain.obligation import Duty, Standing, Window
from server.domain.problems import NotFound
from server.domain.work_calendar import local_day
from server.figures.compliance import Compliance, GridCompliance, state_of, windows
from server.web.parsing import Submitted
from server.web.staff import visit_words
from server.web.staff.maps import select
from server.work import Reading

_ORDERS: dict[str, Callable[[GridCompliance], Any]] = {
    "grid": lambda line: line.code,
    "reached": lambda line: line.visits.reached.n / line.visits.reached.d if line.visits.reached.d else 2,
    "never": lambda line: line.visits.never.n,
    "not_met": lambda line: line.visits.not_met.n,
}


class VisitQuery(Submitted):
    """What the page is asked: the duty, the window by its first day (or 滚动), the area, whom, the order.

    `view` live: of a window that is frozen, how it would stand as of now.
    """

    duty: str | None = None
    window: str = ""
    view: Literal["", "live"] = ""
    area: str | None = None
    tier: str = ""
    state: Literal["", "overdue", "due", "never", "not_met", "phone"] = ""
    order: str = "grid"
    page: int = 1

    @property
    def is_live(self) -> bool:
        """Whether it asks for figures as of now."""
        return self.view == "live"

    @property
    def narrows(self) -> bool:
        """Whether it asks for some of the units only."""
        return bool(self.tier or self.state)


def chosen(reading: Reading, wanted: VisitQuery, owed: list[Duty]) -> tuple[Duty, Window]:
    """Return the duty and the window asked for, the first and present ones by default.

    Raises NotFound("duty.unknown") for a duty that is not owed there, NotFound("window.unknown").
    """
    duty = next((each for each in owed if wanted.duty in (None, each.id)), None)
    if duty is None:
        raise NotFound("duty.unknown", duty=wanted.duty or "")
    offered = windows(duty, today=local_day(reading.now))
    window = next((each for each in offered if wanted.window in ("", _window_key(each))), None)
    if window is None:
        raise NotFound("window.unknown")
    return duty, window


def asked_for(found: Compliance, standing: Standing, wanted: VisitQuery) -> bool:
    """Say whether a unit is of the tier and in the state asked for."""
    return wanted.tier in ("", standing.tier) and _is_in(found, standing, wanted.state)


def lines_of(found: Compliance, wanted: VisitQuery) -> list[GridCompliance]:
    """The lines in the order asked for; of some units only, the grids where there are any."""
    key = _ORDERS.get(wanted.order.removeprefix("-"), _ORDERS["grid"])
    lines = [
        line
        for line in found.grids
        if not wanted.narrows or any(asked_for(found, each, wanted) for each in line.visits.standings)
    ]
    return sorted(lines, key=key, reverse=wanted.order.startswith("-"))


def window_filter(duty: Duty, window: Window, reading: Reading) -> dict[str, Any]:
    """Return the filter bar's field for the window."""
    offered = windows(duty, today=local_day(reading.now))
    options = {_window_key(each): visit_words.window(each) for each in offered}
    return select("window", "期间", options, _window_key(window))


def unit_filters(profile: MechanismProfile, wanted: VisitQuery) -> list[dict[str, Any]]:
    """Return the filter bar's fields for the tier and the state of units."""
    tiers = {"": "全部", **{tier.id: tier.label for tier in profile.tiers}}
    return [
        select("tier", "档次", tiers, wanted.tier),
        select("state", "状态", visit_words.STATES, wanted.state),
    ]


def _is_in(found: Compliance, standing: Standing, state: str) -> bool:
    if state in ("overdue", "due"):
        return state_of(found, standing) == state
    if state == "phone":
        return standing.phone_only or bool(standing.calls)
    return not state or bool(getattr(standing, state))


def _window_key(window: Window) -> str:
    return window.kind if window.kind == "rolling" else window.first.isoformat()
