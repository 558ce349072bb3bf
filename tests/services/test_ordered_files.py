"""预备好的文件: nothing ordered is forgotten, nobody else waits for it, and it goes when it was said to go."""

from __future__ import annotations

import datetime as dt
import errno
import gc
import io
import os
import time

import openpyxl
import pytest
from flask.testing import FlaskClient

from server.database import Database
from server.domain.people import SYSTEM
from server.domain.problems import Conflict, Invalid
from server.domain.roles import Role
from server.figures.exports import file
from server.figures.exports.order import Format, Wanted
from server.jobs import making
from server.services import exports, ordered_files
from server.settings import Settings
from server.storage.files import StoredFile
from server.storage.ordered_files import FileState, OrderedFile
from server.storage.posts import Account
from tests.conftest import Clock
from tests.factories import GRID, NOW, County
from tests.instances import instance, patrol
from tests.ordered_files import A_MINUTE, Desk, copied, once
from tests.phones import Phone, rows


@pytest.fixture
def desk(client: FlaskClient, county: County, database: Database, settings: Settings) -> Desk:
    assert Phone(client, county).send(instance("patrol", patrol(GRID, NOW - dt.timedelta(hours=1)))) == 201
    return Desk(database, settings, county)


def sheet(content: bytes) -> list[tuple[object, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    lines = [row for name in book.sheetnames for row in book[name].iter_rows(values_only=True)]
    book.close()
    return lines


def content(desk: Desk, row: OrderedFile) -> bytes:
    whole = desk.now(row)
    assert whole.sha256 is not None
    return desk.made.path(whole.sha256).read_bytes()


def test_an_ordered_file_holds_what_is_sent_at_once_elsewhere(desk: Desk) -> None:
    row = desk.order()
    assert (row.state, row.rows_in_all, row.name) == (FileState.WAITING, 1, "每日巡查.xlsx")
    assert desk.make() == 1
    whole = desk.now(row)
    assert (whole.state, whole.rows_done) == (FileState.READY, 1)
    assert whole.size == len(content(desk, row))
    actor = desk.actor()
    with desk.database.read(actor) as reading:
        prepared = exports.settle(reading, Wanted(form_id="patrol", format=Format.XLSX))
    sent = b"".join(file.chunks(prepared, lambda: desk.database.read(actor), desk.received))
    assert sheet(content(desk, row)) == sheet(sent)


def test_how_far_a_file_is_can_be_seen_while_it_is_made(desk: Desk) -> None:
    copied(desk.database, 4500)
    row = desk.order(Format.GPKG)
    seen = []

    def look() -> bool:
        now = desk.now(row)
        seen.append((now.state, now.rows_done, now.rows_in_all))
        return False

    assert desk.make(look) == 1
    assert seen[:2] == [(FileState.MAKING, 4000, 4501), (FileState.MAKING, 4501, 4501)]
    assert desk.now(row).state == FileState.READY


def test_what_came_after_the_order_is_not_in_the_file(desk: Desk, client: FlaskClient, clock: Clock) -> None:
    row = desk.order()
    clock.now += A_MINUTE
    assert Phone(client, desk.county).send(instance("patrol", patrol(GRID, NOW))) == 201
    assert desk.make() == 1
    assert desk.now(row).rows_done == 1


def test_a_worker_told_to_stop_leaves_the_file_to_the_next(desk: Desk) -> None:
    row = desk.order()
    for _ in range(ordered_files.MOST_ATTEMPTS + 1):
        assert desk.make(lambda: True) == 0
        given_back = desk.now(row)
        assert (given_back.state, given_back.rows_done) == (FileState.WAITING, 0)
    assert desk.make() == 1


def test_a_file_whose_worker_died_is_made_by_another_and_the_dead_one_changes_nothing(
    desk: Desk, clock: Clock
) -> None:
    row = desk.order()
    with desk.database.transaction(SYSTEM) as work:
        dead = ordered_files.claim(work)
    assert dead is not None
    clock.now += ordered_files.SILENCE
    assert desk.make() == 0
    clock.now += A_MINUTE
    assert desk.make() == 1
    with desk.database.transaction(SYSTEM) as work:
        assert not ordered_files.progress(work, dead, rows_done=0)
        assert not ordered_files.finish(work, dead, StoredFile("0" * 64, 1))
        ordered_files.fail(work, dead, trouble="ordered_file.broken")
    whole = desk.now(row)
    assert (whole.state, whole.rows_done) == (FileState.READY, 1)


def test_a_file_that_kills_its_worker_again_and_again_is_given_up(desk: Desk, clock: Clock) -> None:
    deadly = desk.order()
    for _ in range(ordered_files.MOST_ATTEMPTS):
        with desk.database.transaction(SYSTEM) as work:
            assert ordered_files.claim(work) is not None
        clock.now += ordered_files.SILENCE + A_MINUTE
    behind = desk.order()
    assert desk.make() == 1
    given_up = desk.now(deadly)
    assert (given_up.state, given_up.trouble) == (FileState.FAILED, "ordered_file.broken")
    assert desk.now(behind).state == FileState.READY


def test_a_full_disk_fails_the_file_and_nothing_else(desk: Desk) -> None:
    row = desk.order()
    assert desk.make(once(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))) == 0
    failed = desk.now(row)
    assert (failed.state, failed.trouble, failed.sha256) == (FileState.FAILED, "storage.full", None)
    assert [path for path in desk.made.folder.rglob("*") if path.is_file()] == []
    again = desk.order()
    assert desk.make() == 1
    assert desk.now(again).state == FileState.READY


def test_who_may_export_no_more_gets_nothing_made(desk: Desk) -> None:
    row = desk.order()
    with desk.database.transaction(SYSTEM) as work:
        work.session.get_one(Account, row.account_id).role = Role.ADMIN
    assert desk.make() == 0
    assert desk.now(row).trouble == "actor.not_permitted"


def test_nobody_orders_more_than_can_be_made_soon_nor_without_a_reason(desk: Desk) -> None:
    with pytest.raises(Invalid, match="reason_needed"), desk.database.transaction(desk.actor()) as work:
        ordered_files.order(work, Wanted(form_id="patrol", format=Format.XLSX), reason=None)
    for _ in range(ordered_files.MOST_UNFINISHED):
        desk.order()
    with pytest.raises(Conflict, match="too_many"):
        desk.order()
    assert desk.make() == ordered_files.MOST_UNFINISHED
    desk.order()


def test_two_workers_make_two_files(desk: Desk) -> None:
    for _ in range(2):
        desk.order()
    with desk.database.transaction(SYSTEM) as work:
        first, second, third = (ordered_files.claim(work) for _ in range(3))
    assert first is not None
    assert second is not None
    assert first.id != second.id
    assert third is None


def test_a_file_goes_after_three_days_and_what_a_dead_worker_left_goes_too(desk: Desk, clock: Clock) -> None:
    old = desk.order()
    assert desk.make() == 1
    clock.now += 3 * dt.timedelta(days=1)
    young = desk.order(Format.GPKG)
    assert desk.make() == 1
    kept = desk.made.path(desk.now(young).sha256 or "")
    left = desk.made.folder / ".incoming-left"
    left.write_bytes(b"half a file")
    long_ago = (clock.now - dt.timedelta(days=2)).timestamp()
    for path in desk.made.folder.rglob("*"):
        os.utime(path, (long_ago, long_ago))
    assert making.forget_gone(desk.database, desk.made) == 2
    assert [path for path in desk.made.folder.rglob("*") if path.is_file()] == [kept]
    assert [row.id for row in rows(desk.database, OrderedFile)] == [young.id]
    assert old.id != young.id


# Huey leaves the connections of its threads to the collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
def test_a_call_wakes_the_worker_of_files(desk: Desk) -> None:
    row = desk.order()
    url, folder = desk.settings.url, desk.settings.data_dir
    with making.making_files(desk.database, url=url, folder=folder):
        making.call_for_files(url=url, folder=folder)
        until = time.monotonic() + 60
        while desk.now(row).state != FileState.READY and time.monotonic() < until:
            time.sleep(0.05)
    gc.collect()
    assert desk.now(row).state == FileState.READY
