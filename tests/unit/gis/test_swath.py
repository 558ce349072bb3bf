"""Length and strip of a track, and what the noise of a receiver does to them (SPATIAL §3)."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point, Polygon, box

from gis.measure import LocalPlane, area_m2
from gis.swath import area_share, length_m, swath
from gis.tracks import Fix, clean

PLANE = LocalPlane(108.04, 30.3)
START = datetime(2026, 10, 12, 1, 0, tzinfo=UTC)
RADIUS_M = 25
SPACING_S, PACE_M_PER_S = 2, 1.2
CORRELATED_S = 300
"""A receiver's error drifts over minutes."""
OUTLIERS, OUTLIER_M = 0.01, 100


def lane(*metres: tuple[float, float]) -> LineString:
    return PLANE.unflatten(LineString(metres))


def test_a_walk_there_and_back_covers_its_way_once() -> None:
    there, back = lane((0, 0), (200, 0)), lane((200, 0), (0, 0))
    assert length_m([there, back]) == pytest.approx(400, abs=0.1)
    assert area_m2(swath([there, back], radius_m=25)) == pytest.approx(area_m2(swath([there], radius_m=25)))


def test_the_share_of_a_grid_is_the_strip_inside_it() -> None:
    grid = PLANE.unflatten(box(0, 0, 200, 200))
    assert area_share([lane((-100, 100), (300, 100))], grid, radius_m=25) == pytest.approx(0.25, abs=1e-3)
    assert area_share([lane((0, 500), (200, 500))], grid, radius_m=25) == 0
    assert area_share([PLANE.unflatten(Point(100, 100))], grid, radius_m=1000) == pytest.approx(1)


def test_without_a_track_or_without_an_area_the_share_is_nothing() -> None:
    assert area_share([], PLANE.unflatten(box(0, 0, 9, 9)), radius_m=25) == 0
    assert area_share([lane((0, 0), (9, 0))], Polygon(), radius_m=25) == 0
    assert length_m([]) == 0
    assert swath([], radius_m=25).is_empty


spots = st.tuples(st.integers(-300, 300), st.integers(-300, 300))
lanes = st.lists(st.lists(spots, min_size=2, max_size=5, unique=True), min_size=1, max_size=4)


@given(lanes, lanes)
def test_a_further_track_never_lowers_the_share(walked, further) -> None:
    grid = PLANE.unflatten(box(-200, -200, 200, 200))
    first, second = [lane(*each) for each in walked], [lane(*each) for each in further]
    alone = area_share(first, grid, radius_m=25)
    assert alone - 1e-9 <= area_share(first + second, grid, radius_m=25) <= 1 + 1e-9


@pytest.fixture(scope="module")
def ways() -> list[LineString]:
    """Three ways of some four kilometres through a village, in metres."""
    rng = np.random.default_rng(2026)
    found = []
    for _ in range(3):
        headings = np.cumsum(rng.normal(0, 0.7, 40))
        legs = rng.uniform(40, 160, 40)[:, None] * np.column_stack((np.cos(headings), np.sin(headings)))
        found.append(LineString(np.vstack(([0, 0], np.cumsum(legs, axis=0)))))
    return found


def heard(way: LineString, sigma_m: float, *, seed: int) -> np.ndarray:
    """The way as a receiver tells it, in metres, a fix every two seconds."""
    rng = np.random.default_rng(seed)
    metres = np.array(
        [way.interpolate(each).coords[0] for each in np.arange(0, way.length, SPACING_S * PACE_M_PER_S)]
    )
    kept = np.exp(-SPACING_S / CORRELATED_S)
    drift = rng.normal(0, sigma_m, metres.shape)
    drift[1:] *= np.sqrt(1 - kept**2)
    for position in range(1, len(drift)):
        drift[position] += kept * drift[position - 1]
    wild = rng.random(len(metres)) < OUTLIERS
    drift[wild] += rng.normal(0, OUTLIER_M, (wild.sum(), 2))
    return metres + drift


def bias(ways: list[LineString], sigma_m: float, *, cleaned: bool) -> tuple[float, float]:
    """How far area and length of what was heard are off on the average, as shares."""
    off = []
    for seed, way in enumerate(ways):
        degrees = PLANE.from_local(heard(way, sigma_m, seed=seed))
        fixes = [
            Fix(lon, lat, 1.5 * sigma_m, START + timedelta(seconds=SPACING_S * position))
            for position, (lon, lat) in enumerate(degrees.tolist())
        ]
        parts = clean(fixes) if cleaned else [LineString(degrees)]
        true = [PLANE.unflatten(way)]
        area = area_m2(swath(parts, radius_m=RADIUS_M)) / area_m2(swath(true, radius_m=RADIUS_M))
        off.append((area - 1, length_m(parts) / length_m(true) - 1))
    area, length = np.mean(off, axis=0).tolist()
    return area, length


@pytest.mark.parametrize(("sigma_m", "within"), [(5, 0.01), (10, 0.01), (20, 0.025)])
def test_a_cleaned_track_is_not_made_longer_or_wider_by_noise(ways, sigma_m, within) -> None:
    assert [abs(each) < within for each in bias(ways, sigma_m, cleaned=True)] == [True, True]


@pytest.mark.parametrize("sigma_m", [5, 20])
def test_a_raw_track_would_claim_half_as_much_again_and_twice_the_way(ways, sigma_m) -> None:
    area, length = bias(ways, sigma_m, cleaned=False)
    assert (area > 0.3, length > 0.9) == (True, True)


def test_somebody_who_sits_still_walks_nowhere() -> None:
    """Raw it is kilometres in 83 minutes."""
    rng = np.random.default_rng(83)
    kept, drift = np.exp(-SPACING_S / CORRELATED_S), np.zeros((2500, 2))
    for position in range(1, len(drift)):
        drift[position] = kept * drift[position - 1] + rng.normal(0, 5 * np.sqrt(1 - kept**2), 2)
    fixes = [
        Fix(lon, lat, 7.5, START + timedelta(seconds=SPACING_S * position))
        for position, (lon, lat) in enumerate(PLANE.from_local(drift).tolist())
    ]
    raw = length_m([LineString([(fix.lon, fix.lat) for fix in fixes])])
    assert raw > 1000
    assert length_m(clean(fixes)) < raw / 5
