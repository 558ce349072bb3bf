"""What a cleaned track keeps and what it throws away."""

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point

from gis.measure import LocalPlane, length_m
from gis.tracks import UNKNOWN_M, Fix, clean

PLANE = LocalPlane(108.04, 30.3)
START = datetime(2026, 10, 12, 1, 0, tzinfo=UTC)


def fix(x: float, y: float = 0, *, after: float | None = None, accuracy: float = 8) -> Fix:
    """A fix x, y metres from the start; `after` seconds, None for a geotrace without times."""
    lon, lat = PLANE.from_local(np.array([[x, y]]))[0]
    return Fix(lon, lat, accuracy, None if after is None else START + timedelta(seconds=after))


def walk(metres: range, *, pace: float = 1.0) -> list[Fix]:
    return [fix(x, after=x / pace) for x in metres]


def corners(part: LineString | Point) -> list[tuple[int, int]]:
    return [tuple(round(each) for each in row) for row in PLANE.to_local(np.array(part.coords)).tolist()]


def test_a_steady_walk_is_one_part_of_its_true_length() -> None:
    (part,) = clean(walk(range(0, 501, 10)))
    assert length_m(part) == pytest.approx(500, abs=0.1)


def test_fixes_are_put_in_the_order_of_time() -> None:
    assert clean(walk(range(0, 101, 10))[::-1]) == clean(walk(range(0, 101, 10)))


def test_of_a_repeated_time_the_better_fix_counts() -> None:
    steady = walk(range(0, 101, 10))
    repeated = [fix(x, y=30, after=x, accuracy=12) for x in range(0, 101, 10)]
    assert clean(repeated + steady) == clean(steady)


@pytest.mark.parametrize("accuracy", [0, 50.1, -1, math.nan, math.inf])
def test_drawn_and_inaccurate_points_are_left_out(accuracy: float) -> None:
    steady = walk(range(0, 101, 10))
    known = [] if accuracy == math.inf else [fix(50, y=40, after=55, accuracy=accuracy)]
    assert clean(steady + known) == clean(steady)
    assert clean([fix(0, after=0, accuracy=accuracy), fix(10, after=10, accuracy=accuracy)]) == []


def test_what_is_no_number_is_left_out() -> None:
    steady = walk(range(0, 101, 10))
    broken = [Fix(math.nan, 30.3, 8, START), Fix(108.04, math.inf, 8, START + timedelta(seconds=3))]
    assert clean(broken + steady) == clean(steady)
    assert clean(broken) == []


def test_a_spike_reached_and_left_too_fast_is_dropped() -> None:
    steady = walk(range(0, 101, 10))
    assert clean([*steady, fix(50, y=250, after=55)]) == clean(steady)


def test_a_jump_without_times_does_not_pass_the_median() -> None:
    (part,) = clean(
        [*(fix(x) for x in range(0, 61, 5)), fix(60, y=200), *(fix(x) for x in range(65, 121, 5))]
    )
    assert {y for _, y in corners(part)} == {0}


def test_a_ride_is_no_spike() -> None:
    (part,) = clean([fix(x, after=x / 15) for x in range(0, 901, 150)])
    assert length_m(part) == pytest.approx(900, abs=0.1)


def test_a_track_is_cut_where_time_is_missing() -> None:
    parts = clean([*walk(range(0, 101, 10)), *(fix(x, after=x + 181) for x in range(110, 211, 10))])
    assert [round(length_m(part)) for part in parts] == [100, 100]


def test_a_gap_of_just_three_minutes_is_bridged() -> None:
    assert len(clean([fix(0, after=0), fix(50, after=180)])) == 1


def test_a_track_is_cut_where_way_is_missing_although_it_has_no_times() -> None:
    parts = clean([fix(x) for x in (0, 100, 200, 501, 600)])
    assert [round(length_m(part)) for part in parts] == [200, 99]


def test_a_track_is_cut_where_its_writer_does_not_know_the_way() -> None:
    """The phone client writes the end of a part once more, with an accuracy nobody measures."""
    parts = clean([fix(0), fix(20), fix(20, accuracy=UNKNOWN_M), fix(100), fix(120)])
    assert [corners(part) for part in parts] == [[(0, 0), (20, 0)], [(100, 0), (120, 0)]]


