"""What a cleaned track keeps and what it throws away."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.measure import LocalPlane, length_m
from gis.tracks import Fix, clean

PLANE = LocalPlane(108.04, 30.3)
START = datetime(2026, 10, 12, 1, 0, tzinfo=UTC)


def fix(x: float, y: float = 0, *, after: float | None = None, accuracy: float = 8) -> Fix:
    """A fix x, y metres from the start; `after` seconds, None for a geotrace without times."""
    lon, lat = PLANE.from_local(np.array([[x, y]]))[0]
    return Fix(lon, lat, accuracy, None if after is None else START + timedelta(seconds=after))


def walk(metres: range, *, pace: float = 1.0) -> list[Fix]:
    return [fix(x, after=x / pace) for x in metres]


def test_a_steady_walk_is_one_part_of_its_true_length() -> None:
    (part,) = clean(walk(range(0, 501, 10)))
    assert length_m(part) == pytest.approx(500, abs=0.1)


def test_fixes_are_put_in_the_order_of_time() -> None:
    assert clean(walk(range(0, 101, 10))[::-1]) == clean(walk(range(0, 101, 10)))


def test_a_repeated_time_counts_once() -> None:
    steady = walk(range(0, 101, 10))
    repeated = [fix(x, y=30, after=x) for x in range(0, 101, 10)]
    assert clean(steady + repeated) == clean(steady)


@pytest.mark.parametrize("accuracy", [0, 50.1, -1])
def test_drawn_and_inaccurate_points_are_left_out(accuracy: float) -> None:
    steady = walk(range(0, 101, 10))
    assert clean([*steady, fix(50, y=40, after=55, accuracy=accuracy)]) == clean(steady)
    assert clean([fix(0, after=0, accuracy=accuracy), fix(10, after=10, accuracy=accuracy)]) == []


def test_a_spike_reached_and_left_too_fast_is_dropped() -> None:
    steady = walk(range(0, 101, 10))
    assert clean([*steady, fix(50, y=250, after=55)]) == clean(steady)


def test_a_ride_is_no_spike() -> None:
    (part,) = clean([fix(x, after=x / 15) for x in range(0, 901, 150)])
    assert length_m(part) == pytest.approx(900, abs=0.1)


def test_a_track_is_cut_where_time_is_missing() -> None:
    parts = clean([*walk(range(0, 101, 10)), *(fix(x, after=x + 181) for x in range(110, 201, 10))])
    assert [round(length_m(part)) for part in parts] == [100, 90]


def test_a_gap_of_just_three_minutes_is_bridged() -> None:
    assert len(clean([fix(0, after=0), fix(50, after=180)])) == 1


def test_a_track_is_cut_where_way_is_missing_although_it_has_no_times() -> None:
    parts = clean([fix(x) for x in (0, 100, 200, 501, 600)])
    assert [round(length_m(part)) for part in parts] == [200, 99]


def test_a_fix_alone_between_gaps_makes_no_line() -> None:
    assert clean([fix(0), fix(1000), fix(1100)]) == clean([fix(1000), fix(1100)])
    assert clean([fix(0, after=0)]) == []
    assert clean([]) == []


@given(
    st.lists(
        st.tuples(st.integers(-900, 900), st.integers(-900, 900), st.integers(0, 2000), st.integers(0, 80))
    )
)
def test_no_part_ever_bridges_a_gap_or_holds_a_fix_that_was_not_given(rows) -> None:
    fixes = [fix(x, y, after=after, accuracy=accuracy) for x, y, after, accuracy in rows]
    given_places = {(each.lon, each.lat) for each in fixes}
    for part in clean(fixes):
        assert set(part.coords) <= given_places
        steps = np.hypot(*np.diff(PLANE.to_local(np.array(part.coords)), axis=0).T)
        assert steps.max() <= 300.1
