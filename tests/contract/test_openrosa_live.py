"""What only a real server shows: threads at the same moment, bodies it refuses halfway, and what it writes in its log."""

from __future__ import annotations

import datetime as dt
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from lxml import etree

from server.database import Database
from server.services import accounts
from server.settings import Settings
from server.storage.events import EventRow
from server.storage.patrols import Patrol
from server.storage.submissions import Attachment, Submission
from tests.factories import GRID, County
from tests.instances import instance, patrol
from tests.phones import encoded, rows
from tests.servers import Server


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(
        data_dir=tmp_path / "data",
        database_url=database_url,
        secret_key="t" * 40,
        max_request_mb=2,
        workers=2,
    )


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    database = Database(settings.url)
    yield database
    database.close()


@pytest.fixture
def server(settings: Settings, county: County, tmp_path: Path) -> Iterator[Server]:
    server = Server(settings, tmp_path / "server.log")
    server.start()
    yield server
    server.stop()


def a_patrol() -> bytes:
    return instance("patrol", patrol(GRID, dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)))


def test_two_identical_submissions_at_the_same_moment_are_both_201_and_one_row(
    server: Server, county: County, database: Database
) -> None:
    pairs = [a_patrol() for _ in range(12)]
    with ThreadPoolExecutor(4) as pool:
        for xml in pairs:
            sent = [pool.submit(server.send, county.phone(), xml, {"1.jpg": b"photo"}) for _ in range(4)]
            assert [each.result() for each in sent] == [201] * 4
    assert len(rows(database, Submission)) == len(rows(database, Patrol)) == len(pairs)
    assert len(rows(database, Attachment)) == len(pairs)
    received = [row for row in rows(database, EventRow) if row.kind == "submission.received"]
    assert len(received) == len(pairs)


def test_two_edits_of_one_record_at_the_same_moment_leave_one_current_version(
    server: Server, county: County, database: Database
) -> None:
    original = a_patrol()
    assert server.send(county.phone(), original) == 201
    replaced = original.partition(b"<instanceID>")[2].partition(b"<")[0].decode()
    answers = patrol(GRID, dt.datetime.now(dt.UTC))
    edits = [instance("patrol", answers, deprecated_id=replaced) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        sent = sorted(pool.map(lambda xml: server.send(county.phone(), xml), edits))
    assert sent == [201, 409, 409, 409]
    assert sorted(row.state for row in rows(database, Submission)) == ["received", "superseded"]


def test_a_refused_body_is_read_to_its_end_so_that_the_phone_sees_the_answer(
    server: Server, county: County
) -> None:
    kind, body = encoded(a_patrol(), {"film.mp4": bytes(3_500_000)})
    for key, status in ((county.keys["worker"], 413), (accounts.new_key(), 403)):
        connection = server.connect()
        for _ in range(2):  # the connection is clean again for the next request
            connection.request("POST", f"/v1/key/{key}/projects/1/submission", body, {"Content-Type": kind})
            response = connection.getresponse()
            assert (response.status, response.headers["X-OpenRosa-Version"]) == (status, "1.0")
            assert etree.fromstring(response.read()).findtext("{*}message")
        connection.close()


def test_a_body_without_a_length_is_400_in_openrosa_words(server: Server, county: County) -> None:
    kind, body = encoded(a_patrol(), {})
    connection = server.connect()
    connection.request(
        "POST", f"{county.phone()}/submission", iter([body]), {"Content-Type": kind}, encode_chunked=True
    )
    response = connection.getresponse()
    assert response.status == 400
    assert etree.fromstring(response.read()).findtext("{*}message") == "请求没有写明长度，请重试。"
    connection.close()


def test_a_phone_that_hangs_up_halfway_leaves_nothing(
    server: Server, county: County, database: Database
) -> None:
    kind, body = encoded(a_patrol(), {"1.jpg": bytes(200_000)})
    head = f"POST {county.phone()}/submission HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port)) as line:
        line.sendall(head.encode() + body[:100_000])
    assert server.send(county.phone(), a_patrol()) == 201
    assert len(rows(database, Submission)) == 1


def test_every_answer_has_a_date_and_no_key_reaches_the_log(server: Server, county: County) -> None:
    key = county.keys["worker"]
    for method, path in (
        ("GET", "formList"),
        ("HEAD", "submission"),
        ("GET", "nothing"),
        ("POST", "submission"),
    ):
        connection = server.connect()
        connection.request(method, f"{county.phone()}/{path}", headers={"Authorization": f"Bearer {key}"})
        response = connection.getresponse()
        assert response.headers["Date"].endswith("GMT")
        response.read()
        connection.close()
    assert server.stop() == 0
    assert key not in server.said()
