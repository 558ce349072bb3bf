"""The space-time permutation scan: a slow and obvious one beside it, outbreaks planted on purpose, and quiet years."""

import math

import numpy as np
import pytest

from gis.outbreaks import ALARM, WINDOWS, increases, nearest_grids

ROWS, COLUMNS = 15, 20
GRIDS = ROWS * COLUMNS
MIDDLES = np.array([(column * 1000.0, row * 1000.0) for row in range(ROWS) for column in range(COLUMNS)])
NEAREST = nearest_grids(MIDDLES)


def a_year(rng, number: int):
    """Reports strewn over grids of very different size and over a year with a busy summer."""
    share = rng.gamma(1.0, 1.0, GRIDS)
    grid_of = rng.choice(GRIDS, number, p=share / share.sum())
    days_ago = np.where(rng.random(number) < 0.3, rng.integers(60, 150, number), rng.integers(0, 365, number))
    return grid_of, days_ago


def with_outbreak(rng, number: int, *, middle: int, more: int, days: int):
    """The same year with more in a grid and its four nearest, in the last days."""
    grid_of, days_ago = a_year(rng, number)
    extra = rng.choice(NEAREST[middle, :5], more)
    return np.append(grid_of, extra), np.append(days_ago, rng.integers(0, days, more))


def test_the_nearest_of_a_grid_are_itself_and_then_by_distance() -> None:
    rng = np.random.default_rng(2)
    middles = rng.uniform(0, 9000, (450, 2))
    found = nearest_grids(middles)
    assert found.shape == (450, 20)
    for grid in (0, 199, 200, 449):
        away = np.hypot(*(middles - middles[grid]).T)
        assert found[grid].tolist() == np.argsort(away)[:20].tolist()
    assert nearest_grids(np.zeros((3, 2))).tolist() == [[0, 1, 2], [1, 0, 2], [2, 0, 1]]


def test_the_strongest_increase_is_that_of_trying_every_candidate() -> None:
    rng = np.random.default_rng(3)
    grid_of, days_ago = with_outbreak(rng, 1500, middle=110, more=25, days=7)
    best = (0.0, None, 0)
    for days in WINDOWS:
        for grid in range(GRIDS):
            for size in range(1, 21):
                inside = np.isin(grid_of, NEAREST[grid, :size])
                observed = int((inside & (days_ago < days)).sum())
                expected = inside.sum() * (days_ago < days).sum() / len(grid_of)
                if observed >= 5 and observed > expected:
                    outside = len(grid_of) - observed
                    ratio = observed * math.log(observed / expected)
                    ratio += outside * math.log(outside / (len(grid_of) - expected))
                    best = max(best, (ratio, tuple(sorted(NEAREST[grid, :size].tolist())), days))
    (found, *_) = increases(grid_of, days_ago, NEAREST)
    assert (found.grids, found.days) == best[1:]


def test_a_planted_outbreak_is_found_where_and_when_it_is() -> None:
    rng = np.random.default_rng(4)
    found = 0
    for _ in range(5):
        middle = int(rng.integers(GRIDS))
        grid_of, days_ago = with_outbreak(rng, 2000, middle=middle, more=20, days=7)
        hits = [each for each in increases(grid_of, days_ago, NEAREST) if middle in each.grids]
        found += bool(hits)
        for each in hits:
            assert each.observed > 2 * each.expected
            assert each.p <= ALARM
    assert found == 5


def test_a_busy_season_and_large_grids_are_no_outbreak() -> None:
    rng = np.random.default_rng(5)
    assert sum(bool(increases(*a_year(rng, 2000), NEAREST)) for _ in range(5)) == 0


@pytest.mark.slow
def test_quiet_years_alarm_no_oftener_than_said() -> None:
    rng = np.random.default_rng(6)
    alarms = sum(bool(increases(*a_year(rng, 1500), NEAREST)) for _ in range(200))
    assert (
        alarms <= 6
    )  # 2 are to be expected at 0.01; more than 6 would be less likely than one in two hundred


def test_the_answer_is_the_same_every_time() -> None:
    grid_of, days_ago = with_outbreak(np.random.default_rng(7), 800, middle=50, more=15, days=7)
    assert increases(grid_of, days_ago, NEAREST) == increases(grid_of, days_ago, NEAREST)


def test_few_reports_are_no_outbreak() -> None:
    assert increases(np.array([3, 3, 3, 3]), np.array([0, 0, 1, 1]), NEAREST) == []
    assert increases(np.array([], dtype=np.intp), np.array([], dtype=np.int64), NEAREST) == []
