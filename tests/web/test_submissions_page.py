"""收到的记录 as the office sees them: who sees what, what is wrong, and what can be done."""

from __future__ import annotations

import datetime as dt
import io
import uuid
import zipfile

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.cli import main
from server.database import Database
from server.domain.entity import Undone
from server.domain.people import SYSTEM
from server.domain.roles import Function
from server.settings import Settings
from server.storage import posts, record_list
from server.storage.demands import Demand
from server.storage.entities import EntityRemark
from server.storage.events import EventRow
from server.storage.patrols import Patrol
from server.storage.submissions import Attachment, Submission
from tests.factories import GRID, NOW, OTHER_GRID, PASSWORD, County, household, person
from tests.instances import VERSION, instance, patrol, visit
from tests.pages import read, words
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


def test_a_list_without_anybodys_words_says_why(app: Flask, phone: Phone) -> None:
    assert phone.send(found()) == 201
    heads = "//table//th[contains(., '填了什么')]"
    for_village = read(signed_in(app, "cadre"), "/submissions")
    assert for_village.xpath(heads)
    assert "这里不列" not in words(for_village)
    for name, told in (("official", "写明原因"), ("admin", "村（社区）里才直接看得到。")):
        above = read(signed_in(app, name), "/submissions")
        assert not above.xpath(heads)
        assert told in words(above)


def test_of_a_record_with_a_matter_he_may_not_see_the_list_says_so(
    app: Flask, phone: Phone, county: County, database: Database
) -> None:
    matter = {"kind": "facility", "detail": "lamp", "words": WORDS, "handled": "report", "urgency": "normal"}
    told = patrol(GRID, NOW, result="found", finding=[{"what": matter, "more": {"source": "seen"}}])
    assert phone.send(instance("patrol", told)) == 201
    with database.transaction(SYSTEM) as work:
        work.session.execute(sa.update(Demand).values(class_="PRIVATE"))
    cadre = signed_in(app, "cadre")
    assert "只有经办的人能看" not in words(read(cadre, "/submissions"))
    with database.transaction(SYSTEM) as work:
        held = posts.posts_of(work.session, county.accounts["cadre"], on=NOW.date())
        held[0].function = Function.VILLAGE_CADRE.value
    assert "只有经办的人能看" in words(read(cadre, "/submissions"))


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
    assert [judge(official, row.id, "approved").status_code for row in (unknown, held)] == [409, 409]


def test_the_township_converts_again_and_is_told_what_came_of_it(
    app: Flask, phone: Phone, database: Database
) -> None:
    assert phone.send(found(version="1999")) == 202
    (record,) = rows(database, Submission)
    official = signed_in(app, "official")
    answer = official.post(f"/submissions/{record.id}/reproject", follow_redirects=True)
    assert "这个表单版本没有在这里发布过" in answer.text
    assert signed_in(app, "cadre").post(f"/submissions/{record.id}/reproject").status_code == 403


def judge(client: FlaskClient, record: int, verdict: str, words: str = "") -> TestResponse:
    data = {"verdict": verdict, "words": words}
    return client.post(f"/submissions/{record}/verdict", data=data, follow_redirects=True)


def test_the_village_rejects_with_a_reason_and_only_so(app: Flask, phone: Phone, database: Database) -> None:
    assert phone.send(found()) == 201
    (record,) = rows(database, Submission)
    cadre = signed_in(app, "cadre")
    assert judge(cadre, record.id, "rejected", " ").status_code == 400
    assert "不予采信：不在现场" in judge(cadre, record.id, "rejected", "不在现场").text
    assert rows(database, Patrol)[0].removed_at is not None


def shown(client: FlaskClient, query: str) -> list[int]:
    """The records of a list, in its order."""
    links = read(client, f"/submissions?{query}").xpath("//tbody//td[@data-label='收到']/a/@href")
    return [int(link.rpartition("/")[2]) for link in links]


def clear(at: dt.datetime = NOW - dt.timedelta(hours=2), **more: object) -> bytes:
    return instance("patrol", patrol(GRID, at), **more)  # type: ignore[arg-type]


