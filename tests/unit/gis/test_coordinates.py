"""Datums: known pairs, and the way there and back."""

from itertools import permutations
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point, box

from gis.coordinates import Datum, convert, shift
from gis.measure import distance_m

DATUMS = get_args(Datum)
ZHONGXIAN = Point(108.037, 30.300)


@given(
    lon=st.floats(74, 134),
    lat=st.floats(18, 53),
    pair=st.sampled_from(list(permutations(DATUMS, 2))),
)
def test_there_and_back_is_the_same_place(lon: float, lat: float, pair: tuple[Datum, Datum]) -> None:
    here = np.array([[lon, lat]])
    there = shift(here, source=pair[0], target=pair[1])
    back = shift(there, source=pair[1], target=pair[0])
    assert np.abs(back - here).max() < 1e-11


def test_the_published_example_of_gcj02_is_met() -> None:
    moved = convert(Point(116.404, 39.915), source="wgs84", target="gcj02")
    assert moved.coords[0] == pytest.approx((116.410_244_499_169_38, 39.916_404_281_503_64), abs=1e-8)


def test_the_published_example_of_bd09_is_met() -> None:
    moved = convert(Point(116.404, 39.915), source="gcj02", target="bd09")
    assert moved.coords[0] == pytest.approx((116.410_369_492_710_29, 39.921_336_993_510_21), abs=1e-8)


def test_the_shifts_are_as_large_as_they_are_known_to_be() -> None:
    assert 450 < distance_m(ZHONGXIAN, convert(ZHONGXIAN, source="wgs84", target="gcj02")) < 560
    assert 1000 < distance_m(ZHONGXIAN, convert(ZHONGXIAN, source="wgs84", target="bd09")) < 1200


def test_cgcs2000_is_taken_as_wgs84() -> None:
    assert convert(ZHONGXIAN, source="cgcs2000", target="wgs84").equals(ZHONGXIAN)


def test_gcj02_leaves_places_outside_the_country_where_they_are() -> None:
    paris = Point(2.35, 48.86)
    assert convert(paris, source="wgs84", target="gcj02").equals(paris)
    assert convert(paris, source="gcj02", target="wgs84").equals(paris)


def test_a_polygon_keeps_its_vertices_and_loses_its_heights() -> None:
    moved = convert(box(108, 30, 108.01, 30.01), source="gcj02", target="wgs84")
    assert len(moved.exterior.coords) == 5
    assert not convert(Point(108, 30, 200), source="bd09", target="wgs84").has_z
