"""What an office waits for over 200,000 demands: inbox, ledger, queue and cases, the server's time for a whole page."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import sqlalchemy as sa
from flask.testing import FlaskClient

from server.app import create_app, seldom_look_for_garbage
from server.settings import Settings
from server.storage.demands import Demand
from tests.bench import many_demands
from tests.factories import NOW, PASSWORD

_MOST_MILLISECONDS = 100.0
_ROUNDS = 10
_READERS = ("assessor", "official", "cadre")
"""Of the whole county, of a township, of a village."""

PAGES: dict[str, tuple[str, ...]] = {
    "inbox": (
        "/inbox?whose=all&tab=to_register",
        "/inbox?whose=all&tab=to_assign",
        "/inbox?whose=all&tab=in_hand",
        "/inbox?whose=all&tab=to_report_back",
        "/inbox?whose=all&tab=ended",
        "/inbox?whose=mine&tab=in_hand",
    ),
    "ledger": (
        "/ledger",
        "/ledger?group=in_hand",
        "/ledger?group=ended&category=COMMUNITY",
        "/ledger?group=unresolved&kind=road",
        "/ledger?timing=overdue",
        "/ledger?received_from=2025-01-01&received_to=2025-01-31",
        "/ledger?text=路灯",
        "/ledger?text={number}",
        "/ledger?after={number}",
    ),
    "overdue queue": ("/queue", "/queue?after={number}"),
    "cases": ("/cases", "/cases?group=in_hand"),
    "weekly sheet": ("/weekly",),
    "cases, the settled among them": ("/cases?group=all",),
    "ledger, a word nobody wrote": ("/ledger?text=没有人写过的话",),
}


def figures(cluster: str) -> Iterator[tuple[str, float, float | None]]:
    """The 95th percentile of the milliseconds a page takes, for each kind of page and database."""
    seldom_look_for_garbage()  # as a server that is measured does
    for database, url in (("SQLite", many_demands.on_file()), ("PostGIS", many_demands.on_cluster(cluster))):
        for name, milliseconds in measured(url, PAGES, number=_overdue_one(url)).items():
            target = None if "," in name else _MOST_MILLISECONDS
            yield f"{name} over {many_demands.ROWS} demands on {database}: p95 (ms)", milliseconds, target


def measured(url: str, pages: Mapping[str, Sequence[str]], **named: str) -> dict[str, float]:
    """The 95th percentile of the milliseconds the server takes for some pages, by their kind; `named` is put into addresses."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), database_url=url, secret_key="b" * 40)
        app = create_app(settings, clock=lambda: NOW)
        app.config.update(WTF_CSRF_ENABLED=False)
        spent: dict[str, list[float]] = {name: [] for name in pages}
        for reader in _READERS:
            client = app.test_client()
            client.post("/sign-in", data={"username": reader, "password": PASSWORD})
            for name, paths in pages.items():
                for path in paths:
                    spent[name] += _times(client, path.format(**named))
        app.extensions["wangge"].database.close()
    return {name: _p95(values) for name, values in spent.items()}


def _times(client: FlaskClient, path: str) -> list[float]:
    found = []
    for _ in range(_ROUNDS + 1):
        begun = time.perf_counter()
        answer = client.get(path)
        found.append((time.perf_counter() - begun) * 1000)
        if answer.status_code == 403:
            return []  # the county's assessor holds no meeting
        assert answer.status_code == 200, path
    return found[1:]  # the first also fills caches that a server at work has full


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def _overdue_one(url: str) -> str:
    """The number of a demand in the middle of the queue."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        query = sa.select(Demand.number).where(Demand.key == "in_progress", Demand.due_at < NOW)
        number = connection.scalar(query.order_by(Demand.due_at).offset(500).limit(1))
    engine.dispose()
    assert number is not None
    return number
