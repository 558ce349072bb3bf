"""The pages of demands: the list with its cards, one demand, the office's acts, and who sees what."""

from __future__ import annotations

import json
import re

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from server.database import Database
from server.domain.people import SYSTEM
from server.storage.demands import Demand
from server.storage.events import EventRow
from tests.conftest import Clock
from tests.demands import Story, finding, intake
from tests.factories import PASSWORD, County
from tests.pages import read

PHOTO = b"\xff\xd8\xff a lamp that is dark"


@pytest.fixture
def story(client: FlaskClient, county: County, database: Database, clock: Clock) -> Story:
    return Story(client, county, database, clock)


def sign_in(client: FlaskClient, name: str) -> None:
    client.post("/sign-out")
    response = client.post("/sign-in", data={"username": name, "password": PASSWORD})
    assert response.status_code == 303


def text(client: FlaskClient, path: str, *, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, response.text
    return response.text


def act(client: FlaskClient, demand: Demand, verb: str, **said: str) -> int:
    return client.post(f"/cases/{demand.id}/acts/{verb}", data=said).status_code


def cards(page: str) -> dict[str, int]:
    found = re.findall(r'card-words">([^<]+)</span>\s*<span class="card-number"><strong>(\d+)', page)
    return {words: int(number) for words, number in found}


def test_every_map_of_cases_is_told_what_the_page_around_it_knows(story: Story, client: FlaskClient) -> None:
    for _ in range(3):
        story.patrol(finding(source="seen", fix="30.005 108.005 0 8"))
        story.pass_days(1)
    demand = story.demands()[0]
    sign_in(client, "official")
    for path in ("/cases", f"/cases/{demand.id}"):
        (section,) = read(client, path).xpath("//section[@data-map-host]")
        beside = json.loads(section.get("data-beside"))
        values = client.get(section.get("data-data-url")).json
        assert beside.keys() == {"hotspots", "counts"}
        assert beside.keys().isdisjoint(values)
        assert [place["reports"] for place in beside["hotspots"]] == [3]


def test_the_office_takes_a_demand_from_the_patrol_to_the_answer(story: Story, client: FlaskClient) -> None:
    story.patrol(finding(source="told", reporter_name="张三", reporter_phone="13900000000"))
    demand = story.only_demand()
    sign_in(client, "cadre")
    page = text(client, f"/cases/{demand.id}")
    assert "登记" in page
    assert "派单" not in page
    assert act(client, demand, "register") == 303
    page = text(client, f"/cases/{demand.id}")
    assert "建议：小事。理由：「路灯不亮」一般是村（社区）的事。" in page
    assert act(client, demand, "classify", category="COMMUNITY") == 303
    worker = f"person:{story.county.accounts['worker']}"
    assert act(client, demand, "assign", to=worker) == 400
    assert act(client, demand, "assign", to=worker, measure="换灯", deadline="2026-10-23") == 303
    story.say(demand, "done", words="修好了")
    assert act(client, demand, "feed_back", words="已经修好，谢谢您", means="phone") == 303
    page = text(client, f"/cases/{demand.id}")
    for words in (
        "派单给王秀英，10月23日到期",
        "换灯",
        "办结",
        "修好了",
        "已告诉反映人（电话）",
        "已经修好，谢谢您",
    ):
        assert words in page
    assert story.demand(demand.id).key == "fed_back"


def test_every_card_opens_as_many_rows_as_it_says(story: Story, client: FlaskClient) -> None:
    story.patrol(finding(), finding("road", "village_road"), finding(handled="fixed"))
    story.send("demand_intake", intake(reply={"answer": "answered", "answer_words": "已说明"}))
    story.pass_days(8)
    for name in ("cadre", "official"):
        sign_in(client, name)
        page = text(client, "/cases")
        links = re.findall(r'leader-card[^>]*>\s*<a href="([^"]+)"', page)
        numbers = list(cards(page).values())
        assert len(links) == len(numbers) == 6
        for link, number in zip(links, numbers, strict=True):
            path = link.replace("&amp;", "&").partition("#")[0]
            total = re.search(r"共 (\d+) 件", text(client, path))
            if "#table" in link:
                assert (int(total[1]) if total else 0) == number, link


def test_a_new_demand_is_taken_in_at_the_desk(story: Story, client: FlaskClient) -> None:
    sign_in(client, "cadre")
    assert "登记诉求" in text(client, "/cases/new")
    said = {
        "channel": "phone",
        "kind": "facility",
        "detail": "facility.lamp",
        "words": "路灯不亮",
        "address": "石桥村1组12号",
        "reporter_kind": "named",
        "reporter_phone": "13900000000",
    }
    assert client.post("/cases/new", data=said).status_code == 303
    demand = story.only_demand()
    assert (demand.channel, demand.detail, demand.submission_id) == ("phone", "lamp", None)
    assert demand.first_asked_id == story.county.accounts["cadre"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"channel": "hotline"},
        {"channel": "pigeon"},
        {"kind": "weather"},
        {"answer": "answered"},
        {"answer": "promised"},
        {"words": ""},
    ],
)
def test_a_form_filled_wrongly_is_shown_again_with_what_was_written(
    story: Story, client: FlaskClient, wrong: dict[str, str]
) -> None:
    sign_in(client, "cadre")
    said = {"channel": "walkin", "kind": "road", "words": "路面有坑", "address": "村口大树下"} | wrong
    response = client.post("/cases/new", data=said)
    assert response.status_code == 400
    assert "村口大树下" in response.text
    assert story.demands() == []


