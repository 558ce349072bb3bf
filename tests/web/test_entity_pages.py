"""名单 in the office: rows, versions, what met, corrections, files, and who sees what is about people."""

from __future__ import annotations

import csv
import io
import uuid
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.database import Database
from server.domain.entity import Audience
from server.domain.people import SYSTEM
from server.figures.exports import file
from server.figures.exports.order import Format, Wanted
from server.services import entities, exports
from server.storage.entities import Entity, EntityVersion
from server.storage.events import EventRow
from server.storage.files import FileStore
from server.storage.submissions import Submission
from tests.entity_forms import READERS, TREES, publish, tree
from tests.factories import GRID, VILLAGE, County
from tests.instances import instance
from tests.pages import cells, read, sign_in, words
from tests.phones import Phone, rows

TREE = str(uuid.UUID("7c9a3c1e-56a7-4f0b-9d8e-1f2a3b4c5d6e"))


@pytest.fixture
def office(client: FlaskClient, county: County, database: Database) -> FlaskClient:
    """The office, with one tree that two phones have changed to different heights."""
    publish(database, TREES)
    phone = Phone(client, county)
    phone.send(tree(TREE, label="老槐树", create=True, height="12"))
    phone.send(tree(TREE, base=1, trunk=1, branch=str(uuid.uuid4()), height="13"))
    phone.send(tree(TREE, base=1, trunk=1, branch=str(uuid.uuid4()), height="14"))
    return client


def without_people(database: Database) -> None:
    with database.transaction(SYSTEM) as work:
        entities.change_list(work, "trees", audience=Audience.GRID, approval_required=False, personal=False)


def imported(client: FlaskClient, content: str, name: str = "shops") -> TestResponse:
    data = {"name": name, "file": (io.BytesIO(content.encode()), "名单.csv")}
    return client.post("/lists", data=data, content_type="multipart/form-data")


def test_the_lists_tell_how_many_entities_they_have_and_what_to_look_at(office: FlaskClient) -> None:
    sign_in(office, "cadre")
    (row,) = read(office, "/lists").iterfind(".//tbody/tr")
    assert cells(row) == {
        "名单": "trees",
        "条目": "1",
        "要看的": "1 条冲突",
        "用在哪些表单": "古树巡护",
        "谁的手机上有": "各网格只看到自己网格的",
    }


def test_what_met_stands_side_by_side_and_is_looked_at_once(office: FlaskClient, database: Database) -> None:
    sign_in(office, "cadre")
    newest, *_ = read(office, f"/lists/trees/{TREE}").iterfind(".//tbody/tr")
    assert cells(newest)["碰到的"] == "同时改过同一项多高：原来 12；别人已改成 13；这次改成 14"
    assert cells(newest)["谁"] == "王秀英 看记录"
    assert "有冲突要看的" in words(read(office, "/lists/trees?which=clashing"))
    assert office.post(f"/lists/trees/{TREE}/seen").status_code == 303
    assert read(office, "/lists/trees?which=clashing").findall(".//tbody/tr") == []
    assert [version.clash for version in rows(database, EntityVersion)] == [None, None, "hard"]


def test_the_office_corrects_what_the_page_showed_and_nothing_that_moved_since(
    office: FlaskClient, database: Database
) -> None:
    sign_in(office, "cadre")
    said = {"seen": "3", "label": "老槐树", "values": ["15", ""]}
    assert office.post(f"/lists/trees/{TREE}/correct", data=said).status_code == 303
    (entity,) = rows(database, Entity)
    assert (entity.version, entity.properties, entity.clash) == (4, {"height": "15", "health": ""}, None)
    assert office.post(f"/lists/trees/{TREE}/correct", data=said).status_code == 409
    assert office.post(f"/lists/trees/{TREE}/correct", data=said | {"label": " "}).status_code == 400


def test_what_a_record_asked_in_vain_is_told_beside_the_lists(office: FlaskClient, county: County) -> None:
    Phone(office, county).send(tree(uuid.uuid4(), base=1, height="1"))
    sign_in(office, "cadre")
    told = read(office, "/lists").findall(".//tbody")[1].find("tr")
    assert told is not None
    assert (cells(told)["名单"], cells(told)["为什么"]) == ("trees", "名单里没有这个条目")


