"""Phones that send as fast as they are answered, each on a connection of its own."""

from __future__ import annotations

import datetime as dt
import http.client
import threading
from collections import Counter
from collections.abc import Iterator, Sequence

from server.domain.work_calendar import SHANGHAI
from tests.factories import GRID
from tests.instances import instance, patrol
from tests.phones import encoded

_POINTS = 59
_START = dt.datetime(2026, 10, 20, 9, 0, tzinfo=SHANGHAI)
"""A phone writes moments in its own zone."""


def record(number: int) -> bytes:
    """A patrol of 3 kB: a finding with a photo's name and a track."""
    begun = _START + dt.timedelta(minutes=number % 400)
    east = number % 80 / 10_000
    track = "; ".join(
        f"{30.001 + point / 7000:.7f} {108.001 + east + point / 9000:.7f} 412.5 6.3"
        for point in range(_POINTS)
    )
    finding = {
        "what": {
            "kind": "road",
            "detail": "road_hole",
            "photo": f"{number}.jpg",
            "words": "桥头路面塌了一块，电动车过不去，老人走路要绕到田埂上。",
            "handled": "watch",
            "fix": "30.0051 108.0052 412.5 6.3",
        },
        "more": {"source": "told", "landmark": "石桥头小卖部对面"},
    }
    wrap_up = {"extent": "whole", "companion": "village_cadre", "track": track}
    return instance("patrol", patrol(GRID, begun, result="found", finding=[finding], wrap_up=wrap_up))


def send_all(port: int, phone: str, records: Sequence[bytes], *, phones: int = 8) -> Counter[int]:
    """Send every record once; how often each status was answered."""
    left = iter([encoded(record, {}) for record in records])
    statuses: Counter[int] = Counter()
    lock = threading.Lock()

    def run() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for kind, body in _shared(left, lock):
            connection.request("POST", f"{phone}/submission?deviceID=x", body, {"Content-Type": kind})
            response = connection.getresponse()
            response.read()
            with lock:
                statuses[response.status] += 1
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(phones)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses


def _shared(left: Iterator[tuple[str, bytes]], lock: threading.Lock) -> Iterator[tuple[str, bytes]]:
    while True:
        with lock:
            each = next(left, None)
        if each is None:
            return
        yield each
