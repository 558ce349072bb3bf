"""From the phone's forms to demands: intake, findings, and words on a case."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from shapely import Point

from server.database import Database
from server.domain.demand_states import StateKey
from server.domain.people import SYSTEM
from server.services.submissions import reproject
from server.storage.submissions import Submission
from server.storage.visits import IntakeSession
from tests.conftest import Clock
from tests.demands import Story, finding, follow_up, intake
from tests.factories import GRID, NOW, OTHER_GRID, VACANT_GRID, VILLAGE, County, household
from tests.instances import patrol


@pytest.fixture
def story(client: FlaskClient, county: County, database: Database, clock: Clock) -> Story:
    return Story(client, county, database, clock)


def test_a_call_taken_in_the_office_is_never_a_point_on_the_office(story: Story) -> None:
    assert story.send("demand_intake", intake(channel="phone")) == 201
    demand = story.only_demand()
    assert (demand.point, demand.place_source, demand.jurisdiction) == (None, None, VILLAGE)
    assert demand.address == "石桥村1组12号"


def test_where_i_stand_is_the_place_if_i_say_so(story: Story) -> None:
    story.send("demand_intake", intake(location={"place_how": "here", "address": None}))
    demand = story.only_demand()
    assert (demand.place_source, demand.jurisdiction) == ("here", GRID)
    assert demand.point == Point(108.005, 30.005)


def test_a_tap_on_the_map_is_the_place_and_wins_over_the_grid_picked(story: Story) -> None:
    place = {"place_how": "map", "place": "30.005 108.025 0 0", "grid_pick": GRID}
    story.send("demand_intake", intake(location=place))
    demand = story.only_demand()
    assert (demand.place_source, demand.jurisdiction, demand.grid_then) == ("map", OTHER_GRID, OTHER_GRID)


def test_no_particular_place_is_none_whatever_else_was_sent(story: Story) -> None:
    place = {"place_how": "nowhere", "place": "30.005 108.025 0 0", "address": None}
    story.send("demand_intake", intake(location=place))
    assert story.only_demand().point is None


def test_an_address_on_the_register_gives_its_point_however_it_is_typed(
    story: Story, database: Database
) -> None:
    with database.transaction(SYSTEM) as work:
        home = household(work, grid=VACANT_GRID, address="石桥村1组12号", point=Point(108.015, 30.004))
        household(work, address="石桥村1组13号", point=Point(108.001, 30.001))
    story.send("demand_intake", intake(location={"address": "石桥村 １组－12号"}))
    demand = story.only_demand()
    assert (demand.place_source, demand.jurisdiction) == ("register", VACANT_GRID)
    assert (demand.point, demand.household_id) == (Point(108.015, 30.004), home.id)


def test_an_address_two_households_share_stays_to_be_placed_in_the_grid_picked(
    story: Story, database: Database
) -> None:
    with database.transaction(SYSTEM) as work:
        for x in (108.015, 108.016):
            household(work, grid=VACANT_GRID, point=Point(x, 30.004))
    story.send("demand_intake", intake(location={"grid_pick": VACANT_GRID}))
    demand = story.only_demand()
    assert (demand.point, demand.jurisdiction) == (None, VACANT_GRID)


def test_an_empty_session_is_a_session_and_no_demand(story: Story, database: Database) -> None:
    story.send("demand_intake", intake(channel="meeting", session={"tally": "none", "attendance": "25"}))
    assert story.demands() == []
    with database.read(SYSTEM) as reading:
        row = reading.session.scalars(sa.select(IntakeSession)).one()
    assert (row.channel, row.tally, row.attendance, row.day) == ("meeting", "none", 25, NOW.date())


def test_a_demand_raised_at_a_stand_proves_the_session_too(story: Story, database: Database) -> None:
    story.send("demand_intake", intake(channel="stand", session={"tally": "one"}))
    story.send("demand_intake", intake(channel="walkin"))
    with database.read(SYSTEM) as reading:
        assert len(reading.session.scalars(sa.select(IntakeSession)).all()) == 1
    assert len(story.demands()) == 2


@pytest.mark.parametrize(
    ("kind", "name", "told"), [("named", "张三", True), ("proxy", "张三", True), ("anonymous", None, False)]
)
def test_a_reporter_is_kept_as_he_wishes(story: Story, kind: str, name: str | None, told: bool) -> None:
    story.send("demand_intake", intake(reporter={"reporter_kind": kind}))
    demand = story.only_demand()
    assert (demand.reporter_kind, demand.reporter_name) == (kind, name)
    assert bool(demand.reporter_phone) is told


def test_an_answer_promise_or_mending_at_the_desk_moves_the_demand(story: Story) -> None:
    story.send("demand_intake", intake(reply={"answer": "answered", "answer_words": "已说明"}))
    story.send("demand_intake", intake(reply={"answer": "promised", "promised_on": "2026-10-25"}))
    story.send("demand_intake", intake(reply={"answer": "fixed"}))
    assert [demand.state.key for demand in story.demands()] == [
        StateKey.ANSWERED,
        StateKey.PROMISED,
        StateKey.DONE,
    ]


def test_a_form_without_a_channel_is_kept_and_makes_no_demand(story: Story) -> None:
    assert story.send("demand_intake", intake(channel="pigeon")) == 201
    assert story.demands() == []
    assert story.failures() == ["ValueError: 没有这个选项：channel"]


def test_a_reported_finding_becomes_a_demand_and_an_advised_or_watched_one_does_not(story: Story) -> None:
    rounds = [finding(handled=handled) for handled in ("report", "advised", "watch")]
    assert story.patrol(*rounds) == 201
    demand = story.only_demand()
    assert (demand.state.key, demand.found_on_patrol, demand.jurisdiction) == (StateKey.SUBMITTED, True, GRID)
    assert (demand.place_source, demand.suggested_class) == ("fix", "COMMUNITY")
    assert [row.demand_id for row in story.findings()] == [demand.id, None, None]


def test_found_and_mended_is_closed_but_what_was_told_is_still_reported_back(story: Story) -> None:
    told = {"source": "told", "reporter_phone": "13900000000"}
    story.patrol(finding(handled="fixed"), finding(handled="fixed", **told))
    seen, heard = sorted(story.demands(), key=lambda demand: demand.position)
    assert (seen.state.key, seen.state.outcome) == (StateKey.CLOSED, "fixed")
    assert (heard.state.key, heard.reporter_kind) == (StateKey.DONE, "named")


def test_a_place_tapped_elsewhere_wins_over_where_the_finding_was_recorded(story: Story) -> None:
    story.patrol(finding(place="30.005 108.015 0 0"))
    demand = story.only_demand()
    assert (demand.place_source, demand.jurisdiction) == ("map", VACANT_GRID)


def test_a_finding_without_a_position_lies_in_the_patrols_grid_only(story: Story) -> None:
    story.patrol(finding(fix=None))
    demand = story.only_demand()
    assert (demand.point, demand.jurisdiction) == (None, GRID)


def test_projecting_again_raises_nothing_twice(story: Story, database: Database) -> None:
    story.patrol(finding(), finding(handled="fixed"))
    story.send("demand_intake", intake())
    before = [(demand.id, demand.version, demand.number) for demand in story.demands()]
    with database.transaction(SYSTEM) as work:
        for submission in work.session.scalars(sa.select(Submission)):
            assert reproject(work, submission) is None
    assert [(demand.id, demand.version, demand.number) for demand in story.demands()] == before


def test_an_edit_of_a_patrol_corrects_its_demand_and_one_taken_back_stays(story: Story) -> None:
    story.patrol(finding(), finding(detail="fitness"), instance_id="uuid:first")
    edit = patrol(GRID, NOW, result="found", finding=[finding(words="两盏灯不亮")])
    story.send("patrol", edit, instance_id="uuid:second", deprecated_id="uuid:first")
    assert [demand.words for demand in story.demands()] == ["两盏灯不亮", "路灯不亮"]


class TestUrgentFinding:
    """FORMS rule 10: sent at once through the intake form, linked to that day's patrol."""

    def urgent(self) -> dict[str, object]:
        return intake(
            channel="patrol",
            matter={"urgency": "urgent"},
            location={"place_how": "here", "address": None},
            reporter={"reporter_kind": None, "reporter_name": None, "reporter_phone": None},
        )

    def test_it_is_a_finding_of_the_patrol_that_arrives_later(self, story: Story) -> None:
        story.send("demand_intake", self.urgent())
        (ahead,) = story.findings()
        assert (ahead.patrol_id, ahead.demand_id) == (None, story.only_demand().id)
        story.patrol()
        assert story.findings()[0].patrol_id is not None

    def test_it_finds_the_patrol_that_arrived_before(self, story: Story) -> None:
        story.patrol()
        story.send("demand_intake", self.urgent())
        assert story.findings()[0].patrol_id is not None

    def test_told_again_on_the_patrol_it_is_still_one_demand_and_one_finding(self, story: Story) -> None:
        story.send("demand_intake", self.urgent())
        story.patrol(finding(urgency="urgent"))
        (found,) = story.findings()
        assert found.demand_id == story.only_demand().id

    def test_another_kind_of_urgent_finding_is_another_demand(self, story: Story) -> None:
        story.send("demand_intake", self.urgent())
        story.patrol(finding("road", "surface", urgency="urgent"))
        assert len(story.demands()) == 2
        assert len(story.findings()) == 2