def test_a_list_is_narrowed_by_form_place_sender_day_question_and_words(
    app: Flask, client: FlaskClient, county: County
) -> None:
    worker, cadre_phone = Phone(client, county), Phone(client, county, "cadre")
    assert worker.send(found()) == 201
    assert cadre_phone.send(instance("patrol", patrol(GRID, NOW - dt.timedelta(hours=3), at=None))) == 201
    for cadre in (signed_in(app, "cadre"), signed_in(app, "assessor")):
        assert shown(cadre, "") == [2, 1]
        assert shown(cadre, "form=patrol") == [2, 1]
        assert shown(cadre, "form=household_visit") == []
        assert shown(cadre, f"area={GRID}") == [2, 1]
        assert shown(cadre, "sender=秀英") == [1]
        assert shown(cadre, "first=2026-10-20&last=2026-10-20") == [2, 1]
        assert shown(cadre, "last=2026-10-19") == []
        assert shown(cadre, "flag=no_position") == [2]
        assert shown(cadre, "standing=unseen") == [2, 1]
        assert shown(cadre, "standing=approved") == []
    assert shown(signed_in(app, "cadre"), "text=王桂兰") == [1]
    assert shown(signed_in(app, "cadre"), "text=今日无异常") == [2]
    assert shown(signed_in(app, "assessor"), "text=王桂兰") == [2, 1], "who may not read may not search"
    assert client.get(f"/submissions?area={OTHER_GRID}").status_code in (303, 404)


def test_what_an_answer_names_of_the_register_is_said_in_words_and_found_by_them(
    app: Flask, phone: Phone, database: Database
) -> None:
    with database.transaction(SYSTEM) as work:
        home = household(work, address="石桥村1组12号", head="王家")
        elder = person(work, home, called="王奶奶")
        far = household(work, grid=OTHER_GRID, address="柳湾村3号", head="孙家")
    at = NOW - dt.timedelta(hours=2)
    assert phone.send(instance("household_visit", visit(home.id, at, seen=[elder.id]))) == 201
    assert phone.send(instance("household_visit", visit(far.id, at))) == 201
    cadre = signed_in(app, "cadre")
    assert "石桥村1组12号 王家" in cadre.get("/submissions").text
    assert "王奶奶" in cadre.get("/submissions/1").text
    assert shown(cadre, "text=王奶奶") == [1]
    assert "柳湾村" not in cadre.get("/submissions").text, "of another village nothing is said"


def test_of_one_person_it_is_never_counted_how_many_records_came_back(app: Flask, phone: Phone) -> None:
    assert phone.send(found()) == 201
    cadre = signed_in(app, "cadre")
    judge(cadre, 1, "has_issues", "少一张照片")
    assert "共 1 份" in cadre.get("/submissions?standing=returned").text
    assert "共 1 份" not in cadre.get("/submissions?standing=returned&sender=王秀英").text


def test_who_may_read_sees_the_first_words_and_a_photo_and_nobody_else(
    app: Flask, phone: Phone, database: Database
) -> None:
    assert phone.send(found(), {"1.jpg": b"\xff\xd8\xff a photo"}) == 201
    (photo,) = rows(database, Attachment)
    address = f"/submissions/1/photos/{photo.id}"
    cadre, official = signed_in(app, "cadre"), signed_in(app, "official")
    for page in ("/submissions", "/submissions/1"):
        assert address in cadre.get(page).text
        assert address not in official.get(page).text
    assert "有发现" in cadre.get("/submissions").text
    with cadre.get(address) as image:
        assert (image.mimetype, image.headers["Cache-Control"]) == ("image/jpeg", "private, no-store")
    assert official.get(address).status_code == 403


def test_what_only_calls_itself_a_photo_is_not_shown(app: Flask, phone: Phone, database: Database) -> None:
    assert phone.send(found(), {"1.jpg": b"<html><script>alert(1)</script>"}) == 201
    (photo,) = rows(database, Attachment)
    assert signed_in(app, "cadre").get(f"/submissions/1/photos/{photo.id}").status_code == 400


