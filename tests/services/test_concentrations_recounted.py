"""Concentrations counted again in plain Python, over rows drawn by chance, on both databases; and over the demo."""

from __future__ import annotations

import datetime as dt
import math
import random
from collections import Counter

import numpy as np
import pytest
import sqlalchemy as sa
from shapely import Point

from server.domain.demand_states import StateKey
from server.domain.people import SYSTEM
from server.domain.scope import Scope
from server.figures.concentrations import concentrations, rows
from server.storage import grids
from server.storage.demands import Demand
from server.storage.grids import Grid
from server.work import Reading
from tests.factories import COUNTY, TOWNSHIP
from tests.hot_spots import EAST, WEST, Ground, code_at, widen
from tests.offices import Office

UNRESOLVED = {
    "submitted", "registered", "need_info", "listed", "classified", "agenda", "deliberated", "offered", "returned",
    "escalated", "assigned", "accepted", "in_progress", "rework", "promised", "suspended", "projectised",
}  # fmt: skip
DAY = dt.timedelta(days=1)
METRES = (1 / 110_870, 1 / 96_500)
"""Degrees of latitude and longitude in a metre at 29.85° north, good enough for gaps of metres."""


def distance_m(one: Point, other: Point) -> float:
    return math.hypot((one.y - other.y) / METRES[0], (one.x - other.x) / METRES[1])


def counts(row: Demand) -> bool:
    class_ = row.class_ or row.suggested_class
    shown = class_ in ("GRID", "COMMUNITY", "GOVERNMENT") or (class_ is None and row.found_on_patrol)
    own_place = row.point is not None and row.place_source in ("here", "map", "fix", "register")
    return row.key in UNRESOLVED and shown and own_place


def once_where_stacked(cases: list[Demand]) -> list[Demand]:
    kept: list[Demand] = []
    at = Counter((row.point.x, row.point.y) for row in cases)
    for row in cases:
        place = (row.point.x, row.point.y)
        if at[place] >= 20 and at[place] > len(cases) / 20:
            same = [
                each
                for each in kept
                if (each.point.x, each.point.y, each.kind) == (*place, row.kind)
                and (row.raised_on - each.raised_on).days < 30
            ]
            if same:
                continue
        kept.append(row)
    return kept


def recounted(reading: Reading) -> dict[str, tuple[int, float]]:
    """O and E of every grid of the county."""
    session = reading.session
    outlines = dict(grids.outlines(session, scope=Scope.of([COUNTY]), on=reading.now.date()))
    every = session.scalars(sa.select(Demand).order_by(Demand.received_at, Demand.number)).all()
    cases = once_where_stacked([row for row in every if counts(row)])
    held: dict[str, list[Demand]] = {code: [] for code in outlines}
    for row in cases:
        inside = sorted(code for code, outline in outlines.items() if outline.covers(row.point))
        code = inside[0] if inside else row.jurisdiction
        if code in held:
            held[code].append(row)
    people = {row.code: row.population for row in session.scalars(sa.select(Grid))}
    if sum(not people[code] for code in outlines) > len(outlines) / 10:
        midnight = reading.now.replace(hour=0)
        year = [row for row in every if midnight - 365 * DAY <= row.received_at < midnight]
        people = {code: max(1, sum(row.jurisdiction == code for row in year)) for code in outlines}
    known = [people[code] for code in outlines if people[code]]
    weight = {code: people[code] or sum(known) / len(known) for code in outlines}
    total = sum(len(each) for each in held.values())
    found = {}
    for code, outline in outlines.items():
        near = [other for other, shape in outlines.items() if outline.distance(shape) < 0.0001]
        expected = total * sum(weight[other] for other in near) / sum(weight.values())
        found[code] = (sum(len(held[other]) for other in near), expected)
    return found


def strew(ground: Ground, *, seed: int) -> None:
    """Matters of every state, class and source of place, some of them on one spot, some outside every grid."""
    rng = random.Random(seed)
    desk = ground.office.as_(ground.desk)
    with desk as work:
        for number in range(110):
            village = rng.choice((WEST, EAST))
            key = ground.raise_at(
                work,
                village,
                rng.randrange(10) if number % 4 else 4,
                rng.randrange(10) if number % 4 else 6,
                days=rng.randrange(0, 100),
                kind=rng.choice(("facility", "road")),
                detail=None,
            )
            row = work.session.get_one(Demand, key)
            row.key = rng.choice([each.value for each in StateKey if each is not StateKey.DRAFT])
            row.class_ = rng.choice((None, "PRIVATE", "GRID", "COMMUNITY", "GOVERNMENT"))
            row.suggested_class = rng.choice((None, "PRIVATE", "COMMUNITY"))
            row.found_on_patrol = rng.random() < 0.3
            row.place_source = rng.choice(("here", "map", "fix", "register", None))
            if rng.random() < 0.1:
                row.point, row.place_source = None, None
            elif rng.random() < 0.1:
                row.point = Point(107.5, 29.5)
        for number in range(25):
            key = ground.raise_at(work, WEST, 8, 8, within=(0.5, 0.5), days=3 * number % 50)
            work.session.get_one(Demand, key).kind = ("facility", "road")[number % 2]


