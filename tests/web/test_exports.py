"""导出 as an office takes records home: complete, its own only, with a reason, and nothing in it that runs."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import uuid
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pyogrio
import pyogrio.raw
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.database import Database
from server.domain.people import SYSTEM
from server.figures.exports import file
from server.figures.exports.order import Format, Wanted
from server.jobs import making
from server.services import exports
from server.settings import Settings
from server.storage.demands import Demand
from server.storage.events import EventRow
from server.storage.files import FileStore
from server.storage.submissions import Submission
from tests.conftest import Clock
from tests.demands import intake
from tests.factories import GRID, NOW, OTHER_GRID, PASSWORD, VILLAGE, County, household, person
from tests.instances import VERSION, instance, patrol, visit
from tests.ordered_files import copied
from tests.phones import Phone, rows

START = NOW - dt.timedelta(hours=1)
HOSTILE = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1")


@pytest.fixture
def phone(client: FlaskClient, county: County) -> Phone:
    return Phone(client, county)


def signed_in(app: Flask, name: str) -> FlaskClient:
    client = app.test_client()
    assert client.post("/sign-in", data={"username": name, "password": PASSWORD}).status_code == 303
    return client


def export(client: FlaskClient, form_id: str = "patrol", **chosen: str) -> TestResponse:
    answer = client.post(
        f"/submissions/export/{form_id}", data={"reason": "月末汇总", "format": "csv", **chosen}
    )
    return answer if answer.status_code != 303 else taken(client, answer.location)


def taken(client: FlaskClient, location: str) -> TestResponse:
    """The file that was ordered, once a worker has made it."""
    parts = client.application.extensions["wangge"]
    assert making.make_waiting(parts.database, parts.made, parts.files) == 1
    return client.get(f"{location}/content", buffered=True)


def table(response: TestResponse) -> list[dict[str, str]]:
    assert response.status_code == 200
    assert response.data.startswith("\ufeff".encode())
    return list(csv.DictReader(io.StringIO(response.data.decode("utf-8-sig"), newline="")))


def finding(words: str, **more: Any) -> dict[str, Any]:
    return {"what": {"kind": "facility", "words": words, "handled": "watch", **more}, "more": {}}


def found(*findings: dict[str, Any], grid: str = GRID, **more: Any) -> bytes:
    return instance("patrol", patrol(grid, START, result="found", finding=findings), **more)


def test_a_record_is_a_line_with_its_words_and_what_the_server_knows(app: Flask, phone: Phone) -> None:
    assert phone.send(found(finding("路灯坏了"), finding("井盖"))) == 201
    (line,) = table(export(signed_in(app, "cadre")))
    assert line["今天巡得怎么样"] == "有发现"
    assert (line["村（社区）"], line["网格"], line["网格编码"]) == ("石桥村", "第1网格", GRID)
    assert (line["填报人"], line["情况"], line["发现（个数）"]) == ("王秀英", "已收到", "2")
    assert (line["开始填写"], line["算哪一天"]) == ("2026-10-20 08:00:00", "2026-10-20")
    assert (float(line["经度"]), float(line["纬度"])) == (108.005, 30.005)
    assert (line["所巡网格编码"], line["开始填写时的位置·经度"]) == (GRID, "108.005")
    assert not [heading for heading in line if heading.isascii()]


def test_names_stand_in_place_of_words_for_programs(app: Flask, phone: Phone) -> None:
    assert phone.send(found(finding("路灯坏了"))) == 201
    (line,) = table(export(signed_in(app, "cadre"), wording="names"))
    assert (line["result"], line["record-code"], line["finding-count"]) == ("found", GRID, "1")
    assert (line["fix_start-lat"], line["fix_start-lon"]) == ("30.005", "108.005")


def test_what_was_picked_from_the_register_is_written_as_the_register_calls_it(
    app: Flask, phone: Phone, database: Database
) -> None:
    with database.transaction(SYSTEM) as work:
        home = household(work, address="=石桥村1组12号", head="王家")
        elder, other = person(work, home, called="王奶奶"), person(work, home, called="王爷爷")
    stranger = uuid.uuid4()
    for seen in ([elder.id, other.id], [elder.id, stranger]):
        assert phone.send(instance("household_visit", visit(home.id, START, seen=seen))) == 201
    cadre = signed_in(app, "cadre")
    known, unknown = table(export(cadre, form_id="household_visit"))
    assert (known["走访哪一户"], known["住户编码"]) == ("'=石桥村1组12号 王家", str(home.id))
    assert known["见到或联系到谁（没见到本人就不选）"] == "王奶奶、王爷爷"
    assert unknown["见到或联系到谁（没见到本人就不选）"] == f"{elder.id} {stranger}"
    (_, keys) = table(export(cadre, form_id="household_visit", wording="names"))
    assert keys["door-household"] == str(home.id)


def test_what_a_reader_may_not_see_of_the_register_stays_a_key(
    app: Flask, phone: Phone, database: Database
) -> None:
    with database.transaction(SYSTEM) as work:
        far = household(work, grid=OTHER_GRID, address="柳湾村3号", head="孙家")
    assert phone.send(instance("household_visit", visit(far.id, START))) == 201
    with database.transaction(SYSTEM) as work:
        work.session.execute(sa.update(Submission).values(jurisdiction=GRID))
    (seen,) = table(export(signed_in(app, "cadre"), form_id="household_visit"))
    assert seen["走访哪一户"] == str(far.id)
    (seen,) = table(export(signed_in(app, "official"), form_id="household_visit"))
    assert seen["走访哪一户"] == "柳湾村3号 孙家"


def test_a_class_is_written_as_the_county_calls_it(app: Flask, phone: Phone) -> None:
    asked = intake(START, reply={"answer": "later", "class_hint": "GRID"})
    assert phone.send(instance("demand_intake", asked)) == 201
    (line,) = table(export(signed_in(app, "cadre"), form_id="demand_intake"))
    assert line["你看算哪一类（不用定，可不选）"] == "小事"


def test_what_was_typed_runs_in_no_spreadsheet(app: Flask, phone: Phone) -> None:
    assert phone.send(found(*map(finding, HOSTILE), version="=1+1")) == 202
    cadre = signed_in(app, "cadre")
    archive = zipfile.ZipFile(io.BytesIO(export(cadre, format="zip", state="all").data))
    for name in archive.namelist():
        for line in csv.reader(io.StringIO(archive.read(name).decode("utf-8-sig"), newline="")):
            assert [cell for cell in line if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
    book = openpyxl.load_workbook(io.BytesIO(export(cadre, format="xlsx", state="all").data))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    assert {"=1+1", "+1", "-1", "@SUM(A1)"} <= {cell.value for cell in cells}


def test_numbers_stay_numbers_in_a_workbook_and_repeats_have_their_sheet(app: Flask, phone: Phone) -> None:
    assert phone.send(found(finding("路灯"), finding("井盖"))) == 201
    book = openpyxl.load_workbook(io.BytesIO(export(signed_in(app, "cadre"), format="xlsx").data))
    records, findings = book["每日巡查"], book["发现"]
    heads = [cell.value for cell in records[1]]
    line = dict(zip(heads, (cell.value for cell in records[2]), strict=True))
    assert (line["经度"], line["发现（个数）"]) == (108.005, 2)
    assert [row[0].value for row in findings.iter_rows(min_row=2)] == [
        f"{line['记录标识']}/finding[{number}]" for number in (1, 2)
    ]


def test_an_archive_holds_every_round_and_every_file(app: Flask, phone: Phone, database: Database) -> None:
    photo = finding("路灯坏了", photo="灯.jpg", detail="lamp")
    assert phone.send(found(photo, finding("井盖")), {"灯.jpg": b"a photo"}) == 201
    (record,) = rows(database, Submission)
    archive = zipfile.ZipFile(io.BytesIO(export(signed_in(app, "cadre"), format="zip").data))
    assert archive.testzip() is None
    assert archive.namelist() == ["每日巡查.csv", "发现.csv", f"附件/{record.id}/灯.jpg"]
    assert archive.read(f"附件/{record.id}/灯.jpg") == b"a photo"
    rounds = list(csv.DictReader(io.StringIO(archive.read("发现.csv").decode("utf-8-sig"))))
    assert [
        (each["所属记录"], each["说两句（可用输入法说话）"], each["具体是（可不选）"]) for each in rounds
    ] == [
        (record.instance_id, "路灯坏了", "路灯不亮"),
        (record.instance_id, "井盖", ""),
    ]


def test_a_map_file_holds_each_record_at_its_first_place(app: Flask, phone: Phone) -> None:
    assert phone.send(found(finding("=路灯"))) == 201
    assert phone.send(instance("patrol", patrol(GRID, START, at=None))) == 201
    cadre = signed_in(app, "cadre")
    placed, unplaced = json.loads(export(cadre, format="geojson").data)["features"]
    assert placed["geometry"] == {"type": "Point", "coordinates": [108.005, 30.005]}
    assert unplaced["geometry"] is None
    chosen = json.loads(export(cadre, format="geojson", wording="names", place="finding/what-fix").data)[
        "features"
    ]
    assert [each["properties"]["what-words"] for each in chosen] == ["=路灯"]
    assert export(cadre, format="geojson", place="finding/nowhere").status_code == 404


def test_a_geopackage_holds_records_and_rounds_as_layers(app: Flask, phone: Phone, tmp_path: Path) -> None:
    assert phone.send(found(finding("路灯", fix="30.001 108.001 0 5"), finding("井盖"))) == 201
    path = tmp_path / "out.gpkg"
    path.write_bytes(export(signed_in(app, "cadre"), format="gpkg").data)
    assert pyogrio.list_layers(path)[:, 0].tolist() == ["patrol", "patrol-finding"]
    assert pyogrio.read_info(path, layer="patrol", force_total_bounds=True)["total_bounds"] == (
        pytest.approx((108.005, 30.005, 108.005, 30.005))
    )
    meta, _, shapes, fields = pyogrio.raw.read(path, layer="patrol-finding")
    words = fields[meta["fields"].tolist().index("说两句（可用输入法说话）")]
    assert words.tolist() == ["路灯", "井盖"]
    assert [shape is None for shape in shapes] == [False, True]


def test_nothing_to_export_makes_files_with_headings_only(app: Flask, phone: Phone, tmp_path: Path) -> None:
    cadre = signed_in(app, "cadre")
    assert "没有这样的记录" in cadre.get("/submissions/export/patrol").text
    assert table(export(cadre)) == []
    assert json.loads(export(cadre, format="geojson").data)["features"] == []
    path = tmp_path / "out.gpkg"
    path.write_bytes(export(cadre, format="gpkg").data)
    assert pyogrio.list_layers(path)[:, 0].tolist() == ["patrol", "patrol-finding"]


def test_days_states_and_divisions_narrow_it(app: Flask, phone: Phone, database: Database) -> None:
    assert phone.send(found()) == 201
    assert Phone(phone.client, phone.county, "other_worker").send(found(grid=OTHER_GRID)) == 201
    assert phone.send(found(version="1999")) == 202
    official = signed_in(app, "official")
    assert len(table(export(official))) == 2
    assert len(table(export(official, state="all"))) == 3
    assert [line["网格编码"] for line in table(export(official, area=VILLAGE))] == [GRID]
    assert table(export(official, first="2026-10-21")) == []
    assert table(export(official, last="2026-10-19")) == []
    assert export(official, first="2026-10-21", last="2026-10-20").status_code == 400
    assert "要导出 <strong>2</strong> 份记录" in official.get("/submissions/export/patrol").text


def test_everybody_takes_his_own_division_only(app: Flask, phone: Phone) -> None:
    assert phone.send(found()) == 201
    assert table(export(signed_in(app, "other_cadre"))) == []
    assert export(signed_in(app, "other_cadre"), area=VILLAGE).status_code == 403
    assert export(signed_in(app, "worker")).status_code == 403
    assert export(signed_in(app, "admin")).status_code == 403


def test_who_takes_records_out_says_why_and_that_is_kept(
    app: Flask, phone: Phone, database: Database
) -> None:
    assert phone.send(found()) == 201
    official = signed_in(app, "official")
    assert export(official, reason=" ").status_code == 400
    assert (
        official.post("/submissions/export/nothing", data={"format": "csv", "reason": "x"}).status_code == 404
    )
    assert export(official).status_code == 200
    kept = [event for event in rows(database, EventRow) if event.kind == "personal_data.revealed"]
    assert [(event.details["what"], event.details["reason"]) for event in kept] == [("export", "月末汇总")]


def test_what_a_private_matter_was_told_in_stays_closed(app: Flask, phone: Phone, database: Database) -> None:
    told = finding("家里的事", handled="report", urgency="normal", photo="1.jpg")
    assert phone.send(found(told), {"1.jpg": b"a photo"}) == 201
    with database.transaction(SYSTEM) as work:
        work.session.execute(sa.update(Demand).values(suggested_class="PRIVATE", class_=None))
    official = signed_in(app, "official")
    (line,) = table(export(official, wording="names"))
    assert (line["record-code"], line["record-lon"], line["result"], line["finding-count"]) == (
        GRID,
        "",
        "",
        "0",
    )
    assert line["record-flags"] == "涉及不公开的诉求，内容不导出"
    archive = zipfile.ZipFile(io.BytesIO(export(official, format="zip").data))
    assert archive.namelist() == ["每日巡查.csv", "发现.csv"]
    (seen,) = table(export(signed_in(app, "cadre"), wording="names"))
    assert seen["result"] == "found"


def test_where_somebody_walked_does_not_leave_the_house(app: Flask, phone: Phone) -> None:
    walked = {"extent": "whole", "track": "30.00123 108.001 0 5; 30.00456 108.002 0 5"}
    assert phone.send(instance("patrol", patrol(GRID, START, wrap_up=walked))) == 201
    cadre = signed_in(app, "cadre")
    assert "轨迹（自愿）" not in cadre.get("/submissions/export/patrol").text
    for kind in ("csv", "geojson"):
        text = export(cadre, format=kind).text
        assert "都巡到了" in text
        assert "30.00123" not in text


def test_a_name_that_leads_out_of_the_folder_stays_in_it(app: Flask, phone: Phone) -> None:
    assert phone.send(found(finding("灯")), {"..\\..\\a.jpg": b"1", "A.JPG": b"2", "a.jpg": b"3"}) == 201
    archive = zipfile.ZipFile(io.BytesIO(export(signed_in(app, "cadre"), format="zip").data))
    folders = {name.rpartition("/")[0] for name in archive.namelist() if name.startswith("附件")}
    assert folders == {"附件/1"}
    assert len({name.casefold() for name in archive.namelist()}) == len(archive.namelist()) == 5


def test_an_encrypted_record_goes_out_as_it_came(app: Flask, phone: Phone) -> None:
    envelope = (
        f'<data xmlns="http://www.opendatakit.org/xforms/encrypted" id="patrol" version="{VERSION}" '
        'encrypted="yes"><base64EncryptedKey>x</base64EncryptedKey><meta>'
        "<instanceID>uuid:1</instanceID></meta><encryptedXmlFile>a.enc</encryptedXmlFile></data>"
    ).encode()
    assert phone.send(envelope, {"a.enc": b"secret"}) in (201, 202)
    official = signed_in(app, "official")
    archive = zipfile.ZipFile(io.BytesIO(export(official, format="zip", state="all").data))
    assert archive.read("原件/1.xml") == envelope
    assert archive.read("附件/1/a.enc") == b"secret"


def test_a_record_changed_while_it_is_exported_stands_in_the_file_once(
    phone: Phone, database: Database, settings: Settings, clock: Clock
) -> None:
    assert phone.send(found(finding("灯"))) == 201
    copied(database, 4500)
    clock.now += dt.timedelta(minutes=1)
    with database.transaction(SYSTEM) as work:
        order = exports.begin(work, Wanted(form_id="patrol", format=Format.CSV, in_words=False), reason="x")
    lines = file.chunks(order, lambda: database.read(SYSTEM), FileStore(settings.data_dir / "files"))
    first = [next(lines), next(lines)]
    clock.now += dt.timedelta(minutes=1)
    assert phone.send(found(finding("桥"), deprecated_id="uuid:4400")) == 201
    text = b"".join([*first, *lines]).decode("utf-8-sig")
    keys = [line["record-id"] for line in csv.DictReader(io.StringIO(text, newline=""))]
    assert len(keys) == len(set(keys)) == 4501
    assert "uuid:4400" in keys
