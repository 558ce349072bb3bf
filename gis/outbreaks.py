"""近日增多：a space-time permutation scan (Kulldorff 2005): where more has come in lately than the place's and the days'
own numbers would make one expect. It needs no population; which of many candidates are chance is told by shuffling days.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis.measure import Coordinates

Numbers = NDArray[np.float64]
Positions = NDArray[np.intp]

SEED = 2005
PERMUTATIONS = 199
WINDOWS = (3, 7, 14, 21, 28)
"""How many of the last days a candidate may span."""

ALARM = 0.01
"""An increase is told where chance alone makes as large a one on one night of a hundred."""

_MOST_GRIDS = 20
_LEAST_CASES = 5
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Increase:
    """A grid with its nearest, `grids` by position, in the last `days` days: `observed` cases, `expected` of them; `p` is
    the share of shufflings, the present order included, in which anything in the county stands out as much.
    """

    grids: tuple[int, ...]
    days: int
    observed: int
    expected: float
    p: float


def increases(
    grid_of: Positions, days_ago: NDArray[np.int64], nearest: Positions, *, seed: int = SEED
) -> list[Increase]:
    """Find what has increased among m cases over n grids, the least likely first; none shares a grid with another.

    `grid_of` (m,) is the position of each case's grid, `days_ago` (m,) its age in days, 0 for today; both should go
    back a year. `nearest` (n, k) are each grid's nearest, itself first (`nearest_grids`).

    A candidate is a grid with its nearest 0 to k - 1 over the last days; expected in it are the cases of its grids
    times the share of all cases that came in these days. It stands out by the likelihood ratio of having more inside.
    199 times the days are shuffled among the cases, which keeps every grid's and every day's number.
    """
    if not len(grid_of):
        return []
    scan = _Scan(grid_of, nearest)
    candidates = scan.ratios(days_ago)
    chance = np.random.default_rng(seed)
    highest = np.array([scan.ratios(chance.permutation(days_ago)).max() for _ in range(PERMUTATIONS)])
    found: list[Increase] = []
    taken: set[int] = set()
    for flat in np.argsort(-candidates, axis=None, kind="stable"):
        ratio = candidates.flat[flat]
        p = float(1 + (highest >= ratio).sum()) / (PERMUTATIONS + 1)
        if ratio <= 0 or p > ALARM:
            break
        one = scan.candidate(int(flat), days_ago, p)
        if taken.isdisjoint(one.grids):
            found.append(one)
            taken.update(one.grids)
    return found


def nearest_grids(middles: Coordinates) -> Positions:
    """Return for n grids with `middles` (n, 2) in metres the positions of the nearest, (n, k), itself first; k ≤ 20."""
    kept = min(_MOST_GRIDS, len(middles))
    found = np.empty((len(middles), kept), dtype=np.intp)
    for first in range(0, len(middles), _AT_ONCE):
        part = middles[first : first + _AT_ONCE]
        away = np.hypot(*(part[:, None] - middles[None]).transpose(2, 0, 1))
        own = np.arange(len(part))
        away[own, own + first] = -1.0  # itself first, also where two middles are the same
        nearest = np.argpartition(away, kept - 1, axis=1)[:, :kept]
        order = np.lexsort((nearest, np.take_along_axis(away, nearest, axis=1)))
        found[first : first + _AT_ONCE] = np.take_along_axis(nearest, order, axis=1)
    return found


class _Scan:
    """The candidates, and how far each stands out under some order of the days."""

    def __init__(self, grid_of: Positions, nearest: Positions) -> None:
        self._grid_of, self._nearest = grid_of, nearest
        self._ever = self._within(np.bincount(grid_of, minlength=len(nearest)).astype(np.float64))

    def ratios(self, days_ago: NDArray[np.int64]) -> Numbers:
        """The logarithm of the likelihood ratio of each candidate, (windows, n, k); 0 where there is no increase."""
        total = float(len(days_ago))
        ratios = np.zeros((len(WINDOWS), *self._nearest.shape))
        for number, days in enumerate(WINDOWS):
            recent = days_ago < days
            own = np.bincount(self._grid_of[recent], minlength=len(self._nearest)).astype(np.float64)
            observed, expected = self._within(own), self._ever * (recent.sum() / total)
            more = (observed >= _LEAST_CASES) & (observed > expected)
            inside, usual = observed[more], expected[more]
            outside = total - inside
            left = np.divide(outside, total - usual, out=np.ones_like(outside), where=outside > 0)
            ratios[number][more] = inside * np.log(inside / usual) + outside * np.log(left)
        return ratios

    def candidate(self, flat: int, days_ago: NDArray[np.int64], p: float) -> Increase:
        """The candidate at a position of the flattened ratios."""
        window, grid, size = np.unravel_index(flat, (len(WINDOWS), *self._nearest.shape))
        grids = self._nearest[grid, : size + 1]
        recent = days_ago < WINDOWS[window]
        inside = np.isin(self._grid_of, grids)
        return Increase(
            grids=tuple(sorted(grids.tolist())),
            days=WINDOWS[window],
            observed=int((inside & recent).sum()),
            expected=float(inside.sum() * recent.sum() / len(recent)),
            p=p,
        )

    def _within(self, own: Numbers) -> Numbers:
        """What each grid has with its nearest none, one, two … added, (n, k)."""
        return np.cumsum(own[self._nearest], axis=1)
