"""Very many stored submissions in seconds: a few hundred are received as phones' are, the database copies them.

The copies are what receive() would have made of them (tests/bench/test_bulk.py); a filled database is kept on the
cluster and used again as a template.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import sqlalchemy as sa

from server.database import Database
from server.domain.people import SYSTEM, Actor
from server.services import actors, submissions
from server.services.submissions import Upload
from server.storage import migrations
from server.storage.posts import Account
from tests.bench import load
from tests.factories import NOW, found_county

SEEDS = 200
_NEW_ID = "'uuid:' || md5(t.instance_id || k)::uuid"
_NEW_XML = f"convert_to(replace(convert_from(t.xml, 'UTF8'), t.instance_id, {_NEW_ID}), 'UTF8')"
_NEW_FINDING = "md5(t.id::text || k)::uuid"

# What differs in the k-th copy of a row; every other column is the seed's. A seed makes one patrol and one finding,
# so that their numbers run alike.
COPIES: dict[str, dict[str, str]] = {
    "submissions": {
        "id": f"t.id + k * {SEEDS}",
        "instance_id": _NEW_ID,
        "root_instance_id": _NEW_ID,
        "xml": _NEW_XML,
        "sha256": f"encode(sha256({_NEW_XML}), 'hex')",
    },
    "patrols": {"id": f"t.id + k * {SEEDS}", "submission_id": f"t.submission_id + k * {SEEDS}"},
    "findings": {
        "id": _NEW_FINDING,
        "submission_id": f"t.submission_id + k * {SEEDS}",
        "patrol_id": f"t.patrol_id + k * {SEEDS}",
    },
    "passes": {
        "id": "t.id + k * (SELECT max(id) FROM passes)",
        "submission_id": f"t.submission_id + k * {SEEDS}",
    },
    "events": {
        "id": "t.id + k * (SELECT max(id) FROM events)",
        "subject_id": f"""CASE t.subject WHEN 'finding' THEN md5(t.subject_id || k)::uuid::text
                          ELSE (t.subject_id::bigint + k * {SEEDS})::text END""",
    },
}
_WHERE = {"events": "t.subject IN ('submission', 'patrol', 'finding')"}


def filled(cluster: str, rows: int) -> str:
    """The address of a database with `rows` stored submissions on the cluster, made if it is not there yet."""
    made_from = Path(__file__).read_bytes() + Path(load.__file__).read_bytes() + _migrations()
    name = f"wangge_bench_{rows}_{hashlib.sha256(made_from).hexdigest()[:10]}"
    url = sa.make_url(cluster).set(database=name).render_as_string(hide_password=False)
    with administering(cluster) as connection:
        known = connection.execute(sa.text("SELECT 1 FROM pg_database WHERE datname = :n"), {"n": name})
        if known.first() is not None:
            return url
        connection.execute(sa.text(f'CREATE DATABASE "{name}_unfinished"'))
    unfinished = sa.make_url(cluster).set(database=f"{name}_unfinished").render_as_string(hide_password=False)
    _fill(unfinished, rows)
    with administering(cluster) as connection:
        connection.execute(sa.text(f'ALTER DATABASE "{name}_unfinished" RENAME TO "{name}"'))
    return url


def administering(cluster: str) -> sa.Connection:
    """A connection that makes and drops databases."""
    return sa.create_engine(cluster, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool).connect()


def _migrations() -> bytes:
    return b"".join(each.read_bytes() for each in sorted((migrations.FOLDER / "versions").glob("*.py")))


def _fill(url: str, rows: int) -> None:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE EXTENSION postgis")
    migrations.upgrade(url)
    database = Database(url, clock=lambda: NOW)
    county = found_county(database)
    receive(database, worker(database, county.accounts["worker"]), [load.record(n) for n in range(SEEDS)])
    database.close()
    copy(engine, rows // SEEDS - 1)
    with engine.begin() as connection:  # as after some minutes at work
        connection.exec_driver_sql("UPDATE events SET handed_on_at = at")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")


def worker(database: Database, account_id: object) -> Actor:
    """The sender of every record."""
    with database.read(SYSTEM) as reading:
        return actors.of_account(reading.session, reading.session.get_one(Account, account_id), now=NOW)


def receive(database: Database, sender: Actor, records: list[bytes]) -> None:
    """Receive records one after another, each in its transaction."""
    for xml in records:
        with database.read(sender) as reading:
            prepared = submissions.prepare(reading, Upload(xml, (), "x"))
        with database.transaction(sender) as work:
            submissions.receive(work, prepared)


def copy(engine: sa.Engine, times: int) -> None:
    """Write every seed `times` times more."""
    with engine.begin() as connection:
        for table, changed in COPIES.items():
            columns = [column["name"] for column in sa.inspect(connection).get_columns(table)]
            values = ", ".join(changed.get(name, f't."{name}"') for name in columns)
            names = ", ".join(f'"{name}"' for name in columns)
            connection.exec_driver_sql(
                f"INSERT INTO {table} ({names}) OVERRIDING SYSTEM VALUE SELECT {values}"
                f" FROM {table} t, generate_series(1, {times}) k WHERE {_WHERE.get(table, 'true')}"
            )
            if "id" in changed and table != "findings":
                connection.exec_driver_sql(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
                )