def test_a_hotline_order_registered_twice_is_shown_as_a_likely_repeat(
    story: Story, client: FlaskClient
) -> None:
    for _ in range(2):
        story.send("demand_intake", intake(channel="hotline", session={"outer_number": "GD-1"}))
    one, two = story.demands()
    sign_in(client, "cadre")
    page = text(client, f"/cases/{two.id}")
    assert f'同一个原工单号还登记过：<a href="/cases/{one.id}">{one.number}' in page


def test_names_are_for_the_village_and_open_above_it_only_with_a_reason(
    story: Story, client: FlaskClient, database: Database
) -> None:
    story.send("demand_intake", intake())
    demand = story.only_demand()
    sign_in(client, "cadre")
    assert "13900000000" in text(client, f"/cases/{demand.id}")
    sign_in(client, "official")
    page = text(client, f"/cases/{demand.id}")
    assert "13900000000" not in page
    assert "张三" not in page
    assert client.post(f"/cases/{demand.id}/contact").status_code == 400
    response = client.post(f"/cases/{demand.id}/contact", data={"reason": "回访"})
    assert "13900000000" in response.text
    with database.read(SYSTEM) as reading:
        row = reading.session.scalars(
            sa.select(EventRow).where(EventRow.kind == "personal_data.revealed")
        ).one()
    assert (row.subject_id, row.details) == (
        str(demand.id),
        {"what": "reporter_contact", "reason": "回访"},
    )
    assert "13900000000" not in text(client, f"/cases/{demand.id}")


def test_a_private_matter_is_a_number_above_the_village(story: Story, client: FlaskClient) -> None:
    story.send("demand_intake", intake(matter={"kind": "dispute", "detail": "family", "words": "两家吵架"}))
    demand = story.only_demand()
    sign_in(client, "official")
    assert text(client, f"/cases/{demand.id}", status=404)
    page = text(client, "/cases?group=all")
    assert demand.number not in page
    assert "石桥村 少量" in page
    assert "不论怎么筛选，所选范围里没解决的有：石桥村 少量" in text(client, "/cases?group=to_assign")
    assert "两家吵架" not in text(client, "/cases.csv?group=all")
    sign_in(client, "cadre")
    assert "两家吵架" in text(client, f"/cases/{demand.id}")
    assert "石桥村 1 件" in text(client, "/cases")


def test_whoever_took_it_in_keeps_it_on_his_own_list(story: Story, client: FlaskClient) -> None:
    story.send("demand_intake", intake(matter={"kind": "dispute", "detail": "family", "words": "两家吵架"}))
    demand = story.only_demand()
    sign_in(client, "worker")
    assert demand.number not in text(client, "/cases")
    assert demand.number in text(client, "/cases?own=yes")
    page = text(client, f"/cases/{demand.id}")
    assert "两家吵架" in page
    assert "/acts/register" not in page
    worker = str(story.county.accounts["worker"])
    for verb, said in {
        "register": {},
        "classify": {"category": "GRID"},
        "assign": {"to": f"person:{worker}"},
        "feed_back": {"words": "办好了"},
        "ask_to_look": {"person": worker},
        "ask_to_check": {"person": worker},
    }.items():
        assert act(client, demand, verb, **said) in (403, 409)
    assert story.demand(demand.id).version == demand.version
