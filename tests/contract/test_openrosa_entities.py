"""A county's own entity lists over HTTP, as ODK Collect makes and changes them (OPENROSA §3.1, §8)."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import tracemalloc
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from lxml import etree

from server.database import Database
from server.domain.entity import Audience
from server.domain.people import SYSTEM
from server.jobs import schedule
from server.services import entities
from server.storage.entities import Entity, EntityList, EntityRemark, EntityVersion, HeldBlock
from server.storage.forms import FormMedia
from server.storage.submissions import Submission
from tests.conftest import Clock
from tests.entity_forms import READERS, STREETS, TREES, publish, street, tree
from tests.factories import GRID, County
from tests.phones import Phone, rows

BRANCH = "0f4d6a4e-0c5e-4b8e-9b53-1d7a1f5f7c11"


@pytest.fixture
def phone(client: FlaskClient, county: County, database: Database) -> Phone:
    publish(database, TREES)
    return Phone(client, county)


def key() -> str:
    return str(uuid.uuid4())


def files(phone: Phone, form_id: str = "tree_round") -> dict[str, dict[str, str]]:
    """The files of a manifest by name."""
    manifest = etree.fromstring(phone.get(f"forms/{form_id}/manifest").data)
    return {
        row.findtext("{*}filename") or "": {
            "type": row.get("type", ""),
            **{etree.QName(cell).localname: cell.text or "" for cell in row},
        }
        for row in manifest
    }


def listed(phone: Phone, name: str = "trees", form_id: str = "tree_round") -> list[dict[str, str]]:
    """The rows of a list as the phone downloads it, at the address its manifest names."""
    answer = phone.client.get(files(phone, form_id)[f"{name}.csv"]["downloadUrl"])
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.text)))


def deleted(phone: Phone, *asked: str) -> dict[str, str]:
    """What the integrity address says of some trees."""
    address = files(phone)["trees.csv"]["integrityUrl"]
    answer = etree.fromstring(phone.client.get(f"{address}?id={','.join(asked)}&deviceID=collect:1").data)
    assert answer.tag == "data"
    return {
        entity.get("id", ""): entity.findtext("deleted") or ""
        for entity in answer.iterfind("entities/entity")
    }


def test_a_record_makes_an_entity_and_the_next_list_has_it(phone: Phone) -> None:
    assert listed(phone) == []
    old = key()
    assert phone.send(tree(old, label="老槐树", create=True, height="12", health="")) == 201
    assert listed(phone) == [{"name": old, "label": "老槐树", "__version": "1", "height": "12", "health": ""}]


def test_an_own_list_is_told_as_an_entity_list_also_beside_a_form_that_only_reads_it(
    phone: Phone, database: Database
) -> None:
    publish(database, READERS)
    for form_id in ("tree_round", "tree_words"):
        told = files(phone, form_id)["trees.csv"]
        assert told["type"] == "entityList"
        assert told["integrityUrl"].endswith("/integrity/trees.csv")
        assert told["hash"].startswith("md5:")


def test_the_updates_of_one_phone_without_a_line_land_one_after_another(phone: Phone) -> None:
    old = key()
    phone.send(tree(old, label="老槐树", create=True, height="12"))
    phone.send(tree(old, base=1, trunk=1, branch=BRANCH, height="13"))
    phone.send(tree(old, base=2, trunk=1, branch=BRANCH, health="生虫"))
    (row,) = listed(phone)
    assert (row["__version"], row["label"], row["height"], row["health"]) == ("3", "老槐树", "13", "生虫")


@pytest.mark.parametrize("order", [(2, 1, 0), (1, 0, 2), (0, 2, 1)])
def test_in_whatever_order_a_phone_sends_the_entity_is_the_same(
    phone: Phone, database: Database, order: tuple[int, ...]
) -> None:
    old = key()
    sent = [
        tree(old, label="老槐树", create=True, height="12"),
        tree(old, base=1, branch=BRANCH, height="13", health="好"),
        tree(old, base=2, branch=BRANCH, label="槐王", height="14"),
    ]
    for place in order:
        assert phone.send(sent[place]) == 201
    (row,) = listed(phone)
    assert (row["__version"], row["label"], row["height"], row["health"]) == ("3", "槐王", "14", "好")
    assert rows(database, HeldBlock) == []
    assert [version.clash for version in rows(database, EntityVersion)] == [None] * 3


def test_two_phones_that_change_the_same_make_a_clash_and_both_versions_stay(
    phone: Phone, database: Database
) -> None:
    old = key()
    phone.send(tree(old, label="老槐树", create=True, height="12", health="好"))
    phone.send(tree(old, base=1, trunk=1, branch=BRANCH, height="13"))
    phone.send(tree(old, base=1, trunk=1, branch=key(), height="14"))
    phone.send(tree(old, base=1, trunk=1, branch=key(), health="差"))
    told = [(version.properties["height"], version.clash) for version in rows(database, EntityVersion)]
    assert told == [("12", None), ("13", None), ("14", "hard"), ("14", "soft")]
    assert rows(database, EntityVersion)[2].clashing == ["height"]
    assert rows(database, Entity)[0].clash == "hard"


def test_what_waits_five_days_is_taken_as_it_is(phone: Phone, database: Database, clock: Clock) -> None:
    lost, old = key(), key()
    phone.send(tree(old, label="老槐树", create=True, height="12"))
    phone.send(tree(old, base=3, trunk=1, branch=BRANCH, height="15"))
    phone.send(tree(lost, base=1, branch=key(), height="3"))
    clock.now += dt.timedelta(days=4)
    schedule.every_night(database)
    assert [row["height"] for row in listed(phone)] == ["12"]
    clock.now += dt.timedelta(days=1, minutes=1)
    schedule.every_night(database)
    assert {(row["name"], row["label"], row["height"]) for row in listed(phone)} == {
        (old, "老槐树", "15"),
        (lost, "（自动补建）", "3"),
    }
    phone.send(tree(lost, label="小银杏", create=True, height="2", health="好"))
    late = next(row for row in listed(phone) if row["name"] == lost)
    assert (late["label"], late["height"], late["health"], late["__version"]) == ("小银杏", "3", "好", "2")


def test_an_edit_acts_at_most_once_and_a_corrected_one_that_waits_counts_as_corrected(
    phone: Phone, database: Database
) -> None:
    old, first, second = key(), f"uuid:{key()}", f"uuid:{key()}"
    phone.send(tree(old, base=1, branch=BRANCH, height="31", instance_id=first))
    phone.send(tree(old, base=1, branch=BRANCH, height="13", deprecated_id=first))
    phone.send(tree(old, label="老槐树", create=True, height="12", instance_id=second))
    phone.send(tree(old, label="槐", create=True, height="99", deprecated_id=second))
    (row,) = listed(phone)
    assert (row["label"], row["height"], row["__version"]) == ("老槐树", "13", "2")
    assert [each.reason for each in rows(database, EntityRemark)] == []


def test_of_two_records_at_the_same_moment_the_second_sees_what_the_first_did(
    phone: Phone, client: FlaskClient, county: County, database: Database
) -> None:
    old = key()
    phone.send(tree(old, label="老槐树", create=True, height="12"))
    sent = [tree(old, base=1, trunk=1, branch=key(), height=height) for height in ("13", "14")]
    with ThreadPoolExecutor(2) as phones:
        clients = [client.application.test_client() for _ in sent]
        answers = phones.map(lambda each, xml: Phone(each, county).send(xml), clients, sent)
        assert list(answers) == [201, 201]
    assert [version.clash for version in rows(database, EntityVersion)] == [None, None, "hard"]


def test_every_round_of_a_repeat_is_an_entity_and_a_record_may_write_several_lists(
    phone: Phone, database: Database
) -> None:
    publish(database, STREETS)
    tea, rice = key(), key()
    first = f"uuid:{key()}"
    sent = street(
        "南街",
        [(tea, {"title": "茶馆", "trade": "茶"}), (rice, {"title": "米店", "trade": "米"})],
        instance_id=first,
    )
    assert phone.send(sent) == 201
    made = {(row.label, tuple(row.properties.items())) for row in rows(database, Entity)}
    assert made == {
        ("南街", (("street", "南街"),)),
        ("茶馆", (("title", "茶馆"), ("trade", "茶"))),
        ("米店", (("title", "米店"), ("trade", "米"))),
    }
    assert {row.name: row.properties for row in rows(database, EntityList)} == {
        "trees": ["height", "health"],
        "streets": ["street"],
        "shops": ["title", "trade"],
    }
    # A round added by an edit is new; those that acted before do not act again.
    wine = key()
    more = street(
        "南街",
        [(tea, {"title": "茶馆", "trade": "酒"}), (wine, {"title": "酒坊", "trade": "酒"})],
        deprecated_id=first,
    )
    assert phone.send(more) == 201
    shops = {
        row.label: (row.version, row.properties["trade"])
        for row in rows(database, Entity)
        if row.label != "南街"
    }
    assert shops == {"茶馆": (1, "茶"), "米店": (1, "米"), "酒坊": (1, "酒")}


def test_what_cannot_be_done_is_remarked_on_and_the_record_is_kept(phone: Phone, database: Database) -> None:
    wrong = {
        "bad_id": tree("11111111-1111-1111-8111-111111111111", label="x", create=True),
        "no_label": tree(key(), label="", create=True),
        "unknown_entity": tree(key(), base=1, height="1"),
    }
    for sent in wrong.values():
        assert phone.send(sent) == 201
        assert phone.send(sent) == 201
    assert [each.reason for each in rows(database, EntityRemark)] == list(wrong)
    assert [row.state for row in rows(database, Submission)] == ["received"] * len(wrong)
    assert listed(phone) == []


def test_the_hash_changes_whenever_the_list_of_that_phone_does_and_only_then(
    phone: Phone, client: FlaskClient, county: County
) -> None:
    other = Phone(client, county, "other_worker")

    def hashes() -> tuple[str, str]:
        return files(phone)["trees.csv"]["hash"], files(other)["trees.csv"]["hash"]

    seen = [hashes()]
    old = key()
    phone.send(tree(old, label="老槐树", create=True, height="12"))
    seen.append(hashes())
    phone.send(tree(old, base=1, height="13"))
    seen.append(hashes())
    assert len({mine for mine, _ in seen}) == 3
    assert len({theirs for _, theirs in seen}) == 1
    other.send(tree(key(), label="水杉", create=True, at="30.005 108.025 0 8"))
    assert hashes()[0] == seen[-1][0]
    assert hashes()[1] != seen[-1][1]
    assert [row["label"] for row in listed(phone)] == ["老槐树"]
    assert [row["label"] for row in listed(other)] == ["水杉"]


def test_a_phone_that_has_the_list_is_told_so_without_its_rows(phone: Phone) -> None:
    phone.send(tree(key(), label="老槐树", create=True))
    path = "forms/tree_round/attachments/trees.csv"
    first = phone.get(path)
    assert f"md5:{first.get_etag()[0]}" == files(phone)["trees.csv"]["hash"]
    again = phone.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    phone.send(tree(key(), label="水杉", create=True))
    assert phone.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_integrity_tells_of_known_entities_whether_they_are_gone(
    phone: Phone, client: FlaskClient, county: County, database: Database
) -> None:
    here, cut, unknown = key(), key(), key()
    phone.send(tree(here, label="老槐树", create=True))
    phone.send(tree(cut, label="倒了的", create=True))
    with database.transaction(SYSTEM) as work:
        entities.remove(work, "trees", uuid.UUID(cut))
    assert deleted(phone, here, cut, unknown) == {here: "false", cut: "true"}
    assert deleted(Phone(client, county, "other_worker"), here) == {here: "true"}
    assert [row["name"] for row in listed(phone)] == [here]
    phone.send(tree(cut, base=1, height="0"))
    assert [each.reason for each in rows(database, EntityRemark)] == ["removed"]


def test_where_new_entities_need_approval_a_creation_and_what_rests_on_it_wait_for_it(
    phone: Phone, database: Database
) -> None:
    with database.transaction(SYSTEM) as work:
        entities.change_list(work, "trees", audience=Audience.GRID, approval_required=True, personal=True)
    assert files(phone)["trees.csv"]["type"] == "approvalEntityList"
    old = key()
    phone.send(tree(old, label="老槐树", create=True, height="12"))
    phone.send(tree(old, base=1, branch=BRANCH, height="13"))
    assert listed(phone) == []
    with database.transaction(SYSTEM) as work:
        entities.approve(work, work.session.get_one(Submission, rows(database, Submission)[0].id))
    assert [(row["height"], row["__version"]) for row in listed(phone)] == [("13", "2")]


@pytest.mark.parametrize(("audience", "seen"), [("everyone", 1), ("owner", 0), ("grid", 0)])
def test_a_list_is_for_the_grid_for_everyone_or_for_who_made_it(
    phone: Phone, client: FlaskClient, county: County, database: Database, audience: str, seen: int
) -> None:
    with database.transaction(SYSTEM) as work:
        entities.change_list(
            work, "trees", audience=Audience(audience), approval_required=False, personal=True
        )
    phone.send(tree(key(), label="老槐树", create=True))
    assert len(listed(phone)) == 1
    other = Phone(client, county, "other_worker")
    assert len(listed(other)) == seen


def test_what_belongs_to_a_village_is_on_the_phones_of_all_its_grids(
    phone: Phone, client: FlaskClient, county: County, database: Database
) -> None:
    before = files(phone)["trees.csv"]["hash"]
    phone.send(tree(key(), label="村口的", create=True))
    with database.transaction(SYSTEM) as work:
        work.session.query(Entity).one().jurisdiction = GRID[:12]
    assert files(phone)["trees.csv"]["hash"] != before
    assert [row["label"] for row in listed(phone)] == ["村口的"]
    assert listed(Phone(client, county, "other_worker")) == []


def test_a_file_put_beside_a_form_is_served_and_one_that_is_not_there_is_left_out(
    phone: Phone, database: Database
) -> None:
    publish(database, READERS.replace("trees.csv", "kinds.csv"))
    assert files(phone, "tree_words") == {}
    store = phone.client.application.extensions["wangge"].files
    kept = store.put([b"name,label\na,b\n"])
    with database.transaction(SYSTEM) as work:
        work.session.add(
            FormMedia(
                form_id="tree_words",
                name="kinds.csv",
                sha256=kept.sha256,
                md5="0" * 32,
                size=kept.size,
                mime="text/csv",
                put_at=work.now,
            )
        )
    told = files(phone, "tree_words")["kinds.csv"]
    assert (told["type"], told["hash"]) == ("", "md5:" + "0" * 32)
    with phone.client.get(told["downloadUrl"]) as served:
        assert served.data == b"name,label\na,b\n"
        assert served.get_etag()[0] == "0" * 32


def statements(database: Database) -> list[str]:
    """Whatever is asked of the database from now on."""
    said: list[str] = []
    sa.event.listen(
        database.engine,
        "before_cursor_execute",
        lambda _c, _cursor, statement, *_more: said.append(statement),
    )
    return said


def plant(database: Database, number: int) -> None:
    """A list of many trees in the worker's grid."""
    with database.transaction(SYSTEM) as work:
        list_ = work.session.query(EntityList).one()
        list_.changes = number
        work.session.execute(
            sa.insert(Entity),
            [
                {
                    "list_id": list_.id,
                    "uuid": uuid.UUID(int=each, version=4),
                    "version": 1,
                    "label": f"第{each}棵",
                    "properties": {"height": str(each % 30), "health": "好"},
                    "jurisdiction": GRID,
                    "owner_id": None,
                    "change": each,
                    "clash": None,
                    "created_at": work.now,
                    "changed_at": work.now,
                    "removed_at": None,
                }
                for each in range(1, number + 1)
            ],
        )


def test_an_unchanged_list_is_told_without_reading_a_row(phone: Phone, database: Database) -> None:
    plant(database, 3000)
    path = "forms/tree_round/attachments/trees.csv"
    with phone.get(path, headers={"Accept-Encoding": "gzip"}) as first:
        assert gzip.decompress(first.data).count(b"\n") == 3001
        tag = first.headers["ETag"]
    said = statements(database)
    assert phone.get(path, headers={"If-None-Match": tag, "Accept-Encoding": "gzip"}).status_code == 304
    about_entities = [statement for statement in said if "FROM entities" in statement]
    assert len(about_entities) == 1
    assert "count(*)" in about_entities[0]


@pytest.mark.slow
def test_a_hundred_thousand_rows_leave_as_they_are_read(phone: Phone, database: Database) -> None:
    plant(database, 100_000)
    path = "forms/tree_round/attachments/trees.csv"
    assert phone.client.head(f"{phone.path}/{path}").status_code == 200
    tracemalloc.start()
    with phone.get(path) as answer:
        sent = sum(len(part) for part in answer.iter_encoded())
        _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sent > 5_000_000
    assert peak < sent / 2
