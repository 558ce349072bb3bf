"""Every figure of open cases recounted by hand, over all rows, in plain Python."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from server.database import Database
from server.domain.demand_states import DemandState, Group, StateKey
from server.domain.people import Actor
from server.domain.problems import Forbidden
from server.figures import case_map, case_overview, hot_places, open_cases
from server.figures.case_colours import ColouredBy, colourings
from server.figures.case_overview import Villages
from server.figures.outlines import drawing
from server.services.demands.intake import Place, Raised, Reporter, raise_demand
from server.storage.case_filter import UNRESOLVED_GROUPS, CaseFilter, OnMap, Timing
from server.storage.demands import Demand
from server.storage.selection import Page
from tests.conftest import Clock
from tests.demands import Story
from tests.factories import GRID, NOW, OTHER_GRID, VACANT_GRID, VILLAGE, County

DAY = dt.timedelta(days=1)
MIDNIGHT = dt.datetime(2026, 10, 21, tzinfo=NOW.tzinfo)
NEXT_MIDNIGHT = MIDNIGHT + DAY  # the 21st is a Wednesday
STATES = [key for key in StateKey if key is not StateKey.DRAFT]
UNRESOLVED = {
    "submitted", "registered", "need_info", "listed", "classified", "agenda", "deliberated", "offered", "returned",
    "escalated", "assigned", "accepted", "in_progress", "rework", "promised", "suspended", "projectised",
}  # fmt: skip
PAUSED = {"need_info", "suspended"}
DETAILS = [
    ("facility", "lamp"),
    ("dispute", "family"),
    ("road", "surface"),
    ("order", "noise"),
    ("other", None),
]


@pytest.fixture
def story(client: FlaskClient, county: County, database: Database, clock: Clock) -> Story:
    story = Story(client, county, database, clock)
    rng = random.Random(4)
    with story.office("official") as work:
        for _ in range(100):
            demand = raise_demand(work, raised(rng))
            demand.state = state(rng, demand.state, story.county)
    return story


def raised(rng: random.Random) -> Raised:
    kind, detail = rng.choice(DETAILS)
    received = NOW - rng.random() * 45 * DAY
    lon = rng.choice((108.005, 108.0055, 108.015, 108.025))
    on_patrol = rng.random() < 0.4
    return Raised(
        raised_on=received.astimezone(NOW.tzinfo).date(),
        received_at=received,
        channel="patrol" if on_patrol else rng.choice(("walkin", "phone", "hotline")),
        kind=kind,
        detail=detail,
        words="一件事",
        division=VILLAGE,
        grid=rng.choice((GRID, VACANT_GRID, OTHER_GRID, None)),
        place=Place(lon=lon, lat=30.005, source="fix") if rng.random() < 0.7 else None,
        reporter=None if on_patrol else Reporter(kind="named", phone=f"1390000000{rng.randrange(4)}"),
        urgent=rng.random() < 0.1,
    )


def state(rng: random.Random, before: DemandState, county: County) -> DemandState:
    key = rng.choice(STATES)
    class_ = rng.choice((None, "PRIVATE", "GRID", "COMMUNITY", "GOVERNMENT"))
    due = rng.choice((None, NOW - 3 * DAY, NOW + DAY / 4, MIDNIGHT, NEXT_MIDNIGHT, NOW + 9 * DAY))
    return replace(
        before,
        key=key,
        class_=class_,  # type: ignore[arg-type]
        due_at=None if class_ == "PRIVATE" else due,
        last_event_at=rng.choice((NOW - 7 * DAY, NOW - 8 * DAY, NOW - 6 * DAY, NOW)),
        level=rng.choice((None, "grid", "village")),  # type: ignore[arg-type]
        handler_id=rng.choice((None, county.accounts["worker"], county.accounts["cadre"])),
        asked_upward=rng.random() < 0.2,
    )


def held_as(demand: Demand) -> str | None:
    return demand.class_ or demand.suggested_class


def may_read(demand: Demand, actor: Actor) -> bool:
    where = [code for code in actor.scope.codes if demand.jurisdiction.startswith(code)]
    private = [code for code in actor.scope.private_codes if demand.jurisdiction.startswith(code)]
    return bool(where) and (held_as(demand) != "PRIVATE" or bool(private))


def age(demand: Demand) -> int:
    return (NOW.date() - demand.received_at.astimezone(NOW.tzinfo).date()).days


def running(demand: Demand) -> bool:
    return demand.key in UNRESOLVED - PAUSED


def due_by(demand: Demand, end: dt.datetime) -> bool:
    return running(demand) and demand.due_at is not None and NOW <= demand.due_at <= end


def on_map(demand: Demand) -> bool:
    shown = held_as(demand) in ("GRID", "COMMUNITY", "GOVERNMENT")
    return demand.point is not None and (shown or (held_as(demand) is None and demand.found_on_patrol))


GROUP_OF = {
    Group.TO_REGISTER: {"submitted", "registered", "need_info", "listed"},
    Group.TO_ASSIGN: {"classified", "agenda", "deliberated", "offered", "returned", "escalated"},
    Group.IN_HAND: {"assigned", "accepted", "in_progress", "rework", "promised", "suspended", "projectised"},
    Group.TO_REPORT_BACK: {"done", "verified", "explained", "answered", "rejected", "fed_back"},
    Group.ENDED: {"rated", "auto_closed", "closed", "withdrawn", "referred"},
}
Rule = Callable[[Demand], bool]
FIGURES: list[tuple[CaseFilter, Rule]] = [
    (CaseFilter(), lambda demand: demand.key != "merged"),
    (CaseFilter(groups=UNRESOLVED_GROUPS), lambda demand: demand.key in UNRESOLVED),
    *[
        (CaseFilter(groups=(group,)), lambda demand, keys=keys: demand.key in keys)
        for group, keys in GROUP_OF.items()
    ],  # type: ignore[misc]
    (
        CaseFilter(timing=Timing.OVERDUE),
        lambda demand: running(demand) and demand.due_at is not None and demand.due_at < NOW,
    ),
    (CaseFilter(timing=Timing.DUE_TODAY), lambda demand: due_by(demand, MIDNIGHT)),
    (CaseFilter(timing=Timing.DUE_SOON), lambda demand: due_by(demand, NEXT_MIDNIGHT)),
    (
        CaseFilter(timing=Timing.STALLED),
        lambda demand: running(demand) and NOW - demand.last_event_at >= 7 * DAY,
    ),
    (CaseFilter(class_="GRID"), lambda demand: held_as(demand) == "GRID" and demand.key != "merged"),
    (CaseFilter(class_="PRIVATE"), lambda demand: held_as(demand) == "PRIVATE" and demand.key != "merged"),
    (CaseFilter(kind="road"), lambda demand: demand.kind == "road" and demand.key != "merged"),
    (CaseFilter(channel="hotline"), lambda demand: demand.channel == "hotline" and demand.key != "merged"),
    (CaseFilter(level="village"), lambda demand: demand.level == "village" and demand.key != "merged"),
    (CaseFilter(urgent=True), lambda demand: demand.urgent and demand.key != "merged"),
    (
        CaseFilter(asked_upward=True, groups=UNRESOLVED_GROUPS),
        lambda demand: demand.asked_upward and demand.key in UNRESOLVED,
    ),
    (CaseFilter(area=GRID), lambda demand: demand.jurisdiction == GRID and demand.key != "merged"),
    (
        CaseFilter(received_from=dt.date(2026, 9, 20), received_to=dt.date(2026, 10, 5)),
        lambda demand: 15 <= age(demand) <= 30 and demand.key != "merged",
    ),
    *[
        (
            CaseFilter(age_band=band),
            lambda demand, low=low, high=high: low <= age(demand) <= high and demand.key != "merged",
        )  # type: ignore[misc]
        for band, (low, high) in enumerate([(0, 3), (4, 7), (8, 15), (16, 30), (31, 10_000)])
    ],
    (CaseFilter(on_map=OnMap.SHOWN), lambda demand: on_map(demand) and demand.key != "merged"),
    (
        CaseFilter(on_map=OnMap.NO_PLACE),
        lambda demand: demand.point is None and held_as(demand) != "PRIVATE" and demand.key != "merged",
    ),
    (
        CaseFilter(on_map=OnMap.NOT_CLASSIFIED),
        lambda demand: (
            demand.point is not None
            and held_as(demand) is None
            and not demand.found_on_patrol
            and demand.key != "merged"
        ),
    ),
]


@pytest.mark.parametrize("name", ["cadre", "official", "worker"])
def test_every_filter_leaves_what_a_naive_count_leaves(story: Story, name: str) -> None:
    actor = story.actor(name)
    everything = [demand for demand in story.demands() if may_read(demand, actor)]
    assert len(everything) > 10
    with story.reading(name) as reading:
        for wanted, rule in FIGURES:
            expected = {demand.id for demand in everything if rule(demand)}
            lines = open_cases.every_case(reading, wanted)
            assert {line.demand.id for line in lines} == expected, wanted
            assert open_cases.count(reading, wanted) == len(expected) == len(lines)


def test_the_list_begins_with_those_longest_over_then_the_oldest(story: Story) -> None:
    with story.reading("cadre") as reading:
        lines = open_cases.cases(reading, CaseFilter(), page=Page(1, 200))
    over = [line.over for line in lines]
    late = [number for number in over if number is not None]
    assert late
    assert over == [*sorted(late, reverse=True), *[None] * (len(over) - len(late))]
    rest = [line.age for line in lines if line.over is None]
    assert rest == sorted(rest, reverse=True)


def test_cards_count_the_rows_they_open(story: Story) -> None:
    for name in ("cadre", "official"):
        with story.reading(name) as reading:
            found = case_overview.cards(reading)
            assert [card.number for card in found if card.wanted is not None] == [
                len(open_cases.every_case(reading, card.wanted)) for card in found if card.wanted is not None
            ]
            assert any(card.number for card in found)


def test_overdue_by_village_adds_up_to_overdue(story: Story) -> None:
    with story.reading("official") as reading:
        villages = case_overview.villages(reading).overdue
        assert sum(number for _, _, number in villages) == open_cases.count(
            reading, CaseFilter(timing=Timing.OVERDUE)
        )
        assert [name for _, name, _ in villages] == ["石桥村", "柳湾村"]


def test_no_private_matter_is_a_point_for_anybody(story: Story) -> None:
    private = {str(demand.id) for demand in story.demands() if held_as(demand) == "PRIVATE"}
    assert private
    for name in ("worker", "cadre", "official", "assessor"):
        with story.reading(name) as reading:
            shown = case_map.map_points(reading, CaseFilter())["points"]
        assert shown
        assert private.isdisjoint(point["id"] for point in shown)


def test_private_matters_are_counted_by_village_and_few_of_them_not_exactly(story: Story) -> None:
    counted: dict[str, int] = {}
    for demand in story.demands():
        if held_as(demand) == "PRIVATE" and demand.key in UNRESOLVED:
            village = demand.jurisdiction[:12]
            counted[village] = counted.get(village, 0) + 1
    expected = {code: f"{number} 件" if number >= 5 else "少量" for code, number in counted.items()}
    with story.reading("official") as reading:
        found = case_overview.villages(reading)
        shown = case_map.beside_list(reading, (), found)
        known = {village for village, _, _ in case_map.surroundings(reading, drawing(reading))["villages"]}
    assert {code: words for code, _, words in found.private} == expected
    assert shown["counts"] == {code: f"私事 {words}" for code, words in expected.items()}
    assert shown["counts"].keys() <= known


def test_a_hot_place_is_told_of_by_several_and_holds_no_private_matter(story: Story) -> None:
    with story.reading("official") as reading:
        found = hot_places.hot_places(reading)
    assert found
    for place in found:
        assert len(place.demands) >= 3
        assert len({demand.kind for demand in place.demands}) == 1
        assert all(held_as(demand) != "PRIVATE" for demand in place.demands)
        assert all((NOW.date() - demand.raised_on).days < 30 for demand in place.demands)


def test_nobody_asks_for_the_own_list_of_another(story: Story) -> None:
    with story.reading("cadre") as reading:
        own = open_cases.count(reading, CaseFilter(own=story.county.accounts["cadre"]))
        assert own == sum(
            demand.handler_id == story.county.accounts["cadre"] and demand.key != "merged"
            for demand in story.demands()
        )
        with pytest.raises(Forbidden):
            open_cases.count(reading, CaseFilter(own=story.county.accounts["worker"]))


def test_the_map_marks_hot_places_and_gives_them_no_private_matter(story: Story) -> None:
    with story.reading("official") as reading:
        found = hot_places.hot_places(reading)
        marks = case_map.beside_list(reading, hot_places.found(reading), Villages([], []))["hotspots"]
    assert [mark["reports"] for mark in marks] == [len(place.demands) for place in found]
    for mark, place in zip(marks, found, strict=True):
        people = f"，{place.people} 人" if place.people else ""
        assert mark["title"] == (
            f"多人反映：{place.kind}\n反映 {len(place.demands)} 次{people}，没解决 {place.unresolved} 件"
        )
        assert (mark["lon"], mark["lat"]) == (round(place.lon, 4), round(place.lat, 4))


@pytest.mark.parametrize("coloured_by", ["age", "group", "kind", "level"])
def test_every_point_has_a_colour_of_the_legend(story: Story, coloured_by: ColouredBy) -> None:
    colours = [colour for _, colour in colourings()[coloured_by].legend.values()]
    assert len(colours) == len(set(colours))
    with story.reading("official") as reading:
        shown = case_map.map_points(reading, CaseFilter(), coloured_by=coloured_by)
        mixed = case_map.surroundings(reading, drawing(reading), coloured_by=coloured_by)["mixed"]
    used = {point["colour"] for point in shown["points"]}
    assert len(used) > 1
    assert used <= set(colours)
    assert (mixed is None) == (coloured_by == "age")
