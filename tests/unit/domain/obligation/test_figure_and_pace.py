from fractions import Fraction

import pytest

from server.domain.obligation import (
    LOOKS,
    Figure,
    coverage_level,
    map_percentage,
    pace_of,
    percentage,
    total,
    vacancy_note,
)


@pytest.mark.parametrize(
    ("n", "d", "sheet", "on_map"),
    [
        (0, 0, "无任务", "无任务"),
        (3, 4, "75.0 %", "3/4"),
        (5, 5, "100.0 %", "100.0 %"),
        (9996, 10000, "99.9 %", "99.9 %"),
        (2, 3, "66.6 %", "2/3"),
        (0, 6, "0.0 %", "0.0 %"),
    ],
)
def test_percentages_are_cut_and_small_ones_are_fractions_on_the_map(n, d, sheet, on_map):
    assert percentage(n, d) == sheet
    assert map_percentage(n, d) == on_map


def test_a_sum_is_no_mean_of_rates_and_keeps_its_rows_and_vacancies():
    whole = total([Figure(("a",), ("a",)), Figure(("b",), ("b", "c", "d"), vacant=1), Figure((), ())])
    assert (whole.n, whole.d, whole.vacant) == (2, 4, 1)
    assert whole.rows_left == ("c", "d")
    assert vacancy_note(whole.vacant) == "其中无人在岗 1 格"
    assert vacancy_note(0) == ""


@pytest.mark.parametrize(
    ("n", "pace"),
    [(10, "done"), (6, "on_pace"), (4, "on_pace"), (3, "slow"), (2, "slow"), (1, "late"), (0, "late")],
)
def test_colour_follows_pace_while_the_window_is_open(n, pace):
    assert pace_of(n, 10, elapsed=Fraction(1, 2), ended=False, trial=False) == pace


def test_after_the_window_it_is_done_or_missed():
    assert pace_of(10, 10, elapsed=Fraction(1), ended=True, trial=False) == "done"
    assert pace_of(9, 10, elapsed=Fraction(1), ended=True, trial=False) == "missed"


@pytest.mark.parametrize("ended", [True, False])
def test_a_trial_window_is_never_worse_than_slow(ended):
    assert pace_of(0, 10, elapsed=Fraction(1), ended=ended, trial=True) == "slow"
    assert coverage_level(0, 10, trial=True) == "at_50"


def test_nothing_due_is_neither_nought_nor_everything():
    assert pace_of(0, 0, elapsed=Fraction(1), ended=True, trial=False) == "none"
    assert coverage_level(0, 0, trial=True) == "none"


@pytest.mark.parametrize(
    ("n", "level"),
    [(95, "at_95"), (94, "at_80"), (80, "at_80"), (79, "at_50"), (50, "at_50"), (49, "below_50")],
)
def test_patrols_over_a_period_have_four_classes(n, level):
    assert coverage_level(n, 100, trial=False) == level


def test_colours_of_good_and_bad_differ_in_pattern_too():
    assert LOOKS["late"].pattern != LOOKS["done"].pattern != LOOKS["slow"].pattern
    assert LOOKS["missed"].colour == LOOKS["late"].colour == "#d7191c"
