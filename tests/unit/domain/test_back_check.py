"""The draw of the back-check: its size, its shares, its seed, and what a handful of answers may say (METRICS Q)."""

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.back_check import Candidate, What, askers, draw, interval, sample_size

seeds = st.text("0123456789abcdef", min_size=4, max_size=8)
grids = st.lists(st.integers(1, 60), min_size=1, max_size=6)


def village(sizes: list[int]) -> list[Candidate]:
    """A village whose grids have so many visits and cases, every third a case."""
    return [
        Candidate(What.DEMAND if number % 3 == 0 else What.VISIT, f"{grid}-{number}", f"{grid:03d}")
        for grid, size in enumerate(sizes)
        for number in range(size)
    ]


@pytest.mark.parametrize(
    ("total", "drawn"), [(0, 0), (2, 2), (3, 3), (60, 3), (61, 4), (80, 4), (81, 5), (1000, 50)]
)
def test_five_of_a_hundred_are_drawn_at_least_three_and_never_more_than_there_are(
    total: int, drawn: int
) -> None:
    assert sample_size(total) == len(draw(village([total]), seed="a")) == drawn


@given(sizes=grids, seed=seeds, order=st.randoms(use_true_random=False))
def test_the_seed_alone_decides_whatever_the_order(sizes: list[int], seed: str, order) -> None:
    candidates = village(sizes)
    drawn = draw(candidates, seed=seed)
    order.shuffle(candidates)
    assert draw(candidates, seed=seed) == drawn
    assert len(drawn) == len(set(drawn)) == sample_size(sum(sizes))


@given(sizes=grids, seed=seeds)
def test_every_grid_is_asked_about_by_its_share(sizes: list[int], seed: str) -> None:
    drawn = Counter(each.grid for each in draw(village(sizes), seed=seed))
    for grid, size in enumerate(sizes):
        share = Fraction(sample_size(sum(sizes)) * size, sum(sizes))
        assert abs(drawn[f"{grid:03d}"] - share) < 1


def test_nobody_is_drawn_oftener_than_another() -> None:
    seen = Counter(each.key for number in range(2000) for each in draw(village([20, 20]), seed=str(number)))
    assert len(seen) == 40
    assert all(100 < times < 200 for times in seen.values())  # 3 of 40 in each of 2,000 draws: 150


@given(number=st.integers(3, 30), seed=seeds)
def test_each_village_is_asked_about_by_one_other_that_it_does_not_ask_about(number: int, seed: str) -> None:
    villages = [f"{each:012d}" for each in range(number)]
    asking = askers(villages, seed=seed)
    assert sorted(asking) == sorted(asking.values()) == villages
    assert all(asking[asking[each]] != each != asking[each] for each in villages)


def test_two_villages_ask_each_other_and_one_nobody() -> None:
    assert askers(["1", "2"], seed="a") == {"1": "2", "2": "1"}
    assert askers(["1"], seed="a") == {}


@pytest.mark.parametrize(
    ("n", "d", "low", "high"), [(0, 0, 0, 1), (0, 3, 0, 0.5615), (3, 3, 0.4385, 1), (9, 10, 0.5958, 0.9821)]
)
def test_few_answers_leave_a_wide_interval(n: int, d: int, low: float, high: float) -> None:
    assert interval(n, d) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))
