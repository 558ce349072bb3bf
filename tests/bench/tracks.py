"""轨迹: cleaning a track of a thousand fixes and what it covers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np

from gis.measure import LocalPlane
from gis.swath import length_m, swath
from gis.tracks import Fix, clean

_FIXES, _TIMES = 1_000, 20


def figures() -> Iterator[tuple[str, float, float]]:
    """Milliseconds of CPU for one track."""
    rng = np.random.default_rng(1)
    metres = np.column_stack((np.arange(_FIXES) * 2.4, 200 * np.sin(np.arange(_FIXES) / 60)))
    degrees = LocalPlane(108.04, 30.3).from_local(metres + rng.normal(0, 3, metres.shape))
    begun_at = datetime(2026, 10, 20, 1, 0, tzinfo=UTC)
    fixes = [
        Fix(lon, lat, 8, begun_at + timedelta(seconds=2 * n)) for n, (lon, lat) in enumerate(degrees.tolist())
    ]
    begun = time.process_time()
    for _ in range(_TIMES):
        parts = clean(fixes)
    cleaned = time.process_time()
    for _ in range(_TIMES):
        length_m(parts)
        swath(parts, radius_m=25)
    covered = time.process_time()
    yield "clean a track of 1,000 fixes (ms)", (cleaned - begun) / _TIMES * 1000, 15
    yield "clean it and take its swath (ms)", (covered - begun) / _TIMES * 1000, 15
