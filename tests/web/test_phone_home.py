"""What a phone's first page of the morning is told."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from forms import catalogue
from server.app import create_app
from server.database import Database
from server.domain.form import FormState
from server.domain.people import SYSTEM
from server.domain.review import Verdict
from server.domain.roles import Function
from server.services import actors, form_media, forms, submissions, suggestions
from server.settings import Settings
from server.storage.files import FileStore
from server.storage.forms import Form
from server.storage.patrols import Exemption
from server.storage.posts import Account, PostRow
from server.storage.submissions import Submission
from server.web.parts import Parts
from tests.browser_phone import CLIENT, BrowserPhone, refusal
from tests.conftest import Clock
from tests.factories import (
    GRID,
    NOW,
    OTHER_GRID,
    START,
    VACANT_GRID,
    County,
    household,
    person,
)
from tests.instances import VERSION, instance, patrol
from tests.phones import rows

AN_HOUR_AGO = NOW - dt.timedelta(hours=1)
LISTS = ["grids.csv", "households.csv", "persons.csv", "open_cases.csv", "details.csv", "classes.csv"]


@pytest.fixture
def phone(client: FlaskClient, county: County) -> BrowserPhone:
    phone = BrowserPhone(client, county)
    assert phone.sign_in().status_code == 200
    return phone


def stand_in(database: Database, county: County, grid: str, until: dt.date | None) -> None:
    with database.transaction(SYSTEM) as work:
        work.session.add(
            PostRow(
                account_id=county.accounts["worker"],
                function=Function.GRID_WORKER.value,
                jurisdiction=grid,
                valid_from=START,
                valid_to=until,
                is_stand_in=True,
            )
        )


def as_account(session: Session, county: County, name: str) -> Any:
    account = session.get_one(Account, county.accounts[name])
    return actors.of_account(session, account, now=NOW)


def test_the_page_names_the_worker_the_county_and_his_grid(phone: BrowserPhone) -> None:
    page = phone.home()
    assert page["worker"] == {
        "id": str(phone.county.accounts["worker"]),
        "name": "王秀英",
        "role": "网格员",
    }
    assert page["place"] == "青岚县"
    assert dt.datetime.fromisoformat(page["now"]) == NOW
    (grid,) = page["grids"]
    assert (grid["code"], grid["name"]) == (GRID, "石桥村第1网格")
    assert grid["outline"].count(";") == 4
    assert grid["outline"].split(";")[0] == grid["outline"].split(";")[-1]
    assert (grid["patrolled_today"], grid["stand_in"], grid["until"]) == (False, False, None)


def test_a_patrol_of_today_is_told_and_that_of_yesterday_is_not(phone: BrowserPhone) -> None:
    assert phone.send(instance("patrol", patrol(GRID, NOW - dt.timedelta(days=1)))).status_code == 201
    assert not phone.home()["grids"][0]["patrolled_today"]
    assert phone.send(instance("patrol", patrol(GRID, AN_HOUR_AGO))).status_code == 201
    assert phone.home()["grids"][0]["patrolled_today"]


def test_a_patrol_on_an_exempt_day_is_told_too(phone: BrowserPhone, database: Database) -> None:
    with database.transaction(SYSTEM) as work:
        work.session.add(Exemption(grid_code=GRID, day=NOW.date(), reason="weather", declared_at=NOW))
    assert phone.send(instance("patrol", patrol(GRID, AN_HOUR_AGO))).status_code == 201
    assert phone.home()["grids"][0]["patrolled_today"]


def test_a_grid_one_stands_in_for_is_marked_with_its_last_day(
    phone: BrowserPhone, database: Database, clock: Clock
) -> None:
    stand_in(database, phone.county, VACANT_GRID, NOW.date() + dt.timedelta(days=3))
    marks = {each["code"]: (each["stand_in"], each["until"]) for each in phone.home()["grids"]}
    assert marks == {GRID: (False, None), VACANT_GRID: (True, "2026-10-23")}
    clock.now += dt.timedelta(days=4)
    assert [each["code"] for each in phone.home()["grids"]] == [GRID]


def test_standing_in_without_an_end_and_beside_an_own_post(phone: BrowserPhone, database: Database) -> None:
    stand_in(database, phone.county, VACANT_GRID, None)
    stand_in(database, phone.county, GRID, NOW.date())
    marks = {each["code"]: (each["stand_in"], each["until"]) for each in phone.home()["grids"]}
    assert marks == {GRID: (False, None), VACANT_GRID: (True, None)}


def test_a_village_cadre_has_the_grids_of_the_village(phone: BrowserPhone) -> None:
    phone.sign_in("cadre")
    assert [each["code"] for each in phone.home()["grids"]] == [GRID, VACANT_GRID]


def test_every_form_comes_with_its_address_and_the_hash_of_its_lists(
    phone: BrowserPhone, database: Database
) -> None:
    with database.transaction(SYSTEM) as work:
        person(work, household(work))
    listed = phone.home()["forms"]
    assert [each["form_id"] for each in listed] == [
        "patrol",
        "household_visit",
        "demand_intake",
        "case_followup",
    ]
    named: dict[str, str] = {}
    for form in listed:
        xml = phone.client.get(form["url"], headers=CLIENT)
        assert xml.content_type == "text/xml; charset=utf-8"
        assert f'version="{form["version"]}"'.encode() in xml.data
        assert form["title"].encode() in xml.data
        assert form["refused"] is None
        named |= {file["name"]: file["md5"] for file in form["files"]}
    assert sorted(named) == sorted(LISTS)
    for name, md5 in named.items():
        got = phone.get(f"files/{name}")
        assert got.content_type == "text/csv; charset=utf-8"
        assert hashlib.md5(got.data).hexdigest() == md5
        assert phone.get(f"files/{name}?").headers["ETag"] == f'"{md5}"'


def test_a_list_the_phone_has_is_not_sent_again(phone: BrowserPhone) -> None:
    first = phone.get("files/grids.csv")
    again = phone.client.get(
        "/w/api/files/grids.csv", headers=CLIENT | {"If-None-Match": first.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")


def test_a_version_of_a_form_never_changes_and_stays_after_the_form_is_closed(
    phone: BrowserPhone, database: Database
) -> None:
    with database.transaction(SYSTEM) as work:
        work.session.get_one(Form, "patrol").state = FormState.CLOSED
    assert "patrol" not in [form["form_id"] for form in phone.home()["forms"]]
    kept = phone.get(f"forms/patrol/{VERSION}.xml")
    assert kept.status_code == 200
    assert "immutable" in kept.headers["Cache-Control"]
    assert refusal(phone.get("forms/patrol/1999010101.xml")) == (404, "form.unknown")
    assert refusal(phone.get(f"forms/nothing/{VERSION}.xml")) == (404, "form.unknown")


def test_a_form_that_cannot_be_filled_here_says_so(phone: BrowserPhone, database: Database) -> None:
    source = (
        "| survey |\n| | type | name | label | required |\n| | barcode | a | 条码 | yes |\n"
        "| settings |\n| | form_title | form_id | version |\n| | 设备 | device | 1 |\n"
    )
    with database.transaction(SYSTEM) as work:
        forms.publish(work, source, position=9)
    assert phone.home()["forms"][-1]["refused"] == "这张表有必填的条码题，请用 ODK Collect 填写。"


WELLS = "name,label\nw1,东井\n".encode()
WELLS_FORM = (
    "| survey |\n| | type | name | label | media::image |\n"
    "| | select_one_from_file wells.csv | a | 哪口井 | 井.png |\n"
    "| | select_one_from_file grids.csv | b | 哪个网格 | |\n"
    "| settings |\n| | form_title | form_id | version |\n| | 看井 | wells | 1 |\n"
)


def test_a_form_names_what_lies_beside_it_and_the_phone_gets_it(
    phone: BrowserPhone, database: Database, settings: Settings
) -> None:
    store = FileStore(settings.data_dir / "files")
    with database.transaction(SYSTEM) as work:
        forms.publish(work, WELLS_FORM, position=9)
        for name, content in {"wells.csv": WELLS, "井.png": b"\x89PNG", "unasked.png": b"\x89PNG"}.items():
            form_media.put(work, store, "wells", name=name, content=content)
    form = phone.home()["forms"][-1]
    assert (form["form_id"], form["refused"], form["stands_for"]) == ("wells", None, None)
    assert [file["name"] for file in form["files"]] == ["grids.csv"]
    assert {file["name"]: file["size"] for file in form["media"]} == {"wells.csv": len(WELLS), "井.png": 4}
    for file in form["media"]:
        got = phone.client.get(file["url"], headers=CLIENT, buffered=True)
        assert (got.status_code, got.content_type) == (200, "application/octet-stream")
        assert hashlib.md5(got.data).hexdigest() == file["md5"]
        assert (got.headers["X-Content-Type-Options"], got.headers["Cache-Control"]) == (
            "nosniff",
            "no-cache",
        )


def test_what_the_office_took_away_is_not_named(
    phone: BrowserPhone, database: Database, settings: Settings
) -> None:
    with database.transaction(SYSTEM) as work:
        forms.publish(work, WELLS_FORM, position=9)
        form_media.put(work, FileStore(settings.data_dir / "files"), "wells", name="wells.csv", content=WELLS)
    (well,) = phone.home()["forms"][-1]["media"]
    with database.transaction(SYSTEM) as work:
        form_media.remove(work, "wells", "wells.csv")
    assert phone.home()["forms"][-1]["media"] == []
    assert refusal(phone.client.get(well["url"], headers=CLIENT)) == (404, "form.unknown_file")


def test_a_form_says_what_it_stands_for(phone: BrowserPhone, database: Database) -> None:
    reworded = catalogue.source("patrol").replace("| patrol |", "| our_round |")
    with database.transaction(SYSTEM) as work:
        forms.publish(work, reworded, stands_for="patrol")
    stands = {form["form_id"]: form["stands_for"] for form in phone.home()["forms"]}
    assert stands["our_round"] == stands["patrol"] == "patrol"
    assert stands["household_visit"] == "household_visit"


def test_what_is_no_list_is_not_there(phone: BrowserPhone) -> None:
    for name in ("secrets.csv", "households", "..%2Fwangge.sqlite"):
        assert phone.get(f"files/{name}").status_code == 404


def test_lists_about_people_travel_encrypted_or_not_at_all(phone: BrowserPhone) -> None:
    far = {"environ_overrides": {"REMOTE_ADDR": "203.0.113.7"}}
    for name in ("households.csv", "persons.csv", "open_cases.csv"):
        assert refusal(phone.get(f"files/{name}", **far)) == (403, "list.needs_tls")
    assert phone.get("files/grids.csv", **far).status_code == 200
    assert phone.get("home", **far).status_code == 200


def test_nobody_sees_another_grid(phone: BrowserPhone, database: Database) -> None:
    with database.transaction(SYSTEM) as work:
        person(work, household(work, grid=OTHER_GRID, address="柳湾村3号", head="孙家"), called="孙爷爷")
    assert "柳湾村" not in phone.get("files/households.csv").text
    assert "孙爷爷" not in phone.get("files/persons.csv").text
    phone.sign_in("other_worker")
    assert "柳湾村" in phone.get("files/households.csv").text
    assert "孙爷爷" in phone.get("files/persons.csv").text


def test_a_record_sent_back_is_told_until_it_is_corrected_or_found_good(
    phone: BrowserPhone, database: Database, clock: Clock
) -> None:
    for number in ("uuid:a", "uuid:b"):
        assert (
            phone.send(instance("patrol", patrol(GRID, AN_HOUR_AGO), instance_id=number)).status_code == 201
        )
    with database.transaction(SYSTEM) as work:
        cadre = as_account(work.session, phone.county, "cadre")
    for record in (1, 2):
        clock.now += dt.timedelta(hours=1)
        with database.transaction(cadre) as work:
            submissions.verdict(work, record, verdict=Verdict.HAS_ISSUES, comment="少拍一张照片")
            submissions.comment(work, record, words="电话里说过")
    assert [(each["instance_id"], each["reason"]) for each in phone.home()["returned"]] == [
        ("uuid:b", "少拍一张照片"),
        ("uuid:a", "少拍一张照片"),
    ]
    with database.transaction(cadre) as work:
        submissions.verdict(work, 2, verdict=Verdict.APPROVED)
    assert [each["instance_id"] for each in phone.home()["returned"]] == ["uuid:a"]
    corrected = instance("patrol", patrol(GRID, AN_HOUR_AGO), instance_id="uuid:c", deprecated_id="uuid:a")
    assert phone.send(corrected).status_code == 201
    assert phone.home()["returned"] == []
    phone.sign_in("other_worker")
    assert phone.home()["returned"] == []


def test_a_rejected_record_comes_back_with_the_reason_of_the_office(
    phone: BrowserPhone, database: Database, clock: Clock
) -> None:
    for number, at in (("uuid:first", NOW), ("uuid:second", NOW + dt.timedelta(hours=1))):
        clock.now = at
        sent = instance("patrol", patrol(GRID, AN_HOUR_AGO), instance_id=number)
        assert phone.send(sent).status_code == 201
    assert phone.home()["returned"] == []
    for number in ("uuid:second", "uuid:first"):
        clock.now += dt.timedelta(hours=1)
        with database.transaction(SYSTEM) as work:
            cadre = as_account(work.session, phone.county, "cadre")
        row = next(each for each in rows(database, Submission) if each.instance_id == number)
        with database.transaction(cadre) as work:
            submissions.verdict(
                work, row.id, verdict=Verdict.REJECTED, comment=f"照片里不是这个网格 {number}"
            )
    newest, older = phone.home()["returned"]
    assert newest == {
        "instance_id": "uuid:first",
        "form_id": "patrol",
        "reason": "照片里不是这个网格 uuid:first",
        "at": clock.now.astimezone(dt.UTC).isoformat(),
    }
    assert older["instance_id"] == "uuid:second"
    phone.sign_in("cadre")
    assert phone.home()["returned"] == []


def test_the_answer_to_a_suggestion_reaches_whoever_made_it(
    phone: BrowserPhone, database: Database, clock: Clock
) -> None:
    sent = phone.post("suggestions", {"words": " 字太小 ", "about": "patrol"})
    assert (sent.status_code, sent.get_json()) == (201, {"message": "已收到，答复会显示在首页。"})
    assert phone.home()["answers"] == []
    clock.now += dt.timedelta(hours=1)
    with database.transaction(SYSTEM) as work:
        official = as_account(work.session, phone.county, "official")
    with database.transaction(official) as work:
        suggestions.answer(work, 1, words="请打开大字。")
    (answer,) = phone.home()["answers"]
    assert answer == {
        "id": 1,
        "words": "字太小",
        "answer": "请打开大字。",
        "at": clock.now.astimezone(dt.UTC).isoformat(),
    }
    phone.sign_in("other_worker")
    assert phone.home()["answers"] == []


@pytest.mark.parametrize("words", ["", "  \n", "\x00\x08", "长" * 1001])
def test_a_suggestion_without_words_or_without_end_is_refused(phone: BrowserPhone, words: str) -> None:
    assert refusal(phone.post("suggestions", {"words": words})) == (400, "suggestion.no_words")


def test_a_page_that_has_not_changed_is_not_sent_again(phone: BrowserPhone, clock: Clock) -> None:
    first = phone.get("home")
    assert first.headers["Cache-Control"] == "private, no-cache"
    clock.now += dt.timedelta(minutes=5)
    known = CLIENT | {"If-None-Match": first.headers["ETag"]}
    assert phone.client.get("/w/api/home", headers=known).status_code == 304
    assert phone.send(instance("patrol", patrol(GRID, AN_HOUR_AGO))).status_code == 201
    assert phone.client.get("/w/api/home", headers=known).status_code == 200


def test_the_settings_of_the_county_steer_the_phone(
    phone: BrowserPhone, settings: Settings, clock: Clock
) -> None:
    assert phone.home()["settings"] == {
        "photo_max_pixels": 1600,
        "keep_exif": False,
        "photo_strip": True,
        "split_megabytes": 10,
    }
    own = {"phone_photo_max_pixels": 1024, "phone_keep_exif": True, "phone_photo_strip": False}
    app = create_app(settings.model_copy(update=own), clock=clock)
    elsewhere = BrowserPhone(app.test_client(), phone.county)
    elsewhere.sign_in()
    told = elsewhere.home()["settings"]
    close(app)
    assert list(told.values()) == [1024, True, False, 10]


def close(app: Flask) -> None:
    parts: Parts = app.extensions["wangge"]
    parts.database.close()
