"""未解决集中：where open demands stand closer than chance would put them (METRICS H2). No randomness in it.

Every grid is judged together with its neighbours, against what its share of the county would lead one to expect; the
correction for asking so often is the whole county's, so that the answer does not depend on who looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from gis.measure import Coordinates, LocalPlane
from gis.neighbours import Pairs, connected
from gis.tails import negative_binomial_tail, poisson_tail

Counts = NDArray[np.int64]
Numbers = NDArray[np.float64]
Marks = NDArray[np.bool_]

FALSE_DISCOVERY_RATE = 0.05
OVERDISPERSED = 1.2
LEAST_OBSERVED = 5
LEAST_RATIO = 1.5
APART_M = 30.0
_LEAST_PLACES = 3
_LEAST_DISPERSION = 1.01
"""Nearer to 1 the negative binomial is the Poisson in all but arithmetic."""

Values = TypeVar("Values", Counts, Numbers)


@dataclass(frozen=True, slots=True, eq=False)
class Concentrations:
    """What each grid with its neighbours has, all of shape (n,): `observed` cases, `expected` of them, `p` of as many.

    `flagged` are those that concentrate. `spots` are the positions of flagged grids that lie beside each other.
    `dispersion` is how much more the single grids' counts vary than a Poisson's: above 1.2 the law was the negative
    binomial.
    """

    observed: Counts
    expected: Numbers
    p: Numbers
    flagged: Marks
    spots: tuple[tuple[int, ...], ...]
    dispersion: float

    def strongest(self, spot: Sequence[int]) -> int:
        """Return the grid of a spot whose neighbourhood is the least likely; the lowest position of equal ones."""
        return min(spot, key=lambda grid: (self.p[grid], grid))


def concentrations(
    grid_of: NDArray[np.intp], places: Coordinates, weights: Numbers, pairs: Pairs
) -> Concentrations:
    """Find the concentrations of m cases over a county's n grids.

    `grid_of` (m,) is the position of each case's grid, `places` (m, 2) its degrees WGS-84; `weights` (n,), all above
    0, is what the cases are shared out by: people, or the demands of a year; `pairs` are the neighbours.

    With o and e a single grid's cases and its share of all, X is Poisson, or negative binomial where Pearson's
    Σ(o - e)²/e over all grids, divided by n - 1, exceeds 1.2. The variance of a neighbourhood is then φ times its
    expectation, φ being the same quotient over the grids outside it: what concentrates must not pass for the way
    cases are spread everywhere, and so hide itself. Flagged is what the Benjamini-Hochberg
    procedure at 0.05 over all n neighbourhoods keeps, if it has 5 cases and 1.5 times as many as expected, at three
    places more than 30 m from each other.
    """
    own = np.bincount(grid_of, minlength=len(weights)).astype(np.int64)
    share = own.sum() * weights / weights.sum()
    observed, expected = _with_neighbours(own, pairs), _with_neighbours(share, pairs)
    dispersion = _dispersion(own, share)
    if dispersion > OVERDISPERSED:
        p = negative_binomial_tail(observed, expected, dispersion=_dispersion_outside(own, weights, pairs))
    else:
        p = poisson_tail(observed, expected) if len(grid_of) else np.ones(len(weights))
    flagged = significant(p) & (observed >= LEAST_OBSERVED) & (observed >= LEAST_RATIO * expected)
    for grid in np.flatnonzero(flagged):
        flagged[grid] = are_apart(places[np.isin(grid_of, neighbourhood(int(grid), pairs))])
    spots = tuple(connected(np.flatnonzero(flagged).tolist(), pairs))
    return Concentrations(observed, expected, p, flagged, spots, dispersion)


def neighbourhood(grid: int, pairs: Pairs) -> NDArray[np.intp]:
    """Return the positions of a grid and its neighbours."""
    first, last = np.searchsorted(pairs[:, 0], (grid, grid + 1))
    return np.append(pairs[first:last, 1], grid)


def significant(p: Numbers) -> Marks:
    """Say which of the probabilities (n,) the Benjamini-Hochberg procedure keeps at 0.05."""
    order = np.argsort(p, kind="stable")
    under = p[order] <= FALSE_DISCOVERY_RATE * np.arange(1, len(p) + 1) / len(p)
    kept = np.zeros(len(p), dtype=np.bool_)
    kept[order[: np.flatnonzero(under)[-1] + 1 if under.any() else 0]] = True
    return kept


def are_apart(places: Coordinates) -> bool:
    """Say whether among `places` (m, 2), degrees, are three of which each is more than 30 m from both others."""
    metres = _on_plane(np.unique(places, axis=0))
    chosen: list[NDArray[np.float64]] = []
    for (
        place
    ) in metres:  # taking what is far from all taken finds three of them nearly always, and in one pass
        if all(np.hypot(*(place - each)) > APART_M for each in chosen):
            chosen.append(place)
        if len(chosen) == _LEAST_PLACES:
            return True
    far = np.hypot(*(metres[:, None] - metres[None]).transpose(2, 0, 1)) > APART_M
    return bool(((far.astype(np.int64) @ far) * far).any())


def _on_plane(places: Coordinates) -> Coordinates:
    west_south, east_north = places.min(axis=0), places.max(axis=0)
    lon, lat = ((west_south + east_north) / 2).tolist()
    return LocalPlane(lon, lat).to_local(places)


def _with_neighbours(values: Values, pairs: Pairs) -> Values:
    total = values.copy()
    np.add.at(total, pairs[:, 0], values[pairs[:, 1]])
    return total


def _dispersion(own: Counts, share: Numbers) -> float:
    if len(own) < 2 or not own.any():
        return 1.0
    return float(((own - share) ** 2 / share).sum() / (len(own) - 1))


def _dispersion_outside(own: Counts, weights: Numbers, pairs: Pairs) -> Numbers:
    """Pearson's quotient over the grids outside each neighbourhood, (n,): their cases shared out among themselves.

    With c cases to a weight of 1 outside, Σ(o - cw)²/cw = Σ(o²/w)/c - Σo.
    """

    def outside(values: Numbers) -> Numbers:
        left: Numbers = values.sum() - _with_neighbours(values, pairs)
        return left

    cases, weight, squares = outside(own.astype(np.float64)), outside(weights), outside(own**2 / weights)
    grids = outside(np.ones(len(weights)))
    enough = (cases > 0.5) & (grids > 1.5)
    ratio = np.divide(weight, cases, out=np.ones(len(weights)), where=enough)
    quotient = np.divide(squares * ratio - cases, grids - 1, out=np.ones(len(weights)), where=enough)
    return np.maximum(quotient, _LEAST_DISPERSION)
