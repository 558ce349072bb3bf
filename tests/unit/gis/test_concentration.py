"""Concentrations by their definition: the worked example, scipy and esda as oracles, and clusters planted on purpose."""

import esda
import libpysal
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from shapely import box

from gis.concentration import Concentrations, are_apart, concentrations, neighbourhood, significant
from gis.measure import LocalPlane
from gis.neighbours import Pairs, neighbours
from gis.tails import negative_binomial_tail, poisson_tail

PLANE = LocalPlane(108.04, 30.3)
SIDE = 1000.0


class Land:
    """Square grids of a kilometre in rows and columns, and cases strewn in them."""

    def __init__(self, rows: int, columns: int) -> None:
        self.rows, self.columns = rows, columns
        corners = [(column * SIDE, row * SIDE) for row in range(rows) for column in range(columns)]
        self.corners = np.array(corners)
        self.pairs: Pairs = neighbours([PLANE.unflatten(box(x, y, x + SIDE, y + SIDE)) for x, y in corners])

    def __len__(self) -> int:
        return self.rows * self.columns

    def at(self, row: int, column: int) -> int:
        return row * self.columns + column

    def look(self, counts, weights, *, rng=None) -> Concentrations:
        """What concentrates where each grid has so many cases, each at a place of its own."""
        rng = rng or np.random.default_rng(1)
        grid_of = np.repeat(np.arange(len(self)), counts)
        places = PLANE.from_local(self.corners[grid_of] + rng.random((len(grid_of), 2)) * SIDE)
        return concentrations(grid_of, places, np.asarray(weights, dtype=float), self.pairs)

    def around(self, row: int, column: int, reach: int = 1) -> list[int]:
        return [
            self.at(r, c)
            for r in range(row - reach, row + reach + 1)
            for c in range(column - reach, column + reach + 1)
        ]


def test_the_worked_example() -> None:
    """METRICS X: 1,200 of 60,000 people, 500 cases in the county, 26 of them here."""
    expected = np.array([500 * 1_200 / 60_000])
    assert expected[0] == 10
    assert poisson_tail(np.array([26]), expected)[0] == pytest.approx(1.8e-5, rel=0.02)


@given(
    st.lists(
        st.tuples(st.integers(0, 400), st.floats(0.01, 300), st.floats(1.01, 30)), min_size=1, max_size=20
    )
)
def test_both_tails_agree_with_scipy(drawn) -> None:
    observed, expected, dispersion = (np.array(column) for column in zip(*drawn, strict=True))
    assert poisson_tail(observed, expected) == pytest.approx(
        stats.poisson.sf(observed - 1, expected), rel=1e-9, abs=1e-300
    )
    size = expected / (dispersion - 1)
    assert negative_binomial_tail(observed, expected, dispersion=dispersion) == pytest.approx(
        stats.nbinom.sf(observed - 1, size, 1 / dispersion), rel=1e-8, abs=1e-290
    )


def test_the_negative_binomial_varies_by_the_dispersion() -> None:
    expected, dispersion = 7.0, 2.5
    mean, variance = stats.nbinom.stats(expected / (dispersion - 1), 1 / dispersion)
    assert (mean, variance) == pytest.approx((expected, dispersion * expected))


def test_the_correction_agrees_with_scipy() -> None:
    rng = np.random.default_rng(7)
    for _ in range(50):
        p = rng.random(40) ** rng.integers(1, 6)
        assert (significant(p) == (stats.false_discovery_control(p) <= 0.05)).all()


def test_observed_and_expected_are_those_of_a_grid_with_its_neighbours() -> None:
    land = Land(5, 5)
    rng = np.random.default_rng(2)
    counts, weights = rng.integers(0, 4, 25), rng.integers(100, 900, 25)
    found = land.look(counts, weights)
    for row in range(1, 4):
        for column in range(1, 4):
            around = land.around(row, column)
            assert found.observed[land.at(row, column)] == counts[around].sum()
            assert found.expected[land.at(row, column)] == pytest.approx(
                counts.sum() * weights[around].sum() / weights.sum()
            )
            assert sorted(neighbourhood(land.at(row, column), land.pairs)) == sorted(around)
    assert found.dispersion == pytest.approx(
        (
            ((counts - counts.sum() * weights / weights.sum()) ** 2)
            / (counts.sum() * weights / weights.sum())
        ).sum()
        / 24
    )


def test_few_cases_are_no_concentration_however_unlikely() -> None:
    land = Land(20, 20)
    counts = np.zeros(400, dtype=int)
    counts[land.at(10, 10)] = 4
    counts[land.around(3, 3)] = 0
    assert not land.look(counts, np.ones(400)).flagged.any()
    counts[land.at(10, 10)] = 6
    found = land.look(counts, np.ones(400))
    assert sorted(np.flatnonzero(found.flagged)) == sorted(land.around(10, 10))
    assert found.spots == (tuple(sorted(land.around(10, 10))),)
    assert found.strongest(found.spots[0]) == land.at(9, 9)


