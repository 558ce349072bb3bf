"""导出: what a form's records cost on their way out of a county's database, and how soon the first of them leave."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from server.app import seldom_look_for_garbage
from server.database import Database
from server.domain.people import SYSTEM
from server.figures.exports import file
from server.figures.exports.order import Format, Wanted
from server.jobs import making
from server.services import exports, ordered_files
from server.storage import ordered_files as storage
from server.storage import posts
from server.storage.files import FileStore
from server.storage.made_files import MadeFiles
from server.work import Reading
from tests.bench import bulk, processes
from tests.factories import NOW

_MANY, _ON_A_MAP = 200_000, 33_000
_ROUNDS = 3
_PAGE_BYTES = 4096
_MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Run:
    """One export: CPU seconds of this process and of PostgreSQL, seconds to the first byte, memory it grew by."""

    cpu: float
    first: float
    megabytes: float


def figures(cluster: str, folder: Path) -> Iterator[tuple[str, float, float | None]]:
    """CSV and ZIP of very many patrols, a map file of as many as the issue names, a workbook of as many that is ordered."""
    seldom_look_for_garbage()  # as a server that sends them does
    store = FileStore(folder / "files")
    many = _runs(bulk.filled(cluster, _MANY), Format.CSV, store)
    each = min(run.cpu for run in many) / _MANY
    yield f"CSV of {_MANY} patrols, CPU of both (s per 12,000)", each * 12_000, 1
    yield f"CSV of {_MANY} patrols, first byte (ms)", min(run.first for run in many) * 1000, 300
    yield f"CSV of {_MANY} patrols, memory (MB more)", max(run.megabytes for run in many), 50
    fewer = bulk.filled(cluster, _ON_A_MAP)
    archive = _runs(fewer, Format.ZIP, store, rounds=1)
    yield f"ZIP of {_ON_A_MAP} patrols, first byte (ms)", archive[0].first * 1000, 300
    yield f"ZIP of {_ON_A_MAP} patrols, memory (MB more)", archive[0].megabytes, 50
    on_a_map = _runs(fewer, Format.GEOJSON, store)
    yield f"GeoJSON of {_ON_A_MAP} patrols, CPU of both (s)", min(run.cpu for run in on_a_map), 1
    cpu, megabytes = _ordered(fewer, MadeFiles(folder / "ordered"), store)
    yield f"XLSX of {_ON_A_MAP} patrols, order, CPU of both (ms)", cpu * 1000, 300
    yield f"XLSX of {_ON_A_MAP} patrols, memory while it is made (MB more)", megabytes, 50


def _runs(url: str, kind: Format, store: FileStore, *, rounds: int = _ROUNDS) -> list[Run]:
    database = Database(url)
    try:
        with database.read(SYSTEM) as reading:
            backend = _backend(reading)
        return [_run(database, backend, kind, store) for _ in range(rounds)]
    finally:
        database.close()


def _run(database: Database, backend: int, kind: Format, store: FileStore) -> Run:
    begun, cpu, grown = time.perf_counter(), _cpu(backend), _resident()
    with database.read(SYSTEM) as reading:
        prepared = exports.settle(reading, Wanted(form_id="patrol", format=kind))
    chunks = file.chunks(prepared, lambda: database.read(SYSTEM), store)
    next(chunks)
    first = time.perf_counter() - begun
    most = max(_resident() for _ in chunks)
    return Run(_cpu(backend) - cpu, first, (most - grown) / _MEGABYTE)


def _ordered(url: str, made: MadeFiles, store: FileStore) -> tuple[float, float]:
    """CPU seconds it takes to order a workbook, and megabytes the process that makes it grows by."""
    database = Database(url, clock=lambda: NOW)
    with database.read(SYSTEM) as reading:
        account = posts.by_username(reading.session, "official")
        backend = _backend(reading)
    assert account is not None
    official, cpu = bulk.worker(database, account.id), _cpu(backend)
    with database.transaction(official) as work:
        ordered_files.order(work, Wanted(form_id="patrol", format=Format.XLSX), reason="x")
    cpu, grown, seen = _cpu(backend) - cpu, _resident(), [0]

    def told_to_stop() -> bool:
        seen.append(_resident())
        return False

    assert making.make_waiting(database, made, store, told_to_stop=told_to_stop) == 1
    with database.transaction(SYSTEM) as work:  # the database is kept
        storage.forget(work.session, gone_by=work.now + ordered_files.KEPT)
    database.close()
    return cpu, (max(seen) - grown) / _MEGABYTE


def _backend(reading: Reading) -> int:
    """The process of PostgreSQL that answers; it is kept for what is asked next."""
    pid: int = reading.session.connection().exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    return pid


def _cpu(backend: int) -> float:
    return time.process_time() + processes.cpu_seconds(backend)


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE_BYTES
