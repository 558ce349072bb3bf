"""收到的记录 as the office sees them: who sees what, what is wrong, and what can be done."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from server.cli import main
from server.database import Database
from server.settings import Settings
from server.storage.events import EventRow
from server.storage.patrols import Patrol
from server.storage.submissions import Attachment, Submission
from tests.factories import GRID, NOW, PASSWORD, County
from tests.instances import instance, patrol
from tests.phones import Phone, rows

WORDS = "王桂兰 13800000000 说路灯坏了"


@pytest.fixture
def phone(client: FlaskClient, county: County) -> Phone:
    return Phone(client, county)


def signed_in(app: Flask, name: str) -> FlaskClient:
    client = app.test_client()
    assert client.post("/sign-in", data={"username": name, "password": PASSWORD}).status_code == 303
    return client


def found(**more: object) -> bytes:
    finding = {"what": {"kind": "facility", "words": WORDS, "handled": "watch", "photo": "1.jpg"}, "more": {}}
    start = NOW - dt.timedelta(hours=1)
    return instance("patrol", patrol(GRID, start, result="found", finding=[finding]), **more)  # type: ignore[arg-type]


def test_the_village_reads_a_record_as_the_phone_showed_it(
    app: Flask, phone: Phone, database: Database
) -> None:
    xml = found()
    assert phone.send(xml, {"1.jpg": b"photo"}) == 201
    (record,), (photo,) = rows(database, Submission), rows(database, Attachment)
    cadre = signed_in(app, "cadre")
    assert f"/submissions/{record.id}" in cadre.get("/submissions").text
    page = cadre.get(f"/submissions/{record.id}").text
    assert all(words in page for words in (WORDS, "公共设施", "发现 1", "1.jpg", "王秀英"))
    assert cadre.get(f"/submissions/{record.id}.xml").data == xml
    with cadre.get(f"/submissions/{record.id}/files/{photo.id}") as file:
        assert (file.data, file.mimetype) == (b"photo", "application/octet-stream")
        assert "attachment" in file.headers["Content-Disposition"]
    assert cadre.get(f"/submissions/{record.id}/files/99").status_code == 404


def test_above_the_village_what_it_says_is_opened_with_a_reason_that_is_kept(
    app: Flask, phone: Phone, database: Database
) -> None:
    assert phone.send(found(), {"1.jpg": b"photo"}) == 201
    (record,) = rows(database, Submission)
    official = signed_in(app, "official")
    page = f"/submissions/{record.id}"
    assert WORDS not in official.get(page).text
    assert official.get(f"{page}.xml").status_code == 403
    assert official.post(page, data={}).status_code == 400
    assert WORDS in official.post(page, data={"reason": "核对投诉"}).text
    opened = rows(database, EventRow)[-1]
    assert (opened.kind, opened.details["reason"]) == ("personal_data.revealed", "核对投诉")


def test_another_village_and_a_grid_worker_see_nothing_of_it(
    app: Flask, phone: Phone, database: Database
) -> None:
    assert phone.send(found()) == 201
    (record,) = rows(database, Submission)
    other = signed_in(app, "other_cadre")
    assert f"/submissions/{record.id}" not in other.get("/submissions").text
    assert other.get(f"/submissions/{record.id}").status_code == 404
    assert signed_in(app, "worker").get("/submissions").status_code == 403


def test_the_list_shows_what_is_wrong_on_its_own(app: Flask, phone: Phone, database: Database) -> None:
    assert phone.send(found()) == 201
    assert phone.send(found(version="1999")) == 202
    assert phone.send(found(deprecated_id=f"uuid:{uuid.uuid4()}")) == 202
    assert phone.send(instance("patrol", patrol("509901999999999", NOW))) == 201
    good, unknown, held, failed = rows(database, Submission)
    official = signed_in(app, "official")
    for state, only in (("quarantined", unknown), ("held", held), ("failed", failed)):
        text = official.get(f"/submissions?state={state}").text
        shown = [row.id for row in (good, unknown, held, failed) if f'/submissions/{row.id}"' in text]
        assert shown == [only.id]
    assert "巡查没有现行的网格" in official.get(f"/submissions/{failed.id}").text


def test_the_township_converts_again_and_is_told_what_came_of_it(
    app: Flask, phone: Phone, database: Database
) -> None:
    assert phone.send(found(version="1999")) == 202
    (record,) = rows(database, Submission)
    official = signed_in(app, "official")
    answer = official.post(f"/submissions/{record.id}/reproject", follow_redirects=True)
    assert "这个表单版本没有在这里发布过" in answer.text
    assert signed_in(app, "cadre").post(f"/submissions/{record.id}/reproject").status_code == 403


def test_the_village_rejects_with_a_reason_and_only_so(app: Flask, phone: Phone, database: Database) -> None:
    assert phone.send(found()) == 201
    (record,) = rows(database, Submission)
    cadre = signed_in(app, "cadre")
    assert cadre.post(f"/submissions/{record.id}/reject", data={"reason": " "}).status_code == 400
    page = cadre.post(f"/submissions/{record.id}/reject", data={"reason": "不在现场"}, follow_redirects=True)
    assert "不予采信：不在现场" in page.text
    assert rows(database, Patrol)[0].removed_at is not None


def test_the_command_converts_again_what_waited(
    phone: Phone, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert phone.send(found(version="1999")) == 202
    monkeypatch.setenv("WANGGE_DATABASE_URL", settings.url)
    monkeypatch.setenv("WANGGE_DATA_DIR", str(settings.data_dir))
    told = CliRunner().invoke(main, ["submissions", "reproject", "--failed"])
    assert (told.exit_code, told.output) == (0, "转换了 0 份，还有 1 份没有转换成。\n")
    assert CliRunner().invoke(main, ["submissions", "reproject"]).exit_code == 2
    assert CliRunner().invoke(main, ["submissions", "reproject", "--id", "99"]).exit_code == 2