def test_many_cases_at_one_or_two_places_are_no_concentration() -> None:
    land = Land(20, 20)
    grid_of = np.full(12, land.at(10, 10))
    middle = np.array([10_500.0, 10_500.0])

    def look(*offsets: float) -> bool:
        shifts = np.array([(offsets[n % len(offsets)], 0.0) for n in range(12)])
        return bool(
            concentrations(grid_of, PLANE.from_local(middle + shifts), np.ones(400), land.pairs).flagged.any()
        )

    assert not look(0)
    assert not look(0, 200)
    assert not look(0, 25, 50)
    assert look(0, 35, 70)


@given(st.lists(st.tuples(st.integers(0, 90), st.integers(0, 90)), min_size=1, max_size=9))
def test_three_places_apart_agree_with_trying_all_of_them(drawn) -> None:
    metres = np.array(drawn, dtype=float)
    far = [[np.hypot(*(one - other)) > 30 for other in metres] for one in metres]
    number = range(len(drawn))
    expected = any(far[a][b] and far[b][c] and far[a][c] for a in number for b in number for c in number)
    assert are_apart(PLANE.from_local(metres)) == expected


def test_a_county_without_cases_has_no_concentration() -> None:
    land = Land(3, 3)
    found = land.look(np.zeros(9, dtype=int), np.ones(9))
    assert (found.flagged.any(), found.spots, found.dispersion) == (False, (), 1.0)


def test_concentrations_do_not_hang_on_the_order_of_the_cases() -> None:
    land = Land(12, 12)
    rng = np.random.default_rng(11)
    counts = rng.poisson(2, 144)
    counts[land.around(6, 6)] += 6
    grid_of = np.repeat(np.arange(144), counts)
    places = PLANE.from_local(land.corners[grid_of] + rng.random((len(grid_of), 2)) * SIDE)
    shuffled = rng.permutation(len(grid_of))
    one = concentrations(grid_of, places, np.ones(144), land.pairs)
    other = concentrations(grid_of[shuffled], places[shuffled], np.ones(144), land.pairs)
    assert one.spots == other.spots
    assert one.spots


def test_local_g_ranks_neighbourhoods_alike() -> None:
    """Getis and Ord's G* of the rates, an independent implementation, puts the same grids on top."""
    land = Land(20, 20)
    rng = np.random.default_rng(4)
    counts = rng.poisson(4, 400)
    counts[land.around(5, 5)] += 7
    counts[land.around(14, 12)] += 9
    found = land.look(counts, np.ones(400))
    beside = {grid: [] for grid in range(400)}
    for one, other in land.pairs.tolist():
        beside[one].append(other)
    weights = libpysal.weights.W(beside, silence_warnings=True)
    local = esda.G_Local(counts.astype(float), weights, transform="B", star=True, permutations=0)
    inner = [land.at(row, column) for row in range(1, 19) for column in range(1, 19)]
    # Away from the edge every neighbourhood has nine grids: z rises with the sum of its cases, p falls with it.
    assert stats.spearmanr(local.Zs[inner], -found.p[inner]).statistic > 0.995
    assert set(np.argsort(local.Zs)[-10:]) <= set(np.flatnonzero(found.flagged))


def planted(land: Land, *, total: int, risk: float, rng) -> tuple[Concentrations, list[int]]:
    """A map of Poisson cases over uneven people, with the relative risk in three neighbourhoods."""
    weights = rng.gamma(4.0, 1.0, len(land))
    middles = [(land.rows // 5, land.columns // 5), (land.rows // 2, land.columns // 2)]
    middles.append((land.rows * 4 // 5, land.columns * 4 // 5))
    higher = np.ones(len(land))
    for row, column in middles:
        higher[land.around(row, column)] = risk
    counts = rng.poisson(total * weights * higher / weights.sum())
    return land.look(counts, weights, rng=rng), [land.at(row, column) for row, column in middles]


def power_and_false_alarms(land: Land, *, total: int, maps: int, seed: int) -> tuple[float, float]:
    """The share of planted clusters found, and of maps without any that flag something."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(maps):
        look, middles = planted(land, total=total, risk=2.5, rng=rng)
        found += look.flagged[middles].tolist()
    nulls = [planted(land, total=total, risk=1.0, rng=rng)[0].flagged.any() for _ in range(maps)]
    return float(np.mean(found)), float(np.mean(nulls))


def test_planted_clusters_are_found_and_maps_without_any_stay_quiet() -> None:
    power, alarms = power_and_false_alarms(Land(25, 24), total=2400, maps=20, seed=5)
    assert power >= 0.95
    assert alarms <= 0.05


@pytest.mark.slow
def test_planted_clusters_are_found_among_3000_grids() -> None:
    """SPATIAL §6: relative risk 2.5, power 0.98, no alarm on maps without clusters."""
    power, alarms = power_and_false_alarms(Land(60, 50), total=12_000, maps=100, seed=6)
    assert power >= 0.95
    assert alarms <= 0.05


def test_cases_that_come_in_bunches_are_not_taken_for_concentrations() -> None:
    """Every grid's count varies three times as much as a Poisson's: the negative binomial allows for it."""
    land = Land(25, 24)
    rng = np.random.default_rng(8)
    flagged = []
    for _ in range(20):
        counts = rng.negative_binomial(4 / 2, 1 / 3, len(land))
        found = land.look(counts, np.ones(len(land)), rng=rng)
        assert found.dispersion == pytest.approx(3, rel=0.4)
        flagged.append(found.flagged.any())
    assert np.mean(flagged) <= 0.1
