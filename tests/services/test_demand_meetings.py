"""议事 as services: an agenda posted in time, a meeting with its minutes, votes, and tasks from what was resolved."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from server.domain.problems import Conflict, Forbidden, Invalid
from server.services import meetings
from server.services.demands import dispatch
from server.services.demands.dispatch import Order
from server.storage import meetings as storage
from server.storage.meetings import MeetingItem
from tests.factories import OTHER_VILLAGE
from tests.offices import VILLAGE, Office

DAY = dt.date(2026, 10, 26)


@pytest.fixture
def county_of_meetings(office: Office) -> Office:
    office.follow("jiangjin")
    return office


def call(office: Office, *keys: uuid.UUID, on: dt.date = DAY) -> uuid.UUID:
    with office.as_("cadre") as work:
        return meetings.call(work, "community", jurisdiction=VILLAGE, on=on, place="院坝", demands=keys).id


def items(office: Office, meeting: uuid.UUID) -> list[MeetingItem]:
    with office.reading() as reading:
        return list(storage.items(reading.session, meeting))


def held(office: Office, *keys: uuid.UUID, minutes: str | None = "议了一个晚上") -> list[MeetingItem]:
    meeting = call(office, *keys)
    with office.as_("cadre") as work:
        meetings.post_agenda(work, meeting)
    office.pass_days(6)
    with office.as_("cadre") as work:
        meetings.hold(work, meeting, attendance=["网格长", "居民代表", " "], minutes=minutes)
    return items(office, meeting)


def test_a_matter_of_the_village_waits_for_the_meeting_and_stands_on_its_agenda(
    county_of_meetings: Office,
) -> None:
    office = county_of_meetings
    waiting, fresh = office.classified(), office.classified()
    with office.as_("cadre") as work:
        dispatch.put_on_agenda(work, waiting, meeting_id="community")
        assert [
            demand.id for _, demand in storage.waiting(work.session, "community", scope=work.actor.scope)
        ] == [waiting]
    meeting = call(office, waiting, fresh)
    assert [item.demand_id for item in items(office, meeting)] == [waiting, fresh]
    with pytest.raises(Conflict, match=r"meeting\.on_another_agenda"):
        call(office, waiting)


def test_nobody_meets_before_the_agenda_was_posted_for_its_days(county_of_meetings: Office) -> None:
    office, key = county_of_meetings, county_of_meetings.classified()
    with pytest.raises(Invalid, match=r"meeting\.too_soon"):
        call(office, key, on=dt.date(2026, 10, 21))
    meeting = call(office, key)
    with pytest.raises(Conflict, match=r"meeting\.not_posted"), office.as_("cadre") as work:
        meetings.hold(work, meeting, attendance=["网格长"], minutes=None)
    with office.as_("cadre") as work:
        meetings.post_agenda(work, meeting)
    with pytest.raises(Conflict, match=r"meeting\.not_yet"), office.as_("cadre") as work:
        meetings.hold(work, meeting, attendance=["网格长"], minutes=None)


def test_what_is_carried_becomes_somebodys_task(county_of_meetings: Office) -> None:
    office = county_of_meetings
    (item,) = held(office, office.classified())
    task = Order(office.county.accounts["worker"], None, (), "换灯", dt.date(2026, 11, 10))
    with office.as_("cadre") as work:
        meetings.resolve(
            work, item.id, votes_for=9, votes_against=2, outcome="assign", words="换成节能灯", task=task
        )
    demand = office.demand(item.demand_id)
    assert (demand.key, demand.handler_id) == ("assigned", office.county.accounts["worker"])
    with pytest.raises(Conflict, match=r"meeting\.item_decided"), office.as_("cadre") as work:
        meetings.resolve(work, item.id, votes_for=9, votes_against=2, outcome="explain", words="又议")


def test_nothing_is_resolved_without_minutes_where_the_county_wants_them(
    county_of_meetings: Office,
) -> None:
    office = county_of_meetings
    (item,) = held(office, office.classified(), minutes=" ")
    with pytest.raises(Conflict, match=r"meeting\.no_minutes"), office.as_("cadre") as work:
        meetings.resolve(work, item.id, votes_for=9, votes_against=2, outcome="explain", words="不换")
    assert office.demand(item.demand_id).key == "agenda"


def test_what_is_voted_down_cannot_be_carried_out(county_of_meetings: Office) -> None:
    office = county_of_meetings
    (item,) = held(office, office.classified())
    with pytest.raises(Invalid, match=r"demand\.vote_not_carried"), office.as_("cadre") as work:
        meetings.resolve(work, item.id, votes_for=2, votes_against=9, outcome="assign", words="不换")
    with office.as_("cadre") as work:
        meetings.resolve(work, item.id, votes_for=2, votes_against=9, outcome="explain", words="大家不同意换")
    assert office.demand(item.demand_id).key == "explained"


def test_what_a_village_cannot_settle_goes_to_the_township(county_of_meetings: Office) -> None:
    office = county_of_meetings
    (item,) = held(office, office.classified())
    with office.as_("cadre") as work:
        meetings.resolve(work, item.id, votes_for=9, votes_against=0, outcome="escalate", words="请街道出面")
    demand = office.demand(item.demand_id)
    assert (demand.key, demand.desk) == ("escalated", "township")


def test_nobody_calls_a_meeting_of_another_village(county_of_meetings: Office) -> None:
    office, key = county_of_meetings, county_of_meetings.classified()
    with pytest.raises(Forbidden), office.as_("other_cadre") as work:
        meetings.call(work, "community", jurisdiction=VILLAGE, on=DAY, place=None, demands=[key])
    with pytest.raises(Invalid, match=r"meeting\.lies_elsewhere"), office.as_("official") as work:
        meetings.call(
            work,
            "community",
            jurisdiction=OTHER_VILLAGE,
            on=DAY,
            place=None,
            demands=[key],
        )
