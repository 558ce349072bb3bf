"""A record as the browser client sends it: received, repeated, split, refused; every answer is one it can act on."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.app import create_app
from server.database import Clock, Database
from server.domain.form import FormState
from server.domain.people import SYSTEM
from server.settings import Settings
from server.storage.events import EventRow
from server.storage.files import FileStore
from server.storage.forms import Form
from server.storage.patrols import Patrol
from server.storage.submissions import Attachment, Submission
from tests.browser_phone import CLIENT, BrowserPhone, refusal
from tests.factories import GRID, NOW, VACANT_GRID, County
from tests.instances import instance, patrol
from tests.phones import BROKEN_BODIES, Phone, rows

AN_HOUR_AGO = NOW - dt.timedelta(hours=1)
RECEIVED = (201, {"state": "received", "message": "已收到"})
SET_ASIDE = (202, {"state": "set_aside", "message": "已收到，先存着，由后台核对"})


@pytest.fixture
def phone(client: FlaskClient, county: County) -> BrowserPhone:
    phone = BrowserPhone(client, county)
    assert phone.sign_in().status_code == 200
    return phone


def a_patrol(**more: object) -> bytes:
    return instance("patrol", patrol(GRID, AN_HOUR_AGO, **more))  # type: ignore[arg-type]


def said(phone: BrowserPhone, xml: bytes, **files: bytes) -> tuple[int, object]:
    answer = phone.send(xml, files)
    return answer.status_code, answer.get_json()


def test_a_record_is_kept_byte_for_byte_under_its_sender(phone: BrowserPhone, database: Database) -> None:
    xml = a_patrol()
    assert said(phone, xml) == RECEIVED
    (stored,) = rows(database, Submission)
    assert (stored.xml, stored.state) == (xml, "received")
    assert stored.account_id == phone.county.accounts["worker"]
    assert stored.app_user_id is not None
    assert [row.grid_then for row in rows(database, Patrol)] == [GRID]


def test_a_session_by_password_sends_in_the_name_of_the_account(
    phone: BrowserPhone, database: Database
) -> None:
    phone.sign_in_by_password("cadre")
    assert said(phone, a_patrol()) == RECEIVED
    (stored,) = rows(database, Submission)
    assert (stored.account_id, stored.app_user_id) == (phone.county.accounts["cadre"], None)


def test_the_browser_and_collect_send_the_same_record_once(phone: BrowserPhone, database: Database) -> None:
    xml = a_patrol()
    assert said(phone, xml) == RECEIVED
    assert Phone(phone.client, phone.county).send(xml) == 201
    assert said(phone, xml) == RECEIVED
    assert len(rows(database, Submission)) == 1


def test_the_parts_of_a_split_record_come_together_in_any_number_of_tries(
    phone: BrowserPhone, database: Database, settings: Settings
) -> None:
    xml = a_patrol()
    form = {"*isIncomplete*": "yes", "xml_submission_file": (io.BytesIO(xml), "xml_submission_file")}
    first = phone.client.post(
        "/w/api/submission", data={**form, "1.jpg": (io.BytesIO(b"one"), "1.jpg")}, headers=CLIENT
    )
    assert (first.status_code, first.get_json()["state"]) == (201, "received")
    for _ in range(2):
        assert said(phone, xml, **{"2.jpg": b"two"}) == RECEIVED
    assert [(file.name, file.size) for file in rows(database, Attachment)] == [("1.jpg", 3), ("2.jpg", 3)]
    store = FileStore(settings.data_dir / "files")
    assert [store.path(file.sha256).read_bytes() for file in rows(database, Attachment)] == [b"one", b"two"]


def test_two_tabs_sending_at_the_same_moment_make_one_row(
    app: Flask, phone: BrowserPhone, database: Database
) -> None:
    xml = a_patrol()
    tabs = [BrowserPhone(app.test_client(), phone.county) for _ in range(2)]
    for tab in tabs:
        tab.sign_in()
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(lambda tab: tab.send(xml).status_code, tabs)) == [201, 201]
    assert len(rows(database, Submission)) == len(rows(database, Patrol)) == 1


MALFORMED = {
    "truncated": a_patrol()[:-20],
    "empty": b"",
    "a DOCTYPE": a_patrol().replace(
        b'<?xml version="1.0"?>', b'<?xml version="1.0"?><!DOCTYPE data [<!ENTITY grid "x">]>'
    ),
    "a NUL": a_patrol().replace(b"clear", b"cle\x00ar"),
    "no instanceID": a_patrol().replace(b"instanceID", b"otherID"),
    "an empty instanceID": instance("patrol", patrol(GRID, AN_HOUR_AGO), instance_id=" "),
    "an endless instanceID": instance("patrol", patrol(GRID, AN_HOUR_AGO), instance_id="u" * 3000),
    "no form id": a_patrol().replace(b' id="patrol"', b""),
}


@pytest.mark.parametrize("what", sorted(MALFORMED))
def test_what_is_no_record_is_400_and_nothing_is_stored(
    phone: BrowserPhone, database: Database, what: str
) -> None:
    status, code = refusal(phone.send(MALFORMED[what]))
    assert status == 400
    assert code.partition(".")[0] in ("xml", "submission")
    assert rows(database, Submission) == []
    assert [row.kind for row in rows(database, EventRow) if row.kind.startswith("submission")] == []


@pytest.mark.parametrize("what", sorted(BROKEN_BODIES))
def test_a_broken_body_is_400(phone: BrowserPhone, database: Database, what: str) -> None:
    kind, body = BROKEN_BODIES[what]
    answer = phone.client.post("/w/api/submission", data=body, content_type=kind, headers=CLIENT)
    assert refusal(answer)[0] == 400
    assert rows(database, Submission) == []


def test_an_unknown_form_is_404(phone: BrowserPhone) -> None:
    assert refusal(phone.send(instance("no_such_form", {"a": "1"}))) == (404, "submission.form_unknown")


def test_an_unknown_version_is_kept_aside_with_202(phone: BrowserPhone, database: Database) -> None:
    xml = instance("patrol", patrol(GRID, AN_HOUR_AGO), version="1999010101")
    assert said(phone, xml) == SET_ASIDE
    assert [row.state for row in rows(database, Submission)] == ["quarantined"]
    assert said(phone, xml) == RECEIVED


def test_a_draft_of_a_form_withdrawn_meanwhile_is_accepted(phone: BrowserPhone, database: Database) -> None:
    with database.transaction(SYSTEM) as work:
        work.session.get_one(Form, "patrol").state = FormState.CLOSED
    assert said(phone, a_patrol()) == RECEIVED


def test_the_same_number_with_other_words_is_409_and_the_first_stays(
    phone: BrowserPhone, database: Database
) -> None:
    xml = a_patrol()
    assert said(phone, xml) == RECEIVED
    assert refusal(phone.send(xml.replace(b"<result>clear", b"<result>found"))) == (
        409,
        "submission.other_xml",
    )
    assert [row.xml for row in rows(database, Submission)] == [xml]


def test_an_edit_replaces_and_an_edit_of_what_was_replaced_is_409(
    phone: BrowserPhone, database: Database
) -> None:
    first, second = f"uuid:{uuid.uuid4()}", f"uuid:{uuid.uuid4()}"
    answers = patrol(GRID, AN_HOUR_AGO)
    assert said(phone, instance("patrol", answers, instance_id=first)) == RECEIVED
    edit = instance("patrol", answers | {"note": "改"}, instance_id=second, deprecated_id=first)
    assert said(phone, edit) == RECEIVED
    late = instance("patrol", answers | {"note": "再改"}, deprecated_id=first)
    assert refusal(phone.send(late)) == (409, "submission.edit_out_of_date")
    assert len(rows(database, Patrol)) == 1


def test_an_edit_ahead_of_its_original_waits_with_202(phone: BrowserPhone, database: Database) -> None:
    first = f"uuid:{uuid.uuid4()}"
    answers = patrol(GRID, AN_HOUR_AGO)
    assert said(phone, instance("patrol", answers | {"note": "改"}, deprecated_id=first)) == SET_ASIDE
    assert said(phone, instance("patrol", answers, instance_id=first)) == RECEIVED
    assert len(rows(database, Patrol)) == 1


def test_the_same_file_name_with_other_bytes_is_kept_beside_the_first(
    phone: BrowserPhone, database: Database
) -> None:
    xml = a_patrol()
    assert said(phone, xml, **{"1.jpg": b"one"}) == RECEIVED
    assert said(phone, xml, **{"1.jpg": b"another"}) == RECEIVED
    assert [file.size for file in rows(database, Attachment)] == [3, 7]


@pytest.mark.parametrize("name", ["../../../etc/passwd", "C:\\照片\\门口.jpg", "长" * 400 + ".jpg", "😀.jpg"])
def test_a_file_name_is_data(phone: BrowserPhone, database: Database, name: str) -> None:
    assert said(phone, a_patrol(), **{name: b"photo"}) == RECEIVED
    (file,) = rows(database, Attachment)
    assert "/" not in file.name
    assert len(file.name) <= 300


def test_more_than_the_hard_limit_is_413(county: County, settings: Settings, clock: Clock) -> None:
    app = create_app(settings.model_copy(update={"max_request_mb": 1}), clock=clock)
    phone = BrowserPhone(app.test_client(), county)
    phone.sign_in()
    answer = phone.send(a_patrol(), {"film.mp4": bytes(1_100_000)})
    app.extensions["wangge"].database.close()
    assert refusal(answer) == (413, "request.too_large")
    assert "1 兆" in answer.get_json()["message"]


def test_a_text_beyond_eight_megabytes_is_413(phone: BrowserPhone) -> None:
    assert refusal(phone.send(a_patrol(note="长" * 3_000_000))) == (413, "submission.xml_too_large")


@pytest.mark.parametrize(
    ("at", "start"),
    [
        ("31.5 109.5 0 8", AN_HOUR_AGO),
        ("30.005 108.005 0 0", AN_HOUR_AGO),
        (None, AN_HOUR_AGO),
        ("30.005 108.005 0 8", NOW + dt.timedelta(days=400)),
    ],
)
def test_a_position_or_a_clock_is_asked_about_and_never_refused(
    phone: BrowserPhone, database: Database, at: str | None, start: dt.datetime
) -> None:
    assert said(phone, instance("patrol", patrol(GRID, start, at=at))) == RECEIVED
    assert rows(database, Submission)[0].flags != []


def test_a_grid_that_is_not_his_is_a_question_and_no_refusal(phone: BrowserPhone, database: Database) -> None:
    assert (
        said(phone, instance("patrol", patrol(VACANT_GRID, AN_HOUR_AGO, at="30.005 108.015 0 8"))) == RECEIVED
    )
    assert rows(database, Submission)[0].flags == ["not_own_grid"]


def test_a_store_that_is_full_is_503_with_a_time_to_come_back(
    phone: BrowserPhone, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    xml = a_patrol()
    with monkeypatch.context() as full:
        full.setattr("os.fsync", _no_space)
        answer = phone.send(xml, {"1.jpg": b"photo"})
    assert refusal(answer) == (503, "storage.full")
    assert answer.headers["Retry-After"] == "30"
    assert rows(database, Submission) == []
    assert said(phone, xml, **{"1.jpg": b"photo"}) == RECEIVED


def _no_space(_descriptor: int) -> None:
    raise OSError(28, "No space left on device")


def test_no_answer_about_a_record_is_kept_by_a_cache(phone: BrowserPhone) -> None:
    for xml in (a_patrol(), b"no record"):
        assert phone.send(xml).headers["Cache-Control"] == "no-store"
