"""Units: kept by the office, and their members' page, reached by a link and nothing else."""

from __future__ import annotations

import datetime as dt
import re
import uuid

import pytest
from flask.testing import FlaskClient

from server import logs
from server.database import Database
from server.domain.mechanism import Canonical
from server.services import units
from server.services.demands import dispatch, triage
from server.storage.demands import Demand
from tests.conftest import Clock
from tests.demands import Story, finding
from tests.factories import TOWNSHIP, County
from tests.pages import cells, read, sign_in, words


@pytest.fixture
def story(client: FlaskClient, county: County, database: Database, clock: Clock) -> Story:
    return Story(client, county, database, clock)


@pytest.fixture
def member(story: Story) -> FlaskClient:
    """Another browser: a unit's member's phone."""
    return story.client.application.test_client()


class Unit:
    """A unit with the link its members were given."""

    def __init__(self, story: Story, name: str = "云溪供电所") -> None:
        self.story = story
        with story.office("official") as work:
            self.id = units.add(work, name=name, kind="department", division=TOWNSHIP).id
            self.token = units.give_link(work, self.id)

    def enter(self, member: FlaskClient) -> None:
        answer = member.get(f"/u/{self.token}")
        assert (answer.status_code, answer.location) == (303, "/u/")


@pytest.fixture
def unit(story: Story) -> Unit:
    return Unit(story)


def given_to(story: Story, unit_id: uuid.UUID, class_: Canonical = "COMMUNITY") -> Demand:
    story.patrol(finding(source="told", reporter_name="张三", reporter_phone="13900000000"))
    demand = story.demands()[-1]
    deadline = dt.date(2026, 10, 26)
    with story.office() as work:
        triage.register(work, demand.id)
        triage.classify(work, demand.id, class_)
        dispatch.assign(work, demand.id, unit_id=unit_id, measure="换灯", deadline=deadline)
    return story.demand(demand.id)


def test_the_office_adds_a_unit_and_hands_out_its_link_once(
    story: Story, client: FlaskClient, member: FlaskClient
) -> None:
    sign_in(client, "official")
    said = {"name": "水务公司", "kind": "firm", "division": TOWNSHIP, "contact_name": "陈工"}
    assert client.post("/units", data=said).status_code == 303
    (row,) = read(client, "/units").xpath("//tbody/tr")
    assert cells(row)["名称"] == "水务公司"
    assert cells(row)["链接"] == "还没给"
    (link,) = row.xpath(".//form/@action[contains(., '/link')]")
    shown = client.post(link)
    assert shown.headers["Cache-Control"] == "no-store"
    found = re.search(r'value="[^"]*(/u/[^"]+)"', shown.text)
    assert found is not None
    assert member.get(found[1]).status_code == 303
    assert "水务公司" in member.get("/u/").text
    assert found[1] not in client.get("/units").text


def test_a_unit_that_makes_no_sense_is_not_added(story: Story, client: FlaskClient) -> None:
    sign_in(client, "official")
    for said in (
        {"name": "", "kind": "firm", "division": TOWNSHIP},
        {"name": "水务公司", "kind": "ministry", "division": TOWNSHIP},
        {"name": "水务公司", "kind": "firm", "division": TOWNSHIP, "alliance": "没有的联合体"},
    ):
        assert client.post("/units", data=said).status_code == 400
    assert client.post("/units", data={"name": "甲", "kind": "firm", "division": "509902"}).status_code == 403
    assert not read(client, "/units").xpath("//tbody/tr")


