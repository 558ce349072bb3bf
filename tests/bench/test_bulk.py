"""The copies of the bulk generator are what receive() makes of the same records."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from server.database import Database
from server.domain.people import SYSTEM
from tests.bench import bulk, load
from tests.factories import County

TABLES = ("submissions", "patrols", "findings", "passes", "events")
KEYS = frozenset({"id", "submission_id", "patrol_id", "subject_id"})


def stored(database: Database, first: int) -> dict[str, list[dict[str, Any]]]:
    """By table: the rows of submissions from number `first` on, without their own numbers, in the order of records."""
    found: dict[str, list[dict[str, Any]]] = {}
    with database.read(SYSTEM) as reading:
        numbers = {
            str(row.id): row.instance_id
            for row in reading.session.execute(sa.text("SELECT id, instance_id FROM submissions"))
        }
        findings = {
            str(row.id): str(row.submission_id)
            for row in reading.session.execute(sa.text("SELECT id, submission_id FROM findings"))
        }
        for table in TABLES:
            for row in reading.session.execute(sa.text(f"SELECT * FROM {table}")).mappings():
                owner = str(row.get("submission_id") or row.get("subject_id") or row["id"])
                owner = findings.get(owner, owner)
                if table == "events" and row["subject"] not in ("submission", "patrol", "finding"):
                    continue
                if int(owner) < first:
                    continue
                kept = {name: value for name, value in row.items() if name not in KEYS}
                found.setdefault(table, []).append({**kept, "of": numbers[owner]})
    for rows in found.values():
        rows.sort(key=lambda row: (row["of"], row.get("kind", ""), row.get("of_track", False)))
    return found


@pytest.mark.parametrize("database_url", [pytest.param("postgis", marks=pytest.mark.postgis)], indirect=True)
def test_two_hundred_copies_are_what_receive_makes_of_them(database: Database, county: County) -> None:
    sender = bulk.worker(database, county.accounts["worker"])
    bulk.receive(database, sender, [load.record(number) for number in range(bulk.SEEDS)])
    bulk.copy(database.engine, 1)
    copies = stored(database, bulk.SEEDS + 1)
    assert {table: len(rows) for table, rows in copies.items()} == {
        "submissions": 200,
        "patrols": 200,
        "findings": 200,
        "passes": 400,
        "events": 600,
    }
    with database.engine.begin() as connection:
        connection.exec_driver_sql(f"TRUNCATE {', '.join(TABLES)} RESTART IDENTITY CASCADE")
    bulk.receive(database, sender, [bytes(row["xml"]) for row in copies["submissions"]])
    assert stored(database, 1) == copies