def test_a_record_shows_its_place_in_its_grid_and_says_of_a_question_what_may_be_behind_it(
    app: Flask, phone: Phone
) -> None:
    assert phone.send(instance("patrol", patrol(GRID, NOW, at="30.005 108.005 0 0"))) == 201
    page = read(signed_in(app, "cadre"), "/submissions/1")
    assert len(page.xpath("//path[@class='record-grid']")) == 1
    assert len(page.xpath("//circle[@class='record-spot']")) == 1
    assert "定位精度为零。多半是：位置是在地图上点的" in words(page)


def test_a_record_sent_back_and_corrected_asks_to_be_looked_at_again(
    app: Flask, phone: Phone, database: Database
) -> None:
    assert phone.send(found(instance_id="uuid:a"), {"1.jpg": b"photo"}) == 201
    cadre = signed_in(app, "cadre")
    assert judge(cadre, 1, "has_issues").status_code == 400
    assert "已退回，等改" in judge(cadre, 1, "has_issues", "路灯不是公共设施").text
    assert rows(database, Patrol)[0].removed_at is None, "it counts meanwhile"
    assert shown(cadre, "standing=returned") == [1]
    assert phone.send(clear(instance_id="uuid:b", deprecated_id="uuid:a")) == 201
    assert shown(cadre, "standing=returned") == []
    assert (
        shown(cadre, "standing=corrected") == shown(signed_in(app, "official"), "standing=corrected") == [2]
    )
    page = words(read(cadre, "/submissions/2"))
    assert "已改，请再看" in page
    assert "路灯不是公共设施" in page
    assert "有发现 改为 今日无异常" in page
    assert f"{WORDS} 改为 没有回答" in page
    judge(cadre, 2, "approved")
    assert shown(cadre, "standing=approved") == shown(signed_in(app, "official"), "standing=approved") == [2]


