"""网格规模: how large a grid ought to be, and whether it is (FD-01, FD-03; else GB/T 34300-2017, STANDARDS §1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from server.domain.mechanism.organisation import GridStandard

Unit = Literal["person", "household"]
NormLevel = Literal["too_large", "too_small", "unstaffed", "fits"]


@dataclass(frozen=True, slots=True)
class Norm:
    """From how many to how many a grid should count, both included, in persons or households."""

    unit: Unit
    least: int
    most: int


USUAL = Norm("household", 300, 500)
"""Where a county's mechanism names none (GB/T 34300-2017)."""


def norm_for(standards: Iterable[GridStandard], *, area: str) -> Norm:
    """The norm of a county for its "urban" or "rural" grids.

    A county may name several, for open and closed compounds, for dense and scattered courtyards. No grid says which it
    is, so the norm reaches from the least of any to the most of any, in the unit named first.
    """
    named = [standard for standard in standards if standard.area in (area, "all")]
    if not named:
        return USUAL
    unit = named[0].unit
    alike = [standard for standard in named if standard.unit == unit]
    return Norm(unit, min(standard.least for standard in alike), max(standard.most for standard in alike))


def level_of(norm: Norm, count: int, *, is_staffed: bool) -> NormLevel:
    """网格规模判定: who is missing comes before how many there are."""
    if not is_staffed:
        return "unstaffed"
    if count > norm.most:
        return "too_large"
    return "too_small" if count < norm.least else "fits"