def test_what_is_taken_off_a_list_leaves_its_rows_and_keeps_its_versions(
    office: FlaskClient, database: Database
) -> None:
    sign_in(office, "cadre")
    assert office.post(f"/lists/trees/{TREE}/remove").status_code == 303
    assert read(office, "/lists/trees").findall(".//tbody/tr") == []
    assert "从名单里去掉了" in words(read(office, f"/lists/trees/{TREE}"))


def test_what_was_taken_off_a_list_is_found_and_put_back_and_both_are_kept(
    office: FlaskClient, database: Database
) -> None:
    sign_in(office, "cadre")
    one = f"/lists/trees/{TREE}"
    assert read(office, "/lists/trees?which=removed").findall(".//tbody/tr") == []
    office.post(f"{one}/remove")
    (removed,) = rows(database, Entity)
    (row,) = read(office, "/lists/trees?which=removed").iterfind(".//tbody/tr")
    assert cells(row)["条目"] == "老槐树"
    assert (
        read(office, one).xpath("//form[contains(@action, '/correct') or contains(@action, '/remove')]") == []
    )
    (form,) = read(office, one).xpath("//form[contains(@action, '/put-back')]/@action")
    assert [office.post(form).status_code for _ in range(2)] == [303, 303]
    (entity,) = rows(database, Entity)
    assert (entity.removed_at, entity.version, entity.properties) == (
        None,
        removed.version,
        removed.properties,
    )
    assert entity.change == removed.change + 1, "the phones' lists change"
    assert "从名单里去掉了" not in words(read(office, one))
    kept = [
        each.kind for each in rows(database, EventRow) if each.kind in ("entity.removed", "entity.put_back")
    ]
    assert kept == ["entity.removed", "entity.put_back"]


def test_above_the_village_a_list_about_people_opens_with_a_reason_that_is_kept(
    office: FlaskClient, database: Database
) -> None:
    sign_in(office, "official")
    (row,) = read(office, "/lists/trees").iterfind(".//tbody/tr")
    assert cells(row)["条目"] == f"编号 {TREE[:8]}"
    assert "老槐树" not in words(read(office, f"/lists/trees/{TREE}"))
    assert office.post(f"/lists/trees/{TREE}/opened", data={"reason": " "}).status_code == 400
    assert "老槐树" in office.post(f"/lists/trees/{TREE}/opened", data={"reason": "核对"}).text
    assert office.post("/lists/trees/file").status_code == 400
    assert "老槐树" in office.post("/lists/trees/file", data={"reason": "上报"}).text
    opened = [row.details["what"] for row in rows(database, EventRow) if row.kind == "personal_data.revealed"]
    assert opened == ["entity", "entity_list"]


def test_a_list_that_is_not_about_people_is_open_to_every_reader(
    office: FlaskClient, database: Database
) -> None:
    without_people(database)
    sign_in(office, "assessor")
    assert "老槐树" in words(read(office, "/lists/trees?search=槐"))
    assert office.post(f"/lists/trees/{TREE}/remove").status_code == 403


def test_nobody_looks_into_other_divisions(office: FlaskClient) -> None:
    sign_in(office, "other_cadre")
    assert read(office, "/lists/trees").findall(".//tbody/tr") == []
    assert office.get(f"/lists/trees/{TREE}").status_code == 404
    assert office.post(f"/lists/trees/{TREE}/remove").status_code == 404
    assert office.post(f"/lists/trees/{TREE}/put-back").status_code == 404
    assert "老槐树" not in office.post("/lists/trees/file", data={"reason": "看看"}).text


def test_a_file_fills_a_list_and_the_same_file_again_changes_nothing(
    client: FlaskClient, county: County, database: Database
) -> None:
    sign_in(client, "admin")
    file = f"名称,网格,trade\n茶馆,{GRID},茶\n米店,{VILLAGE},米\n会馆,,会\n"
    assert imported(client, file).status_code == 303
    assert imported(client, file).status_code == 303
    made = {row.label: (row.jurisdiction, row.version) for row in rows(database, Entity)}
    assert made == {"茶馆": (GRID, 1), "米店": (VILLAGE, 1), "会馆": ("509901", 1)}
    assert imported(client, f"名称,网格,trade\n茶馆,{GRID},酒\n").status_code == 303
    assert {row.label: row.properties["trade"] for row in rows(database, Entity)}["茶馆"] == "酒"


