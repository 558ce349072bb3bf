"""What a phone changes without a line stays changed, on the phone at once and on the server later (OPENROSA §3.1, §8)."""

from __future__ import annotations

import uuid
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from server.domain.entity import Audience
from server.domain.people import SYSTEM
from server.domain.review import Verdict
from server.services import entities, forms, submissions
from server.storage.entities import Entity, EntityVersion, HeldBlock
from tests.contract.javarosa.conftest import Village
from tests.contract.javarosa.entity_lists import Row
from tests.contract.javarosa.phone import Phone, Record
from tests.entity_forms import STREETS, TREES
from tests.factories import household

pytestmark = pytest.mark.java


@pytest.fixture
def forester(phone: Phone, village: Village) -> Phone:
    """A phone with the form of the trees and their list."""
    with village.database.transaction(SYSTEM) as work:
        forms.publish(work, TREES)
    phone.fetch("tree_round")
    return phone


def plant(phone: Phone, name: str, **answers: str) -> tuple[Record, str]:
    """A record that makes a tree, and the tree's key."""
    before = set(phone.lists["trees"].rows)
    record = phone.fill("tree_round", {"title": name, **answers})
    (key,) = set(phone.lists["trees"].rows) - before
    return record, key


def tree(phone: Phone, key: str) -> Row:
    return phone.lists["trees"].rows[key]


def on_the_server(village: Village, key: str) -> tuple[Entity, list[EntityVersion]]:
    with village.database.read(SYSTEM) as reading:
        entity = reading.session.scalars(sa.select(Entity).where(Entity.uuid == uuid.UUID(key))).one()
        query = sa.select(EntityVersion).where(EntityVersion.entity_id == entity.id)
        return entity, list(reading.session.scalars(query.order_by(EntityVersion.number)))


def test_what_was_made_without_a_line_can_be_chosen_in_the_next_record(forester: Phone) -> None:
    _, key = plant(forester, "老槐树", height="12")
    again = forester.try_to_fill("tree_round", {"tree": key, "height": "13"})
    assert key in again.choices["tree"]
    assert b'baseVersion="1"' in again.xml
    assert b'trunkVersion=""' in again.xml
    assert f'branchId="{tree(forester, key).branch}"'.encode() in again.xml


@pytest.mark.parametrize("order", [(2, 1, 0), (1, 2, 0), (0, 2, 1)])
def test_a_tree_made_and_changed_twice_without_a_line_is_the_same_in_whatever_order_it_is_sent(
    forester: Phone, village: Village, order: tuple[int, ...]
) -> None:
    made, key = plant(forester, "老槐树", height="12", health="好")
    records = [
        made,
        forester.fill("tree_round", {"tree": key, "height": "13", "health": "好"}),
        forester.fill("tree_round", {"tree": key, "height": "14", "health": "生虫"}),
    ]
    mine = tree(forester, key)
    assert (mine.version, mine.label, mine.properties["height"]) == (3, "老槐树", "14")
    for place in order:
        assert [answer.status for answer in forester.send(records[place])] == [201]
    entity, versions = on_the_server(village, key)
    assert (entity.version, entity.label, entity.properties) == (
        3,
        "老槐树",
        {"height": "14", "health": "生虫"},
    )
    assert [(each.properties["height"], each.clash) for each in versions] == [
        ("12", None),
        ("13", None),
        ("14", None),
    ]
    with village.database.read(SYSTEM) as reading:
        query = sa.select(HeldBlock).where(HeldBlock.entity_uuid == entity.uuid)
        assert reading.session.scalars(query).all() == []


def test_once_the_list_shows_what_was_made_here_it_is_the_servers(forester: Phone) -> None:
    record, key = plant(forester, "老槐树", height="12")
    forester.fetch("tree_round")
    assert tree(forester, key).born_here
    forester.send(record)
    forester.fetch("tree_round")
    mine = tree(forester, key)
    assert (mine.born_here, mine.version, mine.trunk) == (False, 1, 1)


