"""定格: the grid of a point, among 5,000 grids."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
from shapely import Polygon

from gis.grid_index import GridIndex

_SIDE = 71
_STEP = 0.01
_CORNERS = 60
_ONE, _MANY = 5_000, 100_000
SPAN = _SIDE * _STEP
"""Degrees the grids reach to the east and to the north of 108° E, 30° N."""


def figures() -> Iterator[tuple[str, float, float]]:
    """Microseconds of CPU per point, one by one and all at once."""
    index_of_5000 = index()
    rng = np.random.default_rng(1)
    lons = 108 + rng.random(_MANY) * _SIDE * _STEP
    lats = 30 + rng.random(_MANY) * _SIDE * _STEP
    begun = time.process_time()
    for lon, lat in zip(lons[:_ONE].tolist(), lats[:_ONE].tolist(), strict=True):
        index_of_5000.code_at(lon, lat)
    yield "geotag one point at 5,000 grids (µs)", (time.process_time() - begun) / _ONE * 1e6, 20
    begun = time.process_time()
    index_of_5000.locate_many(lons, lats)
    yield "geotag a point of a batch at 5,000 grids (µs)", (time.process_time() - begun) / _MANY * 1e6, 4


def index() -> GridIndex:
    """Neighbouring grids with sixty corners each, as surveyed ones have."""
    angles = np.linspace(0, 2 * np.pi, _CORNERS, endpoint=False)
    radius = 0.5 / np.maximum(np.abs(np.cos(angles)), np.abs(np.sin(angles)))
    outline = np.column_stack((radius * np.cos(angles), radius * np.sin(angles))) + 0.5
    places = [(column, row) for row in range(_SIDE) for column in range(_SIDE)][:5_000]
    shapes = [Polygon((outline + place) * _STEP + (108, 30)) for place in places]
    return GridIndex([f"{number:015d}" for number in range(len(shapes))], shapes)
