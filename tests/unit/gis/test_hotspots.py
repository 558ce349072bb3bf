"""Several people telling of the same thing, held against a slow and obvious search."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point

from gis.hotspots import Report, crowded, many_reports
from gis.measure import LocalPlane, distance_m

PLANE = LocalPlane(108.04, 30.3)
TODAY = date(2026, 10, 20)


def report(name: str, x: float, *, ago: int = 0, by: str | None = None, kind: str = "路灯不亮") -> Report:
    """A report x metres east of the start, `ago` days before today, by somebody of his own unless said."""
    lon, lat = PLANE.from_local(np.array([[x, 0]]))[0]
    return Report(id=name, kind=kind, lon=lon, lat=lat, day=TODAY - timedelta(days=ago), reporter=by or name)


def found(*reports: Report) -> list[list[str]]:
    return [[each.id for each in hotspot.reports] for hotspot in many_reports(reports, until=TODAY)]


def test_three_reports_each_near_another_are_a_hot_spot_oldest_first() -> None:
    assert found(report("a", 0), report("b", 95, ago=3), report("c", 190, ago=1)) == [["b", "c", "a"]]


def test_a_report_farther_than_a_hundred_metres_from_all_is_not_of_it() -> None:
    assert found(report("a", 0), report("b", 95), report("c", 200)) == []


def test_reports_of_another_kind_do_not_help() -> None:
    assert found(report("a", 0), report("b", 10), report("c", 20, kind="噪声扰民")) == []


def test_a_report_older_than_thirty_days_does_not_help() -> None:
    assert found(report("a", 0), report("b", 10), report("c", 20, ago=29)) == [["c", "a", "b"]]
    assert found(report("a", 0), report("b", 10), report("c", 20, ago=30)) == []


def test_a_report_after_the_last_day_does_not_help() -> None:
    assert found(report("a", 0), report("b", 10), report("c", 20, ago=-1)) == []


def test_one_person_on_one_day_is_not_many() -> None:
    assert found(*(report(name, 0, by="王") for name in "abc")) == []
    assert found(report("a", 0, by="王", ago=1), report("b", 0, by="王"), report("c", 0, by="王")) == [
        ["a", "b", "c"]
    ]
    assert found(report("a", 0, by="王"), report("b", 0, by="王"), report("c", 0, by="李")) == [
        ["a", "b", "c"]
    ]


def test_unknown_reporters_of_one_day_are_not_taken_for_two_people() -> None:
    unknown = [Report(id=name, kind="路灯不亮", lon=108, lat=30, day=TODAY, reporter=None) for name in "abc"]
    assert many_reports(unknown, until=TODAY) == []


def test_larger_hot_spots_come_first_and_lie_in_the_middle_of_their_reports() -> None:
    few = [report(name, x) for name, x in (("a", 0), ("b", 30), ("c", 60))]
    many = [report(name, x) for name, x in (("w", 1000), ("x", 1010), ("y", 1020), ("z", 1030))]
    largest, smallest = many_reports([*few, *many], until=TODAY)
    assert (len(largest.reports), len(smallest.reports), smallest.kind) == (4, 3, "路灯不亮")
    middle = PLANE.from_local(np.array([[30, 0]]))[0]
    assert (smallest.lon, smallest.lat) == pytest.approx(tuple(middle), abs=1e-9)


def test_the_numbers_are_the_profiles() -> None:
    reports = [report("a", 0), report("b", 180)]
    assert many_reports(reports, until=TODAY, radius_m=200, at_least=2)
    assert many_reports([report("a", 0), report("b", 1, ago=7)], until=TODAY, days=7, at_least=2) == []


rows = st.tuples(
    st.integers(0, 170).map(lambda step: step * 7),  # never just 100 metres apart, where rounding decides
    st.integers(-2, 40),
    st.sampled_from(["王", "李"]),
    st.sampled_from(["路灯", "噪声"]),
)


@given(st.lists(rows, max_size=14))
def test_hot_spots_agree_with_joining_groups_pair_by_pair(drawn) -> None:
    reports = [
        report(f"{number:02}", x, ago=ago, by=by, kind=kind)
        for number, (x, ago, by, kind) in enumerate(drawn)
    ]
    groups = [{each} for each in reports if 0 <= (TODAY - each.day).days < 30]
    for _ in reports:
        for group in groups:
            for other in groups:
                if group is not other and any(near(one, two) for one in group for two in other):
                    group |= other
                    other.clear()
    expected = {
        frozenset(each.id for each in group)
        for group in groups
        if len(group) >= 3
        and (len({each.reporter for each in group}) > 1 or len({each.day for each in group}) > 1)
    }
    assert {frozenset(ids) for ids in found(*reports)} == expected


@given(st.lists(rows, max_size=14))
def test_narrowing_down_to_crowded_places_loses_no_hot_spot(drawn) -> None:
    reports = [report(f"{number:02}", x, by=by, kind=kind) for number, (x, _, by, kind) in enumerate(drawn)]
    degrees = np.array([(each.lon, each.lat) for each in reports]).reshape(-1, 2)
    kept = crowded(degrees, [each.kind for each in reports], radius_m=100, at_least=3).tolist()
    assert found(*(reports[at] for at in kept)) == found(*reports)


def test_who_hangs_together_with_too_few_is_not_crowded() -> None:
    places = [report(name, x) for name, x in (("a", 0), ("b", 90), ("c", 500), ("d", 590), ("e", 680))]
    degrees = np.array([(each.lon, each.lat) for each in places])
    assert crowded(degrees, ["路灯"] * 5, radius_m=100, at_least=3).tolist() == [2, 3, 4]
    assert crowded(degrees, ["路灯", "路灯", "路灯", "噪声", "路灯"], radius_m=100, at_least=3).size == 0


def near(one: Report, other: Report) -> bool:
    return one.kind == other.kind and distance_m(Point(one.lon, one.lat), Point(other.lon, other.lat)) <= 100
