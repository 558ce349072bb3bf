"""open_cases.csv: what a phone is asked to do about which demands."""

from __future__ import annotations

import csv
import datetime as dt
import io
import uuid

import pytest
from flask.testing import FlaskClient

from server.database import Database
from server.domain.problems import Conflict, Forbidden, NotFound
from server.domain.roles import Function
from server.figures import phone_lists
from server.figures.phone_lists import Lists
from server.services.demands import closing, dispatch, triage
from server.storage.posts import PostRow
from tests.conftest import Clock
from tests.demands import Story, finding, intake
from tests.factories import GRID, START, VACANT_GRID, County


@pytest.fixture
def story(client: FlaskClient, county: County, database: Database, clock: Clock) -> Story:
    return Story(client, county, database, clock)


def listed(story: Story, name: str = "worker") -> list[dict[str, str]]:
    with story.reading(name) as reading:
        return list(csv.DictReader(io.StringIO(Lists(reading).file("open_cases.csv").decode())))


def gone(story: Story, *keys: uuid.UUID, name: str = "worker") -> dict[uuid.UUID, bool]:
    with story.reading(name) as reading:
        return phone_lists.gone(reading, "open_cases", keys)


def give(story: Story, demand_id: uuid.UUID, *, class_: str = "COMMUNITY", to: str = "worker") -> None:
    with story.office() as work:
        triage.register(work, demand_id)
        triage.classify(work, demand_id, class_)  # type: ignore[arg-type]
        dispatch.assign(
            work,
            demand_id,
            story.county.accounts[to],
            measure="换灯",
            deadline=dt.date(2026, 10, 23),
        )


def test_a_case_given_to_somebody_stands_on_his_phone_until_it_is_done(story: Story) -> None:
    story.patrol(finding())
    demand = story.only_demand()
    assert listed(story) == []
    give(story, demand.id)
    (row,) = listed(story)
    assert row["name"] == str(demand.id)
    assert row["label"] == "路灯不亮：路灯不亮 · 10月23日到期"
    assert (row["task"], row["class"], row["geometry"]) == ("handle", "COMMUNITY", "30.005000 108.005000 0 0")
    assert row["__version"] == "4"
    assert "措施：换灯" in row["card"]
    assert listed(story, "other_worker") == []
    story.say(demand, "progress", words="已联系")
    (row,) = listed(story)
    assert (row["last_step"], row["last_report_on"], row["__version"]) == ("progress", "2026-10-20", "5")
    story.say(demand, "done", words="修好了")
    assert listed(story) == []
    assert gone(story, demand.id, uuid.uuid4()) == {demand.id: True}


def test_an_overdue_case_is_marked_and_comes_first(story: Story) -> None:
    story.patrol(finding(), finding("road", "village_road"))
    early, late = sorted(story.demands(), key=lambda demand: demand.position)
    give(story, late.id)
    with story.office() as work:
        triage.register(work, early.id)
        triage.classify(work, early.id, "GOVERNMENT")
        dispatch.assign(work, early.id, story.county.accounts["worker"])
    story.pass_days(6)
    assert [row["label"][:1] for row in listed(story)] == ["！", "路"]
    assert listed(story)[0]["label"].endswith("超期3天")


def test_the_reporter_is_never_on_a_phone_and_a_private_matter_never_a_point(story: Story) -> None:
    matter = {"kind": "dispute", "detail": "family", "words": "两家吵架"}
    here = {"place_how": "here", "address": None}
    story.send("demand_intake", intake(matter=matter, location=here))
    give(story, story.only_demand().id, class_="PRIVATE")
    (row,) = listed(story)
    assert row["geometry"] == ""
    assert "张三" not in str(row)
    assert "13900000000" not in str(row)


def test_somebody_asked_to_look_finds_it_on_his_phone_until_he_has(story: Story) -> None:
    story.send("demand_intake", intake())
    demand = story.only_demand()
    with story.office() as work:
        closing.ask_to_look(work, demand.id, story.county.accounts["worker"])
    assert [row["task"] for row in listed(story)] == ["look"]
    demand = story.say(demand, "partly", words="只有一盏不亮")
    assert (demand.state.looked, demand.looker_id) == ("partly", None)
    assert listed(story) == []


def test_a_check_is_never_given_to_whoever_handled_it(story: Story) -> None:
    story.patrol(finding())
    demand = story.only_demand()
    give(story, demand.id)
    demand = story.say(demand, "done", words="修好了")
    with pytest.raises(Forbidden) as refusal, story.office() as work:
        closing.ask_to_check(work, demand.id, story.county.accounts["worker"])
    assert refusal.value.code == "demand.checked_by_its_handler"
    with story.office() as work:
        closing.ask_to_check(work, demand.id, story.county.accounts["cadre"])
    assert [row["task"] for row in listed(story, "cadre")] == ["check"]
    assert listed(story) == []
    demand = story.say(demand, "fixed_part", by="cadre", words="还有一盏")
    assert demand.key == "in_progress"
    assert [row["task"] for row in listed(story)] == ["handle"]


def test_whoever_stands_in_for_the_handler_has_his_cases(story: Story, database: Database) -> None:
    story.patrol(finding())
    demand = story.only_demand()
    give(story, demand.id)
    with story.office("admin") as work:
        work.session.add(
            PostRow(
                account_id=story.county.accounts["other_worker"],
                function=Function.GRID_WORKER.value,
                jurisdiction=GRID,
                valid_from=START,
                is_stand_in=True,
                stand_in_for=story.county.accounts["worker"],
            )
        )
    assert [row["task"] for row in listed(story, "other_worker")] == ["handle"]
    assert story.say(demand, "done", by="other_worker", words="修好了").key == "done"


def test_nothing_is_given_to_somebody_of_another_village(story: Story) -> None:
    story.send("demand_intake", intake(location={"grid_pick": VACANT_GRID}))
    demand = story.only_demand()
    with pytest.raises(NotFound) as refusal, story.office() as work:
        closing.ask_to_look(work, demand.id, story.county.accounts["other_worker"])
    assert refusal.value.code == "demand.cannot_be_given"


def test_nobody_is_asked_to_look_at_what_is_dispatched(story: Story) -> None:
    story.patrol(finding())
    demand = story.only_demand()
    give(story, demand.id)
    with pytest.raises(Conflict), story.office() as work:
        closing.ask_to_look(work, demand.id, story.county.accounts["worker"])


def test_a_grid_worker_asks_nobody(story: Story) -> None:
    story.patrol(finding())
    with pytest.raises(Forbidden), story.office("worker") as work:
        closing.ask_to_look(work, story.only_demand().id, story.county.accounts["worker"])
