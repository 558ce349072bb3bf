"""热点: what a county of 3,000 grids costs, from the outlines to the concentrations and the night's scan of a year."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import shapely
from shapely import Polygon

from gis.concentration import concentrations
from gis.measure import LocalPlane
from gis.neighbours import neighbours
from gis.outbreaks import increases, nearest_grids

_ROWS, _COLUMNS = 50, 60
_GRIDS = _ROWS * _COLUMNS
_STEP = 0.01
_CORNERS = 128
_CASES, _REPORTS = 12_000, 30_000


def figures() -> Iterator[tuple[str, float, float | None]]:
    """Seconds of CPU; neighbours are found once for each publication of boundaries, the scan runs at night."""
    rng = np.random.default_rng(1)
    shapes = _outlines()
    begun = time.process_time()
    pairs = neighbours(shapes)
    yield f"neighbours of {_GRIDS} grids, once a publication (s)", time.process_time() - begun, None

    people = rng.gamma(4.0, 200.0, _GRIDS)
    grid_of = rng.choice(_GRIDS, _CASES, p=people / people.sum())
    corners = np.column_stack((grid_of % _COLUMNS, grid_of // _COLUMNS)) * _STEP + (108, 30)
    places = corners + rng.random((_CASES, 2)) * _STEP
    begun = time.process_time()
    concentrations(grid_of, places, people, pairs)
    yield f"concentrations of {_CASES} cases over {_GRIDS} grids (s)", time.process_time() - begun, 1

    begun = time.process_time()
    middles = LocalPlane.around(shapes).to_local(shapely.get_coordinates(shapely.centroid(shapes)))
    increases(rng.integers(0, _GRIDS, _REPORTS), rng.integers(0, 365, _REPORTS), nearest_grids(middles))
    yield (
        f"space-time scan of a year's {_REPORTS} reports over {_GRIDS} grids (s)",
        time.process_time() - begun,
        10,
    )


def _outlines() -> list[Polygon]:
    """Grids beside each other with as many corners as surveyed ones have."""
    angles = np.linspace(0, 2 * np.pi, _CORNERS, endpoint=False)
    radius = 0.5 / np.maximum(np.abs(np.cos(angles)), np.abs(np.sin(angles)))
    outline = np.column_stack((radius * np.cos(angles), radius * np.sin(angles))) + 0.5
    return [
        Polygon((outline + place) * _STEP + (108, 30))
        for place in ((column, row) for row in range(_ROWS) for column in range(_COLUMNS))
    ]