def test_the_unknown_way_cuts_a_track_with_times_as_well() -> None:
    before, after = walk(range(0, 101, 10)), [fix(x, after=x) for x in range(200, 301, 10)]
    unknown = fix(100, after=100, accuracy=UNKNOWN_M)
    assert len(clean([*before, *after])) == 1
    assert clean([*after, unknown, *before]) == clean(before) + clean(after)


def test_a_track_that_was_thinned_on_the_phone_is_left_as_it_is() -> None:
    """A median over moves of tens of metres would cut off the way to a house and back."""
    to_a_house_and_back = [fix(0), fix(30), fix(60), fix(60, 30), fix(60, 60), fix(61, 30), fix(61), fix(90)]
    (part,) = clean(to_a_house_and_back)
    assert corners(part) == [(0, 0), (30, 0), (60, 0), (60, 30), (60, 60), (61, 30), (61, 0), (90, 0)]


def test_a_stay_is_one_point_however_long_it_lasts() -> None:
    rng = np.random.default_rng(7)
    wander = [fix(x, y, after=2 * n) for n, (x, y) in enumerate(rng.normal(0, 2, (2500, 2)).tolist())]
    (part,) = clean(wander)
    assert isinstance(part, Point)
    assert clean([fix(0, after=n) for n in range(50)]) == [Point(*PLANE.from_local(np.zeros((1, 2)))[0])]


def test_a_fix_alone_between_gaps_makes_nothing() -> None:
    assert clean([fix(0), fix(1000), fix(1100)]) == clean([fix(1000), fix(1100)])
    assert clean([fix(0, after=0)]) == []
    assert clean([]) == []


def test_a_clock_that_jumps_to_1970_and_back_cuts_and_breaks_nothing() -> None:
    lost = [Fix(*PLANE.from_local(np.array([[x, 0.0]]))[0], 8, datetime(1970, 1, 1, 0, 0, n, tzinfo=UTC))
            for n, x in enumerate((500, 512))]  # fmt: skip
    steady = walk(range(0, 101, 10))
    parts = clean(steady[:5] + lost + steady[5:])
    assert parts[-1] == clean(steady)[0]


def test_a_hundred_thousand_fixes_are_cleaned() -> None:
    (part,) = clean([fix(x / 2, after=x) for x in range(100_000)])
    assert length_m(part) == pytest.approx(50_000, rel=0.01)


rows = st.lists(
    st.tuples(
        st.integers(-900, 900), st.integers(-900, 900), st.integers(0, 2000), st.integers(0, 80)
    ),
    max_size=60,
)  # fmt: skip


@given(rows, st.randoms(use_true_random=False))
def test_neither_the_order_nor_repeated_fixes_change_a_timed_track(drawn, shuffled) -> None:
    fixes = [fix(x, y, after=after, accuracy=accuracy) for x, y, after, accuracy in drawn]
    mixed = fixes + fixes[::3]
    shuffled.shuffle(mixed)
    assert clean(mixed) == clean(fixes)


@given(rows, rows)
def test_a_part_added_after_a_gap_takes_nothing_away(first, second) -> None:
    """Monotone in passes: whatever is walked later, what was walked stays."""
    earlier = [fix(x, y, after=after, accuracy=accuracy) for x, y, after, accuracy in first]
    later = [fix(x, y, after=5000 + after, accuracy=accuracy) for x, y, after, accuracy in second]
    together, apart = clean(earlier + later), clean(earlier) + clean(later)
    assert len(together) == len(apart)
    assert all(one.equals_exact(other, 1e-9) for one, other in zip(together, apart, strict=True))


@given(rows)
def test_no_part_bridges_a_gap_or_leaves_the_places_that_were_given(drawn) -> None:
    fixes = [fix(x, y, after=after, accuracy=accuracy) for x, y, after, accuracy in drawn]
    for part in clean(fixes):
        metres = PLANE.to_local(np.array(part.coords))
        assert np.abs(metres).max() <= 900.1
        assert not isinstance(part, LineString) or np.hypot(*np.diff(metres, axis=0).T).min() > 10
