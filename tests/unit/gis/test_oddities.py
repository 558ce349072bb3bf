"""What about positions is worth a question, and what is not."""

import numpy as np
import pytest

from gis.measure import LocalPlane
from gis.oddities import spots_far_from_homes, teleports, without_jitter

PLANE = LocalPlane(108.04, 30.3)


def degrees(*metres: tuple[float, float]) -> np.ndarray:
    return PLANE.from_local(np.array(metres, dtype=float).reshape(-1, 2))


def groups(spots: np.ndarray, homes: np.ndarray, households: list[int]) -> list[list[int]]:
    return spots_far_from_homes(spots, homes, households=np.array(households), fewest=5)


def test_five_homes_recorded_at_one_spot_far_away_are_one_group() -> None:
    spots = degrees((0, 0), (9, 0), (0, 9), (-9, 0), (0, -9), (500, 0))
    homes = degrees(*((0, 400 + 30 * n) for n in range(6)))
    assert groups(spots, homes, [1, 2, 3, 4, 5, 6]) == [[0, 1, 2, 3, 4]]


def test_visits_to_one_home_or_to_homes_nearby_are_no_group() -> None:
    spots = degrees(*((n, 0) for n in range(5)))
    assert groups(spots, degrees(*((0, 400) for _ in range(5))), [1, 1, 1, 1, 2]) == []
    assert groups(spots, degrees(*((0, 140) for _ in range(5))), [1, 2, 3, 4, 5]) == []
    assert groups(np.empty((0, 2)), np.empty((0, 2)), []) == []


def test_five_positions_alike_to_the_last_digit_are_told_and_near_ones_are_not() -> None:
    spots = np.vstack((degrees(*[(3, 4)] * 5), degrees((3, 4.1), (100, 100))))
    assert without_jitter(spots, fewest=5) == [[0, 1, 2, 3, 4]]
    assert without_jitter(spots, fewest=6) == []
    assert without_jitter(np.empty((0, 2)), fewest=1) == []


@pytest.mark.parametrize(
    ("metres", "seconds", "odd"),
    [(2_500, 30, True), (2_500, 600, False), (1_900, 1, False), (60_000, 600, True), (20_000, 600, False)],
)
def test_only_a_jump_no_car_could_make_is_told(metres: float, seconds: float, odd: bool) -> None:
    found = teleports(degrees((0, 0), (metres, 0)), np.array([0.0, seconds]))
    assert found == ([(0, 1)] if odd else [])


def test_a_single_record_jumps_nowhere() -> None:
    assert teleports(degrees((0, 0)), np.array([0.0])) == []
