"""Meetings as 江津 holds them: a posted agenda, who came, a vote, a task; and no meetings where a county has none."""

from __future__ import annotations

import uuid

import pytest
from flask.testing import FlaskClient

from server.database import Database
from server.services.demands import dispatch, triage
from server.storage.demands import Demand
from tests.conftest import Clock
from tests.demands import Story, finding
from tests.factories import VILLAGE, County, found_county
from tests.pages import read, sign_in, words


@pytest.fixture
def jiangjin(database: Database) -> County:
    return found_county(database, profile="jiangjin")


@pytest.fixture
def story(client: FlaskClient, jiangjin: County, database: Database, clock: Clock) -> Story:
    return Story(client, jiangjin, database, clock)


@pytest.fixture
def matters(story: Story) -> list[Demand]:
    """Two matters of the community: the first waits for a meeting, the second could be put on the agenda."""
    story.patrol(finding(words="{{7*7}}<b>路灯</b>"), finding("road", "village_road", words="路面有坑"))
    one, two = story.demands()
    with story.office() as work:
        for demand in (one, two):
            triage.register(work, demand.id)
            triage.classify(work, demand.id, "COMMUNITY")
        dispatch.put_on_agenda(work, one.id, meeting_id="community")
    return [story.demand(one.id), story.demand(two.id)]


def called(client: FlaskClient, matters: list[Demand], **said: object) -> uuid.UUID:
    """A meeting on these matters, by its page's address."""
    given = {"kind": "community", "division": VILLAGE, "on": "2026-10-24", "place": "上午 9 点，村委会"}
    answer = client.post("/meetings", data=given | {"demands": [str(each.id) for each in matters]} | said)
    assert answer.status_code == 303, answer.text
    return uuid.UUID(answer.headers["Location"].rpartition("/")[2])


def test_the_office_prepares_a_meeting_from_what_waits_for_it(
    client: FlaskClient, matters: list[Demand]
) -> None:
    sign_in(client, "cadre")
    page = read(client, "/meetings")
    kind = next(each for each in page.iterfind(".//section") if "召集社区评议会" in words(each))
    assert "等上会 1 件，还可以列入 1 件" in words(kind)
    ticks = {
        each.get("value"): each.get("checked") is not None
        for each in kind.iterfind(".//input[@name='demands']")
    }
    assert ticks == {str(matters[0].id): True, str(matters[1].id): False}


def test_a_notice_names_time_place_and_topics_and_runs_nothing(
    client: FlaskClient, matters: list[Demand]
) -> None:
    sign_in(client, "cadre")
    meeting = called(client, matters)
    text = client.get(f"/meetings/{meeting}").text
    notice = words(read(client, f"/meetings/{meeting}").find(".//section[@class='notice']"))
    for said in (
        "石桥村社区评议会议题公示",
        "2026年10月24日（星期六）",
        "上午 9 点，村委会",
        "{{7*7}}<b>路灯</b>",
        "路面有坑",
    ):
        assert said in notice
    assert "<b>路灯" not in text


def test_a_matter_is_voted_on_and_somebody_is_charged_with_it(
    story: Story, client: FlaskClient, matters: list[Demand]
) -> None:
    sign_in(client, "cadre")
    meeting = called(client, matters)
    path = f"/meetings/{meeting}"
    assert client.post(f"{path}/hold", data={"attendance": "王组长"}).status_code == 400
    assert client.post(f"{path}/post").status_code == 303
    assert client.post(f"{path}/post").status_code == 400
    story.pass_days(4)
    assert client.post(f"{path}/hold", data={"attendance": "\n"}).status_code == 400
    assert (
        client.post(f"{path}/hold", data={"attendance": "王组长\n李代表", "minutes": "先修路"}).status_code
        == 303
    )
    assert "王组长、李代表" in client.get(path).text
    forms = [each.get("action") for each in read(client, path).iterfind(".//details/form")]
    assert len(forms) == 2
    said = {"votes_for": "9", "votes_against": "2", "outcome": "assign", "words": "换灯"}
    worker = f"person:{story.county.accounts['worker']}"
    assert client.post(forms[0], data=said | {"to": "person:x"}).status_code == 400
    task = {"to": worker, "measure": "联系供电所", "deadline": "2026-11-06"}
    answer = client.post(forms[0], data=said | task)
    assert answer.status_code == 303
    demand = story.demand(matters[0].id)
    assert (demand.key, demand.handler_id, demand.measure) == (
        "assigned",
        story.county.accounts["worker"],
        "联系供电所",
    )
    assert "同意 9 票，不同意 2 票" in words(read(client, path))
    again = client.post(forms[0], data=said)
    assert again.status_code == 400
    assert "这项议题已经有结果了。" in again.text
    explained = said | {"outcome": "explain", "votes_for": "1", "votes_against": "9", "words": "没有钱"}
    assert client.post(forms[1], data=explained).status_code == 303
    assert story.demand(matters[1].id).key == "explained"


def test_a_refused_vote_keeps_what_was_written(
    story: Story, client: FlaskClient, matters: list[Demand]
) -> None:
    sign_in(client, "cadre")
    path = f"/meetings/{called(client, matters)}"
    client.post(f"{path}/post")
    story.pass_days(4)
    client.post(f"{path}/hold", data={"attendance": "王组长"})
    form = read(client, path).find(".//details/form").get("action")
    lost = {"votes_for": "1", "votes_against": "9", "outcome": "assign", "words": "还是想办"}
    answer = client.post(form, data=lost)
    assert answer.status_code == 400
    assert "还是想办" in answer.text
    assert client.post(form, data=lost | {"votes_for": "99999"}).status_code == 400
    assert client.post(form, data=lost | {"words": "长" * 2001}).status_code == 400
    assert story.demand(matters[0].id).key == "agenda"


@pytest.mark.parametrize(
    ("said", "refused"),
    [
        ({"on": "2026-10-21"}, "议题要先公示，最早"),
        ({"demands": []}, "请至少选一件上会的诉求。"),
        ({"kind": "street"}, "已经在别的会议议题里"),
        ({"kind": "picnic"}, "按本县的方案"),
        ({"on": "soon"}, "有几项填得不对"),
    ],
)
def test_a_meeting_that_cannot_be_is_not_called(
    client: FlaskClient, matters: list[Demand], said: dict[str, object], refused: str
) -> None:
    sign_in(client, "cadre")
    given = {"kind": "community", "division": VILLAGE, "on": "2026-10-24", "demands": [str(matters[0].id)]}
    answer = client.post("/meetings", data=given | said)
    assert answer.status_code in (400, 403)
    if answer.status_code == 400:
        assert refused in answer.text
    assert "还没有开过会" in client.get("/meetings").text


def test_others_neither_see_nor_hold_a_villages_meeting(client: FlaskClient, matters: list[Demand]) -> None:
    sign_in(client, "cadre")
    path = f"/meetings/{called(client, matters)}"
    sign_in(client, "other_cadre")
    assert client.get(path).status_code == 404
    assert client.post(f"{path}/post").status_code == 404
    sign_in(client, "assessor")
    assert "议题已公示" not in client.get(path).text
    assert client.post(f"{path}/post").status_code == 403


@pytest.mark.parametrize(("profile", "has"), [("jiangjin", True), ("zhongxian", False)])
def test_a_county_without_meetings_shows_none(
    client: FlaskClient, database: Database, profile: str, has: bool
) -> None:
    found_county(database, profile=profile)
    sign_in(client, "cadre")
    tabs = read(client, "/ledger").xpath("//nav[@aria-label='台账']//a")
    assert ("会议" in [words(each) for each in tabs]) is has
