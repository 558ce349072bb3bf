"""办件: five tabs with their counts, rows with one next step, and slices that miss and repeat nothing."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from flask.testing import FlaskClient

from server.database import Database
from server.domain.demand_states import UNRESOLVED, Group, StateKey, group_of
from server.figures import inbox
from server.services.demands import dispatch, triage
from server.storage.demands import Demand
from server.storage.inbox import Badge, Wanted
from tests.conftest import Clock
from tests.demands import Story, finding, intake
from tests.factories import County
from tests.pages import cells, read, sign_in, words

LEVELS = ("grid", "village", "township", "county", "city")


@pytest.fixture
def story(client: FlaskClient, county: County, database: Database, clock: Clock) -> Story:
    return Story(client, county, database, clock)


def many(story: Story) -> None:
    """A village with something in each tab, over ten days."""
    for day in range(5):
        story.patrol(finding(), finding("road", "village_road", urgency="urgent"))
        story.send("demand_intake", intake(story.clock.now, matter={"kind": "dispute", "detail": "family"}))
        story.pass_days(2 if day % 2 else 1)
    found = story.demands()
    with story.office() as work:
        for demand in found[2:]:
            triage.register(work, demand.id)
        for demand in found[4:]:
            triage.classify(work, demand.id, "GRID")
    worker = story.county.accounts["worker"]
    until = story.clock.now.date() + dt.timedelta(days=1)
    with story.office() as work:
        for demand in found[7:]:
            dispatch.assign(work, demand.id, worker, measure="去修", deadline=until)
        dispatch.escalate(work, found[5].id, reason="money", words="没有钱")
    for demand in found[12:]:
        story.say(demand, "done", how_solved="done", words="修好了")
    story.pass_days(4)


def tabs(client: FlaskClient, whose: str) -> dict[str, int]:
    page = read(client, f"/inbox?whose={whose}")
    found = (
        re.fullmatch(r"(\S+) (\d+)", words(link)) for link in page.xpath("//nav[@class='office-tabs']//a")
    )
    return {match[1]: int(match[2]) for match in found if match}


def is_mine(demand: Demand, *, account: object, level: str) -> bool:
    """What lies on a desk or in somebody's hands, said once more and plainly."""
    group = group_of(StateKey(demand.key))
    if account in (demand.handler_id, demand.looker_id, demand.checker_id):
        return True
    on_desk = demand.desk == level and group not in (None, Group.IN_HAND)
    below = LEVELS.index(demand.desk) < LEVELS.index(level)
    return on_desk or (below and (demand.asked is not None or demand.appealed == "open"))


@pytest.mark.parametrize(("name", "level"), [("cadre", "village"), ("official", "township")])
def test_the_counts_equal_what_is_counted_by_hand(
    story: Story, client: FlaskClient, name: str, level: str
) -> None:
    many(story)
    account = story.county.accounts[name]
    sign_in(client, name)
    with story.reading(name) as reading:
        scope = reading.actor.scope
    readable = [
        each
        for each in story.demands()
        if scope.covers(each.jurisdiction, private=(each.class_ or each.suggested_class) == "PRIVATE")
    ]
    for whose, rows in (
        ("all", readable),
        ("mine", [each for each in readable if is_mine(each, account=account, level=level)]),
    ):
        counted = dict.fromkeys((group.label for group in Group), 0)
        for row in rows:
            group = group_of(StateKey(row.key))
            assert group is not None
            counted[group.label] += 1
        assert tabs(client, whose) == counted
    assert sum(tabs(client, "all").values()) == len(readable) > 8


def test_slices_show_every_row_once_in_order(
    story: Story, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(story)
    monkeypatch.setattr(inbox, "SIZE", 2)
    with story.reading() as reading:
        for group in Group:
            wanted, after, seen = Wanted(group=group, mine=False), None, []
            while True:
                found = inbox.rows(reading, wanted, after=after)
                seen += [row.case.demand for row in found.rows]
                after = found.next
                if after is None:
                    break
            assert len({each.id for each in seen}) == len(seen)
            assert len(seen) == next(
                tab.number for tab in inbox.tabs(reading, mine=False) if tab.group is group
            )
            if group in (Group.TO_REGISTER, Group.TO_ASSIGN):
                assert [each.received_at for each in seen] == sorted(each.received_at for each in seen)


def test_each_mark_leaves_the_rows_that_bear_it(story: Story) -> None:
    many(story)
    with story.reading() as reading:
        for group in Group:
            every = inbox.rows(reading, Wanted(group=group, mine=False)).rows
            for badge in Badge:
                marked = inbox.rows(reading, Wanted(group=group, mine=False, badge=badge)).rows
                bearing = {row.case.demand.id for row in every if badge in row.badges}
                assert {row.case.demand.id for row in marked} == bearing
        overdue = inbox.rows(reading, Wanted(group=Group.IN_HAND, mine=False, badge=Badge.OVERDUE)).rows
        assert overdue
        assert all(StateKey(row.case.demand.key) in UNRESOLVED for row in overdue)


def test_a_row_is_registered_from_the_list_by_one_button(story: Story, client: FlaskClient) -> None:
    story.patrol(finding())
    demand = story.only_demand()
    sign_in(client, "cadre")
    page = read(client, "/inbox")
    (form,) = page.xpath("//td[@class='cell-act']//form")
    assert words(form) == "登记"
    said = {field.get("name"): field.get("value") for field in form.iter("input")}
    answer = client.post(form.get("action"), data=said)
    assert (answer.status_code, answer.location) == (303, "/inbox?tab=to_register")
    (row,) = read(client, "/inbox").xpath("//tbody/tr")
    assert cells(row)["下一步"] == "分单"
    again = client.post(form.get("action"), data=said)
    assert again.status_code == 409
    assert story.demand(demand.id).version == demand.version + 1


def test_whom_a_row_waits_for_stands_where_nothing_is_to_be_done(story: Story, client: FlaskClient) -> None:
    many(story)
    sign_in(client, "cadre")
    rows = read(client, "/inbox?tab=in_hand&whose=all").xpath("//tbody/tr")
    assert rows
    assert {cells(row)["下一步"] for row in rows} == {"王秀英在办"}


def test_who_only_looks_sees_all_and_can_do_nothing(story: Story, client: FlaskClient) -> None:
    many(story)
    sign_in(client, "assessor")
    page = read(client, "/inbox")
    assert not page.xpath("//td[@class='cell-act']//form | //td[@class='cell-act']//a")
    assert page.xpath("//a[@aria-current='true']")[0].text == "全部"


@pytest.mark.parametrize("path", ["/inbox?after=x", "/inbox?after=2026-10-20T01:00:00_x", "/inbox?tab=x"])
def test_an_address_that_was_tampered_with_is_refused(story: Story, client: FlaskClient, path: str) -> None:
    sign_in(client, "cadre")
    assert client.get(path).status_code == 400


def test_what_nobody_can_be_told_of_is_struck_off(story: Story, client: FlaskClient) -> None:
    story.patrol(finding())
    demand = story.only_demand()
    with story.office() as work:
        triage.register(work, demand.id)
        triage.classify(work, demand.id, "GRID")
        until = story.clock.now.date()
        dispatch.assign(work, demand.id, story.county.accounts["worker"], measure="去修", deadline=until)
    story.say(demand, "done", how_solved="done", words="修好了")
    sign_in(client, "cadre")
    row = words(read(client, "/inbox?tab=to_report_back"))
    assert "写明结果销号" in row
    assert "下一步：写明结果销号" in words(read(client, f"/cases/{demand.id}"))
