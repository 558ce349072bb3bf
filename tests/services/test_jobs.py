"""Jobs: each event is handed on once, what waited gets its rows, old tracks go and everything else stays."""

from __future__ import annotations

import datetime as dt
import gc
import signal
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from forms.instance import parse, values
from forms.schema import shape
from server.database import Clock, Database
from server.domain.events import register
from server.domain.events.forms import FormPublished
from server.domain.people import SYSTEM
from server.jobs import outbox, schedule
from server.jobs.queue import queue, working
from server.settings import Settings
from server.storage.events import EventRow
from server.storage.forms import FormVersion
from server.storage.patrols import Pass, Patrol
from server.storage.submissions import Submission
from server.work import Work
from tests.factories import GRID, NOW, County
from tests.instances import instance, patrol
from tests.phones import Phone, rows

AN_HOUR_AGO = NOW - dt.timedelta(hours=1)
TRACK = "30.001 108.001 0 5; 30.002 108.002 0 5; 30.003 108.003 0 5"


@pytest.fixture
def phone(client: FlaskClient, county: County) -> Phone:
    return Phone(client, county)


def with_track(start: dt.datetime) -> bytes:
    return instance("patrol", patrol(GRID, start, wrap_up={"extent": "whole", "track": TRACK}))


def test_each_event_is_handed_on_once_by_two_workers_at_the_same_time(
    database: Database, settings: Settings
) -> None:
    with database.transaction(SYSTEM) as work:
        for number in range(1200):
            work.record(register.DivisionAdded(subject_id=str(number), jurisdiction=None))
    seen: Counter[str] = Counter()

    def count(_work: Work, event: EventRow) -> None:
        seen[event.subject_id] += 1

    def hand_on() -> None:
        own = Database(settings.url)
        outbox.hand_on(own, consequences={register.DivisionAdded: (count,)})
        own.close()

    workers = [threading.Thread(target=hand_on) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(seen) == 1200
    assert set(seen.values()) == {1}
    assert all(row.handed_on_at is not None for row in rows(database, EventRow))


def test_a_consequence_that_fails_keeps_its_event_and_stops_nobody(database: Database) -> None:
    with database.transaction(SYSTEM) as work:
        for number in ("good", "bad", "good too"):
            work.record(register.DivisionAdded(subject_id=number, jurisdiction=None))

    def judge(work: Work, event: EventRow) -> None:
        work.record(FormPublished(subject_id=event.subject_id, jurisdiction=None, form_version="1"))
        if event.subject_id == "bad":
            raise RuntimeError(event.subject_id)

    outbox.hand_on(database, consequences={register.DivisionAdded: (judge,)})
    added = [row for row in rows(database, EventRow) if row.kind == "division.added"]
    assert [row.subject_id for row in added if row.handed_on_at is None] == ["bad"]
    followed = [row.subject_id for row in rows(database, EventRow) if row.kind == "form.published"]
    assert followed == ["good", "good too"]


def test_records_in_quarantine_get_their_rows_when_their_version_is_published(
    phone: Phone, database: Database
) -> None:
    assert phone.send(instance("patrol", patrol(GRID, AN_HOUR_AGO), version="2026999999")) == 202
    with database.transaction(SYSTEM) as work:
        shipped = work.session.query(FormVersion).filter_by(form_id="patrol").one()
        work.session.add(
            FormVersion(
                form_id="patrol",
                version="2026999999",
                source=shipped.source,
                xml=shipped.xml,
                md5="0" * 32,
                published_at=shipped.published_at,
            )
        )
        work.record(FormPublished(subject_id="patrol", jurisdiction=None, form_version="2026999999"))
    schedule.every_minute(database)
    assert [row.state for row in rows(database, Submission)] == ["received"]
    assert len(rows(database, Patrol)) == 1


def test_a_track_is_deleted_after_ninety_days_and_the_record_stays(
    phone: Phone, database: Database, clock: Clock
) -> None:
    xml = with_track(AN_HOUR_AGO)
    assert phone.send(xml) == 201
    (before,) = rows(database, Patrol)
    assert [each.of_track for each in rows(database, Pass)] == [True]
    clock.now = NOW + dt.timedelta(days=90)
    schedule.every_night(database)
    assert len(rows(database, Pass)) == 1
    clock.now = NOW + dt.timedelta(days=91)
    schedule.every_night(database)
    schedule.every_night(database)
    (after,) = rows(database, Patrol)
    (stored,) = rows(database, Submission)
    assert (after.positioned, after.day) == (before.positioned, before.day)
    assert rows(database, Pass) == []
    assert b"108.002" not in stored.xml
    assert "108.002" not in str(stored.values)
    removed = [row for row in rows(database, EventRow) if row.kind == "track.removed"]
    assert [(row.subject_id, row.details) for row in removed] == [(str(stored.id), {"day": "2026-10-20"})]
    assert phone.send(xml) == 201  # the phone that sends it again still finds its record
    assert b"108.002" not in rows(database, Submission)[0].xml


def test_a_deleted_track_leaves_every_other_answer_as_it_was(
    phone: Phone, database: Database, clock: Clock
) -> None:
    assert phone.send(with_track(AN_HOUR_AGO)) == 201
    (form,) = (row for row in rows(database, FormVersion) if row.form_id == "patrol")
    with database.read(SYSTEM) as reading:
        shape_ = shape(reading.session.get_one(FormVersion, form.id).xml)
    before = rows(database, Submission)[0].values
    clock.now = NOW + dt.timedelta(days=91)
    schedule.every_night(database)
    after = rows(database, Submission)[0]
    before["wrap_up"]["track"] = None
    assert after.values == before == values(parse(after.xml), shape_)


# Huey leaves the connections of its threads to the collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
def test_the_queue_runs_the_jobs_and_gives_the_signals_back(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    jobs = queue(settings.url, folder=tmp_path)
    ran = threading.Event()
    tell = jobs.task()(ran.set)
    before = signal.getsignal(signal.SIGINT)
    with working(jobs):
        assert signal.getsignal(signal.SIGINT) is before
        tell()
        assert ran.wait(60)
        began = time.monotonic()
    assert time.monotonic() - began < 5
    jobs.storage.close()
    del jobs, tell
    gc.collect()
