"""A drawing keeps everything in sight, at one scale."""

import re

import numpy as np
import pytest
from shapely import LineString, MultiPolygon, Point, box

from gis.measure import LocalPlane
from gis.sketch import sketch

PLANE = LocalPlane(108.04, 30.3)
GRID = PLANE.unflatten(MultiPolygon([box(0, 0, 400, 200)]))


def numbers(path: str) -> np.ndarray:
    return np.array([float(each) for each in re.findall(r"-?\d+\.\d", path)]).reshape(-1, 2)


def test_a_grid_and_its_track_lie_within_the_drawing_north_up() -> None:
    line = PLANE.unflatten(LineString([(0, 0), (400, 200)]))
    drawn = sketch(GRID, [line, PLANE.unflatten(Point(200, 100))], width=448)
    assert (drawn.width, drawn.height) == (448, 248)
    assert numbers(drawn.lines[0]).tolist() == [[24, 224], [424, 24]]
    assert drawn.places == ((224, 124),)
    assert (drawn.bar_m, drawn.bar) == (100, 100)


def test_a_track_that_leaves_the_grid_stays_in_sight() -> None:
    drawn = sketch(GRID, [PLANE.unflatten(LineString([(0, 0), (0, 900)]))])
    both = np.vstack((numbers(drawn.outline), numbers(drawn.lines[0])))
    assert both.min() >= 24
    assert (both <= (drawn.width - 24, drawn.height - 24 + 0.1)).all()


@pytest.mark.parametrize("part", [LineString([(0, 0), (12, 0)]), Point(0, 0)])
def test_without_a_grid_a_small_track_is_not_blown_up(part) -> None:  # type: ignore[no-untyped-def]
    drawn = sketch(None, [PLANE.unflatten(part)])
    assert drawn.outline == ""
    assert 0 < drawn.bar < drawn.width / 2
