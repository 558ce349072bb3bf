"""回访抽查: a few of a month's visits and settled cases, asked about again by somebody of another village (METRICS Q).

It is the only check on truth that is not the worker's own phone, and it is about a village, never about a person.
"""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

SHARE_PERCENT = 5
FEWEST = 3
_Z = 1.959964
"""The standard normal's 97.5 % point: an interval of 95 %."""


class What(StrEnum):
    """What is asked about."""

    VISIT = "visit"
    DEMAND = "demand"

    @property
    def label(self) -> str:
        """The thing as users read it."""
        return {"visit": "走访", "demand": "办件"}[self.value]

    @property
    def question(self) -> str:
        """What is said on the telephone; it gives nothing away of what was recorded."""
        return _QUESTIONS[self]


_QUESTIONS = {
    What.VISIT: "上个月有人来看过您吗？",
    What.DEMAND: "上个月您反映的事，有人给您办了、给您回话了吗？",
}


class Answer(StrEnum):
    """What came of a call. Only the first two say whether the record is right."""

    AGREES = "agrees"
    DIFFERS = "differs"
    UNSURE = "unsure"
    NOT_REACHED = "not_reached"

    @property
    def label(self) -> str:
        """The answer as users read it."""
        return _LABELS[self]


_LABELS = {
    Answer.AGREES: "有",
    Answer.DIFFERS: "没有",
    Answer.UNSURE: "记不清、不愿说",
    Answer.NOT_REACHED: "没打通、没有电话",
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A visit or a settled case that may be drawn: its key as text and the grid it counts for."""

    what: What
    key: str
    grid: str


def sample_size(total: int) -> int:
    """How many of a village's visits and cases are drawn: 5 %, a started one counted, at least 3, never more than all."""
    return min(total, max(FEWEST, -(-total * SHARE_PERCENT // 100)))


def draw(candidates: Iterable[Candidate], *, seed: str) -> list[Candidate]:
    """Return a village's sample, by grid: whoever knows the printed seed draws the same one, in whatever order he looks.

    Each grid gets its share of the sample, cut; what is left over goes to the largest remainders, equal ones by lot.
    Lots are SHA-256 of the seed and the key.
    """
    by_grid: dict[str, list[Candidate]] = defaultdict(list)
    for each in candidates:
        by_grid[each.grid].append(each)
    total = sum(map(len, by_grid.values()))
    size = sample_size(total)
    shares = {grid: divmod(size * len(members), total) for grid, members in by_grid.items()}
    left = size - sum(whole for whole, _ in shares.values())
    by_remainder = sorted(shares, key=lambda grid: (-shares[grid][1], _lot(seed, grid)))
    lucky = frozenset(by_remainder[:left])
    return [
        each
        for grid in sorted(by_grid)
        for each in _by_lot(by_grid[grid], seed=seed)[: shares[grid][0] + (grid in lucky)]
    ]


def askers(villages: Iterable[str], *, seed: str) -> dict[str, str]:
    """Return which village asks about each: its neighbour in a ring drawn by lot, so that no two of more ask each other.

    A single village has nobody to ask about it: nothing is returned for it.
    """
    ring = sorted(villages, key=lambda village: _lot(seed, village))
    return dict(zip(ring, ring[1:] + ring[:1], strict=True)) if len(ring) > 1 else {}


def interval(n: int, d: int) -> tuple[float, float]:
    """Return the 95 % interval of a share of which n of d were seen, as parts of 1 (Wilson); (0, 1) of nothing seen."""
    if d == 0:
        return 0.0, 1.0
    share, spread = n / d, _Z * _Z / d
    middle = (share + spread / 2) / (1 + spread)
    half = math.sqrt(spread * share * (1 - share) + spread * spread / 4) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def _by_lot(members: Iterable[Candidate], *, seed: str) -> list[Candidate]:
    return sorted(members, key=lambda each: _lot(seed, each.what, each.key))


def _lot(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
