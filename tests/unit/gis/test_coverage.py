"""Which places somebody came past, held against measuring every pair."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point
from shapely.geometry.base import BaseGeometry

from gis.coverage import Passes, reached
from gis.measure import LocalPlane, distance_m

PLANE = LocalPlane(108.04, 30.3)
MONDAY, TUESDAY = date(2026, 10, 12), date(2026, 10, 13)


def at(x: float, y: float) -> Point:
    return PLANE.unflatten(Point(x, y))


def past(*each: tuple[date, BaseGeometry]) -> Passes:
    return Passes([day for day, _ in each], [trace for _, trace in each])


def places(*metres: tuple[float, float]) -> np.ndarray:
    return PLANE.from_local(np.array(metres))


def test_a_place_near_a_finding_was_reached_on_its_day() -> None:
    assert reached(places((0, 0), (80, 0)), past((MONDAY, at(29, 0))), radius_m=30) == [MONDAY, None]


def test_every_place_may_have_a_radius_of_its_own() -> None:
    asked, walked = places((0, 0), (80, 0)), past((MONDAY, at(40, 0)))
    assert reached(asked, walked, radius_m=np.array([50.0, 30.0])) == [MONDAY, None]


def test_the_last_of_several_passes_counts_whatever_their_order() -> None:
    passes = [(TUESDAY, at(0, 10)), (MONDAY, at(0, 5))]
    assert reached(places((0, 0)), past(*passes), radius_m=30) == [TUESDAY]
    assert reached(places((0, 0)), past(*passes[::-1]), radius_m=30) == [TUESDAY]


def test_a_track_reaches_what_lies_along_it_but_a_gap_between_its_parts_earns_nothing() -> None:
    walked = [
        PLANE.unflatten(LineString([(0, 0), (200, 0)])),
        PLANE.unflatten(LineString([(600, 0), (800, 0)])),
    ]
    along, in_the_gap = (100, 25), (400, 0)
    assert reached(places(along, in_the_gap), past(*((MONDAY, part) for part in walked)), radius_m=50) == [
        MONDAY,
        None,
    ]


def test_without_passes_nothing_was_reached_and_without_places_nothing_is_asked() -> None:
    assert reached(places((0, 0), (1, 1)), past(), radius_m=30) == [None, None]
    assert reached(np.empty((0, 2)), past((MONDAY, at(0, 0))), radius_m=30) == []


spots = st.tuples(st.floats(-400, 400), st.floats(-400, 400))
days = st.dates(date(2026, 7, 1), date(2026, 10, 20))


@given(
    homes=st.lists(spots, min_size=1, max_size=10),
    findings=st.lists(st.tuples(days, spots), max_size=6),
    tracks=st.lists(st.tuples(days, st.lists(spots, min_size=2, max_size=4)), max_size=3),
    radius=st.sampled_from([30.0, 50.0]),
)
def test_what_was_reached_agrees_with_measuring_every_pair(homes, findings, tracks, radius) -> None:
    passes = [(day, at(*spot)) for day, spot in findings]
    passes += [(day, PLANE.unflatten(LineString(line))) for day, line in tracks]
    asked = places(*homes)
    for place, last in zip(asked, reached(asked, past(*passes), radius_m=radius), strict=True):
        away = {each: distance_m(Point(place), each[1]) for each in passes}
        certain = [each[0] for each, metres in away.items() if metres < radius - 0.01]
        possible = [each[0] for each, metres in away.items() if metres < radius + 0.01]
        assert last in {max(certain, default=None), max(possible, default=None)}


@pytest.mark.parametrize("radius", [30, 50])
def test_the_radius_itself_is_near_enough(radius: float) -> None:
    assert reached(places((0, 0)), past((MONDAY, at(0, radius - 1e-6))), radius_m=radius) == [MONDAY]
