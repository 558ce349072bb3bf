"""What only a real server shows of the phone's surface: bodies refused halfway, lines cut, two tabs, and its log."""

from __future__ import annotations

import datetime as dt
import http.client
import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from server.database import Database
from server.domain.people import SYSTEM
from server.services import accounts
from server.settings import Settings
from server.storage.patrols import Patrol
from server.storage.submissions import Attachment, Submission
from tests.factories import GRID, County
from tests.instances import instance, patrol
from tests.phones import encoded, rows
from tests.servers import Server

CLIENT = {"X-Wangge-Client": "1"}


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


@pytest.fixture
def cookie(server: Server, county: County) -> str:
    """A session of the worker's phone, as its browser sends it."""
    connection = server.connect()
    body = json.dumps({"key": county.keys["worker"]})
    connection.request("POST", "/w/api/sign-in", body, CLIENT | {"Content-Type": "application/json"})
    answer = connection.getresponse()
    assert answer.status == 200
    given = answer.headers.get_all("Set-Cookie") or []
    answer.read()
    connection.close()
    return next(each.partition(";")[0] for each in given if each.startswith("wangge_phone="))


def a_patrol() -> bytes:
    return instance("patrol", patrol(GRID, dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)))


def post(
    connection: http.client.HTTPConnection, cookie: str, kind: str, body: bytes
) -> tuple[int, dict[str, str]]:
    headers = CLIENT | {"Cookie": cookie, "Content-Type": kind}
    connection.request("POST", "/w/api/submission", body, headers)
    answer = connection.getresponse()
    said: dict[str, str] = json.loads(answer.read())
    return answer.status, said


def test_a_refused_body_is_read_to_its_end_so_that_the_phone_sees_the_reason(
    server: Server, county: County, cookie: str, database: Database
) -> None:
    kind, body = encoded(a_patrol(), {"film.mp4": bytes(3_500_000)})
    for sent, expected in ((cookie, "request.too_large"), ("wangge_phone=x", "actor.session_ended")):
        connection = server.connect()
        for _ in range(2):  # the connection is clean again for the next request
            assert post(connection, sent, kind, body)[1]["code"] == expected
        connection.close()
    with database.transaction(SYSTEM) as work:
        accounts.revoke_keys_of(work, county.accounts["worker"])
    connection = server.connect()
    assert post(connection, cookie, kind, body)[1]["code"] == "app_user.key_refused"
    connection.close()
    assert rows(database, Submission) == []


def test_a_key_taken_back_between_two_parts_keeps_the_first_and_refuses_the_second(
    server: Server, county: County, cookie: str, database: Database
) -> None:
    xml = a_patrol()
    connection = server.connect()
    assert post(connection, cookie, *encoded(xml, {"1.jpg": b"one"}))[0] == 201
    with database.transaction(SYSTEM) as work:
        accounts.revoke_keys_of(work, county.accounts["worker"])
    assert post(connection, cookie, *encoded(xml, {"2.jpg": b"two"}))[0] == 403
    connection.close()
    assert [file.name for file in rows(database, Attachment)] == ["1.jpg"]
    assert len(rows(database, Patrol)) == 1


def test_a_line_cut_in_the_middle_of_a_photo_leaves_nothing_and_the_next_try_is_whole(
    server: Server, cookie: str, database: Database
) -> None:
    xml = a_patrol()
    kind, body = encoded(xml, {"1.jpg": bytes(200_000)})
    head = (
        f"POST /w/api/submission HTTP/1.1\r\nHost: x\r\nX-Wangge-Client: 1\r\nCookie: {cookie}\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port)) as line:
        line.sendall(head.encode() + body[:100_000])
    connection = server.connect()
    assert post(connection, cookie, kind, body) == (201, {"state": "received", "message": "已收到"})
    connection.close()
    assert [file.size for file in rows(database, Attachment)] == [200_000]
    assert len(rows(database, Submission)) == 1


def test_a_server_killed_between_two_parts_takes_the_rest_when_it_is_back(
    server: Server, cookie: str, database: Database
) -> None:
    xml = a_patrol()
    connection = server.connect()
    assert post(connection, cookie, *encoded(xml, {"1.jpg": b"one"}))[0] == 201
    connection.close()
    server.kill()
    server.start()
    connection = server.connect()
    assert post(connection, cookie, *encoded(xml, {"2.jpg": b"two"}))[0] == 201
    connection.close()
    assert [file.name for file in rows(database, Attachment)] == ["1.jpg", "2.jpg"]
    assert len(rows(database, Patrol)) == 1


def test_many_tabs_sending_the_same_records_make_each_of_them_once(
    server: Server, cookie: str, database: Database
) -> None:
    records = [encoded(a_patrol(), {"1.jpg": b"photo"}) for _ in range(8)]

    def send(record: tuple[str, bytes]) -> int:
        connection = server.connect()
        status, _said = post(connection, cookie, *record)
        connection.close()
        return status

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(send, records * 3)) == {201}
    assert len(rows(database, Submission)) == len(rows(database, Attachment)) == len(records)


def test_the_log_of_the_server_holds_neither_key_nor_cookie(
    server: Server, county: County, cookie: str
) -> None:
    for method, path in (
        ("GET", "home"),
        ("GET", "collect-qr.png"),
        ("POST", "submission"),
        ("GET", "nothing"),
    ):
        connection = server.connect()
        key_cookie = f"{cookie}; wangge_phone_key={county.keys['worker']}"
        connection.request(method, f"/w/api/{path}", headers=CLIENT | {"Cookie": key_cookie})
        connection.getresponse().read()
        connection.close()
    assert server.stop() == 0
    said = server.said()
    assert county.keys["worker"] not in said
    assert cookie.partition("=")[2] not in said
