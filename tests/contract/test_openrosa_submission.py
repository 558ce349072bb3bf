"""A submission as Collect and Enketo send it: received, repeated, split, flagged, refused (OPENROSA §5)."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import resource
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from server.app import create_app
from server.database import Clock, Database
from server.domain.form import FormState
from server.domain.people import SYSTEM
from server.services import accounts
from server.settings import Settings
from server.storage.events import EventRow
from server.storage.files import FileStore
from server.storage.forms import Form
from server.storage.patrols import Patrol
from server.storage.posts import AppUser
from server.storage.submissions import Attachment, Submission
from tests.factories import GRID, NOW, VACANT_GRID, County
from tests.instances import VERSION, instance, patrol
from tests.phones import BROKEN_BODIES, Phone, message_of, rows

AN_HOUR_AGO = NOW - dt.timedelta(hours=1)
ENTITIES = b'<!DOCTYPE data [<!ENTITY grid "x">]>'


def a_patrol(**more: object) -> bytes:
    return instance("patrol", patrol(GRID, AN_HOUR_AGO, **more))  # type: ignore[arg-type]


def with_doctype(xml: bytes, doctype: bytes = ENTITIES) -> bytes:
    return xml.replace(b'<?xml version="1.0"?>', b'<?xml version="1.0"?>' + doctype)


def test_head_is_answered_204_with_the_size_at_which_to_split(phone: Phone) -> None:
    response = phone.client.head(f"{phone.path}/submission?deviceID=x")
    assert (response.status_code, response.data) == (204, b"")
    assert response.headers["X-OpenRosa-Version"] == "1.0"
    assert response.headers["X-OpenRosa-Accept-Content-Length"] == "10000000"
    assert "Location" not in response.headers


def test_a_submission_is_answered_201_in_chinese_and_kept_byte_for_byte(
    phone: Phone, database: Database
) -> None:
    xml = a_patrol()
    response = phone.post(xml, query="?deviceID=collect:abc")
    assert (response.status_code, message_of(response)) == (201, "已收到")
    (stored,) = rows(database, Submission)
    assert (stored.xml, stored.device_id, stored.state) == (xml, "collect:abc", "received")
    assert stored.sha256 == hashlib.sha256(xml).hexdigest()


MALFORMED = {
    "truncated": a_patrol()[:-20],
    "empty": b"",
    "no xml": b"\x89PNG\r\n",
    "a NUL": a_patrol().replace(b"clear", b"cle\x00ar"),
    "a control character": a_patrol().replace(b"clear", b"cle\x08ar"),
    "a reference to a control character": a_patrol().replace(b"clear", b"cle&#8;ar"),
    "an undeclared entity": a_patrol().replace(b"clear", b"&clear;"),
    "a DOCTYPE": with_doctype(a_patrol()),
    "a used entity": with_doctype(a_patrol()).replace(b"clear", b"&grid;"),
    "an external DTD": with_doctype(a_patrol(), b'<!DOCTYPE data SYSTEM "file:///etc/passwd">'),
    "a DOCTYPE in UTF-16": with_doctype(a_patrol())
    .decode()
    .replace("?>", ' encoding="UTF-16"?>', 1)
    .encode("utf-16"),
    "broken UTF-8": a_patrol().replace(b"clear", b"\xff\xfe\xfa"),
    "no instanceID": a_patrol().replace(b"instanceID", b"otherID"),
    "an empty instanceID": instance("patrol", patrol(GRID, AN_HOUR_AGO), instance_id=" "),
    "an endless instanceID": instance("patrol", patrol(GRID, AN_HOUR_AGO), instance_id="u" * 3000),
    "no form id": a_patrol().replace(b' id="patrol"', b""),
}


@pytest.mark.parametrize("what", sorted(MALFORMED))
def test_what_is_no_submission_is_400_in_chinese_and_nothing_is_stored(
    phone: Phone, database: Database, what: str
) -> None:
    response = phone.post(MALFORMED[what])
    assert response.status_code == 400
    assert any("\u4e00" <= character <= "\u9fff" for character in message_of(response))
    assert rows(database, Submission) == []
    assert [row.kind for row in rows(database, EventRow) if row.kind.startswith("submission")] == []


def test_an_instance_id_on_the_root_will_do(phone: Phone, database: Database) -> None:
    xml = a_patrol()
    number = xml.partition(b"<instanceID>")[2].partition(b"<")[0]
    xml = xml.replace(b"<data ", b'<data instanceID="' + number + b'" ').replace(b"instanceID>", b"other>")
    assert phone.send(xml) == 201
    assert rows(database, Submission)[0].instance_id == number.decode()


def test_an_openrosa_prefixed_meta_block_is_read_too(phone: Phone, database: Database) -> None:
    number = f"uuid:{uuid.uuid4()}"
    xml = a_patrol()
    cut = xml[: xml.index(b"<meta>")]
    orx = f'<orx:meta xmlns:orx="http://openrosa.org/xforms"><orx:instanceID>{number}</orx:instanceID></orx:meta>'
    assert phone.send(cut + orx.encode() + b"</data>") == 201
    assert rows(database, Submission)[0].instance_id == number


def test_an_unknown_form_is_404(phone: Phone, database: Database) -> None:
    response = phone.post(instance("no_such_form", {"a": "1"}))
    assert (response.status_code, message_of(response)) == (
        404,
        "服务器上没有这张表。请在手机上更新表单列表。",
    )
    assert rows(database, Submission) == []


def test_an_unknown_version_is_kept_in_quarantine_with_202(phone: Phone, database: Database) -> None:
    xml = instance("patrol", patrol(GRID, AN_HOUR_AGO), version="1999010101")
    response = phone.post(xml)
    assert (response.status_code, message_of(response)) == (202, "已收到，先存着，由后台核对")
    (stored,) = rows(database, Submission)
    assert (stored.state, stored.xml) == ("quarantined", xml)
    assert rows(database, Patrol) == []
    assert phone.send(xml) == 201  # the phone's retry is a repeat: nothing is asked of it again
    assert len(rows(database, Submission)) == 1


def test_a_closed_form_is_accepted_because_phones_hold_old_records(phone: Phone, database: Database) -> None:
    with database.transaction(SYSTEM) as work:
        work.session.get_one(Form, "patrol").state = FormState.CLOSED
    assert phone.send(a_patrol()) == 201
    assert len(rows(database, Patrol)) == 1


def test_the_same_number_with_other_xml_is_409_and_the_first_stays(phone: Phone, database: Database) -> None:
    xml = a_patrol()
    assert phone.send(xml) == 201
    response = phone.post(xml.replace(b"<result>clear", b"<result>found"))
    assert (response.status_code, message_of(response)) == (
        409,
        "同一编号的记录已经在服务器上，内容不一样。先到的那份不变。",
    )
    assert [row.xml for row in rows(database, Submission)] == [xml]


def test_the_parts_of_a_split_submission_come_together(
    phone: Phone, database: Database, settings: Settings
) -> None:
    xml = a_patrol()
    form = {"*isIncomplete*": "yes", "xml_submission_file": (io.BytesIO(xml), "巡查_2026-10-20.xml")}
    first = phone.client.post(
        f"{phone.path}/submission", data={**form, "1.jpg": (io.BytesIO(b"one"), "1.jpg")}
    )
    assert first.status_code == 201
    assert phone.send(xml, {"2.jpg": b"two"}) == 201
    assert phone.send(xml, {"2.jpg": b"two"}) == 201
    assert [(file.name, file.size) for file in rows(database, Attachment)] == [("1.jpg", 3), ("2.jpg", 3)]
    assert len(rows(database, Submission)) == 1
    store = FileStore(settings.data_dir / "files")
    assert [store.path(file.sha256).read_bytes() for file in rows(database, Attachment)] == [b"one", b"two"]


def test_the_same_name_with_other_bytes_is_kept_beside_the_first(phone: Phone, database: Database) -> None:
    xml = a_patrol()
    assert phone.send(xml, {"1.jpg": b"one"}) == 201
    assert phone.send(xml, {"1.jpg": b"another"}) == 201
    assert [(file.name, file.size) for file in rows(database, Attachment)] == [("1.jpg", 3), ("1.jpg", 7)]


NAMES = {
    "../../../etc/passwd": "passwd",
    "C:\\照片\\门口.jpg": "门口.jpg",
    "水井😀.jpg": "水井😀.jpg",
    "长" * 296 + ".jpg": "长" * 296 + ".jpg",
    "x" * 400 + ".jpg": "x" * 296 + ".jpg",
    "/": "unnamed",
    "..": "..",
    "a\tb.jpg": "ab.jpg",
}


@pytest.mark.parametrize("name", sorted(NAMES))
def test_an_attachment_lies_under_its_hash_and_its_name_is_data(
    phone: Phone, database: Database, settings: Settings, name: str
) -> None:
    assert phone.send(a_patrol(), {name: b"photo"}) == 201
    (file,) = rows(database, Attachment)
    assert file.name == NAMES[name]
    stored = [path for path in (settings.data_dir / "files").rglob("*") if path.is_file()]
    assert [path.name for path in stored] == [hashlib.sha256(b"photo").hexdigest()]


def test_a_device_id_with_a_nul_is_no_reason_to_refuse(phone: Phone, database: Database) -> None:
    assert phone.post(a_patrol(), query="?deviceID=a%00b%FF").status_code == 201
    assert (rows(database, Submission)[0].device_id or "").startswith("ab")


PLACES = {
    "outside every grid": ("31.5 109.5 0 8", {"outside_all", "far_from_grid"}),
    "in another grid": ("30.005 108.015 0 8", {"other_grid", "far_from_grid"}),
    "accuracy 0": ("30.005 108.005 0 0", {"accuracy_zero"}),
    "no point": (None, {"no_position"}),
    "no sense": ("91 181 x y", {"no_position"}),
    "well inside": ("30.005 108.005 0 8", set()),
}


@pytest.mark.parametrize("where", sorted(PLACES))
def test_a_position_is_asked_about_but_never_refused(phone: Phone, database: Database, where: str) -> None:
    fix, flags = PLACES[where]
    assert phone.send(a_patrol(at=fix)) == 201
    (stored,) = rows(database, Submission)
    assert set(stored.flags) == flags
    assert rows(database, Patrol)[0].grid_then == GRID


@pytest.mark.parametrize("start", [NOW + dt.timedelta(days=400), NOW - dt.timedelta(days=9000)])
def test_a_wrong_clock_is_flagged_and_the_day_of_receipt_counts(
    phone: Phone, database: Database, start: dt.datetime
) -> None:
    assert phone.send(instance("patrol", patrol(GRID, start))) == 201
    (stored,) = rows(database, Submission)
    assert stored.flags == ["clock"]
    assert stored.day == NOW.date()
    assert stored.device_start == start.astimezone(dt.UTC)


def test_a_record_whose_rows_cannot_be_made_is_received_all_the_same(
    phone: Phone, database: Database
) -> None:
    xml = instance("patrol", patrol("509901999999999", AN_HOUR_AGO))
    assert phone.send(xml) == 201
    (stored,) = rows(database, Submission)
    assert (stored.state, stored.xml) == ("received", xml)
    assert "巡查没有现行的网格" in (stored.projection_error or "")
    assert "submission.projection_failed" in [row.kind for row in rows(database, EventRow)]


def test_a_worker_may_report_a_grid_that_is_not_his_and_the_office_sees_a_question(
    phone: Phone, database: Database
) -> None:
    assert phone.send(instance("patrol", patrol(VACANT_GRID, AN_HOUR_AGO, at="30.005 108.015 0 8"))) == 201
    assert rows(database, Submission)[0].flags == ["not_own_grid"]


def test_an_encrypted_envelope_is_kept_with_its_files_and_read_by_nobody(
    phone: Phone, database: Database
) -> None:
    envelope = (
        f'<data xmlns="http://www.opendatakit.org/xforms/encrypted" id="patrol" version="{VERSION}" encrypted="yes">'
        "<base64EncryptedKey>AAAA</base64EncryptedKey>"
        f'<orx:meta xmlns:orx="http://openrosa.org/xforms"><orx:instanceID>uuid:{uuid.uuid4()}</orx:instanceID></orx:meta>'
        "<media><file>1.jpg.enc</file></media><encryptedXmlFile>submission.xml.enc</encryptedXmlFile></data>"
    ).encode()
    assert phone.send(envelope, {"submission.xml.enc": b"\x00\x01", "1.jpg.enc": b"\x02"}) == 201
    (stored,) = rows(database, Submission)
    assert (stored.xml, stored.values, stored.projection_error) == (envelope, {}, None)
    assert stored.expected_files == ["1.jpg.enc", "submission.xml.enc"]
    assert len(rows(database, Attachment)) == 2


def test_a_revoked_key_sends_nothing_more(phone: Phone, database: Database) -> None:
    with database.transaction(SYSTEM) as work:
        worker = phone.county.accounts["worker"]
        (app_user,) = work.session.scalars(sa.select(AppUser).where(AppUser.account_id == worker))
        accounts.revoke_key(work, app_user.id)
    response = phone.post(a_patrol())
    assert (response.status_code, message_of(response)) == (403, "这把采集钥匙无效或已收回，请找管理员。")
    assert rows(database, Submission) == []


@pytest.mark.parametrize("what", sorted(BROKEN_BODIES))
def test_a_broken_body_is_400(phone: Phone, database: Database, what: str) -> None:
    kind, body = BROKEN_BODIES[what]
    response = phone.client.post(f"{phone.path}/submission", data=body, content_type=kind)
    assert response.status_code == 400
    assert message_of(response)
    assert rows(database, Submission) == []


def test_more_than_the_hard_limit_is_413(county: County, settings: Settings, clock: Clock) -> None:
    app = create_app(settings.model_copy(update={"max_request_mb": 1}), clock=clock)
    response = Phone(app.test_client(), county).post(a_patrol(), {"film.mp4": bytes(1_100_000)})
    app.extensions["wangge"].database.close()
    assert response.status_code == 413
    assert message_of(response) == "一次发送超过 1 兆，请减少附件后重试。"


def test_an_xml_beyond_eight_megabytes_is_413(phone: Phone) -> None:
    assert phone.send(a_patrol(note="长" * 3_000_000)) == 413


@contextmanager
def no_more_pages(database: Database) -> Iterator[None]:
    """A SQLite database on a disk that is full."""

    def stop(connection: object, *_rest: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")  # type: ignore[attr-defined]

    def go_on(connection: object, *_rest: object) -> None:
        connection.execute("PRAGMA max_page_count = 1000000000")  # type: ignore[attr-defined]

    sa.event.listen(database.engine, "checkout", stop)
    yield
    sa.event.remove(database.engine, "checkout", stop)
    sa.event.listen(database.engine, "checkout", go_on)


@contextmanager
def no_more_extents(database: Database) -> Iterator[None]:
    """A PostgreSQL database that says what it says when its disk is full."""
    said = "BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END"
    with database.engine.begin() as connection:
        connection.exec_driver_sql(
            f"CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS $$ {said} $$"
        )
        connection.exec_driver_sql(
            "CREATE TRIGGER disk_full BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION disk_full()"
        )
    yield
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DROP FUNCTION disk_full CASCADE")


def test_a_full_disk_is_503_and_the_record_is_taken_once_there_is_room(
    phone: Phone, database: Database
) -> None:
    xml = a_patrol(note="很长的话" * 20_000)
    full = no_more_pages if database.engine.dialect.name == "sqlite" else no_more_extents
    with full(database):
        response = phone.post(xml, {"1.jpg": b"photo"})
        assert response.status_code == 503
        assert response.headers["Retry-After"] == "30"
        assert message_of(response) == "服务器暂时忙不过来，请稍后再试。"
    assert rows(database, Submission) == []
    assert phone.send(xml, {"1.jpg": b"photo"}) == 201
    assert len(rows(database, Submission)) == len(rows(database, Attachment)) == 1


def test_a_photo_the_disk_does_not_take_is_503_and_leaves_nothing(
    phone: Phone, database: Database, settings: Settings
) -> None:
    xml = a_patrol()
    with files_of_at_most(100_000):
        response = phone.post(xml, {"1.jpg": bytes(300_000)})
    assert (response.status_code, message_of(response)) == (
        503,
        "服务器的存储空间满了，没有保存。请稍后再试，并告诉管理员。",
    )
    assert rows(database, Submission) == []
    assert [path for path in (settings.data_dir / "files").rglob("*") if path.is_file()] == []
    assert phone.send(xml, {"1.jpg": bytes(300_000)}) == 201


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """The system takes no byte of a file beyond `size`, as a full disk or a quota would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
