"""make bench: one line of JSON per figure, `{figure, value, target}`; exit 1 beyond 1.5 × a target (2 × in a browser).

CPU time is read from /proc for the server's processes and PostgreSQL's; the phones that send are not counted.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from tests.bench import (
    city_map,
    city_upload,
    county_month,
    decisions,
    exports,
    geotag,
    hotspots,
    ingest,
    ledgers,
    pages,
    phone,
    processes,
    record_lists,
    retag,
    sweeps,
    tracks,
)

_TOLERATED = 1.5
_TOLERATED_IN_A_BROWSER = 2.0

Figure = tuple[str, float, float | None]


def main() -> int:
    """Measure everything and print it."""
    cluster = os.environ.get("WANGGE_TEST_DATABASE_URL")
    if cluster is None:
        sys.stderr.write("请用 WANGGE_TEST_DATABASE_URL 指明一个可以建库的 PostgreSQL（带 PostGIS）。\n")
        return 2
    too_slow = [name for name, value, target in _figures(cluster) if _say(name, value, target) > _TOLERATED]
    seen = chain(pages.figures(), city_map.figures(), phone.figures())
    too_slow += [name for name, value, target in seen if _say(name, value, target) > _TOLERATED_IN_A_BROWSER]
    if too_slow:
        sys.stderr.write(f"超过目标太多：{'、'.join(too_slow)}\n")
    return 1 if too_slow else 0


def _figures(cluster: str) -> Iterator[Figure]:
    yield "fixed loop (s, 0.10 on the machine of the targets)", processes.fixed_loop(), None
    yield from geotag.figures()
    yield from hotspots.figures()
    yield from tracks.figures()
    yield from county_month.figures()
    yield from decisions.figures()
    yield from ledgers.figures(cluster)
    yield from record_lists.figures(cluster)
    yield from retag.figures(cluster)
    with tempfile.TemporaryDirectory() as folder:
        yield from exports.figures(cluster, Path(folder))
        yield from ingest.figures(cluster, Path(folder))
        yield from sweeps.figures(cluster, Path(folder))
        yield from city_upload.figures(Path(folder))


def _say(name: str, value: float, target: float | None) -> float:
    """Print a figure; gives its multiple of the target, 0 without one."""
    sys.stdout.write(json.dumps({"figure": name, "value": round(value, 3), "target": target}) + "\n")
    sys.stdout.flush()
    return value / target if target else 0.0


if __name__ == "__main__":
    sys.exit(main())
