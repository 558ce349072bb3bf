"""Which grids lie beside each other, held against measuring every pair."""

import numpy as np
from shapely import box

from gis.measure import LocalPlane, distance_m
from gis.neighbours import connected, neighbours

PLANE = LocalPlane(108.04, 30.3)


def square(x, y, side=1000.0):
    """A square of metres around a corner x metres east and y north of the start."""
    return PLANE.unflatten(box(x, y, x + side, y + side))


def test_grids_with_a_border_a_corner_or_a_narrow_gap_between_them_are_neighbours() -> None:
    shapes = [square(0, 0), square(1000, 0), square(1019, 1000), square(-1021, 0)]
    assert neighbours(shapes).tolist() == [[0, 1], [0, 2], [1, 0], [1, 2], [2, 0], [2, 1]]


def test_overlapping_grids_are_neighbours() -> None:
    assert neighbours([square(0, 0), square(990, 0)]).tolist() == [[0, 1], [1, 0]]


def test_no_grids_have_no_neighbours() -> None:
    assert neighbours([]).shape == (0, 2)


def test_neighbours_agree_with_measuring_every_pair() -> None:
    rng = np.random.default_rng(3)
    shapes = [
        square(x, y, side)
        for x, y, side in zip(*rng.uniform(0, 8000, (2, 60)), rng.uniform(50, 900, 60), strict=True)
    ]
    expected = [
        [one, other]
        for one, shape in enumerate(shapes)
        for other, beside in enumerate(shapes)
        if one != other and distance_m(shape, beside) <= 20
    ]
    assert neighbours(shapes).tolist() == expected
    assert len(expected) > 20


def test_what_hangs_together_is_one_group() -> None:
    pairs = np.array([[0, 1], [1, 0], [1, 2], [2, 1], [4, 5], [5, 4]])
    assert connected([0, 1, 2, 4, 6], pairs) == [(0, 1, 2), (4,), (6,)]
    assert connected([0, 2], pairs) == [(0,), (2,)]
    assert connected([], pairs) == []