def test_a_member_accepts_and_finishes_without_an_account(
    story: Story, member: FlaskClient, unit: Unit
) -> None:
    demand = given_to(story, unit.id)
    unit.enter(member)
    (link,) = read(member, "/u/").xpath("//a[@class='order']/@href")
    page = read(member, link)
    assert "最晚 2026年10月26日" in words(page)
    assert "13900000000" not in words(page)
    assert "张三" not in words(page)
    accept = page.xpath("//form[contains(@action, '/accept')]")[0]
    said = {field.get("name"): field.get("value") for field in accept.iter("input")}
    assert member.post(accept.get("action"), data=said).status_code == 303
    assert story.demand(demand.id).key == "accepted"
    assert member.post(accept.get("action"), data=said).status_code == 409
    done = {"step": "done", "words": "灯换好了"}
    assert member.post(f"/u/orders/{demand.id}/say", data=done).status_code == 303
    assert story.demand(demand.id).key == "done"
    assert "这一个月办完的（1）" in words(read(member, "/u/"))


def test_a_member_gives_an_order_back_only_with_its_basis(
    story: Story, member: FlaskClient, client: FlaskClient, unit: Unit
) -> None:
    demand = given_to(story, unit.id)
    unit.enter(member)
    refused = member.post(f"/u/orders/{demand.id}/return_order", data={"reason": "not_ours"})
    assert refused.status_code == 400
    assert story.demand(demand.id).key == "assigned"
    said = {"reason": "not_ours", "words": "按权责清单，村内路灯归村里管"}
    assert member.post(f"/u/orders/{demand.id}/return_order", data=said).status_code == 303
    assert story.demand(demand.id).key == "returned"
    sign_in(client, "cadre")
    page = words(read(client, f"/cases/{demand.id}"))
    assert "退单：不归我们办" in page
    assert "按权责清单，村内路灯归村里管" in page


def test_a_link_opens_nothing_of_another_unit(story: Story, member: FlaskClient, unit: Unit) -> None:
    other = Unit(story, "云溪水务站")
    demand = given_to(story, other.id)
    unit.enter(member)
    assert member.get(f"/u/orders/{demand.id}").status_code == 404
    assert member.post(f"/u/orders/{demand.id}/accept").status_code == 404
    assert member.get("/inbox").status_code == 303  # to sign in: the cookie reaches no staff page
    assert story.demand(demand.id).key == "assigned"


def test_a_link_taken_back_ends_at_once_and_says_so(
    story: Story, member: FlaskClient, client: FlaskClient, unit: Unit
) -> None:
    demand = given_to(story, unit.id)
    unit.enter(member)
    sign_in(client, "official")
    assert client.post(f"/units/{unit.id}/link/revoke").status_code == 303
    for answer in (
        member.get("/u/"),
        member.post(f"/u/orders/{demand.id}/accept"),
        member.get(f"/u/{unit.token}"),
    ):
        assert answer.status_code == 409
        assert "链接" in answer.text
    assert story.demand(demand.id).key == "assigned"


def test_a_guessed_link_is_unknown_and_guessing_has_to_wait(story: Story, member: FlaskClient) -> None:
    tries = [member.get(f"/u/{number:032d}").status_code for number in range(22)]
    assert tries[:20] == [404] * 20
    assert tries[-1] == 429


def test_without_a_link_the_page_says_what_is_needed(story: Story, member: FlaskClient) -> None:
    answer = member.get("/u/")
    assert answer.status_code == 401
    assert "链接" in answer.text


def test_a_member_forgets_the_link_on_a_shared_phone(story: Story, member: FlaskClient, unit: Unit) -> None:
    unit.enter(member)
    assert member.post("/u/leave").status_code == 303
    assert member.get("/u/").status_code == 401


def test_no_log_keeps_a_link(unit: Unit) -> None:
    line = f"GET /u/{unit.token} HTTP/1.1 200"
    assert logs.masked(line) == "GET /u/••• HTTP/1.1 200"
    order = f"GET /u/orders/{uuid.uuid4()} HTTP/1.1 200"
    assert logs.masked(order) == order


def test_a_board_with_nothing_offered_says_so(story: Story, client: FlaskClient) -> None:
    sign_in(client, "cadre")
    assert "现在没有等人认领的" in words(read(client, "/claims"))
