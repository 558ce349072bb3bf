"""What stands of a record is kept beside it; the verdicts themselves are the truth, and both are counted here."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from flask.testing import FlaskClient

from server.database import Database
from server.domain.people import SYSTEM
from server.domain.review import Standing, Verdict
from server.domain.scope import Scope
from server.services import submissions
from server.storage import migrations, record_list
from server.storage.record_list import RecordFilter
from server.storage.reviews import Review
from server.storage.submissions import Submission
from tests.factories import COUNTY, GRID, NOW, VILLAGE, County
from tests.instances import instance, patrol
from tests.phones import Phone, rows

A_WHILE_AGO = NOW - dt.timedelta(hours=2)
SCOPES = (Scope.of([COUNTY]), Scope.of([VILLAGE]), Scope.of([GRID]))


def recounted(records: Sequence[Submission], said: Sequence[Review]) -> Mapping[int, str | None]:
    """What stands of each version by the verdicts alone: the newest on it, or that it answers one on an older version."""
    by_instance = {row.instance_id: row for row in records}

    def stands(row: Submission) -> str | None:
        own = [each.verdict for each in said if each.submission_id == row.id and each.verdict is not None]
        if own:
            return Verdict(own[-1]).standing.value
        replaced = by_instance.get(row.deprecated_id or "")
        answers = row.state not in ("held", "quarantined") and replaced is not None and stands(replaced)
        return Standing.CORRECTED.value if answers else None

    return {row.id: stands(row) for row in records}


def record(own: str, *, replaces: str | None = None, has_place: bool = True) -> bytes:
    answers = patrol(GRID, A_WHILE_AGO) if has_place else patrol(GRID, A_WHILE_AGO, at=None)
    return instance("patrol", answers, instance_id=own, deprecated_id=replaces)


def judged_and_corrected(phone: Phone, database: Database) -> None:
    """A story of verdicts, comments, corrections in and out of their order, and verdicts on these."""
    chance = random.Random(20)
    for number in range(16):
        first, second, third = (f"uuid:{number}-{version}" for version in range(3))
        has_place = number % 3 != 0
        assert phone.send(record(first, has_place=has_place)) == 201
        judge(database, first, times=number % 3, chance=chance)
        if number % 2:
            assert phone.send(record(second, replaces=first, has_place=has_place)) == 201
            judge(database, second, times=chance.randrange(3), chance=chance)
        if number % 4 == 3:  # the third version comes before the second one's verdict or after it
            assert phone.send(record(third, replaces=second)) == 201
    assert phone.send(record("uuid:late-2", replaces="uuid:late-1")) == 202
    assert phone.send(record("uuid:late-1")) == 201


def judge(database: Database, instance_id: str, *, times: int, chance: random.Random) -> None:
    for _ in range(times):
        with database.transaction(SYSTEM) as work:
            row = work.session.scalars(sa.select(Submission).filter_by(instance_id=instance_id)).one()
            submissions.comment(work, row.id, words="问过本人")
            if row.state == "received":
                verdict = chance.choice(list(Verdict))
                submissions.verdict(work, row.id, verdict=verdict, comment="看过了")


def test_what_stands_of_a_record_is_what_its_verdicts_say_and_every_list_finds_it(
    client: FlaskClient, county: County, database: Database
) -> None:
    judged_and_corrected(Phone(client, county), database)
    records = rows(database, Submission)
    told = recounted(records, rows(database, Review))
    assert {row.id: row.standing for row in records} == told
    assert set(told.values()) >= {None, "approved", "returned", "rejected", "corrected"}
    current = [row for row in records if row.state != "superseded"]
    with database.read(SYSTEM) as reading:
        for scope in SCOPES:
            for standing in Standing:
                for flag in (None, "no_position"):
                    wanted = RecordFilter(standing=standing, flag=flag)
                    found = record_list.find(reading.session, wanted, scope=scope)
                    expected = {
                        row.id
                        for row in current
                        if (told[row.id] or "unseen") == standing.value
                        and (flag is None or flag in row.flags)
                    }
                    assert set(found.ids) == expected, (scope, standing, flag)


def test_what_was_judged_before_stands_after_the_migration(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'before.sqlite'}"
    command.upgrade(migrations.config(url), "0006")
    engine = sa.create_engine(url)
    versions = [
        # instance, what it replaces, its first version, its state, the verdicts on it
        ("a", None, "a", "received", ["has_issues", None, "approved"]),
        ("b", None, "b", "received", [None]),
        ("c1", None, "c1", "superseded", ["has_issues"]),
        ("c2", "c1", "c1", "received", []),
        ("d1", None, "d1", "superseded", ["approved"]),
        ("d2", "d1", "d1", "rejected", ["rejected"]),
        ("e", None, "e", "rejected", []),
        ("f2", "f1", "f2", "held", []),
        ("g1", None, "g1", "superseded", []),
        ("g2", "g1", "g1", "received", []),
    ]
    with engine.begin() as connection:
        kept = sa.MetaData()
        kept.reflect(connection, only=["submissions", "reviews"], resolve_fks=False)
        for number, (own, replaced, first, state, verdicts) in enumerate(versions, start=1):
            row = {"instance_id": own, "deprecated_id": replaced, "root_instance_id": first, "state": state}
            connection.execute(_filled(kept.tables["submissions"], id=number, form_id="patrol", **row))
            for verdict in verdicts:
                review = {"submission_id": number, "root_instance_id": first, "verdict": verdict}
                connection.execute(_filled(kept.tables["reviews"], form_id="patrol", **review))
    migrations.upgrade(url)
    with engine.connect() as connection:
        found = connection.execute(
            sa.text("SELECT instance_id, standing FROM submissions WHERE standing <> ''")
        )
        assert dict(found.all()) == {
            "a": "approved",
            "c1": "returned",
            "c2": "corrected",
            "d1": "approved",
            "d2": "rejected",
            "e": "rejected",
        }
    engine.dispose()


def _filled(table: sa.Table, **given: object) -> sa.Insert:
    """A row with anything in the columns that must hold something."""
    anything = {
        column.name: _ANYTHING.get(type(column.type), "x")
        for column in table.columns
        if not column.nullable and not column.primary_key
    }
    return sa.insert(table).values(anything | given)


_ANYTHING: Mapping[type, object] = {
    sa.DATETIME: NOW.replace(tzinfo=None),
    sa.DATE: NOW.date(),
    sa.INTEGER: 1,
    sa.BLOB: b"x",
    sa.JSON: [],
    sa.CHAR: str(uuid.UUID(int=1)),
}
