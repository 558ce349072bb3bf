"""How visits are said: outcomes, states, windows, tiers, reasons of leaving."""

from __future__ import annotations

from collections.abc import Mapping

from forms import catalogue
from server.domain.mechanism import MechanismProfile
from server.domain.obligation import Window
from server.figures.visit_list import FAMILY_ONLY, LastVisit
from server.web.i18n import day

STATES: Mapping[str, str] = {
    "": "全部",
    "overdue": "已逾期",
    "due": "本期应走访",
    "never": "从未走访",
    "not_met": "屡访未遇",
    "phone": "只打过电话",
}
"""What the list can be narrowed to (METRICS V *Filters*)."""

_HALVES = {1: "上半年", 7: "下半年"}


def outcome(code: str) -> str:
    """见到人, 无人在家, …: an outcome as the form words it."""
    return catalogue.choices("household_visit", "visit_outcome").get(code, code)


def last(visit: LastVisit) -> str:
    """What came of the visit before; where it reached the family only, that the person was not seen (METRICS V)."""
    return FAMILY_ONLY[visit.outcome] if visit.missed else outcome(visit.outcome)


def next_try(code: str | None) -> str:
    """晚上再来, 先打电话, …; nothing where the last attempt advised nothing."""
    return "" if code is None else catalogue.choices("household_visit", "retry").get(code, code)


def tier(profile: MechanismProfile, code: str | None) -> str:
    """The county's word for a tier; nothing for a unit without one."""
    return next((each.label for each in profile.tiers if each.id == code), "")


def window(value: Window) -> str:
    """2026年10月, 2026年上半年, 2026年第3季度, 近 183 天（滚动）, or from when to when."""
    year, month = value.first.year, value.first.month
    words = {
        "month": f"{year}年{month}月",
        "quarter": f"{year}年第{month // 3 + 1}季度",
        "half_year": f"{year}年{_HALVES.get(month, '')}",
        "year": f"{year}年",
        "rolling": "近 183 天（滚动）",
    }
    return words.get(value.kind, f"{day(value.first)}—{day(value.last)}")