def test_a_file_taken_away_can_be_filled_in_and_imported_and_runs_nothing_in_a_spreadsheet(
    client: FlaskClient, county: County, database: Database
) -> None:
    sign_in(client, "admin")
    imported(client, f"名称,网格,trade\n=1+1,{GRID},+86\n")
    sign_in(client, "cadre")
    taken = client.post("/lists/shops/file", data={"reason": "核对"}).text.removeprefix("\ufeff")
    (row,) = csv.DictReader(io.StringIO(taken))
    assert (row["名称"], row["网格"], row["trade"]) == ("'=1+1", GRID, "'+86")
    sign_in(client, "admin")
    assert imported(client, taken).status_code == 303
    assert [row.version for row in rows(database, Entity)] == [1], "what was not changed in it is not changed"
    assert imported(client, taken.replace("'=1+1", "茶馆")).status_code == 303
    (shop,) = rows(database, Entity)
    assert (shop.label, shop.version, shop.properties) == ("茶馆", 2, {"trade": "+86"})


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("trade\n茶\n", "要有“名称”一列"),
        ("名称,行业\n茶馆,茶\n", "这些列不行：行业"),
        ("名称,网格\n茶馆,999999999999999\n", "没有这个网格或村（社区）"),
        ("名称\n茶馆\n茶馆\n", "与第 2 行重复"),
        ("名称,编号\n茶馆,12\n", "不是系统给的编号"),
        ("名称,trade\n,茶\n", "必须填写"),
        ("", "文件读不懂"),
    ],
)
def test_a_file_with_something_wrong_in_it_changes_nothing_and_says_where(
    client: FlaskClient, county: County, database: Database, file: str, said: str
) -> None:
    sign_in(client, "admin")
    answer = imported(client, file)
    assert (answer.status_code, said in answer.text) == (400, True)
    assert rows(database, Entity) == []


def test_no_list_takes_the_name_of_one_of_ours_and_no_path(client: FlaskClient, county: County) -> None:
    sign_in(client, "admin")
    assert "是系统自己的名单" in imported(client, "名称\n甲\n", name="households").text
    assert "名单的名字用汉字或字母开头" in imported(client, "名称\n甲\n", name="../x").text


def test_what_a_record_picked_from_a_list_is_called_as_the_list_called_it_last(
    office: FlaskClient, county: County, database: Database
) -> None:
    publish(database, READERS)
    for sender, at in (("worker", "30.005 108.005 0 8"), ("other_worker", None)):
        picked = instance("tree_words", {"fix_start": at, "tree": TREE})
        assert Phone(office, county, sender).send(picked) == 201
    own, others = [f"/submissions/{row.id}" for row in rows(database, Submission)[-2:]]
    sign_in(office, "cadre")
    office.post(f"/lists/trees/{TREE}/correct", data={"seen": "3", "label": "古槐", "values": ["14", ""]})
    office.post(f"/lists/trees/{TREE}/remove")
    assert "古槐" in words(read(office, own))
    assert "古槐" in words(read(office, "/submissions?form=tree_words"))
    with database.read(SYSTEM) as reading:
        prepared = exports.settle(reading, Wanted(form_id="tree_words", format=Format.CSV))
    text = b"".join(file.chunks(prepared, lambda: database.read(SYSTEM), FileStore(Path()))).decode()
    assert text.count("古槐") == 2

    sign_in(office, "other_cadre")
    assert TREE in words(read(office, others)), "the tree stands in another village"
    with database.transaction(SYSTEM) as work:
        entities.change_list(
            work, "trees", audience=Audience.EVERYONE, approval_required=False, personal=False
        )
    assert "古槐" in words(read(office, others)), "on everybody's phone there is nothing to hide"
