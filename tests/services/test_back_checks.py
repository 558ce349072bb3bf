"""回访抽查: what is drawn of a month, who rings whom, what is kept of it and who reads which part (METRICS Q)."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.database import Database
from server.domain.back_check import Answer, Candidate, What, askers, draw
from server.domain.people import SYSTEM
from server.jobs.back_checking import draw_due
from server.services.demands.intake import Raised, Reporter, raise_demand
from server.storage.back_checks import BackCheck, BackCheckDraw
from server.storage.events import EventRow
from server.storage.submissions import Submission
from server.storage.visits import Visit
from server.work import Work
from tests.conftest import Clock
from tests.demands import Story
from tests.factories import (
    COUNTY,
    GRID,
    OTHER_GRID,
    OTHER_VILLAGE,
    SHANGHAI,
    VACANT_GRID,
    VILLAGE,
    County,
    household,
)
from tests.pages import cells, read, sign_in, words
from tests.phones import rows

FROZEN = dt.datetime(2026, 11, 6, 2, 10, tzinfo=SHANGHAI)
TELEPHONE = "13900000001"


@pytest.fixture
def story(client: FlaskClient, county: County, database: Database, clock: Clock) -> Story:
    """October's visits: forty in one grid, twenty in its neighbour, two in the other village, and some that do not count."""
    story = Story(client, county, database, clock)
    with database.transaction(SYSTEM) as work:
        for grid, number in ((GRID, 40), (VACANT_GRID, 20), (OTHER_GRID, 2)):
            for _ in range(number):
                visited(work, grid, dt.date(2026, 10, 8))
        visited(work, GRID, dt.date(2026, 9, 30))
        visited(work, GRID, dt.date(2026, 10, 8), outcome="phone")
        visited(work, GRID, dt.date(2026, 10, 8), received_at=FROZEN)
        visited(work, GRID, dt.date(2026, 10, 8), removed_at=FROZEN - dt.timedelta(days=1))
    return story


def visited(
    work: Work, grid: str, day: dt.date, *, received_at: dt.datetime | None = None, **more: object
) -> Visit:
    at = dt.datetime.combine(day, dt.time(9), tzinfo=SHANGHAI)
    home = household(work, grid=grid, telephone=TELEPHONE)
    work.session.flush()
    record = Submission(
        form_id="household_visit",
        form_version="1",
        instance_id=f"uuid:{home.id}",
        root_instance_id=f"uuid:{home.id}",
        state="received",
        xml=b"",
        sha256="",
        values={},
        role="village_cadre",
        received_at=received_at or at,
        day=day,
        jurisdiction=grid,
        flags=[],
        boundary_version=1,
        expected_files=[],
        entities=[],
    )
    work.session.add(record)
    work.session.flush()
    facts = {"outcome": "met", "roles": ["village_cadre"]} | more
    row = Visit(
        submission_id=record.id,
        household_id=home.id,
        grid_then=grid,
        day=day,
        started_at=at,
        received_at=received_at or at,
        **facts,
    )
    work.session.add(row)
    work.session.flush()
    return row


def settled(work: Work, *, class_: str = "GRID", phone: str | None = TELEPHONE) -> None:
    at = dt.datetime(2026, 10, 8, 9, 0, tzinfo=SHANGHAI)
    demand = raise_demand(
        work,
        Raised(
            raised_on=at.date(),
            received_at=at,
            channel="walkin",
            kind="facility",
            detail="lamp",
            words="路灯不亮",
            division=OTHER_VILLAGE,
            grid=OTHER_GRID,
            place=None,
            reporter=Reporter(kind="named", name="张三", phone=phone),
        ),
    )
    demand.class_, demand.resolved_at = class_, at


def drawn(story: Story) -> list[BackCheck]:
    story.clock.now = FROZEN
    draw_due(story.database)
    return rows(story.database, BackCheck)


def to_ring(app: Flask, name: str) -> tuple[FlaskClient, list[dict[str, str]], list[str]]:
    """Somebody's list of calls, and the addresses of those still open."""
    client = app.test_client()
    sign_in(client, name)
    shown = read(client, "/back-checks")
    table = shown.xpath("//table[caption='请您打电话问一问']//tbody/tr")
    return client, [cells(row) for row in table], shown.xpath("//form[contains(@action, '/contact')]/@action")


def agreement(client: FlaskClient) -> list[dict[str, str]]:
    return [cells(row) for row in read(client, "/back-checks").xpath("//table[caption='对得上的']//tbody/tr")]


def test_nothing_is_drawn_before_the_month_is_frozen(story: Story) -> None:
    story.clock.now = dt.datetime(2026, 11, 5, 23, 59, tzinfo=SHANGHAI)
    assert draw_due(story.database) == 0
    story.clock.now += dt.timedelta(minutes=1)
    assert draw_due(story.database) == 5


def test_a_twentieth_of_a_village_is_drawn_by_grid_and_at_least_three(story: Story) -> None:
    checks = drawn(story)
    assert Counter(each.grid for each in checks) == {GRID: 2, VACANT_GRID: 1, OTHER_GRID: 2}
    assert {(each.grid[:12], each.asked_by) for each in checks} == {
        (VILLAGE, OTHER_VILLAGE),
        (OTHER_VILLAGE, VILLAGE),
    }


