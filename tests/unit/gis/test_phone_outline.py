"""A grid's outline as the phone receives it."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, box

from gis.measure import LocalPlane, area_m2
from gis.phone_outline import odk_ring


def round_village(vertices: int) -> Polygon:
    angle = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
    plane = LocalPlane(108, 30)
    return Polygon(plane.from_local(np.column_stack([600 * np.cos(angle), 400 * np.sin(angle)])))


def test_a_short_outline_reaches_the_phone_as_it_is() -> None:
    assert odk_ring(box(108, 30, 108.01, 30.01)) == (
        "30.000000 108.010000 0 0;30.010000 108.010000 0 0;30.010000 108.000000 0 0;"
        "30.000000 108.000000 0 0;30.000000 108.010000 0 0"
    )


@given(vertices=st.integers(3, 400), at_most=st.integers(20, 60))
def test_a_ring_for_the_phone_is_closed_short_and_close_to_the_grid(vertices: int, at_most: int) -> None:
    village = round_village(vertices)
    places = odk_ring(MultiPolygon([village, box(109, 30, 109.0001, 30.0001)]), max_vertices=at_most).split(
        ";"
    )
    assert places[0] == places[-1]
    assert 4 <= len(places) <= max(at_most, 4)
    ring = Polygon([(float(lon), float(lat)) for lat, lon, _, _ in (place.split(" ") for place in places)])
    assert area_m2(ring.symmetric_difference(village)) < 0.15 * area_m2(village)
