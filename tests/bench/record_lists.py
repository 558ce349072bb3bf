"""收到的记录 over 200,000 records of a county, however it is narrowed down: the server's time for a whole page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from server.app import seldom_look_for_garbage
from tests.bench import bulk
from tests.bench.ledgers import measured
from tests.bench.many_demands import made_from
from tests.factories import COUNTY

ROWS = 200_000
_MOST_MILLISECONDS = 100.0

PAGES: dict[str, tuple[str, ...]] = {
    "records": ("/submissions", "/submissions?form=patrol", "/submissions?first=2026-01-01&last=2026-01-31"),
    "records by what stands of them": (
        "/submissions?standing=unseen",
        "/submissions?standing=unseen&form=patrol&last=2026-06-30",
        "/submissions?standing=returned",
        "/submissions?standing=corrected",
        "/submissions?standing=approved",
        "/submissions?standing=approved&form=case_followup",
    ),
    "records by their questions": (
        "/submissions?flag=no_position",
        "/submissions?flag=clock",
        "/submissions?flag=unknown_grid",
        "/submissions?flag=clock&standing=corrected&form=patrol",
    ),
}

# Over two thousand grids and a year, in four forms; a sixth has questions, all but the newest twentieth was looked at.
_SPREAD = f"""
    UPDATE submissions SET
      received_at = timestamptz '2026-10-20 01:00Z' - ({ROWS} - id) * interval '150 seconds',
      jurisdiction = '{COUNTY}1' || lpad((id / 7 % 10)::text, 2, '0') || lpad((id / 71 % 10 + 1)::text, 3, '0')
                     || lpad((id / 711 % 20 + 1)::text, 3, '0'),
      form_id = (ARRAY['patrol', 'patrol', 'patrol', 'household_visit', 'demand_intake', 'case_followup'])[id % 6 + 1],
      flags = CASE WHEN id % 7 = 0 THEN '["no_position"]' WHEN id % 4001 = 0 THEN '["clock", "other_grid"]' ELSE '[]' END::jsonb,
      standing = CASE WHEN id % 503 = 0 THEN 'returned' WHEN id % 2003 = 0 THEN 'corrected'
                      WHEN id < {ROWS} * 0.95 THEN 'approved' END
"""


def figures(cluster: str) -> Iterator[tuple[str, float, float | None]]:
    """The 95th percentile of the milliseconds a page takes, for readers of the county, of a township and of a village."""
    seldom_look_for_garbage()  # as a server that is measured does
    for name, milliseconds in measured(_judged(cluster), PAGES).items():
        yield f"{name} over {ROWS} on PostGIS: p95 (ms)", milliseconds, _MOST_MILLISECONDS


def _judged(cluster: str) -> str:
    """The address of a county whose records were looked at, made if it is not there yet."""
    name = f"wangge_records_{ROWS}_{made_from(Path(__file__), Path(bulk.__file__))}"
    source = sa.make_url(bulk.filled(cluster, ROWS)).database
    with bulk.administering(cluster) as connection:
        known = connection.execute(sa.text("SELECT 1 FROM pg_database WHERE datname = :n"), {"n": name})
        if known.first() is None:
            connection.exec_driver_sql(f'CREATE DATABASE "{name}_unfinished" TEMPLATE "{source}"')
            _spread(_on(cluster, f"{name}_unfinished"))
            connection.exec_driver_sql(f'ALTER DATABASE "{name}_unfinished" RENAME TO "{name}"')
    return _on(cluster, name)


def _spread(url: str) -> None:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(_SPREAD.replace("%", "%%"))
        connection.exec_driver_sql("VACUUM ANALYZE submissions")


def _on(cluster: str, name: str) -> str:
    return sa.make_url(cluster).set(database=name).render_as_string(hide_password=False)
