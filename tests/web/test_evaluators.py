"""江津 JJ-24: whom the county names for a class judges by a link of his own, and never learns who reported it."""

from __future__ import annotations

import datetime as dt

import pytest
from flask.testing import FlaskClient

from server import profiles
from server.database import Database
from server.domain.people import SYSTEM
from server.domain.problems import Invalid
from server.services import links
from server.services import profiles as mechanism
from server.storage.ratings import Rating
from tests.conftest import Clock
from tests.demands import Story
from tests.factories import COUNTY, County, found_county
from tests.pages import read, words
from tests.phones import rows
from tests.residents import Resident

DAY = dt.timedelta(days=1)
PHONE = "13900001234"


@pytest.fixture
def jiangjin(database: Database, clock: Clock) -> County:
    """江津, but for its meetings: matters are given out at once."""
    county = found_county(database, profile="jiangjin")
    text = profiles.source("jiangjin").replace("on_agenda = true", "on_agenda = false")
    with database.transaction(SYSTEM) as work:
        mechanism.install(work, text, jurisdiction=COUNTY, effective_from=clock.now.date())
    return county


@pytest.fixture
def story(client: FlaskClient, jiangjin: County, database: Database, clock: Clock) -> Story:
    return Story(client, jiangjin, database, clock)


@pytest.fixture
def resident(client: FlaskClient, story: Story) -> Resident:
    """Somebody whose matter of the community was handled and answered."""
    resident = Resident(client)
    resident.report(words="楼道灯坏了，我是三楼的张三", phone=PHONE)
    demand = story.only_demand()
    story.hand_over(demand)
    story.settle(demand)
    return resident


def invited(story: Story, who: str) -> str:
    """The address somebody is given who is to judge."""
    with story.office() as work:
        return f"/r/e/{links.give_to_evaluator(work, story.only_demand().id, evaluator=who)}"


def given(story: Story) -> list[tuple[str, int]]:
    return [(row.who, row.stars) for row in rows(story.database, Rating)]


def test_each_evaluator_judges_by_his_own_link(story: Story, resident: Resident) -> None:
    committee, supervisor = (invited(story, who) for who in ("residents_committee", "democratic_supervisor"))
    assert "居务监督委员会" in words(read(story.client, committee))
    for address, stars in ((committee, "4"), (supervisor, "5"), (committee, "3")):
        answer = story.client.post(address, data={"stars": stars})
        assert answer.status_code == 303, answer.text
    assert given(story) == [("residents_committee", 3), ("democratic_supervisor", 5)]
    assert "您的评价已经收到" in words(read(story.client, answer.location))


def test_an_evaluator_is_asked_once_before_the_matter_is_sent_back(story: Story, resident: Resident) -> None:
    committee = invited(story, "residents_committee")
    question = story.client.post(committee, data={"stars": "1"})
    assert "您选的是“很不满意”，要退回重办吗？" in question.text
    assert given(story) == []
    story.client.post(committee, data={"stars": "1", "confirmed": "yes"})
    assert given(story) == [("residents_committee", 1)]
    assert story.only_demand().key == "rework"


def test_whoever_judges_reads_the_matter_and_the_answer_but_not_who_reported_it(
    story: Story, resident: Resident
) -> None:
    page = words(read(story.client, invited(story, "residents_committee")))
    assert "灯换好了，请看一看。" in page
    assert "石桥村" in page
    assert "张三" not in page
    assert PHONE not in page
    assert resident.number not in page


def test_where_others_judge_the_reporter_is_not_asked_to(story: Story, resident: Resident) -> None:
    assert "rate" not in resident.acts()


def test_a_link_is_over_with_its_window_and_never_opens_anything_else(
    story: Story, resident: Resident
) -> None:
    address = invited(story, "residents_committee")
    assert story.client.post(address, data={"stars": "9"}).status_code == 400
    assert story.client.get("/r/e/guessed").status_code == 404
    story.pass_days(8)
    late = story.client.post(address, data={"stars": "5"})
    assert late.status_code == 409
    assert given(story) == []


def test_somebody_the_county_does_not_name_gets_no_link(story: Story, resident: Resident) -> None:
    with pytest.raises(Invalid, match="evaluator_unknown"), story.office() as work:
        links.give_to_evaluator(work, story.only_demand().id, evaluator="street_congress")
