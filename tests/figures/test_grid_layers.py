"""Every layer of grids recounted by hand, in plain Python, and what it says of earlier compared with what it said then."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import replace
from statistics import median_low

import pytest
from flask.testing import FlaskClient
from shapely import Point

from server.database import Database
from server.domain.demand_states import StateKey
from server.domain.people import SYSTEM
from server.domain.problems import NotFound
from server.domain.roles import Function
from server.figures import concentrations
from server.figures.grid_layers import LAYERS, GridFigure, GridLayer, earlier, oldest_levels, unresolved_now
from server.figures.grid_layers.unresolved import UnresolvedNow
from server.figures.grid_norms import norms
from server.services.demands import closing, handling, triage
from server.services.demands.handling import Word
from server.services.demands.intake import Place, Raised, Reporter, raise_demand
from server.storage.demands import Demand
from server.storage.posts import Account, PostRow
from server.storage.selection import Page
from server.work import Reading
from tests.conftest import Clock
from tests.demands import Story
from tests.factories import (
    COUNTY,
    GRID,
    NOW,
    OTHER_GRID,
    OTHER_VILLAGE,
    START,
    TOWNSHIP,
    VACANT_GRID,
    VILLAGE,
    County,
    household,
)
from tests.offices import Office

DAY = dt.timedelta(days=1)
FOUR_WEEKS = dt.timedelta(weeks=4)
GRIDS = (GRID, VACANT_GRID, OTHER_GRID)
MIDDLES = {GRID: 108.005, VACANT_GRID: 108.015, OTHER_GRID: 108.025}
END_OF_TODAY = dt.datetime(2026, 10, 21, tzinfo=NOW.tzinfo)
END_OF_TOMORROW = END_OF_TODAY + DAY  # the 21st is a Wednesday
PAUSED = {"need_info", "suspended"}
UNRESOLVED = {
    "submitted", "registered", "need_info", "listed", "classified", "agenda", "deliberated", "offered", "returned",
    "escalated", "assigned", "accepted", "in_progress", "rework", "promised", "suspended", "projectised",
}  # fmt: skip
DUES = (None, NOW - 3 * DAY, NOW + DAY / 4, END_OF_TODAY, END_OF_TOMORROW, NOW + 9 * DAY)


@pytest.fixture
def story(client: FlaskClient, county: County, database: Database, clock: Clock) -> Story:
    return Story(client, county, database, clock)


@pytest.fixture
def office(county: County, database: Database, clock: Clock) -> Office:
    return Office(county, database, clock)


@pytest.fixture
def demands(story: Story) -> list[Demand]:
    """A hundred and fifty demands in any state, of any class and age, some of them in no grid."""
    rng = random.Random(11)
    with story.office("official") as work:
        for _ in range(150):
            received = NOW - rng.random() * 45 * DAY
            kind, detail = rng.choice((("facility", "lamp"), ("dispute", "family"), ("other", None)))
            grid = rng.choice((*GRIDS, None))
            demand = raise_demand(
                work,
                Raised(
                    raised_on=received.astimezone(NOW.tzinfo).date(),
                    received_at=received,
                    channel="walkin",
                    kind=kind,
                    detail=detail,
                    words="一件事",
                    division=VILLAGE,
                    grid=grid,
                    place=None if grid is None else Place(lon=MIDDLES[grid], lat=30.005, source="fix"),
                    reporter=Reporter(kind="anonymous"),
                ),
            )
            demand.state = replace(
                demand.state,
                key=rng.choice([key for key in StateKey if key is not StateKey.DRAFT]),
                class_=rng.choice((None, "PRIVATE", "GRID", "COMMUNITY", "GOVERNMENT")),
                due_at=rng.choice(DUES),
            )
    return story.demands()


def layer(story: Story, name: str, *, by: str = "official", area: str | None = None) -> GridLayer:
    with story.reading(by) as reading:
        return LAYERS[name].compute(reading, area)


def line_of(found: GridLayer, code: str) -> GridFigure:
    (line,) = (line for line in found.lines if line.grid.code == code)
    return line


def counted(demands: list[Demand], code: str) -> list[Demand]:
    return [
        each
        for each in demands
        if each.jurisdiction == code
        and each.key in UNRESOLVED
        and (each.class_ or each.suggested_class) != "PRIVATE"
    ]


def age(demand: Demand) -> int:
    return (NOW.date() - demand.received_at.astimezone(NOW.tzinfo).date()).days


@pytest.mark.parametrize("grid", GRIDS)
def test_the_ages_of_a_grid_are_those_of_its_unresolved_demands(
    story: Story, demands: list[Demand], grid: str
) -> None:
    line = line_of(layer(story, "ageing"), grid)
    ages = [age(each) for each in counted(demands, grid)]
    bands = [sum(low <= each <= high for each in ages) for low, high in ((0, 3), (4, 7), (8, 15), (16, 30))]
    older = sum(each > 30 for each in ages)
    assert (line.n, line.d) == (older, len(ages))
    assert line.cells == (max(ages), median_low(ages), *bands, older)
    assert line.level == f"age_{sum(max(ages) > last for last in (3, 7, 15, 30))}"


@pytest.mark.parametrize("grid", GRIDS)
def test_the_deadlines_of_a_grid_are_those_of_its_running_demands(
    story: Story, demands: list[Demand], grid: str
) -> None:
    line = line_of(layer(story, "deadlines"), grid)
    open_ = counted(demands, grid)
    running = [each for each in open_ if each.key not in PAUSED and each.due_at is not None]
    overdue = [each for each in running if each.due_at is not None and each.due_at < NOW]
    soon = [each for each in running if each.due_at is not None and NOW <= each.due_at <= END_OF_TOMORROW]
    assert (line.n, line.d, line.cells[0]) == (len(overdue), len(open_), len(soon))
    assert line.level == ("overdue" if overdue else "due_soon" if soon else "in_time")
    assert line.cells[1] == (3 if overdue else "")


def test_the_wall_counts_the_demands_of_an_area_and_the_levels_of_the_layer(
    story: Story, demands: list[Demand]
) -> None:
    with story.reading("cadre") as reading:  # who may read PRIVATE matters sees no more of them on a wall
        found = unresolved_now(reading, VILLAGE)
        levels = dict(oldest_levels(reading, VILLAGE))
    shown = [each for code in (GRID, VACANT_GRID, VILLAGE) for each in counted(demands, code)]
    over = [each for each in shown if each.key not in PAUSED and each.due_at and each.due_at < NOW]
    assert found == UnresolvedNow(len(shown), len(over), sum(age(each) > 30 for each in shown))
    assert 0 < found.overdue < found.number > found.old > 0
    lines = layer(story, "ageing", area=VILLAGE).lines
    assert levels == {line.grid.code: line.level for line in lines}


@pytest.mark.parametrize(
    ("name", "is_looked_for"),
    [
        ("ageing", lambda each: age(each) > 30),
        ("deadlines", lambda each: each.key not in PAUSED and each.due_at and each.due_at < NOW),
    ],
)
def test_what_lies_in_no_grid_is_in_every_sum(
    story: Story, demands: list[Demand], name: str, is_looked_for: Callable[[Demand], bool]
) -> None:
    found, nowhere = layer(story, name), counted(demands, VILLAGE)
    assert found.elsewhere == {VILLAGE: (sum(map(bool, map(is_looked_for, nowhere))), len(nowhere))}
    here = [*nowhere, *(each for grid in (GRID, VACANT_GRID) for each in counted(demands, grid))]
    there = counted(demands, OTHER_GRID)
    sums = {
        code: (sum(map(bool, map(is_looked_for, each))), len(each))
        for code, each in ((VILLAGE, here), (OTHER_VILLAGE, there))
    }
    assert found.sums(len(VILLAGE)) == sums
    assert (found.n, found.d) == tuple(map(sum, zip(*sums.values(), strict=True)))


@pytest.mark.parametrize("name", ["ageing", "deadlines"])
def test_the_rows_of_a_figure_are_as_many_as_it_counts(
    story: Story, demands: list[Demand], name: str
) -> None:
    listed = LAYERS[name].demands
    assert listed is not None
    found = layer(story, name)
    with story.reading("official") as reading:
        for part, number in (("n", found.n), ("d", found.d)):
            assert listed(reading, None, part, Page(1, 1_000)).total == number
        for grid in GRIDS:
            line = line_of(found, grid)
            for part, number in (("n", line.n), ("d", line.d)):
                assert listed(reading, grid, part, Page(1, 1_000)).total == number
                pages = [
                    listed(reading, grid, part, Page(each, 7)).rows for each in range(1, number // 7 + 2)
                ]
                rows = [row for page in pages for row in page]
                assert len({row.id for row in rows}) == len(rows) == number
                assert rows == sorted(rows, key=lambda row: (row.received_at, row.number))


def test_nobody_sees_private_matters_on_a_layer_not_even_who_may_read_them(
    story: Story, demands: list[Demand]
) -> None:
    private = [each for each in demands if each.jurisdiction == GRID and each.class_ == "PRIVATE"]
    assert private
    of_village, of_township = (line_of(layer(story, "ageing", by=by), GRID) for by in ("cadre", "official"))
    assert (of_village.n, of_village.d) == (of_township.n, of_township.d)


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_shows_no_grid_outside_the_readers_scope(story: Story, database: Database, name: str) -> None:
    with database.transaction(SYSTEM) as work:
        for grid in GRIDS:
            household(work, grid=grid)
    assert {line.grid.code for line in layer(story, name, by="cadre").lines} == {GRID, VACANT_GRID}
    assert {line.grid.code for line in layer(story, name, area=VILLAGE).lines} == {GRID, VACANT_GRID}
    with pytest.raises(NotFound):
        layer(story, name, by="cadre", area=OTHER_VILLAGE)


def test_what_a_layer_says_of_four_weeks_ago_is_what_it_said_then(office: Office, clock: Clock) -> None:
    """Demands that were solved, sent on, reopened, merged or found to be PRIVATE since."""
    clock.now -= FOUR_WEEKS + 12 * DAY
    keys = [office.assigned() for _ in range(3)]
    office.pass_days(5)
    waiting = [office.take_in(grid=VACANT_GRID) for _ in range(3)]
    with office.as_("worker") as work:
        handling.say(work, keys[0], Word(step="done", words="好了"))
    office.pass_days(7)
    then = said(office)
    assert then["ageing"][VACANT_GRID] != ("no_cases", 0, 0, ("", "", 0, 0, 0, 0, 0))

    office.pass_days(3)
    with office.as_("worker") as work:
        handling.say(work, keys[1], Word(step="done", words="好了"))
        handling.say(work, keys[2], Word(step="same", words="一样"))
    with office.as_("cadre") as work:
        closing.feed_back(work, keys[0], words="修好了")
        triage.register(work, waiting[0])
        triage.classify(work, waiting[0], "PRIVATE")
        triage.register(work, waiting[1])
        triage.merge(work, waiting[2], master_id=waiting[1])
    office.take_in()
    office.pass_days(25)
    assert clock.now == NOW
    now = said(office)
    assert now != then

    # What was found to be PRIVATE since is on no map any more, not even on one of earlier.
    left = 1
    level, n, d, _ = then["ageing"][VACANT_GRID]
    again = said(office, back=FOUR_WEEKS)
    assert again["ageing"][GRID] == then["ageing"][GRID]
    assert again["deadlines"][GRID] == then["deadlines"][GRID]
    assert again["ageing"][VACANT_GRID][:3] == (level, n, d - left)


def said(office: Office, *, back: dt.timedelta = dt.timedelta()) -> dict[str, dict[str, tuple[object, ...]]]:
    with office.reading("official") as reading:
        return {
            name: {
                line.grid.code: (line.level, line.n, line.d, line.cells)
                for line in at(name, reading, back).lines
            }
            for name in ("ageing", "deadlines")
        }


def at(name: str, reading: Reading, back: dt.timedelta) -> GridLayer:
    then = LAYERS[name].then
    assert then is not None
    return then(earlier(reading, back), None) if back else LAYERS[name].compute(reading, None)


def test_what_was_received_since_is_not_among_the_unresolved_of_earlier(office: Office) -> None:
    office.take_in()
    with office.reading("official") as reading:
        assert at("ageing", reading, dt.timedelta()).d == 1
        assert at("ageing", reading, DAY).d == at("deadlines", reading, DAY).d == 0


def test_a_vacant_grid_is_told_with_its_days_and_whoever_stands_in(office: Office) -> None:
    with office.as_(SYSTEM) as work:
        worker, other = (office.county.accounts[name] for name in ("worker", "other_worker"))
        work.session.add(
            PostRow(
                account_id=worker,
                function=Function.GRID_WORKER.value,
                jurisdiction=VACANT_GRID,
                valid_from=START,
                valid_to=NOW.date() - 10 * DAY,
            )
        )
        work.session.add(
            PostRow(
                account_id=worker,
                function=Function.GRID_WORKER.value,
                jurisdiction=VACANT_GRID,
                valid_from=NOW.date() - 2 * DAY,
                is_stand_in=True,
            )
        )
        work.session.get_one(Account, other).closed_on = NOW.date() - 4 * DAY
    with office.reading("official") as reading:
        found = LAYERS["vacancies"].compute(reading, None)
        before = LAYERS["vacancies"].compute(earlier(reading, 12 * DAY), None)
    assert {line.grid.code: (line.n, line.level, line.cells[3]) for line in found.lines} == {
        GRID: (0, "staffed", ""),
        VACANT_GRID: (1, "stood_in", 10),
        OTHER_GRID: (1, "nobody", 5),
    }
    assert {line.level for line in before.lines} == {"staffed"}
    assert [line.grid.code for line in found.lines] == [OTHER_GRID, VACANT_GRID, GRID]


def test_a_grid_that_never_had_a_worker_has_no_day_since_when(office: Office) -> None:
    with office.reading("official") as reading:
        line = line_of(LAYERS["vacancies"].compute(reading, VILLAGE), VACANT_GRID)
    assert (line.level, line.text, line.cells[3]) == ("nobody", "", "没有记载")


def test_places_unseen_are_those_no_patrol_came_past(story: Story, database: Database) -> None:
    with database.transaction(SYSTEM) as work:
        for number in range(9):
            place = Point(108.001 + number / 1000, 30.005)
            household(work, grid=GRID, address=f"{number}组", point=place)
            household(work, grid=OTHER_GRID, address=f"{number}组", point=None if number else place)
    assert story.patrol({"what": {"kind": "facility", "detail": "lamp", "words": "不亮", "handled": "fixed", "fix": "30.005 108.005 0 8"}, "more": {"source": "seen"}}) == 201  # fmt: skip
    found = layer(story, "unseen")
    assert {line.grid.code: (line.n, line.d, line.level) for line in found.lines} == {
        GRID: (8, 9, "unseen_many"),
        VACANT_GRID: (0, 0, "unseen_unknown"),
        OTHER_GRID: (0, 0, "unseen_unknown"),
    }
    assert line_of(found, OTHER_GRID).told == "住户位置不足：1/9 户有位置"
    assert line_of(found, VACANT_GRID).vacant


def test_days_without_a_patrol_are_counted_and_were_the_same_when_they_were_said(
    story: Story, clock: Clock
) -> None:
    walked = [number for number in range(60) if number % 7 < 4 and number % 11]
    clock.now -= 60 * DAY
    said = {}
    for number in range(61):
        if number in walked:
            assert story.patrol() == 201
        if number == 60 - FOUR_WEEKS.days:
            said = {line.grid.code: (line.n, line.d, line.cells) for line in layer(story, "patrols").lines}
        if number < 60:
            story.pass_days(1)
    assert clock.now == NOW
    last, before = range(60 - 27, 60), range(60 - 28 - 27, 60 - 28)  # neither day was over, nor was it walked
    line = line_of(layer(story, "patrols"), GRID)
    done = sum(number in walked for number in last)
    assert (line.n, line.d, line.text) == (27 - done, 27, f"{done}/27")
    with story.reading("official") as reading:
        again = LAYERS["patrols"].compute(earlier(reading, FOUR_WEEKS), None)
    assert {line.grid.code: (line.n, line.d, line.cells) for line in again.lines} == said
    assert line_of(again, GRID).n == 27 - sum(number in walked for number in before)


def test_the_hot_grids_of_the_layer_are_those_of_the_county(story: Story, demands: list[Demand]) -> None:
    with story.reading("official") as reading:
        expected = {row["code"]: row for row in concentrations.rows(reading)}
    found = layer(story, "hot")
    assert {line.grid.code for line in found.lines} == set(expected) == set(GRIDS)
    for line in found.lines:
        row = expected[line.grid.code]
        assert (line.level, line.cells) == (row["level"], (row["d"], row["n"]))
        assert line.n == (row["level"] != "cool")


def test_the_size_of_a_grid_is_told_beside_its_norm(story: Story, database: Database) -> None:
    with database.transaction(SYSTEM) as work:
        for number, (grid, households) in enumerate({GRID: 3, VACANT_GRID: 2}.items()):
            for each in range(households):
                household(work, grid=grid, address=f"{number}组{each}号")
    found = layer(story, "sizes")
    with story.reading("official") as reading:
        expected = {each.grid.code: each for each in norms(reading)}
    assert {line.grid.code for line in found.lines} == expected.keys() == {GRID, VACANT_GRID}
    for line in found.lines:
        norm = expected[line.grid.code]
        assert (line.level, line.cells[0]) == (norm.level, norm.count)
        assert line.n == (norm.level != "fits")


def test_the_county_and_the_township_see_the_same_figures(story: Story, demands: list[Demand]) -> None:
    assert layer(story, "deadlines", by="assessor", area=TOWNSHIP) == layer(story, "deadlines")
    assert layer(story, "deadlines", by="assessor", area=COUNTY) == layer(story, "deadlines")