def test_two_phones_that_change_the_same_tree_lose_nothing_and_the_office_is_told(
    forester: Phone, village: Village, tmp_path: Path
) -> None:
    made, key = plant(forester, "老槐树", height="12")
    forester.send(made)
    forester.fetch("tree_round")
    another = Phone(forester.project, tmp_path / "another", forester.engine)
    another.fetch("tree_round")
    for phone, height in ((forester, "13"), (another, "14")):
        record = phone.fill("tree_round", {"tree": key, "height": height})
        assert [answer.status for answer in phone.send(record)] == [201]
    entity, versions = on_the_server(village, key)
    assert [each.properties["height"] for each in versions] == ["12", "13", "14"]
    assert entity.clash == "hard"
    forester.fetch("tree_round")
    assert (tree(forester, key).version, tree(forester, key).properties["height"]) == (3, "14")


def test_a_tree_the_office_took_off_leaves_the_phone_that_made_it(forester: Phone, village: Village) -> None:
    record, key = plant(forester, "病槐树")
    forester.send(record)
    with village.database.transaction(SYSTEM) as work:
        entities.remove(work, "trees", uuid.UUID(key))
    assert tree(forester, key).born_here
    forester.fetch("tree_round")
    assert key not in forester.lists["trees"].rows


def test_what_needs_approval_is_on_no_phone_until_the_office_has_said_yes(
    phone: Phone, village: Village
) -> None:
    groves = TREES.replace("trees", "groves").replace("tree_round", "grove_round")
    with village.database.transaction(SYSTEM) as work:
        forms.publish(work, groves)
        entities.change_list(
            work, "groves", audience=Audience.EVERYONE, approval_required=True, personal=False
        )
    phone.fetch("grove_round")
    record = phone.fill("grove_round", {"title": "后山竹林"})
    phone.send(record)
    phone.fetch("grove_round")
    assert phone.lists["groves"].rows == {}
    with village.database.transaction(SYSTEM) as work:
        submissions.verdict(work, village.received(record).id, verdict=Verdict.APPROVED)
    phone.fetch("grove_round")
    assert [row.label for row in phone.lists["groves"].rows.values()] == ["后山竹林"]


def test_every_round_of_a_repeat_is_an_entity_and_the_street_another(phone: Phone, village: Village) -> None:
    with village.database.transaction(SYSTEM) as work:
        forms.publish(work, STREETS)
    phone.fetch("street_round")
    shops = {"shop[1]/title": "茶馆", "shop[1]/trade": "茶", "shop[2]/title": "米店", "shop[2]/trade": "米"}
    record = phone.fill("street_round", {"street": "南街", **shops})
    phone.send(record)
    number = village.received(record).id
    with village.database.read(SYSTEM) as reading:
        query = sa.select(EntityVersion).where(EntityVersion.submission_id == number)
        made = {each.label: each.properties for each in reading.session.scalars(query)}
    assert made == {
        "南街": {"street": "南街"},
        "茶馆": {"title": "茶馆", "trade": "茶"},
        "米店": {"title": "米店", "trade": "米"},
    }


def test_a_visit_without_a_line_takes_its_household_off_the_due_ones_at_once(
    phone: Phone, village: Village, tmp_path: Path
) -> None:
    with village.database.transaction(SYSTEM) as work:
        key = str(household(work, address="石桥村3组1号").id)
    phone.fetch("household_visit")
    record = phone.fill("household_visit", {"door/household": key, "door/outcome": "met"})
    shown = {show: phone.try_to_fill("household_visit", {"door/show": show}) for show in ("due", "all")}
    assert key not in shown["due"].choices["door/household"]
    assert key in shown["all"].choices["door/household"]
    phone.send(record)
    another = replace(phone, folder=tmp_path / "another", forms={}, lists={})
    another.fetch("household_visit")
    assert another.lists["households"].rows[key].properties["due_state"] == "done"
