"""The order in which somebody walks from house to house."""

from __future__ import annotations

import numpy as np

from gis.measure import Coordinates, LocalPlane


def walking_order(places: Coordinates) -> list[int]:
    """Return the positions of `places` (shape (n, 2), degrees) in the order of a walk past all of them.

    The walk begins at the westernmost place and always goes on to the nearest one left; of equal ones the first.
    The same places make the same walk.
    """
    if not len(places):
        return []
    metres = LocalPlane.amid(places).to_local(places)
    left = np.ones(len(metres), dtype=bool)
    here = int(np.lexsort((metres[:, 1], metres[:, 0]))[0])
    walk = [here]
    left[here] = False
    while left.any():
        away = np.hypot(*(metres - metres[here]).T)
        here = int(np.argmin(np.where(left, away, np.inf)))
        walk.append(here)
        left[here] = False
    return walk
