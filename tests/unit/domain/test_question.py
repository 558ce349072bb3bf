"""Ratings that come together, held against counting from each of them (METRICS Q8)."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from server.domain.question import BURST, largest_burst

NOON = dt.datetime(2026, 10, 13, 4, 0, tzinfo=dt.UTC)


@given(minutes=st.lists(st.integers(0, 90), max_size=30))
def test_the_largest_burst_agrees_with_counting_from_each_rating(minutes: list[int]) -> None:
    instants = [NOON + dt.timedelta(minutes=each) for each in minutes]
    counted = (sum(first <= each <= first + BURST for each in instants) for first in instants)
    assert largest_burst(instants) == max(counted, default=0)