def test_a_word_on_an_unknown_case_is_kept_and_moves_nothing(story: Story) -> None:
    words = follow_up("7a3a0f3e-3b47-4a70-9a7a-000000000000", "progress")
    assert story.send("case_followup", words) == 201
    assert story.failures() == ["NotFound: demand.unknown (id='7a3a0f3e-3b47-4a70-9a7a-000000000000')"]


def test_a_word_without_a_step_is_kept_and_moves_nothing(story: Story) -> None:
    story.patrol(finding())
    words = follow_up(story.only_demand().id, "later_maybe")
    assert story.send("case_followup", words) == 201
    assert story.failures() == ["ValueError: 办理反馈没有写今天怎么样"]


def test_a_phone_of_another_village_has_nothing_to_say_on_a_case(story: Story) -> None:
    story.patrol(finding())
    demand = story.only_demand()
    assert story.send("case_followup", follow_up(demand.id, "not_true"), by="other_worker") == 201
    assert story.demand(demand.id).state.looked is None
    assert len(story.failures()) == 1


def test_a_late_word_is_kept_as_a_note_and_is_no_failure(story: Story) -> None:
    story.patrol(finding())
    demand = story.say(story.only_demand(), "done", words="修好了")
    story.clock.now += dt.timedelta(days=1)
    demand = story.say(demand, "progress", words="还在修")
    (first, late) = story.notes(demand)
    assert "refused" not in first.details
    assert (late.words, late.details["refused"]) == ("还在修", "demand.step_not_allowed")
    assert story.failures() == []
