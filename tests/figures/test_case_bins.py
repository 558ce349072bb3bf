"""The squares of very many cases, recounted one case after the other, and the cases of a view."""

from __future__ import annotations

import datetime as dt
import math
import random
from collections import defaultdict
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from server.database import Database
from server.domain.permissions import Permission
from server.figures import case_bins, case_map, open_cases
from server.figures.case_colours import MIXED, ColouredBy, colourings
from server.figures.open_cases import Case
from server.services.demands.intake import Place, Raised, raise_demand
from server.storage.case_filter import CaseFilter, OnMap
from tests.conftest import Clock
from tests.demands import Story
from tests.factories import GRID, NOW, VILLAGE, County

SHOWN = CaseFilter(on_map=OnMap.SHOWN)
DETAILS = [("facility", "lamp"), ("dispute", "family"), ("road", "surface"), ("order", "noise")]


@pytest.fixture
def story(client: FlaskClient, county: County, database: Database, clock: Clock) -> Story:
    story = Story(client, county, database, clock)
    rng = random.Random(7)
    with story.office("official") as work:
        for _ in range(120):
            raise_demand(work, raised(rng))
    return story


def raised(rng: random.Random) -> Raised:
    kind, detail = rng.choice(DETAILS)
    received = NOW - dt.timedelta(days=rng.random() * 45)
    return Raised(
        raised_on=received.date(),
        received_at=received,
        channel="walkin",
        kind=kind,
        detail=detail,
        words="一件事",
        division=VILLAGE,
        grid=GRID,
        place=Place(lon=108 + rng.random() / 30, lat=30 + rng.random() / 30, source="fix"),
    )


def square(case: Case) -> tuple[int, int]:
    assert case.demand.point is not None
    place = case.demand.point.centroid
    sine = math.sin(math.radians(place.y))
    x, y = place.x / 360 + 0.5, 0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)
    return math.floor(x * 2**15), math.floor(y * 2**15)


def middle(values: list[float]) -> float:
    return sum(values) / len(values)


@pytest.mark.parametrize("coloured_by", ["age", "group", "kind", "level"])
def test_a_square_counts_its_cases(story: Story, coloured_by: ColouredBy) -> None:
    colouring = colourings()[coloured_by]
    with story.reading("official") as reading:
        found = case_bins.bins(reading, SHOWN, coloured_by=coloured_by)
        squares: defaultdict[tuple[int, int], list[Case]] = defaultdict(list)
        for case in open_cases.every_case(reading, SHOWN):
            squares[square(case)].append(case)
    expected = []
    for cases in squares.values():
        places = [case.demand.point.centroid for case in cases if case.demand.point is not None]
        oldest = max(cases, key=lambda case: case.age)
        colours = {colouring.colour_of(case) for case in cases}
        shared = colours.pop() if len(colours) == 1 else MIXED
        expected.append(
            {
                "lon": pytest.approx(middle([place.x for place in places]), abs=6e-5),
                "lat": pytest.approx(middle([place.y for place in places]), abs=6e-5),
                "count": len(cases),
                "age": oldest.age,
                "colour": colouring.colour_of(oldest) if coloured_by == "age" else shared,
            }
        )
    assert len(found) > 3

    def order(each: dict[str, object]) -> tuple[object, ...]:
        return each["count"], each["age"], each["colour"]

    assert sorted(found, key=order) == sorted(expected, key=order)


def test_no_private_matter_is_in_a_square(story: Story) -> None:
    with story.reading("cadre") as reading:
        private = open_cases.count(reading, CaseFilter(class_="PRIVATE"))
        everything = open_cases.count(reading, CaseFilter())
        found = case_bins.bins(reading, SHOWN)
    assert private > 0
    assert sum(each["count"] for each in found) == everything - private


def test_a_view_has_the_cases_whose_place_lies_in_it(story: Story) -> None:
    view = (108.01, 30.005, 108.02, 30.02)
    with story.reading("official") as reading:
        found = case_bins.cases_within(reading, SHOWN, view, at_most=1_000)
        everywhere = open_cases.every_case(reading, SHOWN)
        told = case_map.map_points(reading, CaseFilter(), within=view)["points"]
        too_many = case_bins.cases_within(reading, SHOWN, view, at_most=2)
    expected = {
        case.demand.id
        for case in everywhere
        if case.demand.point is not None
        and view[0] <= case.demand.point.centroid.x <= view[2]
        and view[1] <= case.demand.point.centroid.y <= view[3]
    }
    assert found is not None
    assert {case.demand.id for case in found} == expected
    assert {point["id"] for point in told} == {str(each) for each in expected}
    assert too_many is None


def test_above_the_village_a_place_of_a_view_is_not_exact(story: Story) -> None:
    view = (108.0, 30.0, 108.04, 30.04)
    with story.reading("official") as reading:
        assert not reading.actor.may(Permission.SEE_NAMES)
        told = case_map.map_points(reading, CaseFilter(), within=view)["points"]
    assert all(point["lon"] == round(point["lon"], 4) for point in told)


def test_few_cases_are_points_at_once(story: Story) -> None:
    with story.reading("official") as reading:
        shown = case_map.map_points(reading, replace(SHOWN, kind="road"))
    assert shown["bins"] is None
    assert shown["points"]
