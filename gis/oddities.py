"""What about recorded positions gives occasion to ask (METRICS Q2, Q3): never a proof, always with harmless causes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gis.measure import Coordinates, LocalPlane

SPOT_M = 30.0
FAR_FROM_HOME_M = 150.0
FASTEST_M_PER_S = 42.0
"""150 km/h: no road of a county is driven faster."""
LEAST_JUMP_M = 2000.0
"""Below it two poor fixes may lie that far apart by themselves."""


def spots_far_from_homes(
    recorded: Coordinates, homes: Coordinates, *, households: NDArray[np.int64], fewest: int
) -> list[list[int]]:
    """Return groups of visits recorded within 30 m of one spot that lies more than 150 m from all their homes.

    `recorded` and `homes` have shape (n, 2), degrees; `households` (n,) names each visit's household, of which a
    group has at least `fewest`. Each group lists positions of visits, ascending; a visit is in one group at most.
    """
    if not len(recorded):
        return []
    plane = LocalPlane.amid(recorded)
    spots, doors = plane.to_local(recorded), plane.to_local(homes)
    groups: list[list[int]] = []
    left = np.ones(len(spots), dtype=bool)
    for here in range(len(spots)):
        near = left & (np.hypot(*(spots - spots[here]).T) <= SPOT_M)
        away = near & (np.hypot(*(doors - spots[here]).T) > FAR_FROM_HOME_M)
        if left[here] and len(set(households[away].tolist())) >= fewest:
            groups.append(np.flatnonzero(away).tolist())
            left &= ~away
    return groups


def without_jitter(recorded: Coordinates, *, fewest: int) -> list[list[int]]:
    """Return groups of at least `fewest` positions (shape (n, 2), degrees) that are the same to the last digit.

    A receiver never says the same twice. Each group lists positions in the array, ascending.
    """
    if not len(recorded):
        return []
    _, group, sizes = np.unique(recorded, axis=0, return_inverse=True, return_counts=True)
    group = group.reshape(-1)
    return [np.flatnonzero(group == each).tolist() for each in np.flatnonzero(sizes >= fewest).tolist()]


def teleports(recorded: Coordinates, seconds: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Return the pairs of consecutive records (shape (n, 2), degrees) too far apart for the time between them.

    `seconds` (n,) ascend. A pair lies more than 2 km apart and would take more than 42 m/s.
    """
    if len(recorded) < 2:
        return []
    metres = LocalPlane.amid(recorded).to_local(recorded)
    steps = np.hypot(*np.diff(metres, axis=0).T)
    odd = (steps > LEAST_JUMP_M) & (steps > FASTEST_M_PER_S * np.diff(seconds))
    return [(each, each + 1) for each in np.flatnonzero(odd).tolist()]