@pytest.mark.parametrize("people", [700, None])
def test_observed_and_expected_are_those_counted_by_hand(office: Office, people: int | None) -> None:
    widen(office, people=people)
    ground = Ground(office, seed=3)
    strew(ground, seed=9)
    if people:
        with office.as_(SYSTEM) as work:
            for number, grid in enumerate(work.session.scalars(sa.select(Grid).order_by(Grid.code))):
                grid.population = None if number % 11 == 0 else 200 + 37 * number % 900
    with office.reading() as reading:
        found = concentrations(reading)
        expected = recounted(reading)
    assert found.basis == ("people" if people else "demands")
    assert {code: each.observed for code, each in found.grids.items()} == {
        code: observed for code, (observed, _) in expected.items()
    }
    for code, each in found.grids.items():
        assert each.expected == pytest.approx(expected[code][1])
    assert found.total > 20


def test_every_hot_spot_meets_every_condition_and_has_its_cases(office: Office) -> None:
    widen(office)
    ground = Ground(office, seed=3)
    strew(ground, seed=9)
    ground.raise_around(WEST, 2, 2, 2)
    with office.reading() as reading:
        found = concentrations(reading)
        assert found.spots
        for spot in found.spots:
            cases = [reading.session.get_one(Demand, key) for key in spot.cases]
            assert len(cases) == spot.observed >= 5
            assert all(counts(case) for case in cases)
            assert spot.ratio >= 1.5
            places = [case.point for case in cases]
            assert any(
                min(distance_m(a, b), distance_m(b, c), distance_m(a, c)) > 30
                for a in places
                for b in places
                for c in places
            )
            assert spot.centre in spot.grids
            assert all(found.grids[code].flagged for code in spot.grids)
    flagged = {code for code, each in found.grids.items() if each.flagged}
    assert flagged == {code for spot in found.spots for code in spot.grids}


def test_the_answer_does_not_hang_on_who_asks(office: Office) -> None:
    widen(office)
    ground = Ground(office, seed=3)
    strew(ground, seed=9)
    ground.raise_around(WEST, 2, 2, 2)
    ground.raise_around(EAST, 6, 6, 2)
    with office.reading("assessor") as reading:
        whole = concentrations(reading)
        part = concentrations(reading, TOWNSHIP)
    with office.reading("official") as reading:
        own = concentrations(reading)
        layer = {row["code"]: row for row in rows(reading)}
    assert own == part
    assert own.grids == {code: each for code, each in whole.grids.items() if code.startswith(TOWNSHIP)}
    assert set(own.spots) < set(whole.spots)
    assert layer.keys() == own.grids.keys()
    assert all((row["level"] != "cool") == own.grids[code].flagged for code, row in layer.items())
    middle = layer[code_at(WEST, 2, 2)]
    assert middle["level"] == "hot_new"
    assert middle["title"].startswith("连同邻格应有 ")


def test_what_is_redrawn_is_counted_where_its_place_lies_now(office: Office) -> None:
    """METRICS D5: grid_now, whatever grid it was taken in for."""
    widen(office)
    ground = Ground(office)
    (key,) = ground.raise_in(WEST, 5, 5)
    with office.as_(SYSTEM) as work:
        row = work.session.get_one(Demand, key)
        row.jurisdiction = row.grid_then = f"{WEST}999"
    with office.reading() as reading:
        found = concentrations(reading)
    assert found.grids[code_at(WEST, 5, 5)].observed == 1
    assert found.total == 1


def test_dispersion_is_the_county_s(office: Office) -> None:
    widen(office)
    ground = Ground(office, seed=5)
    ground.scatter(WEST, 30)
    with office.reading() as reading:
        found = concentrations(reading)
        own = Counter(row.jurisdiction for row in reading.session.scalars(sa.select(Demand)))
    number = len(found.grids)
    share = sum(own.values()) / number
    counted = np.array([own.get(code, 0) for code in found.grids])
    assert found.dispersion == pytest.approx((((counted - share) ** 2) / share).sum() / (number - 1))
    assert found.total == 30