def test_a_month_is_drawn_once(story: Story) -> None:
    first = drawn(story)
    assert draw_due(story.database) == 0
    assert len(rows(story.database, BackCheck)) == len(first)


def test_whoever_knows_the_printed_seed_draws_the_same(story: Story) -> None:
    checks = drawn(story)
    (made,) = rows(story.database, BackCheckDraw)
    october = [
        row
        for row in rows(story.database, Visit)
        if row.day.month == 10
        and row.outcome == "met"
        and row.received_at < FROZEN
        and row.removed_at is None
    ]
    again = {
        int(each.key)
        for village in (VILLAGE, OTHER_VILLAGE)
        for each in draw(
            [
                Candidate(What.VISIT, str(row.id), row.grid_then)
                for row in october
                if row.grid_then.startswith(village)
            ],
            seed=made.seed,
        )
    }
    assert {each.visit_id for each in checks} == again
    assert askers([VILLAGE, OTHER_VILLAGE], seed=made.seed)[VILLAGE] == OTHER_VILLAGE
    noted = [row.details for row in rows(story.database, EventRow) if row.kind == "back_checks.drawn"]
    assert noted == [{"month": "2026-10-01", "seed": made.seed, "drawn": 5, "out_of": 62}]


def test_settled_cases_are_drawn_with_the_visits_but_no_private_one_and_none_without_a_telephone(
    story: Story,
) -> None:
    with story.office("official") as work:
        settled(work)
        settled(work, class_="PRIVATE")
        settled(work, phone=None)
    there = [each for each in drawn(story) if each.grid == OTHER_GRID]
    assert sorted(each.what for each in there) == ["demand", "visit", "visit"]


def test_somebody_of_the_other_village_rings_and_the_village_reads_only_its_share(
    story: Story, app: Flask, database: Database
) -> None:
    drawn(story)
    asker, calls, addresses = to_ring(app, "other_cadre")
    assert [(row["问什么"], row["哪里的"]) for row in calls] == [
        ("走访", "石桥村第1网格"),
        ("走访", "石桥村第1网格"),
        ("走访", "石桥村第2网格"),
    ]
    assert TELEPHONE not in asker.get("/back-checks").text
    opened = asker.post(addresses[0])
    assert TELEPHONE in opened.text
    assert "上个月有人来看过您吗？" in opened.text
    assert opened.headers["Cache-Control"] == "no-store"
    for address, said in zip(addresses, (Answer.AGREES, Answer.DIFFERS, Answer.NOT_REACHED), strict=True):
        path = address.replace("/contact", "/answer")
        assert asker.post(path, data={"answer": said.value}).status_code == 303
    own, _, _ = to_ring(app, "cadre")
    (line,) = agreement(own)
    assert (line["抽了"], line["打过"], line["说得清的"], line["对得上的"], line["全月大约"]) == (
        "3", "3", "2", "1 件，1/2", "9 %～91 %")  # fmt: skip
    assert own.get(f"/back-checks/villages/{VILLAGE}").status_code == 403
    assert [row.kind for row in rows(database, EventRow) if row.kind.startswith("back_check.")] == [
        "back_check.opened", *["back_check.answered"] * 3]  # fmt: skip


def test_whoever_was_not_reached_is_rung_again_and_what_was_said_stands(story: Story, app: Flask) -> None:
    drawn(story)
    asker, _, (first, *_) = to_ring(app, "other_cadre")
    path = first.replace("/contact", "/answer")
    assert asker.post(path, data={"answer": "not_reached"}).status_code == 303
    assert asker.post(path, data={"answer": "agrees"}).status_code == 303
    refused = asker.post(path, data={"answer": "differs"})
    assert (refused.status_code, "这一件已经问过了" in refused.text) == (409, True)
    assert asker.post(first).status_code == 409


def test_nobody_rings_for_his_own_village_or_after_its_month(story: Story, app: Flask) -> None:
    drawn(story)
    _, _, (theirs, *_) = to_ring(app, "other_cadre")
    own, _, _ = to_ring(app, "cadre")
    assert own.post(theirs).status_code == 404
    for name in ("worker", "official", "assessor"):
        client = app.test_client()
        sign_in(client, name)
        assert client.post(theirs).status_code == 403
    story.clock.now = dt.datetime(2026, 12, 1, 9, 0, tzinfo=SHANGHAI)
    late = app.test_client()
    sign_in(late, "other_cadre")
    assert "已经过了问的时候" in late.post(theirs).text


def test_above_the_village_every_village_is_listed_with_what_is_behind_it_and_no_name(
    story: Story, app: Flask
) -> None:
    drawn(story)
    client, calls, _ = to_ring(app, "official")
    assert calls == []
    assert [row["村（社区）"] for row in agreement(client)] == ["云溪镇石桥村", "云溪镇柳湾村"]
    behind = read(client, f"/back-checks/villages/{VILLAGE}")
    assert len(behind.xpath("//tbody/tr")) == 3
    assert "王家" not in words(behind)
    assert client.get(f"/back-checks/villages/{COUNTY}").status_code == 404