def test_the_list_says_when_it_read_the_newest_answers_only(
    app: Flask, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [phone.send(clear()) for _ in range(2)] == [201, 201]
    cadre = signed_in(app, "cadre")
    said = "只在较近的记录里找"
    assert said not in cadre.get("/submissions?text=今日无异常").text
    monkeypatch.setattr(record_list, "MOST_COUNTED", 1)
    assert said in cadre.get("/submissions?text=今日无异常").text
    assert said not in cadre.get("/submissions?standing=unseen&flag=clock").text, "all are looked at"


def test_a_comment_decides_nothing_and_is_read_in_the_office(app: Flask, phone: Phone) -> None:
    assert phone.send(found()) == 201
    cadre = signed_in(app, "cadre")
    assert cadre.post("/submissions/1/comment", data={"words": " "}).status_code == 400
    assert cadre.post("/submissions/1/comment", data={"words": "长" * 501}).status_code == 400
    cadre.post("/submissions/1/comment", data={"words": "<b>问过本人</b>"})
    page = signed_in(app, "official").get("/submissions/1").text
    assert "&lt;b&gt;问过本人&lt;/b&gt;" in page
    assert "还没有意见" in page
    assert signed_in(app, "assessor").post("/submissions/1/comment", data={"words": "x"}).status_code == 403


def test_what_was_told_twice_is_suggested_and_dismissed_for_good(app: Flask, phone: Phone) -> None:
    for minutes in (0, 5, 120):
        assert phone.send(clear(NOW - dt.timedelta(minutes=130 - minutes))) == 201
    cadre = signed_in(app, "cadre")
    likely = [
        read(cadre, f"/submissions/{each}").xpath("//input[@name='other']/@value") for each in (1, 2, 3)
    ]
    assert likely == [["2"], ["1"], []]
    assert "可能重复" not in signed_in(app, "assessor").get("/submissions/1").text, (
        "it would tell what was answered"
    )
    assert "不再提示" in cadre.post("/submissions/2/apart", data={"other": 1}, follow_redirects=True).text
    assert cadre.post("/submissions/1/apart", data={"other": 2}).status_code == 303
    cadre.get("/submissions/1")
    assert [cadre.get(f"/submissions/{each}").text.count("可能重复") for each in (1, 2)] == [0, 0]
    assert cadre.post("/submissions/1/apart", data={"other": 99}).status_code == 404


def test_the_list_shows_what_was_told_twice_until_somebody_tells_it_apart(app: Flask, phone: Phone) -> None:
    for minutes in (0, 5, 120):
        assert phone.send(clear(NOW - dt.timedelta(minutes=130 - minutes))) == 201
    assert phone.send(found()) == 201
    cadre = signed_in(app, "cadre")
    assert shown(cadre, "twice=yes") == [2, 1]
    assert shown(cadre, "twice=yes&text=今日无异常") == [2, 1]
    assert shown(cadre, "twice=yes&form=household_visit") == []
    assert shown(signed_in(app, "assessor"), "twice=yes") == [4, 3, 2, 1], "it would tell what was answered"
    assert cadre.post("/submissions/1/apart", data={"other": 2}).status_code == 303
    assert shown(cadre, "twice=yes") == []


def test_a_record_and_its_correction_are_not_told_twice(app: Flask, phone: Phone) -> None:
    start = NOW - dt.timedelta(hours=1)
    assert phone.send(clear(start, instance_id="uuid:one")) == 201
    assert phone.send(clear(start, instance_id="uuid:two", deprecated_id="uuid:one")) == 201
    assert shown(signed_in(app, "cadre"), "twice=yes") == []


def test_what_a_record_asked_of_a_list_in_vain_is_said_beside_it(
    app: Flask, phone: Phone, database: Database
) -> None:
    assert phone.send(found()) == 201
    with database.transaction(SYSTEM) as work:
        work.session.add(
            EntityRemark(
                submission_id=1, list_name="井盖", entity_id="x", reason=Undone.NO_LIST.value, noted_at=NOW
            )
        )
    assert "名单“井盖”没有写成：没有这份名单。" in words(read(signed_in(app, "official"), "/submissions/1"))


def test_an_encrypted_record_is_listed_as_such_and_leaves_whole(app: Flask, phone: Phone) -> None:
    envelope = (
        f'<data xmlns="http://www.opendatakit.org/xforms/encrypted" id="patrol" version="{VERSION}" encrypted="yes">'
        '<base64EncryptedKey>a2V5</base64EncryptedKey><orx:meta xmlns:orx="http://openrosa.org/xforms">'
        "<orx:instanceID>uuid:secret</orx:instanceID></orx:meta><media><file>1.jpg.enc</file></media>"
        "<encryptedXmlFile>submission.xml.enc</encryptedXmlFile></data>"
    ).encode()
    assert phone.send(envelope, {"submission.xml.enc": b"\x00sealed"}) == 201
    official = signed_in(app, "official")
    assert "已加密" in official.get("/submissions").text
    page = official.get("/submissions/1").text
    assert "在这里打不开" in page
    assert "1.jpg.enc" in page
    assert "查看内容" not in page
    with (
        official.get("/submissions/1.zip") as answer,
        zipfile.ZipFile(io.BytesIO(answer.data)) as packed,
    ):
        assert packed.read("submission.xml") == envelope
        assert packed.read("submission.xml.enc") == b"\x00sealed"
    assert signed_in(app, "other_cadre").get("/submissions/1.zip").status_code == 404


def test_a_hostile_file_name_stays_a_name_in_the_zip(app: Flask, phone: Phone) -> None:
    assert phone.send(found(), {"../../etc/passwd": b"a", "submission.xml": b"b"}) == 201
    cadre = signed_in(app, "cadre")
    with cadre.get("/submissions/1.zip") as answer, zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        assert all("/" not in name and not name.startswith(".") for name in packed.namelist())
        assert packed.read("submission.xml").startswith(b"<?xml")
    assert signed_in(app, "official").get("/submissions/1.zip").status_code == 403


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
